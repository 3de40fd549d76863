// Running SQL. Each call binds, steps, copies out and resets before it returns.

internal import CSQLite

extension Connection {
    /// Runs SQL without parameters or results, several statements if need be. Nothing is cached.
    package func execute(_ sql: String) throws(DatabaseError) {
        var text = sql
        let failure: DatabaseError? = text.withUTF8 { bytes -> DatabaseError? in
            guard let start = bytes.baseAddress else { return nil }
            return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { characters -> DatabaseError? in
                do throws(DatabaseError) {
                    try executeEach(UnsafeBufferPointer(start: characters, count: bytes.count))
                    return nil
                } catch {
                    return error
                }
            }
        }
        if let failure { throw failure }
    }

    private func executeEach(_ sql: UnsafeBufferPointer<CChar>) throws(DatabaseError) {
        guard var position = sql.baseAddress else { return }
        let end = position + sql.count
        while position < end {
            var prepared: OpaquePointer?
            var tail: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v3(handle, position, Int32(end - position), 0, &prepared, &tail)
            guard code == SQLITE_OK else {
                let rest = UnsafeRawBufferPointer(start: position, count: end - position)
                throw .last(code, on: handle, sql: String(decoding: rest, as: UTF8.self))
            }
            position = tail ?? end
            // White space or a comment at the end gives no statement.
            guard let prepared else { continue }
            let statement = Statement(handle: prepared, connection: handle)
            guard statement.parameterCount == 0 else {
                throw .misuse("parameters are not allowed here", sql: statement.sql)
            }
            while try statement.step() {}
        }
    }

    /// Runs one statement and returns how many rows it inserted, updated or deleted itself (not its triggers).
    @discardableResult
    package func run(_ sql: StaticString, _ bindings: SQLValue...) throws(DatabaseError) -> Int {
        try run(sql, bindings: bindings)
    }

    /// Runs one statement with its values in an array.
    @discardableResult
    package func run(_ sql: StaticString, bindings: [SQLValue]) throws(DatabaseError) -> Int {
        let statement = try statement(sql)
        defer { statement.finish() }
        try statement.bind(bindings)
        while try statement.step() {}
        return statement.isReadOnly ? 0 : Int(sqlite3_changes64(handle))
    }

    /// The first row, or nil when there is none. A statement that writes has made all its changes by then.
    package func first<T>(
        _ sql: StaticString, _ bindings: SQLValue..., row body: (borrowing Row) throws(DatabaseError) -> T
    ) throws(DatabaseError) -> T? {
        try first(sql, bindings: bindings, row: body)
    }

    /// The first row, with the values in an array.
    package func first<T>(
        _ sql: StaticString, bindings: [SQLValue], row body: (borrowing Row) throws(DatabaseError) -> T
    ) throws(DatabaseError) -> T? {
        let statement = try statement(sql)
        defer { statement.finish() }
        try statement.bind(bindings)
        guard try statement.step() else { return nil }
        let value = try body(Row(statement))
        try statement.checkRow()
        return value
    }

    /// Hands over the rows one after the other until the closure has enough.
    package func each(
        _ sql: StaticString, _ bindings: SQLValue..., row body: (borrowing Row) throws(DatabaseError) -> RowStep
    ) throws(DatabaseError) {
        try each(sql, bindings: bindings, row: body)
    }

    /// Hands over the rows, with the values in an array.
    package func each(
        _ sql: StaticString, bindings: [SQLValue], row body: (borrowing Row) throws(DatabaseError) -> RowStep
    ) throws(DatabaseError) {
        let statement = try statement(sql)
        defer { statement.finish() }
        try statement.bind(bindings)
        while try statement.step() {
            let next = try body(Row(statement))
            try statement.checkRow()
            switch next {
            case .next: continue
            case .stop: return
            }
        }
    }

    /// All rows, each turned into a value. For results that are known to be small, or limited by the SQL.
    package func all<T>(
        _ sql: StaticString, _ bindings: SQLValue..., row body: (borrowing Row) throws(DatabaseError) -> T
    ) throws(DatabaseError) -> [T] {
        var values: [T] = []
        try each(sql, bindings: bindings) { row throws(DatabaseError) in
            values.append(try body(row))
            return .next
        }
        return values
    }
}
