// How far imports have come, in SQL, so that one that was cut off goes on. Functions over one connection inside the
// caller's transaction: a position is written together with the rows before it.

package import NumbersCore
package import Platform
internal import SQLiteDatabase

/// What tells one import from another: the same rows read in the same way.
package struct ImportIdentity: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        case names, complaints
    }

    package let kind: Kind
    /// Of the whole content: a file that has changed is another one.
    package let file: SHA256Digest
    /// Where its numbers are dialled; nil: they have country codes.
    package let country: Region?

    package init(kind: Kind, file: SHA256Digest, country: Region?) {
        self.kind = kind
        self.file = file
        self.country = country
    }
}

/// How far an import has come.
package struct ImportPosition: Sendable, Hashable {
    /// All before it is in the database or was left out.
    package let place: CSVReader.Position
    /// Rows before it, without the header.
    package let rowCount: Int
    package let importedCount: Int
    package let leftOutCount: Int

    package init(place: CSVReader.Position, rowCount: Int, importedCount: Int, leftOutCount: Int) {
        self.place = place
        self.rowCount = rowCount
        self.importedCount = importedCount
        self.leftOutCount = leftOutCount
    }
}

/// Reads and writes positions of imports.
enum ImportTable {
    /// How long it is remembered that an import was cut off.
    private static let lifetime: Duration = .seconds(30 * 86_400)

    static func position(
        of identity: ImportIdentity, at now: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> ImportPosition? {
        try connection.first(
            """
            SELECT byte, line, row_count, imported, left_out FROM imports
            WHERE kind = ? AND file = ? AND country = ? AND at > ?
            """, .text(identity.kind.rawValue), .blob(identity.file.bytes), .text(identity.country?.code ?? ""),
            .integer((now - lifetime).microseconds)
        ) { row throws(DatabaseError) in
            ImportPosition(
                place: CSVReader.Position(byte: row.integer(0), line: Int(clamping: row.integer(1))),
                rowCount: Int(clamping: row.integer(2)), importedCount: Int(clamping: row.integer(3)),
                leftOutCount: Int(clamping: row.integer(4)))
        }
    }

    static func note(
        _ position: ImportPosition, of identity: ImportIdentity, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) {
        try connection.run(
            """
            INSERT INTO imports (kind, file, country, byte, line, row_count, imported, left_out, at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (kind, file, country) DO UPDATE SET byte = excluded.byte, line = excluded.line,
                row_count = excluded.row_count, imported = excluded.imported, left_out = excluded.left_out,
                at = excluded.at
            """, .text(identity.kind.rawValue), .blob(identity.file.bytes), .text(identity.country?.code ?? ""),
            .integer(position.place.byte), .integer(Int64(position.place.line)), .integer(Int64(position.rowCount)),
            .integer(Int64(position.importedCount)), .integer(Int64(position.leftOutCount)),
            .integer(at.microseconds))
    }

    /// Forgets an import that came to its end, and those that were never gone on with.
    static func end(
        _ identity: ImportIdentity, at now: UnixTime, on connection: Connection
    ) throws(DatabaseError) {
        try connection.run(
            "DELETE FROM imports WHERE (kind = ? AND file = ? AND country = ?) OR at <= ?",
            .text(identity.kind.rawValue), .blob(identity.file.bytes), .text(identity.country?.code ?? ""),
            .integer((now - lifetime).microseconds))
    }
}
