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
        /// The paid suppliers.
        case suppliers
    }

    package static func note(_ subject: Subject, at: UnixTime, on connection: Connection) throws(DatabaseError) {
        try ChangeTable.note(subject.change, at: at, on: connection)
    }

    /// The revision: how many changes there have been.
    static func revision(on connection: Connection) throws(DatabaseError) -> Int64 {
        try ChangeTable.revision(on: connection)
    }

    /// The changes after a revision, in order, and the revision they lead to.
    static func changes(
        after revision: Int64, on connection: Connection
    ) throws(DatabaseError) -> (subjects: [Subject], revision: Int64) {
        let (changes, last) = try ChangeTable.changes(after: revision, on: connection)
        return (changes.map(Subject.init), last)
    }
}

extension ChangeFeed.Subject {
    /// Reads a change back; one of a kind that is not known may be anything.
    init(_ change: DatabaseChange) {
        switch change.kind {
        case "account": self = .account(AccountID(value: change.subject))
        case "number": self = E164(UInt64(clamping: change.subject)).map { .number($0) } ?? .names
        // The table knows no kind of its own for them: a server that is older forgets names, which harms nothing.
        case "names" where change.subject == 1: self = .suppliers
        default: self = .names
        }
    }

    fileprivate var change: DatabaseChange {
        switch self {
        case .account(let id): DatabaseChange(kind: "account", subject: id.value)
        case .number(let number): DatabaseChange(kind: "number", subject: Int64(clamping: number.digits))
        case .names: DatabaseChange(kind: "names", subject: 0)
        case .suppliers: DatabaseChange(kind: "names", subject: 1)
        }
    }
}
