// Whether a result of a template becomes a contact (the acceptance test of the PBX). A value.

/// The acceptance test of contacts: a ContactUrl, a name, and for a lookup by number a telephone number that is the
/// searched one.
///
/// Which outputs count as telephone numbers is not documented (A14): all that begin with `Phone` or `Fax`.
package struct ContactAcceptance: Sendable {
    /// Why a result is no contact.
    package enum Refusal: Sendable, Hashable {
        case noContactURL
        case noName
        /// None of that many telephone numbers is the searched one.
        case noMatchingNumber(of: Int)

        /// The reason for people; it holds no value.
        package var reason: String {
            switch self {
            case .noContactURL: "it has no ContactUrl"
            case .noName: "it has neither FirstName nor LastName nor CompanyName"
            case .noMatchingNumber(of: 0): "it has no telephone number"
            case .noMatchingNumber(of: 1): "its telephone number is not the searched one"
            case .noMatchingNumber(let count): "none of its \(count) telephone numbers is the searched one"
            }
        }
    }

    /// nil: telephone numbers are not compared.
    private let match: PhoneMatch?

    /// The test of results that were not looked up by number, or whose caller compares numbers itself.
    package static let withoutNumber = ContactAcceptance(match: nil)

    /// The test of a lookup by number.
    /// - Parameters:
    ///   - number: the searched number, as the template writes it.
    ///   - maxLength: the template's own `Number@MaxLength`, evaluated: so many digits have to agree, counted from the
    ///     right. 0: all digits.
    package static func byNumber(_ number: String, maxLength: Int) -> ContactAcceptance {
        ContactAcceptance(match: PhoneMatch(number, maxLength: maxLength))
    }

    /// Why the result is no contact; nil when it is one.
    package func refusal(of contact: Contact) -> Refusal? {
        guard contact["ContactUrl"] != nil else { return .noContactURL }
        guard contact["FirstName"] != nil || contact["LastName"] != nil || contact["CompanyName"] != nil else {
            return .noName
        }
        guard let match else { return nil }
        var count = 0
        for field in contact.fields where Self.isTelephone(field.name) {
            if match.matches(field.value.utf8) { return nil }
            count += 1
        }
        return .noMatchingNumber(of: count)
    }

    private static func isTelephone(_ name: String) -> Bool {
        name.utf8.starts(with: "Phone".utf8) || name.utf8.starts(with: "Fax".utf8)
    }
}
