// Where an account wants to be told that its balance is low. Immutable.

package import Platform

/// An address for webhooks: https, at most 2,048 visible ASCII characters, with a host, without user information and
/// fragment. Whether the address is one that may be asked is the network guard's matter, at the time of asking.
package struct WebhookURL: Sendable, Hashable {
    /// Characters of an address.
    package static let lengthMax = 2_048

    package let text: String

    package init?(_ text: String) {
        let scheme = "https://"
        guard text.utf8.count <= Self.lengthMax, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
            text.lowercased().hasPrefix(scheme), !text.contains("#"), !text.contains("\\")
        else { return nil }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@"), let first = authority.first, first != ":" else { return nil }
        self.text = text
    }

    /// The address that stands in the place of a host name, if one does.
    package var address: NetworkAddress? {
        let authority = text.dropFirst("https://".count).prefix { $0 != "/" && $0 != "?" }
        if authority.first == "[" {
            return authority.firstIndex(of: "]").flatMap { NetworkAddress(String(authority[...$0])) }
        }
        return NetworkAddress(String(authority.prefix { $0 != ":" }))
    }
}
