// The middleware's own contacts as a connector, so that the whole product works without any CRM. The book is a port.

package import NumbersCore
package import Platform

/// A contact as the book keeps it, without anything that depends on who asks.
package struct BookEntry: Sendable, Hashable {
    /// Unique in the workspace.
    package let entityID: String
    /// Without id, connector and match.
    package let contact: CRMContact

    package init(entityID: String, contact: CRMContact) {
        self.entityID = entityID
        self.contact = contact
    }
}

/// Keeps the contacts of workspaces.
package protocol ContactBook: Sendable {
    /// Contacts that may have the number or the address: everything with the number's last digits. The caller compares.
    func candidates(
        _ query: ContactQuery, workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<[BookEntry], StorageUnavailable>

    /// Whether it is in memory that the workspace has no contacts.
    func isKnownEmpty(_ workspace: WorkspaceID) -> Bool

    /// Adds a contact.
    /// - Parameter country: where its national numbers are dialled.
    func add(
        _ entry: BookEntry, country: Region?, workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<Void, StorageUnavailable>
}

extension ContactBook {
    package func isKnownEmpty(_ workspace: WorkspaceID) -> Bool { false }
}

/// The built-in connector of one workspace: finds and creates contacts, and has nobody to journal calls to.
package struct BuiltInConnector: Connector {
    package let id: ConnectorID
    package let priority: Int
    package let features: ConnectorFeatures
    private let workspace: WorkspaceID
    private let country: Region?
    private let book: any ContactBook
    private let clock: Clock
    private let random: RandomSource

    /// What it can do.
    package static let abilities: ConnectorFeatures = [.lookup, .create]

    /// - Parameter country: where the national numbers of its contacts are dialled; the workspace's.
    package init(
        id: ConnectorID, workspace: WorkspaceID, priority: Int, features: ConnectorFeatures, country: Region?,
        book: any ContactBook, clock: Clock, random: RandomSource
    ) {
        self.id = id
        self.workspace = workspace
        self.priority = priority
        self.features = features.intersection(Self.abilities)
        self.country = country
        self.book = book
        self.clock = clock
        self.random = random
    }

    package var kind: ConnectorKind { .builtin }

    package func lookup(
        _ query: ContactQuery, deadline: MonotonicTime
    ) async -> Result<[CRMContact], ConnectorFailure> {
        await book.candidates(query, workspace: workspace, deadline: deadline)
            .map { entries in entries.map { shown($0) } }
            .mapError { _ in Self.storageFailure(mayHaveArrived: false) }
    }

    package func known(_ query: ContactQuery) -> [CRMContact]? { book.isKnownEmpty(workspace) ? [] : nil }

    package func create(
        _ draft: ContactDraft, deadline: MonotonicTime
    ) async -> Result<CRMContact, ConnectorFailure> {
        let entry = BookEntry(
            entityID: UniqueID(at: clock.wall(), random: random).description, contact: Self.contact(of: draft))
        return await book.add(entry, country: country, workspace: workspace, deadline: deadline)
            .map { shown(entry) }
            .mapError { _ in Self.storageFailure(mayHaveArrived: true) }
    }

    package func deliver(_ call: PhoneCall, deadline: MonotonicTime) async -> DeliveryOutcome { .skipped }

    package func deliver(_ chat: Chat, deadline: MonotonicTime) async -> DeliveryOutcome { .skipped }

    private func shown(_ entry: BookEntry) -> CRMContact {
        var contact = entry.contact
        contact.entityID = entry.entityID
        contact.id = CRMContact.id(entry.entityID, of: id)
        contact.connector = id
        return contact
    }

    private static func storageFailure(mayHaveArrived: Bool) -> ConnectorFailure {
        ConnectorFailure(
            code: "storage", message: "The database does not answer in time.", mayHaveArrived: mayHaveArrived)
    }

    /// The name of the field that keeps `custom_value`.
    package static let customValueField = "custom_value"

    static func contact(of draft: ContactDraft) -> CRMContact {
        var contact = CRMContact()
        contact.lastName = draft.lastName
        contact.firstName = draft.firstName
        contact.civility = draft.civility
        contact.email = draft.email
        contact.entityType = entityType
        for (line, number) in [
            (CRMContact.Line.phoneBusiness1, draft.phoneBusiness), (.phoneMobile1, draft.phoneMobile),
            (.phoneOther1, draft.phone),
        ] {
            if let text = number?.text, !text.isEmpty { contact.lines[line] = text }
        }
        if let value = draft.customValue { contact.custom = [CRMContact.CustomField(customValueField, value)] }
        return contact
    }

    /// What its records are called where nothing else is said.
    package static let entityType = "contact"
}
