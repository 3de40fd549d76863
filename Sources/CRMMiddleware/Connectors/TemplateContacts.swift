// What a template calls a contact, as the API shows one, and which of several a journal entry belongs to. Values.

internal import CRMTemplate
internal import NumbersCore
internal import Platform

/// A contact with the outputs that it was made of, which reports read as `[Contact::…]`.
struct FoundContact {
    var contact: CRMContact
    var outputs: Contact
}

/// Turns outputs of a template into contacts.
struct TemplateContacts {
    /// Bytes of one text of a contact; the rest is cut off. CRMs answer megabytes where somebody pasted a mail.
    static let textBytesMax = 4_096
    /// Fields that the API has no name for.
    static let customMax = 64
    /// Contacts of one lookup; a CRM that searches by words may answer with all it has.
    static let countMax = 1_000

    let connector: ConnectorID

    /// The contacts of a run, one for each record.
    func contacts(_ results: [Contact]) -> [FoundContact] {
        // Most lookups find one.
        if let only = results.first, results.count == 1 { return [FoundContact(contact: contact(only), outputs: only)] }
        var seen: Set<UniqueID> = []
        return results.prefix(Self.countMax).map { FoundContact(contact: contact($0), outputs: $0) }
            .filter { found in found.contact.id.map { seen.insert($0).inserted } ?? true }
    }

    func contact(_ result: Contact) -> CRMContact {
        var contact = CRMContact()
        contact.connector = connector
        for field in result.fields {
            let text = Self.cut(field.value)
            if text.isEmpty { continue }
            switch field.name {
            case "FirstName": contact.firstName = text
            case "LastName": contact.lastName = text
            case "CompanyName": contact.company = text
            case "Email": contact.email = text
            case "Title": contact.title = text
            case "Salutation", "Civility": contact.civility = text
            case "ContactUrl": contact.entityURL = Self.address(field.value)
            case "EntityId": contact.entityID = text
            case "EntityType": contact.entityType = text
            default:
                if let line = Self.lines[field.name] {
                    contact.lines[line] = text
                } else if contact.custom.count < Self.customMax {
                    contact.custom.append(CRMContact.CustomField(Self.cut(field.name), text))
                }
            }
        }
        contact.id = Self.key(
            entityID: contact.entityID, entityType: contact.entityType, address: result["ContactUrl"]
        ).map { CRMContact.id($0, of: connector) }
        return contact
    }

    /// What tells a record from all others of its CRM; nil when nothing does.
    static func key(entityID: String?, entityType: String?, address: String?) -> String? {
        if let entityID { return "\(entityType ?? "")\n\(entityID)" }
        return address.map { "\n\n\($0)" }
    }

    private static let lines: [String: CRMContact.Line] = [
        "PhoneBusiness": .phoneBusiness1, "PhoneBusiness2": .phoneBusiness2, "PhoneMobile": .phoneMobile1,
        "PhoneMobile2": .phoneMobile2, "PhoneHome": .phoneHome1, "PhoneHome2": .phoneHome2, "PhoneOther": .phoneOther1,
        "FaxBusiness": .faxBusiness1, "FaxHome": .faxHome1,
    ]

    /// Schemes that run something in whoever opens them; a CRM's own (`salesforce1:`) are let through.
    private static let activeSchemes = ["javascript", "data", "vbscript", "file", "blob", "about", "view-source"]

    /// The link as a PBX may open it; nil when it is longer than any, or is no link but a program.
    private static func address(_ text: String) -> String? {
        guard text.utf8.count <= textBytesMax, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
        let scheme = text.prefix { $0 != ":" }.lowercased()
        return activeSchemes.contains(scheme) ? nil : text
    }

    /// A text of no more bytes than one may have, cut between characters.
    static func cut(_ text: String) -> String {
        guard text.utf8.count > textBytesMax else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: textBytesMax)
        while end > text.startIndex, String.Index(end, within: text) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}

extension CRMContact {
    /// As people call it: first and last name, else the company.
    var displayName: String {
        let name = [firstName, lastName].compactMap { $0 }.joined(separator: " ")
        return name.isEmpty ? company ?? "" : name
    }
}

/// Which contact of a lookup a call or a chat is journalled to.
struct JournalContact {
    let settings: WorkspaceSettings
    let plan: PresentPlan

    /// The contact that has the number: the one that was shown, else a person, else a company; among equals the first.
    /// One whose number only ends alike counts when no other has it whole.
    func choose(_ contacts: [FoundContact], number: PartyNumber, shown: UniqueID?) -> FoundContact? {
        ContactKey(number).flatMap { choose(contacts, $0, number, shown) }
    }

    /// The contact that has the address.
    func choose(_ contacts: [FoundContact], email: String) -> FoundContact? {
        choose(contacts, .email(ContactMatcher.normalised(email: email)), nil, nil)
    }

    private func choose(
        _ contacts: [FoundContact], _ key: ContactKey, _ number: PartyNumber?, _ shown: UniqueID?
    ) -> FoundContact? {
        let matcher = ContactMatcher(key, number: number, settings: settings, plan: plan.value)
        var matching: [CRMContact.Match: [FoundContact]] = [:]
        for found in contacts {
            if let match = matcher.match(found.contact) { matching[match, default: []].append(found) }
        }
        guard let best = matching[.exact] ?? matching[.suffix] else { return nil }
        if let shown, let found = best.first(where: { $0.contact.id == shown }) { return found }
        return best.first(where: \.contact.isPerson) ?? best.first
    }
}
