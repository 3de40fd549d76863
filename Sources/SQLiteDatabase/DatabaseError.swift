// What SQLite says when something fails, as a value. Immutable.

internal import CSQLite

/// A failed SQLite call: its extended result code, SQLite's own words, and the statement, never the bound values.
package struct DatabaseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as far as a caller may want to act on it.
    package enum Kind: Hashable, Sendable {
        /// Another connection holds the lock and did not give it up within the busy timeout.
        case busy
        /// The disk, or the quota on it, is full.
        case full
        /// Reading, writing or syncing the file failed, or the file could not be opened.
        case ioError
        /// The file's content contradicts itself.
        case corrupt
        /// A CHECK, UNIQUE, NOT NULL, foreign key or trigger refused the change.
        case constraint
        /// The file is something else than a SQLite database.
        case notADatabase
        /// The file or its directory cannot be written.
        case readOnly
        /// The statement was stopped because its time was up.
        case interrupted
        /// The program used the interface wrongly: a mistake in our own SQL or bindings.
        case misuse
        /// Everything else.
        case other
    }

    /// SQLite's extended result code (<https://sqlite.org/rescode.html>).
    package let extendedCode: Int32
    /// SQLite's message; it names tables and columns, never values.
    package let message: String
    /// The statement that failed, as written in the program.
    package let sql: String?
    /// Whether this is a commit that failed and whose change may be there all the same when the database is next opened:
    /// its sync failed, and so did undoing it.
    package internal(set) var mayBeKept = false

    package init(extendedCode: Int32, message: String, sql: String? = nil) {
        self.extendedCode = extendedCode
        self.message = message
        self.sql = sql
    }

    /// The primary result code: the low byte of the extended one.
    package var code: Int32 { extendedCode & 0xff }

    /// The group the code belongs to.
    package var kind: Kind {
        // The full disk has a primary code of its own, but a failed write in shared memory hides it in an I/O error.
        switch code {
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: .busy
        case SQLITE_FULL: .full
        case SQLITE_IOERR, SQLITE_CANTOPEN: .ioError
        case SQLITE_CORRUPT: .corrupt
        case SQLITE_CONSTRAINT: .constraint
        case SQLITE_NOTADB: .notADatabase
        case SQLITE_READONLY, SQLITE_PERM: .readOnly
        case SQLITE_INTERRUPT: .interrupted
        case SQLITE_MISUSE, SQLITE_RANGE, SQLITE_ERROR, SQLITE_MISMATCH: .misuse
        default: .other
        }
    }

    /// Whether a UNIQUE or PRIMARY KEY rule refused the change: the row is there already.
    package var isUniqueViolation: Bool {
        // The codes are macros that combine two numbers, which Swift does not import:
        // SQLITE_CONSTRAINT | (6 << 8), | (8 << 8), | (10 << 8).
        extendedCode == 1555 || extendedCode == 2067 || extendedCode == 2579
    }

    /// Whether a write was refused or cut short, as opposed to a sync.
    var isFailedWrite: Bool {
        // SQLITE_FULL, and SQLITE_IOERR_WRITE: 10 | (3 << 8).
        code == SQLITE_FULL || extendedCode == 778
    }

    /// Whether SQLite speaks of an input or output error where most often the disk is full: a write, or a file that is
    /// to grow.
    private var isProbablyFullDisk: Bool {
        // SQLITE_IOERR_WRITE, _SHMSIZE and _SHMMAP: 10 | (3 << 8), | (19 << 8), | (21 << 8).
        extendedCode == 778 || extendedCode == 4_874 || extendedCode == 5_386
    }

    package var description: String {
        var text = "SQLite error \(extendedCode): \(message)"
        if isProbablyFullDisk { text += ", most often because no space is left on the disk" }
        if mayBeKept { text += "; the change may have been kept, so look before you repeat it" }
        if let sql { text += " (in: \(Self.oneLine(sql)))" }
        return text
    }

    /// Statements in error texts are cut here: a log line is not a place for a whole migration.
    private static let sqlCharactersMax = 200

    private static func oneLine(_ sql: String) -> String {
        let words = sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count > sqlCharactersMax ? words.prefix(sqlCharactersMax) + " …" : words
    }
}

extension DatabaseError {
    /// The error of the call that has just failed on `handle`.
    static func last(_ code: Int32, on handle: OpaquePointer?, sql: String? = nil) -> DatabaseError {
        let message: String
        if let handle, sqlite3_extended_errcode(handle) & 0xff == code & 0xff, let text = sqlite3_errmsg(handle) {
            message = String(cString: text)
        } else {
            message = sqlite3_errstr(code).map { String(cString: $0) } ?? "unknown error"
        }
        return DatabaseError(extendedCode: code, message: message, sql: sql)
    }

    /// A mistake of the program, in words.
    static func misuse(_ message: String, sql: String? = nil) -> DatabaseError {
        DatabaseError(extendedCode: SQLITE_MISUSE, message: message, sql: sql)
    }
}
