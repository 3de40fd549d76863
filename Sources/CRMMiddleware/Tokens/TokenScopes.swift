// What a token may be used for. A value.

/// A set of scopes (RFC 6749 §3.3).
package struct TokenScopes: OptionSet, Sendable, Hashable, CustomStringConvertible {
    package let rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }

    package static let client = TokenScopes(rawValue: 1)
    package static let crm = TokenScopes(rawValue: 2)
    /// To ask what other tokens of the workspace are (RFC 7662).
    package static let introspect = TokenScopes(rawValue: 4)

    /// What every request of a PBX needs.
    package static let lookup: TokenScopes = [.client, .crm]

    private static let names: [(name: String, scope: TokenScopes)] = [
        ("client", .client), ("crm", .crm), ("introspect", .introspect),
    ]

    /// Reads scopes as they are written: their names with one space between two, in any order, with case. nil for an
    /// unknown name, and when there is none.
    package init?(_ text: String) {
        var scopes: TokenScopes = []
        for word in text.split(separator: " ") {
            guard let known = Self.names.first(where: { $0.name == word }) else { return nil }
            scopes.insert(known.scope)
        }
        guard !scopes.isEmpty else { return nil }
        self = scopes
    }

    /// The names of all scopes.
    package static var allNames: [String] { names.map(\.name) }

    package var description: String {
        Self.names.filter { contains($0.scope) }.map(\.name).joined(separator: " ")
    }
}
