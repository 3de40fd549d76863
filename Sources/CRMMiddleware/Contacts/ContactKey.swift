// What contacts are looked up, remembered and forgotten by. Immutable values.

/// One number or one e-mail address.
package enum ContactKey: Sendable, Hashable {
    /// ``PartyNumber/text``: E.164 where there is one.
    case number(String)
    /// Lower case.
    case email(String)

    /// The keys of a query, the number's first. A number without a single digit (`anonymous`) is nobody's and has none.
    static func keys(of query: ContactQuery) -> [ContactKey] {
        var keys: [ContactKey] = []
        if let number = query.number, let key = ContactKey(number) { keys.append(key) }
        if let email = query.email, !email.isEmpty { keys.append(.email(email)) }
        return keys
    }

    /// The key of a number; nil when it has no digit.
    package init?(_ number: PartyNumber) {
        guard number.e164 != nil || number.given.utf8.contains(where: { (0x30...0x39).contains($0) }) else {
            return nil
        }
        self = .number(number.text)
    }

    /// The number or the address itself. Not for logs.
    package var text: String {
        switch self {
        case .number(let text), .email(let text): text
        }
    }
}
