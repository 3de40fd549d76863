// The built-in contacts in SQL, for the server and the administrator's tool alike. Functions over one connection inside
// the caller's transaction.

package import CRMMiddleware
package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Reads and writes the contacts of workspaces.
package enum ContactTable {
    /// Contacts that one search gets: more than this many with the same number are a switchboard's, not persons'.
    package static let candidatesMax = 200

    /// The last digits by which numbers are found; a workspace's suffix search has at least as many.
    private static let endingDigits = 6

    /// Adds a contact, or puts it in place of the one with the same entity.
    /// - Parameter country: where its national numbers are dialled.
    package static func put(
        _ entry: BookEntry, country: Region?, workspace: WorkspaceID, at: UnixTime, plan: NumberingPlan,
        on connection: Connection
    ) throws(DatabaseError) {
        let contact = entry.contact
        let emailKey = contact.email.map { ContactMatcher.normalised(email: $0) }.flatMap { $0.isEmpty ? nil : $0 }
        let values: [SQLValue] = [
            .text(contact.entityType), .text(contact.entityURL), .text(contact.firstName), .text(contact.lastName),
            .text(contact.civility), .text(contact.email), .text(emailKey), .text(contact.company),
            .text(contact.title), .text(ContactText.encode(contact.lines)), .text(ContactText.encode(contact.custom)),
            .integer(at.microseconds),
        ]
        let old = try connection.first(
            "SELECT id, numbers FROM contacts WHERE workspace_id = ? AND entity_id = ?", .integer(workspace.value),
            .text(entry.entityID)
        ) { row throws(DatabaseError) in (id: row.integer(0), lines: row.text(1)) }
        let id: Int64
        if let old {
            id = old.id
            try removeNumbers(ContactText.lines(old.lines), of: id, country, workspace, plan, on: connection)
            try connection.run(
                """
                UPDATE contacts SET entity_type = ?, entity_url = ?, first_name = ?, last_name = ?, civility = ?,
                    email = ?, email_key = ?, company = ?, title = ?, numbers = ?, custom = ?, updated_at = ?
                WHERE id = ? AND workspace_id = ?
                """, bindings: values + [.integer(id), .integer(workspace.value)])
        } else {
            let inserted = try connection.first(
                """
                INSERT INTO contacts (entity_type, entity_url, first_name, last_name, civility, email, email_key,
                    company, title, numbers, custom, updated_at, created_at, workspace_id, entity_id)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?13, ?14) RETURNING id
                """, bindings: values + [.integer(workspace.value), .text(entry.entityID)]
            ) { row throws(DatabaseError) in row.integer(0) }
            // An INSERT that returns nothing has not inserted, which is an error of its own.
            guard let inserted else { return }
            id = inserted
        }
        for text in contact.lines.values {
            let number = PartyNumber(text, country: country, plan: plan)
            guard let ending = ending(of: number) else { continue }
            try connection.run(
                """
                INSERT INTO contact_numbers (workspace_id, ending, e164, contact_id) VALUES (?, ?, ?, ?)
                ON CONFLICT DO NOTHING
                """, .integer(workspace.value), .integer(ending), .integer(Int64(clamping: number.e164?.digits ?? 0)),
                .integer(id))
        }
    }

    /// Whether the workspace has no contact.
    static func isEmpty(_ workspace: WorkspaceID, on connection: Connection) throws(DatabaseError) -> Bool {
        try connection.first("SELECT 1 FROM contacts WHERE workspace_id = ? LIMIT 1", .integer(workspace.value)) {
            _ throws(DatabaseError) in true
        } == nil
    }

    /// Contacts that may have the number or the address of a query.
    package static func candidates(
        _ query: ContactQuery, workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) -> [BookEntry] {
        var ids: [Int64] = []
        if let number = query.number, let ending = ending(of: number) {
            let e164 = Int64(clamping: number.e164?.digits ?? 0)
            try connection.each(
                """
                SELECT contact_id FROM contact_numbers WHERE workspace_id = ? AND ending = ? AND e164 = ?
                ORDER BY contact_id LIMIT ?
                """, .integer(workspace.value), .integer(ending), .integer(e164), .integer(Int64(candidatesMax))
            ) { row throws(DatabaseError) in
                ids.append(row.integer(0))
                return .next
            }
            try connection.each(
                """
                SELECT contact_id FROM contact_numbers WHERE workspace_id = ? AND ending = ? AND e164 <> ? LIMIT ?
                """, .integer(workspace.value), .integer(ending), .integer(e164),
                .integer(Int64(candidatesMax - ids.count))
            ) { row throws(DatabaseError) in
                ids.append(row.integer(0))
                return .next
            }
        }
        if let email = query.email {
            try connection.each(
                "SELECT id FROM contacts WHERE workspace_id = ? AND email_key = ? ORDER BY id LIMIT ?",
                .integer(workspace.value), .text(email), .integer(Int64(candidatesMax))
            ) { row throws(DatabaseError) in
                ids.append(row.integer(0))
                return .next
            }
        }
        var entries: [BookEntry] = []
        var seen: Set<Int64> = []
        for id in ids where seen.insert(id).inserted {
            if let entry = try find(id, workspace: workspace, on: connection) { entries.append(entry) }
        }
        return entries
    }

    /// How many contacts a workspace has.
    package static func count(of workspace: WorkspaceID, on connection: Connection) throws(DatabaseError) -> Int64 {
        let count = try connection.first(
            "SELECT count(*) FROM contacts WHERE workspace_id = ?", .integer(workspace.value)
        ) { row throws(DatabaseError) in row.integer(0) }
        return count ?? 0
    }

    private static func find(
        _ id: Int64, workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) -> BookEntry? {
        try connection.first(
            """
            SELECT entity_id, entity_type, entity_url, first_name, last_name, civility, email, company, title, numbers,
                custom
            FROM contacts WHERE id = ? AND workspace_id = ?
            """, .integer(id), .integer(workspace.value)
        ) { row throws(DatabaseError) in
            var contact = CRMContact()
            contact.entityType = row.optionalText(1)
            contact.entityURL = row.optionalText(2)
            contact.firstName = row.optionalText(3)
            contact.lastName = row.optionalText(4)
            contact.civility = row.optionalText(5)
            contact.email = row.optionalText(6)
            contact.company = row.optionalText(7)
            contact.title = row.optionalText(8)
            contact.lines = ContactText.lines(row.text(9))
            contact.custom = ContactText.custom(row.text(10))
            return BookEntry(entityID: row.text(0), contact: contact)
        }
    }

    /// Takes the numbers of a contact out of the index. Its endings are looked for with the country of now and without
    /// one: what stays behind from another country leads to a contact that is compared and left out.
    private static func removeNumbers(
        _ lines: ContactLines, of id: Int64, _ country: Region?, _ workspace: WorkspaceID,
        _ plan: NumberingPlan, on connection: Connection
    ) throws(DatabaseError) {
        var endings: Set<Int64> = []
        for text in lines.values {
            for number in [PartyNumber(text, country: country, plan: plan), PartyNumber(given: text, e164: nil)] {
                if let ending = ending(of: number) { endings.insert(ending) }
            }
        }
        for ending in endings {
            // The index begins with workspace and ending; few numbers share these.
            try connection.run(
                "DELETE FROM contact_numbers WHERE workspace_id = ? AND ending = ? AND contact_id = ?",
                .integer(workspace.value), .integer(ending), .integer(id))
        }
    }

    /// The last six digits as a number; those of a shorter one as its value, negative; nil without a digit.
    static func ending(of number: PartyNumber) -> Int64? {
        let digits = ContactMatcher.digits(number.e164?.text ?? number.given)
        guard !digits.isEmpty else { return nil }
        let value = digits.suffix(endingDigits).reduce(Int64(0)) { $0 * 10 + Int64($1 & 15) }
        return digits.count >= endingDigits ? value : -value - 1
    }
}
