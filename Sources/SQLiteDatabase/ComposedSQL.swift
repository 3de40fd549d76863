// SQL that is put together while the program runs, from literals only. A value.

/// A statement of parts, with the values of its parameters beside the parts that name them.
///
/// Parts are literals, so nothing that comes from outside can become SQL.
package struct ComposedSQL: Sendable {
    package private(set) var text: String
    package private(set) var bindings: [SQLValue]

    package init(_ part: StaticString, _ bindings: SQLValue...) {
        text = part.description
        self.bindings = bindings
    }

    /// Adds a part after a space.
    package mutating func append(_ part: StaticString, _ bindings: SQLValue...) {
        text += " "
        text += part.description
        self.bindings += bindings
    }

    /// Adds another statement's parts after a space.
    package mutating func append(_ other: ComposedSQL) {
        text += " "
        text += other.text
        bindings += other.bindings
    }
}

extension Connection {
    /// Hands over the rows of a composed statement one after the other until the closure has enough.
    package func each(
        _ sql: ComposedSQL, row body: (borrowing Row) throws(DatabaseError) -> RowStep
    ) throws(DatabaseError) {
        let statement = try statement(sql)
        defer { statement.finish() }
        try statement.bind(sql.bindings)
        while try statement.step() {
            let next = try body(Row(statement))
            try statement.checkRow()
            switch next {
            case .next: continue
            case .stop: return
            }
        }
    }

    /// The first row of a composed statement, or nil when there is none.
    package func first<T>(
        _ sql: ComposedSQL, row body: (borrowing Row) throws(DatabaseError) -> T
    ) throws(DatabaseError) -> T? {
        var value: T?
        try each(sql) { row throws(DatabaseError) in
            value = try body(row)
            return .stop
        }
        return value
    }

    /// All rows of a composed statement, each turned into a value. For results that are limited by the SQL.
    package func all<T>(
        _ sql: ComposedSQL, row body: (borrowing Row) throws(DatabaseError) -> T
    ) throws(DatabaseError) -> [T] {
        var values: [T] = []
        try each(sql) { row throws(DatabaseError) in
            values.append(try body(row))
            return .next
        }
        return values
    }
}
