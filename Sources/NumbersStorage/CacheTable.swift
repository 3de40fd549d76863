// What suppliers said about numbers, in SQL. Functions over one connection inside the caller's transaction.

package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Reads and writes the cache of names.
package enum CacheTable {
    /// Rows dropped in one transaction of a sweep: bounds the time that requests wait behind it.
    static let sweepMax = 5_000
    /// What is too old even for a supplier that fails.
    static let expired = Sweep(of: "cached_names", blockRows: sweepMax, sweep)

    /// Puts what was said in the place of what was said before, unless that is newer. Not a change for the feed: the
    /// server that asked knows it already.
    package static func keep(
        _ cached: CachedName, for number: E164, on connection: Connection
    ) throws(DatabaseError) {
        try connection.run(
            """
            INSERT INTO cached_names (number, name, raw, supplier, obtained_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (number) DO UPDATE SET name = excluded.name, raw = excluded.raw, supplier = excluded.supplier,
                obtained_at = excluded.obtained_at
            WHERE excluded.obtained_at >= obtained_at
            """, .integer(Int64(clamping: number.digits)), .text(cached.name?.text), .text(cached.raw),
            .text(cached.supplier?.text), .integer(cached.obtainedAt.microseconds))
    }

    package static func find(_ number: E164, on connection: Connection) throws(DatabaseError) -> CachedName? {
        try connection.first(
            "SELECT name, raw, supplier, obtained_at FROM cached_names WHERE number = ?",
            .integer(Int64(clamping: number.digits))
        ) { row throws(DatabaseError) in cached(row, from: 0) }
    }

    /// The four columns of a row.
    static func cached(_ row: borrowing Row, from column: Int32) -> CachedName {
        let name = row.optionalText(column).flatMap { CallerName($0) }
        return CachedName(
            name: name, raw: row.optionalText(column + 1),
            supplier: name == nil ? nil : row.optionalText(column + 2).flatMap { SupplierName($0) },
            obtainedAt: UnixTime(microseconds: row.integer(column + 3)))
    }

    /// Forgets what was said about a number; false when nothing was.
    package static func expire(_ number: E164, at: UnixTime, on connection: Connection) throws(DatabaseError) -> Bool {
        let removed = try connection.run(
            "DELETE FROM cached_names WHERE number = ?", .integer(Int64(clamping: number.digits)))
        if removed > 0 { try ChangeFeed.note(.number(number), at: at, on: connection) }
        return removed > 0
    }

    /// Drops what is too old, at most `sweepMax` of each kind; returns the most of them.
    static func sweep(now: UnixTime, on connection: Connection) throws(DatabaseError) -> Int {
        let unnamed = now - NameLifetimes.noName - NameLifetimes.noNameWhileRevalidating
        let named = now - NameLifetimes.nameIfError
        return max(
            try connection.run(
                sweepStatements.unnamed, .integer(unnamed.microseconds), .integer(Int64(sweepMax))),
            try connection.run(sweepStatements.all, .integer(named.microseconds), .integer(Int64(sweepMax))))
    }

    /// One for each index: a single statement for both ages would look at every name that is older than the lesser one,
    /// and hold up the writer for seconds.
    static let sweepStatements: (unnamed: StaticString, all: StaticString) = (
        unnamed: """
        DELETE FROM cached_names WHERE number IN (
            SELECT number FROM cached_names WHERE name IS NULL AND obtained_at <= ? LIMIT ?)
        """,
        all: """
        DELETE FROM cached_names WHERE number IN (
            SELECT number FROM cached_names WHERE obtained_at <= ? LIMIT ?)
        """
    )
}
