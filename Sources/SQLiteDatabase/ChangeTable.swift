// The table `changes`: what has changed, in the order it did, so that a running server forgets what it remembers.
// Functions over one connection inside the caller's transaction.

package import Platform

/// One change as it is written: a kind and a subject, which only the product that noted it can read.
package struct DatabaseChange: Sendable, Hashable {
    package let kind: String
    package let subject: Int64

    package init(kind: String, subject: Int64) {
        self.kind = kind
        self.subject = subject
    }
}

/// Notes changes and reads them back. The schema of the product makes the table:
/// `changes (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL, subject INTEGER NOT NULL)`.
package enum ChangeTable {
    /// Changes handed out in one go.
    private static let readMax: Int64 = 1_000
    /// How long changes are kept: much longer than any server takes to read them.
    private static let lifetime: Duration = .seconds(24 * 60 * 60)

    package static func note(_ change: DatabaseChange, at: UnixTime, on connection: Connection) throws(DatabaseError) {
        try connection.run(
            "INSERT INTO changes (at, kind, subject) VALUES (?, ?, ?)", .integer(at.microseconds), .text(change.kind),
            .integer(change.subject))
    }

    /// The revision: how many changes there have been.
    package static func revision(on connection: Connection) throws(DatabaseError) -> Int64 {
        // Not the table's largest id, because old changes are dropped.
        let revision = try connection.first("SELECT seq FROM sqlite_sequence WHERE name = 'changes'") {
            row throws(DatabaseError) in row.integer(0)
        }
        return revision ?? 0
    }

    /// The changes after a revision, in order, and the revision they lead to.
    package static func changes(
        after revision: Int64, on connection: Connection
    ) throws(DatabaseError) -> (changes: [DatabaseChange], revision: Int64) {
        var changes: [DatabaseChange] = []
        var last = revision
        try connection.each(
            "SELECT id, kind, subject FROM changes WHERE id > ? ORDER BY id LIMIT ?", .integer(revision),
            .integer(readMax)
        ) { row throws(DatabaseError) in
            last = row.integer(0)
            changes.append(DatabaseChange(kind: row.text(1), subject: row.integer(2)))
            return .next
        }
        return (changes, last)
    }

    /// Drops the changes that every server has read long since.
    package static func sweep(now: UnixTime, on connection: Connection) throws(DatabaseError) {
        try connection.run("DELETE FROM changes WHERE at <= ?", .integer((now - lifetime).microseconds))
    }
}
