// Where text came from: what decides whether it may be read as code, name a host, or be shown. A value.

/// The origins of a piece of text. Combining two texts combines their origins; text of the template itself has none.
package struct Origins: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Text of the template.
    package static let template: Origins = []
    /// The value of a parameter that is no secret.
    package static let parameter = Origins(rawValue: 1)
    /// A password, a token, anything that must not be shown: redacted wherever it would be read by people.
    package static let secret = Origins(rawValue: 2)
    /// Set by the authentication chain.
    package static let authentication = Origins(rawValue: 4)
    /// Of a call, a chat, a contact or a response: anybody may have written it.
    package static let data = Origins(rawValue: 8)

    /// Whether later passes read the text again: template and plain parameters only.
    package var isExpandable: Bool { isSubset(of: .parameter) }
    /// Whether the text may stand in the authority of a URL.
    package var mayNameAuthority: Bool { !contains(.data) }
}
