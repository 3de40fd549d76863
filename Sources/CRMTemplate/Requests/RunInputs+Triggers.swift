// What each trigger brings into a run. Pure functions.

/// The way of a call, seen from the PBX.
package enum CallDirection: String, Sendable, Hashable, CaseIterable {
    case inbound = "Inbound"
    case outbound = "Outbound"
}

extension RunInputs {
    /// Of a lookup by number, and of the creation of a contact for a call.
    /// - Parameter number: as the PBX has it; the run writes it as the template's `Number` element says.
    package static func lookup(number: String, direction: CallDirection) -> RunInputs {
        RunInputs(["Number": .text(number), "CallDirection": .text(direction.rawValue)])
    }

    /// Of a lookup by e-mail address.
    package static func email(_ address: String) -> RunInputs { RunInputs(["Email": .text(address)]) }

    /// Of a free-text search.
    package static func search(_ text: String) -> RunInputs { RunInputs(["SearchText": .text(text)]) }

    /// Of one page of the phone book, from 0.
    package static func page(_ page: Int, size: Int) -> RunInputs {
        RunInputs(["Page": .integer(Int64(page)), "PageSize": .integer(Int64(size))])
    }

    /// Of the creation of a contact by a user's wish.
    package static func create(
        firstName: String = "", lastName: String = "", number: String = "", email: String = "", company: String = ""
    ) -> RunInputs {
        RunInputs([
            "FirstName": .text(firstName), "LastName": .text(lastName), "Number": .text(number),
            "Email": .text(email), "Company": .text(company),
        ])
    }

    /// Of a call-flow lookup: each scenario reads the one of them that it is for.
    package static func callFlow(number: String = "", entityID: String = "", query: String = "") -> RunInputs {
        RunInputs(["Number": .text(number), "EntityID": .text(entityID), "Query": .text(query)])
    }
}
