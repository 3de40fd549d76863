// Imports and the spam signal, as an administrator does them: each operation is one write transaction.

package import NumbersCore
internal import Platform
package import SQLiteDatabase

extension OperatorDesk {
    /// Rows to put in with one transaction: enough to share the cost of the sync, few enough to keep a running server's
    /// writer waiting for some milliseconds only.
    package static let importBlock = 1_000

    /// Puts a block of at most `importBlock` names into the directory; the last one of a number wins.
    package func importNames(_ names: [DirectoryName], reaching mark: ImportMark? = nil) throws(DatabaseError) {
        let now = clock.wall()
        try connection.transaction { () throws(DatabaseError) in
            try NameTables.importNames(names, at: now, on: connection)
            try note(mark, at: now)
        }
    }

    /// Puts a block of at most `importBlock` complaints in; the last one of a number wins for each list.
    package func importComplaints(_ complaints: [Complaint], reaching mark: ImportMark? = nil) throws(DatabaseError) {
        let now = clock.wall()
        try connection.transaction { () throws(DatabaseError) in
            try SpamTables.importComplaints(complaints, at: now, on: connection)
            try note(mark, at: now)
        }
    }

    /// A position that an import has reached with a block.
    package struct ImportMark: Sendable {
        package let identity: ImportIdentity
        package let position: ImportPosition

        package init(identity: ImportIdentity, position: ImportPosition) {
            self.identity = identity
            self.position = position
        }
    }

    private func note(_ mark: ImportMark?, at now: UnixTime) throws(DatabaseError) {
        guard let mark else { return }
        try ImportTable.note(mark.position, of: mark.identity, at: now, on: connection)
    }

    /// Where an import was cut off; nil when it was not.
    package func importPosition(of identity: ImportIdentity) throws(DatabaseError) -> ImportPosition? {
        try ImportTable.position(of: identity, at: clock.wall(), on: connection)
    }

    /// Forgets how far an import came: it has ended.
    package func endImport(_ identity: ImportIdentity) throws(DatabaseError) {
        let now = clock.wall()
        try connection.transaction { () throws(DatabaseError) in
            try ImportTable.end(identity, at: now, on: connection)
        }
    }

    // MARK: Spam signal

    /// What the score of a number comes from.
    package func spamInputs(of number: E164) throws(DatabaseError) -> SpamInputs {
        try SpamTables.inputs(of: number, on: connection)
    }

    /// Takes an input away and returns its number; nil when there is none of that name.
    package func dropSpamInput(_ id: SpamInputID) throws(DatabaseError) -> E164? {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            try SpamTables.drop(id, at: now, on: connection)
        }
    }
}
