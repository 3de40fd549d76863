// Fields that name people: telephone numbers in pairs, and e-mail addresses.

package import NumbersCore

/// How long texts may be, in Unicode scalars. Longer ones are refused, because a text cut short would be another one.
package enum FieldLimit {
    /// Names of people, agents and customers.
    package static let name = 255
    /// A telephone number, an extension, or the address that a PBX has in its place.
    package static let number = 128
    /// Who sent the report, and words of a CRM: entity types and ids.
    package static let word = 255
    package static let subject = 500
    /// Notes of a call: as much as the whole body of a request may be.
    package static let body = 65_536
    /// What was written in a chat: as much as the whole body of a request may be.
    package static let messages = 1_048_576
    /// RFC 5321 §4.5.3.1.3: a path of 256 bytes, its angle brackets included.
    package static let email = 254
}

extension GivenFields {
    /// An e-mail address as it was given; nil when it is absent. Only its form is looked at, and leniently: some PBXs
    /// have addresses of a network of their own.
    package mutating func emailAddress(_ name: String) -> String? {
        guard let text = text(name, max: FieldLimit.email) else { return nil }
        if Self.isEmailAddress(text) { return text }
        addHint("The \(Self.words(name)) field must be a valid email address.")
        return nil
    }

    /// Something before an `@`, something after it, and no white space or control characters.
    static func isEmailAddress(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }

    /// A telephone number, or what stands in its place; nil when there is nothing.
    package mutating func number(_ name: String, country: Region?, plan: NumberingPlan) -> PartyNumber? {
        text(name, max: FieldLimit.number).map { PartyNumber($0, country: country, plan: plan) }
    }

    /// Two numbers that come together. The keys decide, not the values: a caller who withholds the number is an empty
    /// text, or null beside a number.
    /// - Returns: nil when neither key is there, or when only one is, which adds a hint.
    mutating func pair(
        _ first: String, _ second: String, country: Region?, plan: NumberingPlan
    ) -> (first: PartyNumber?, second: PartyNumber?)? {
        guard has(first) || has(second) else { return nil }
        for (missing, present) in [(first, second), (second, first)] where !mentions(missing) {
            addHint("The \(Self.words(missing)) field is required when \(Self.words(present)) is present.")
            return nil
        }
        return (number(first, country: country, plan: plan), number(second, country: country, plan: plan))
    }
}
