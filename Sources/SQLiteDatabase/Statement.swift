// One prepared statement. Confined to the thread that uses its connection, and closed before it.

internal import CSQLite

/// Compiled SQL with its bindings; finalized when it goes.
final class Statement {
    let handle: OpaquePointer
    let parameterCount: Int
    let columnCount: Int32
    /// Whether the statement leaves the database as it is, so that it has no count of changed rows.
    let isReadOnly: Bool
    /// Set while rows are being read, so that the same SQL inside a row's closure gets a statement of its own.
    var isInUse = false
    /// The first column that did not hold what the program asked for; reported once the row's closure has returned.
    var mismatch: String?

    private let connection: OpaquePointer

    init(handle: OpaquePointer, connection: OpaquePointer) {
        self.handle = handle
        self.connection = connection
        parameterCount = Int(sqlite3_bind_parameter_count(handle))
        columnCount = sqlite3_column_count(handle)
        isReadOnly = sqlite3_stmt_readonly(handle) != 0
    }

    deinit { sqlite3_finalize(handle) }

    /// The SQL as written.
    var sql: String? { sqlite3_sql(handle).map { String(cString: $0) } }

    /// Binds all parameters, in order.
    func bind(_ values: [SQLValue]) throws(DatabaseError) {
        guard values.count == parameterCount else {
            throw .misuse("\(parameterCount) parameters, \(values.count) values", sql: sql)
        }
        for index in values.indices {
            let code = bind(values[index], at: Int32(index + 1))
            guard code == SQLITE_OK else { throw .last(code, on: connection, sql: sql) }
        }
    }

    private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, index)
        case .integer(let integer): return sqlite3_bind_int64(handle, index, integer)
        case .real(let real): return sqlite3_bind_double(handle, index, real)
        case .text(var text):
            return text.withUTF8 { bytes in
                // An empty string may have no address, and SQLite takes a null pointer for NULL.
                guard let base = bytes.baseAddress else { return no_sqlite3_bind_text(handle, index, "", 0) }
                return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    no_sqlite3_bind_text(handle, index, $0, UInt64(bytes.count))
                }
            }
        case .blob(let blob):
            guard !blob.isEmpty else { return sqlite3_bind_zeroblob(handle, index, 0) }
            return blob.withUnsafeBytes { no_sqlite3_bind_blob(handle, index, $0.baseAddress, UInt64($0.count)) }
        }
    }

    /// Runs to the next row; false at the end.
    func step() throws(DatabaseError) -> Bool {
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw .last(code, on: connection, sql: sql)
        }
    }

    /// Throws what a row's closure asked for in vain, if it did.
    func checkRow() throws(DatabaseError) {
        guard let mismatch else { return }
        throw DatabaseError(extendedCode: SQLITE_MISMATCH, message: mismatch, sql: sql)
    }

    /// Ends the run and forgets the bound values, so that no lock and no caller's data stays behind.
    func finish() {
        // The code repeats what the last step has already thrown.
        _ = sqlite3_reset(handle)
        if parameterCount > 0 { _ = sqlite3_clear_bindings(handle) }
        isInUse = false
        mismatch = nil
    }
}
