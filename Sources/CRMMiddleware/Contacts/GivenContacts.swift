// What a PBX sends about contacts, read into queries and drafts. Pure functions.

internal import JSONText
package import NumbersCore

/// Why a query or a body was not taken: one sentence for each mistake.
package struct InvalidFields: Error, Sendable, Hashable {
    package let hints: [String]

    package init(hints: [String]) { self.hints = hints }
}

/// Bounds of the texts about contacts, in Unicode scalars. Longer ones are mistakes of whoever sends them.
package enum ContactFieldLimits {
    /// Names, numbers and addresses.
    package static let text = 255
    /// The value that a PBX keeps with a contact.
    package static let customValue = 1_024
}

extension ContactQuery {
    /// Reads the parameters of a search.
    /// - Parameter phone: as decoded, with the white space that may stand for an unencoded plus sign.
    package static func reading(
        phone: String?, email: String?, displayName: String?, settings: WorkspaceSettings, plan: NumberingPlan
    ) -> Result<ContactQuery, InvalidFields> {
        var object: [(String, JSONValue)] = []
        if let phone { object.append(("phone", .string(withPlusSign(phone)))) }
        if let email { object.append(("email", .string(email))) }
        if let displayName { object.append(("display_name", .string(displayName))) }
        var fields = GivenFields(JSONObject(object))
        let number = fields.text("phone", max: ContactFieldLimits.text)
        let address = fields.text("email", max: ContactFieldLimits.text)
        let name = fields.text("display_name", max: ContactFieldLimits.text)
        if number == nil, address == nil, fields.hints.isEmpty {
            fields.addHint("The phone field is required when email is not present.")
            fields.addHint("The email field is required when phone is not present.")
        }
        guard fields.hints.isEmpty else { return .failure(InvalidFields(hints: fields.hints)) }
        return .success(
            ContactQuery(
                number: number.map { PartyNumber($0, country: settings.defaultCountry, plan: plan) },
                email: address.map { ContactMatcher.normalised(email: $0) }, displayName: name))
    }

    /// A space before the digits is a plus sign that nobody encoded: a form's `+` is a space.
    private static func withPlusSign(_ phone: String) -> String {
        let bytes = phone.utf8
        guard bytes.first == 0x20, let second = bytes.dropFirst().first, (0x31...0x39).contains(second) else {
            return phone
        }
        return "+" + phone.dropFirst()
    }
}

extension ContactDraft {
    private enum CallDirection: String, CaseIterable { case inbound, outbound }

    /// Reads the body of a creation.
    package static func reading(
        _ fields: GivenFields, settings: WorkspaceSettings, plan: NumberingPlan
    ) -> Result<ContactDraft, InvalidFields> {
        var fields = fields
        func number(_ name: String) -> PartyNumber? {
            fields.text(name, max: ContactFieldLimits.text)
                .map { PartyNumber($0, country: settings.defaultCountry, plan: plan) }
        }
        var draft = ContactDraft(lastName: fields.required("last_name", max: ContactFieldLimits.text))
        draft.firstName = fields.text("first_name", max: ContactFieldLimits.text)
        draft.civility = fields.text("civility", max: ContactFieldLimits.text)
        draft.email = fields.text("email", max: ContactFieldLimits.text)
        if let email = draft.email, !looksLikeAddress(email) {
            fields.addHint("The email field must be a valid email address.")
        }
        draft.phone = number("phone")
        draft.phoneBusiness = number("phone_business")
        draft.phoneMobile = number("phone_mobile")
        draft.customValue = fields.text("custom_value", max: ContactFieldLimits.customValue)
        draft.direction = fields.choice("call_direction", as: CallDirection.self).map {
            switch $0 {
            case .inbound: .inbound
            case .outbound: .outbound
            }
        }
        return fields.hints.isEmpty ? .success(draft) : .failure(InvalidFields(hints: fields.hints))
    }

    /// Something before one `@`, and a name with a dot behind it, without white space: what CRMs take. Addresses are not
    /// ASCII everywhere (RFC 6531).
    package static func looksLikeAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= 64 else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 63 }) else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            scalar.value > 0x20 && scalar.value != 0x7F && !scalar.properties.isWhitespace
                && !"<>()[],;:\"\\".unicodeScalars.contains(scalar)
        }
    }
}
