// Who took part in a reported call or chat, apart from the customer. Values.

/// The extension that handled a call or a chat, with its owner.
package struct ReportedAgent: Sendable, Hashable {
    /// `101`
    package var `extension`: String
    package var firstName: String
    package var lastName: String
    package var email: String

    package init(extension: String, firstName: String = "", lastName: String = "", email: String = "") {
        self.extension = `extension`
        self.firstName = firstName
        self.lastName = lastName
        self.email = email
    }

    func set(in inputs: inout RunInputs) {
        inputs["Agent"] = .text(`extension`)
        inputs["AgentFirstName"] = .text(firstName)
        inputs["AgentLastName"] = .text(lastName)
        inputs["AgentEmail"] = .text(email)
    }
}

extension Contact {
    /// EntityId and EntityType, and each output as `Contact::Name`.
    func set(in inputs: inout RunInputs) {
        inputs["EntityId"] = .text(self["EntityId"] ?? "")
        inputs["EntityType"] = .text(self["EntityType"] ?? "")
        for field in fields { inputs["Contact::" + field.name] = .text(field.value) }
    }
}
