// A row while it is being read. It cannot be kept: SQLite's column pointers die with the next step.

internal import CSQLite

/// What a row's closure wants next.
package enum RowStep: Hashable, Sendable {
    /// The next row.
    case next
    /// No further row.
    case stop
}

/// One row of a result. Columns are counted from 0 and copied out.
///
/// A column that does not hold what is asked for (a NULL where an integer is due, say) gives zero or an empty value
/// here, and the query throws a misuse error as soon as the closure returns: nothing is silently taken for zero.
package struct Row: ~Copyable {
    private let statement: Statement

    init(_ statement: Statement) { self.statement = statement }

    /// How many columns there are.
    package var columnCount: Int { Int(statement.columnCount) }

    /// Whether the column is NULL.
    package func isNull(_ column: Int32) -> Bool { type(of: column) == SQLITE_NULL }

    /// An INTEGER column.
    package func integer(_ column: Int32) -> Int64 {
        guard expect(SQLITE_INTEGER, column) else { return 0 }
        return sqlite3_column_int64(statement.handle, column)
    }

    /// An INTEGER column, nil when NULL.
    package func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    /// An INTEGER column that is 0 or 1.
    package func boolean(_ column: Int32) -> Bool { integer(column) != 0 }

    /// A REAL column, or an INTEGER one as the nearest double.
    package func real(_ column: Int32) -> Double {
        if type(of: column) != SQLITE_INTEGER, !expect(SQLITE_FLOAT, column) { return 0 }
        return sqlite3_column_double(statement.handle, column)
    }

    /// A REAL column, nil when NULL.
    package func optionalReal(_ column: Int32) -> Double? { isNull(column) ? nil : real(column) }

    /// A TEXT column; bytes that are not UTF-8 are replaced.
    package func text(_ column: Int32) -> String {
        guard expect(SQLITE_TEXT, column), let start = sqlite3_column_text(statement.handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(statement.handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// A TEXT column, nil when NULL.
    package func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// A BLOB column.
    package func blob(_ column: Int32) -> [UInt8] {
        // An empty blob has no address.
        guard expect(SQLITE_BLOB, column), let start = sqlite3_column_blob(statement.handle, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement.handle, column))))
    }

    /// A BLOB column, nil when NULL.
    package func optionalBlob(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : blob(column) }

    /// The column whatever it holds.
    package func value(_ column: Int32) -> SQLValue {
        switch type(of: column) {
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_FLOAT: .real(real(column))
        case SQLITE_TEXT: .text(text(column))
        case SQLITE_BLOB: .blob(blob(column))
        default: .null
        }
    }

    private func type(of column: Int32) -> Int32 {
        // Out of range is undefined in SQLite, and always a mistake in the program.
        precondition(
            column >= 0 && column < statement.columnCount, "column \(column) of a row with \(statement.columnCount)")
        return sqlite3_column_type(statement.handle, column)
    }

    private func expect(_ expected: Int32, _ column: Int32) -> Bool {
        let found = type(of: column)
        if found == expected { return true }
        if statement.mismatch == nil {
            let name = sqlite3_column_name(statement.handle, column).map { String(cString: $0) } ?? "?"
            statement.mismatch =
                "column \(column) (\(name)): expected \(Self.name(of: expected)), found \(Self.name(of: found))"
        }
        return false
    }

    private static func name(of type: Int32) -> String {
        switch type {
        case SQLITE_INTEGER: "INTEGER"
        case SQLITE_FLOAT: "REAL"
        case SQLITE_TEXT: "TEXT"
        case SQLITE_BLOB: "BLOB"
        default: "NULL"
        }
    }
}
