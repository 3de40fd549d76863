// One open SQLite database. Not Sendable: a connection is opened, used and closed by one thread at a time, which is why
// SQLite's own mutexes are off.

internal import CSQLite
package import Platform

/// An open database with its prepared statements.
package final class Connection {
    /// How a file is opened.
    package enum Mode: Hashable, Sendable {
        /// Reads and writes; makes the file when there is none.
        case readWriteCreate
        /// Reads and writes a file that exists.
        case readWrite
        /// Reads a file that exists.
        case readOnly
    }

    /// The file, as it was named.
    package let path: String

    let handle: OpaquePointer
    let hooks: ConnectionHooks
    private var statements = StatementCache()
    /// Statements of composed SQL by their text.
    private var composed: [String: Statement] = [:]

    /// Composed statements that are kept: a few hundred shapes of one list. One more and all are forgotten, because
    /// whoever asks in that many shapes asks in all of them once.
    private static let composedMax = 512

    /// Page cache of a connection: SQLite's default of 2 MB keeps too few inner pages of a table of ten million rows.
    package static let defaultCacheBytes = 16 << 20

    /// Opens a file.
    /// - Parameters:
    ///   - path: a file's path, or `:memory:`; never read as a URI.
    ///   - busyTimeout: how long a statement waits for another connection's lock.
    ///   - vfs: the name of a registered SQLite VFS; nil is the system's.
    ///   - cacheBytes: how much of the file may be kept in this connection's memory.
    /// - Throws: when the file cannot be opened; its content is first read by the first statement.
    package init(
        path: String, mode: Mode, busyTimeout: Duration, vfs: String? = nil,
        cacheBytes: Int = Connection.defaultCacheBytes
    ) throws(DatabaseError) {
        precondition(Self.libraryIsReady)
        guard !path.isEmpty, !path.utf8.contains(0) else {
            // SQLite would open a temporary database for an empty path, and another file for a cut one.
            throw DatabaseError(extendedCode: SQLITE_CANTOPEN, message: "the path is empty or holds a NUL byte")
        }
        // Debian's library takes a path that begins with "file:" for a URI.
        let safePath = path.hasPrefix("file:") ? "./" + path : path
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        switch mode {
        case .readWriteCreate: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        case .readWrite: flags |= SQLITE_OPEN_READWRITE
        case .readOnly: flags |= SQLITE_OPEN_READONLY
        }
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(safePath, &opened, flags, vfs)
        guard code == SQLITE_OK, let opened else {
            let error = DatabaseError.last(code, on: opened)
            _ = sqlite3_close(opened)
            throw error
        }
        handle = opened
        hooks = ConnectionHooks(busyTimeout: busyTimeout)
        self.path = path
        hooks.install(on: handle)
        // Names in the schema may call no function with side effects, and SQL cannot damage the file's structure.
        _ = no_sqlite3_db_switch(handle, SQLITE_DBCONFIG_DEFENSIVE, 1)
        _ = no_sqlite3_db_switch(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        _ = no_sqlite3_db_switch(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1)
        // A string in double quotes is a mistake, not a literal.
        _ = no_sqlite3_db_switch(handle, SQLITE_DBCONFIG_DQS_DML, 0)
        _ = no_sqlite3_db_switch(handle, SQLITE_DBCONFIG_DQS_DDL, 0)
        // Without recursive triggers, INSERT OR REPLACE deletes rows past a trigger that forbids deleting.
        try execute("PRAGMA recursive_triggers = ON")
        // In a write-ahead log FULL syncs the log once a commit; the setting belongs to the connection, not the file.
        // A negative cache size is in KiB.
        try execute("PRAGMA synchronous = FULL; PRAGMA cache_size = -\(max(1, cacheBytes >> 10))")
    }

    deinit {
        forgetStatements()
        // Every statement is finalized by now, so the close cannot be refused.
        _ = sqlite3_close_v2(handle)
    }

    /// Settings of the whole library, made once before it is first used. They only save time: refused, all still works.
    private static let libraryIsReady: Bool = {
        // Counting every allocation takes one lock for all threads.
        _ = no_sqlite3_config_int(SQLITE_CONFIG_MEMSTATUS, 0)
        // Undo logs of savepoints stay in memory up to 8 MB instead of 64 KB: the writer opens one for every job.
        _ = no_sqlite3_config_int(SQLITE_CONFIG_STMTJRNL_SPILL, 8 << 20)
        return sqlite3_initialize() == SQLITE_OK
    }()

    /// Stops statements of this connection that run past `deadline` with an interrupted error; nil lets them run.
    ///
    /// An interrupted write also undoes the transaction it is in.
    package func setDeadline(_ deadline: MonotonicTime?) { hooks.setDeadline(deadline, on: handle) }

    /// Whether a transaction is open.
    package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// The row id of the latest INSERT of this connection.
    package var lastInsertRowID: Int64 { sqlite3_last_insert_rowid(handle) }

    /// A number that changes when another connection has committed a change; comparable only within this connection.
    package func dataVersion() throws(DatabaseError) -> Int64 {
        try first("PRAGMA data_version") { row throws(DatabaseError) in row.integer(0) } ?? 0
    }

    /// A statement ready to bind, marked as in use; the caller finishes it.
    func statement(_ sql: StaticString) throws(DatabaseError) -> Statement {
        if let cached = statements.find(sql) {
            guard cached.isInUse else {
                cached.isInUse = true
                return cached
            }
            // The same SQL inside its own row closure: a statement for this one use.
            return try prepare(sql, flags: 0)
        }
        let prepared = try prepare(sql, flags: UInt32(SQLITE_PREPARE_PERSISTENT))
        statements.insert(prepared, for: sql)
        prepared.isInUse = true
        return prepared
    }

    /// The same for SQL that is put together while the program runs.
    func statement(_ sql: ComposedSQL) throws(DatabaseError) -> Statement {
        if let cached = composed[sql.text] {
            guard cached.isInUse else {
                cached.isInUse = true
                return cached
            }
            return try prepare(sql, flags: 0)
        }
        let prepared = try prepare(sql, flags: UInt32(SQLITE_PREPARE_PERSISTENT))
        if composed.count >= Self.composedMax { composed.removeAll() }
        composed[sql.text] = prepared
        prepared.isInUse = true
        return prepared
    }

    private func prepare(_ sql: ComposedSQL, flags: UInt32) throws(DatabaseError) -> Statement {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql.text, Int32(sql.text.utf8.count), flags, &prepared, nil)
        guard code == SQLITE_OK else { throw .last(code, on: handle, sql: sql.text) }
        guard let prepared else { throw .misuse("no statement", sql: sql.text) }
        return Statement(handle: prepared, connection: handle)
    }

    private func prepare(_ sql: StaticString, flags: UInt32) throws(DatabaseError) -> Statement {
        precondition(sql.hasPointerRepresentation, "SQL is a literal of more than one character")
        var prepared: OpaquePointer?
        let code = sql.utf8Start.withMemoryRebound(to: CChar.self, capacity: sql.utf8CodeUnitCount) {
            sqlite3_prepare_v3(handle, $0, Int32(sql.utf8CodeUnitCount), flags, &prepared, nil)
        }
        guard code == SQLITE_OK else { throw .last(code, on: handle, sql: sql.description) }
        guard let prepared else { throw .misuse("no statement", sql: sql.description) }
        return Statement(handle: prepared, connection: handle)
    }

    /// Finalizes every cached statement; they are prepared anew when next used.
    func forgetStatements() {
        statements.removeAll()
        composed.removeAll()
    }
}
