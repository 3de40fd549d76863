// What has changed, in the order it did, so that a running server forgets what it remembers. Functions over one
// connection inside the caller's transaction.

package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Notes changes and reads them back.
package enum ChangeFeed {
    /// Something that a server may remember.
    package enum Subject: Sendable, Hashable {
        case account(AccountID)
        case number(E164)
        /// Many numbers at once: everything remembered of names.
        case names
    }

    /// Changes handed out in one go.
    private static let readMax: Int64 = 1_000
    /// How long changes are kept: much longer than any server takes to read them.
    private static let lifetime: Duration = .seconds(24 * 60 * 60)

    package static func note(_ subject: Subject, at: UnixTime, on connection: Connection) throws(DatabaseError) {
        let (kind, value): (String, Int64) =
            switch subject {
            case .account(let id): ("account", id.value)
            case .number(let number): ("number", Int64(clamping: number.digits))
            case .names: ("names", 0)
            }
        try connection.run(
            "INSERT INTO changes (at, kind, subject) VALUES (?, ?, ?)", .integer(at.microseconds), .text(kind),
            .integer(value))
    }

    /// The revision: how many changes there have been.
    static func revision(on connection: Connection) throws(DatabaseError) -> Int64 {
        // Not the table's largest id, because old changes are dropped.
        let revision = try connection.first("SELECT seq FROM sqlite_sequence WHERE name = 'changes'") {
            row throws(DatabaseError) in row.integer(0)
        }
        return revision ?? 0
    }

    /// The changes after a revision, in order, and the revision they lead to.
    static func changes(
        after revision: Int64, on connection: Connection
    ) throws(DatabaseError) -> (subjects: [Subject], revision: Int64) {
        var subjects: [Subject] = []
        var last = revision
        try connection.each(
            "SELECT id, kind, subject FROM changes WHERE id > ? ORDER BY id LIMIT ?", .integer(revision),
            .integer(readMax)
        ) { row throws(DatabaseError) in
            last = row.integer(0)
            switch row.text(1) {
            case "account": subjects.append(.account(AccountID(value: row.integer(2))))
            case "number": subjects.append(E164(UInt64(clamping: row.integer(2))).map { .number($0) } ?? .names)
            default: subjects.append(.names)
            }
            return .next
        }
        return (subjects, last)
    }

    static func sweep(now: UnixTime, on connection: Connection) throws(DatabaseError) {
        try connection.run("DELETE FROM changes WHERE at <= ?", .integer((now - lifetime).microseconds))
    }
}
