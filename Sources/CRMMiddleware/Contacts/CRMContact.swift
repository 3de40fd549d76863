// A contact as the API shows it, whatever CRM it came from. A value.

package import Platform

/// One record of a CRM: a person, or a company.
package struct CRMContact: Sendable, Hashable {
    /// How it answers a search.
    package enum Match: String, Sendable, Hashable {
        /// A whole number, or an e-mail address, is the one searched for.
        case exact
        /// So many last digits agree as the workspace asks for.
        case suffix
    }

    /// The telephone numbers and faxes, in the order of the API.
    package enum Line: String, Sendable, Hashable, CaseIterable {
        case phoneBusiness1 = "phone_business_1"
        case phoneBusiness2 = "phone_business_2"
        case phoneMobile1 = "phone_mobile_1"
        case phoneMobile2 = "phone_mobile_2"
        case phoneHome1 = "phone_home_1"
        case phoneHome2 = "phone_home_2"
        case phoneOther1 = "phone_other_1"
        case faxBusiness1 = "fax_business_1"
        case faxHome1 = "fax_home_1"
    }

    /// A field that the API has no name for.
    package struct CustomField: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The same for the same record of the same connector, every time; nil for the placeholder.
    package var id: UniqueID?
    package var firstName: String?
    package var lastName: String?
    package var civility: String?
    package var email: String?
    /// As the CRM writes them; never empty texts.
    package var lines: ContactLines
    package var company: String?
    package var title: String?
    package var entityID: String?
    package var entityType: String?
    package var entityURL: String?
    /// Where it came from; nil for the placeholder.
    package var connector: ConnectorID?
    package var match: Match?
    /// Whether it is the placeholder of a search without a match: never cached, never delivered.
    package var isDummy: Bool
    package var custom: [CustomField]

    /// A contact without anything; whoever makes one fills it.
    package init() {
        lines = ContactLines()
        isDummy = false
        custom = []
    }

    /// The identifier of a connector's record.
    /// - Parameter key: what tells the record from all others of the connector: its id and type, or its address.
    package static func id(_ key: String, of connector: ConnectorID) -> UniqueID {
        UniqueID(naming: connector.description + "\n" + key)
    }

    /// Whether it is a person: it has a first or last name. Companies come after persons.
    package var isPerson: Bool { firstName != nil || lastName != nil }
}

/// What a contact is looked for by. At least one of number and e-mail address is there.
package struct ContactQuery: Sendable, Hashable {
    package let number: PartyNumber?
    /// Lower case, without the white space around it.
    package let email: String?
    /// The caller's name as the PBX shows it.
    package let displayName: String?

    package init(number: PartyNumber?, email: String?, displayName: String?) {
        self.number = number
        self.email = email
        self.displayName = displayName
    }
}

/// A contact that is to be created.
package struct ContactDraft: Sendable, Hashable {
    package var lastName: String
    package var firstName: String?
    package var civility: String?
    package var email: String?
    package var phone: PartyNumber?
    package var phoneBusiness: PartyNumber?
    package var phoneMobile: PartyNumber?
    package var customValue: String?
    /// nil when it is not known.
    package var direction: PhoneCall.Direction?

    package init(lastName: String) { self.lastName = lastName }

    /// The number of the call that the contact is made for: business, else mobile, else the other one.
    package var number: PartyNumber? { phoneBusiness ?? phoneMobile ?? phone }
}
