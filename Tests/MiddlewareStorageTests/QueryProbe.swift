// What SQLite does for the statements of a piece of code: the plan of each, and how much work it was. For one thread.

import CSQLite
import Testing

@testable import SQLiteDatabase

/// Watches every statement of a connection while it is installed.
final class QueryProbe {
    private let connection: Connection
    private(set) var statements: Set<String> = []
    /// Steps of SQLite's virtual machine: the same for the same work, on every machine.
    private(set) var steps = 0

    /// Watches while the body runs.
    init(_ connection: Connection, _ body: () throws -> Void) throws {
        self.connection = connection
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_trace_v2(
            connection.handle, UInt32(SQLITE_TRACE_PROFILE),
            { _, context, statement, _ in
                guard let context, let statement else { return 0 }
                // The probe outlives the watching: it ends before the initializer returns.
                let probe = Unmanaged<QueryProbe>.fromOpaque(context).takeUnretainedValue()
                probe.note(OpaquePointer(statement))
                return 0
            }, context)
        defer { sqlite3_trace_v2(connection.handle, 0, nil, nil) }
        try body()
    }

    private func note(_ statement: OpaquePointer) {
        steps += Int(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1))
        if let sql = sqlite3_sql(statement) { statements.insert(String(cString: sql)) }
    }

    /// The lines of the plans that go through a whole table or index, each with its statement.
    /// - Parameter small: indexes that hold what is under way, and nothing else.
    func scans(but small: [String]) -> [String] {
        var found: [String] = []
        for sql in statements where ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(where: sql.hasPrefix) {
            var statement: OpaquePointer?
            guard sqlite3_prepare_v2(connection.handle, "EXPLAIN QUERY PLAN " + sql, -1, &statement, nil) == SQLITE_OK
            else {
                found.append("cannot be explained: " + sql)
                continue
            }
            defer { sqlite3_finalize(statement) }
            while sqlite3_step(statement) == SQLITE_ROW {
                let line = sqlite3_column_text(statement, 3).map { String(cString: $0) } ?? ""
                // A recursive table is as long as its result; a constant row is no table.
                let isHarmless =
                    line.hasPrefix("SCAN lanes") || line.hasPrefix("SCAN CONSTANT")
                    || small.contains { line.hasSuffix(" INDEX " + $0) }
                if line.hasPrefix("SCAN"), !isHarmless { found.append(line + " in: " + sql) }
            }
        }
        return found
    }
}
