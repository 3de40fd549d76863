// Suppressions, overrides and the imported directory in SQL, for the server and the administrator's tool alike.
// Functions over one connection inside the caller's transaction; changes are noted in the change feed.

package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Reads and writes what the operator knows about numbers.
package enum NameTables {
    /// What is recorded about a number.
    /// - Parameter countsFreeReports: whether reports of free accounts count for its score.
    package static func record(
        of number: E164, countsFreeReports: Bool = false, on connection: Connection
    ) throws(DatabaseError) -> NumberRecord {
        // One row of five look-ups by primary key, in the order in which they win.
        let key: SQLValue = .integer(Int64(clamping: number.digits))
        let found = try connection.first(
            """
            SELECT suppressions.number IS NOT NULL, overrides.name, overrides.as_of, directory_names.name,
                   directory_names.as_of, cached_names.number IS NOT NULL, cached_names.name, cached_names.raw,
                   cached_names.supplier, cached_names.obtained_at, spam_evidence.number IS NOT NULL,
                   spam_evidence.complaints, spam_evidence.prepaid_reports, spam_evidence.free_reports,
                   spam_evidence.agreeing, spam_evidence.as_of
            FROM (SELECT ?1 AS number) AS asked
            LEFT JOIN suppressions ON suppressions.number = asked.number
            LEFT JOIN overrides ON overrides.number = asked.number
            LEFT JOIN directory_names ON directory_names.number = asked.number
            LEFT JOIN cached_names ON cached_names.number = asked.number
            LEFT JOIN spam_evidence ON spam_evidence.number = asked.number
            """, key
        ) { row throws(DatabaseError) -> NumberRecord in
            var name: KnownName?
            if let text = row.optionalText(1), let caller = CallerName(text) {
                name = KnownName(name: caller, source: .override, asOf: row.text(2))
            } else if let text = row.optionalText(3), let caller = CallerName(text) {
                name = KnownName(name: caller, source: .directory, asOf: row.text(4))
            }
            let cached = row.integer(5) != 0 ? CacheTable.cached(row, from: 6) : nil
            let evidence =
                row.integer(10) != 0
                ? SpamTables.sums(row, from: 11).evidence(countsFreeReports: countsFreeReports) : nil
            return NumberRecord(
                isSuppressed: row.integer(0) != 0, name: name, cached: cached, spam: evidence.map { .evidence($0) })
        }
        return found ?? .none
    }

    /// Everything recorded about a number, also what loses.
    package struct Listing: Sendable {
        package let suppressedAt: UnixTime?
        package let override: (name: String, asOf: String)?
        package let directory: (name: String, asOf: String)?
        /// What the paid suppliers said last.
        package let cached: CachedName?
    }

    package static func listing(of number: E164, on connection: Connection) throws(DatabaseError) -> Listing {
        let key: SQLValue = .integer(Int64(clamping: number.digits))
        let suppressedAt = try connection.first("SELECT suppressed_at FROM suppressions WHERE number = ?", key) {
            row throws(DatabaseError) in UnixTime(microseconds: row.integer(0))
        }
        let override = try connection.first("SELECT name, as_of FROM overrides WHERE number = ?", key) {
            row throws(DatabaseError) in (name: row.text(0), asOf: row.text(1))
        }
        let directory = try connection.first("SELECT name, as_of FROM directory_names WHERE number = ?", key) {
            row throws(DatabaseError) in (name: row.text(0), asOf: row.text(1))
        }
        let cached = try CacheTable.find(number, on: connection)
        return Listing(suppressedAt: suppressedAt, override: override, directory: directory, cached: cached)
    }

    package static func pin(
        _ number: E164, _ name: CallerName, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) {
        try connection.run(
            """
            INSERT INTO overrides (number, name, as_of) VALUES (?, ?, ?)
            ON CONFLICT (number) DO UPDATE SET name = excluded.name, as_of = excluded.as_of
            """, .integer(Int64(clamping: number.digits)), .text(name.text), .text(at.rfc3339Date()))
        try ChangeFeed.note(.number(number), at: at, on: connection)
    }

    /// Takes an override away; false when there was none.
    package static func unpin(_ number: E164, at: UnixTime, on connection: Connection) throws(DatabaseError) -> Bool {
        let changed = try connection.run(
            "DELETE FROM overrides WHERE number = ?", .integer(Int64(clamping: number.digits)))
        if changed > 0 { try ChangeFeed.note(.number(number), at: at, on: connection) }
        return changed > 0
    }

    package static func suppress(_ number: E164, at: UnixTime, on connection: Connection) throws(DatabaseError) {
        try connection.run(
            "INSERT INTO suppressions (number, suppressed_at) VALUES (?, ?) ON CONFLICT (number) DO NOTHING",
            .integer(Int64(clamping: number.digits)), .integer(at.microseconds))
        try ChangeFeed.note(.number(number), at: at, on: connection)
    }

    /// Ends a suppression; false when there was none.
    package static func unsuppress(
        _ number: E164, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        let changed = try connection.run(
            "DELETE FROM suppressions WHERE number = ?", .integer(Int64(clamping: number.digits)))
        if changed > 0 { try ChangeFeed.note(.number(number), at: at, on: connection) }
        return changed > 0
    }

    /// Puts a block of names into the directory; the last one of a number wins.
    package static func importNames(
        _ names: [DirectoryName], at: UnixTime, on connection: Connection
    ) throws(DatabaseError) {
        for entry in names {
            try connection.run(
                """
                INSERT INTO directory_names (number, name, as_of) VALUES (?, ?, ?)
                ON CONFLICT (number) DO UPDATE SET name = excluded.name, as_of = excluded.as_of
                """, .integer(Int64(clamping: entry.number.digits)), .text(entry.name.text), .text(entry.asOf))
        }
        try ChangeFeed.note(.names, at: at, on: connection)
    }
}
