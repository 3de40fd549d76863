// Whether a database file is sound.

internal import CSQLite

extension Connection {
    /// Problems named before the search is given up; the first ones say enough.
    package static let problemsMax = 100

    /// Looks through the whole file: pages, indexes, constraints, foreign keys. It reads everything, so it takes as
    /// long as reading the file does.
    /// - Returns: one line a problem, no values in them; empty when all is well.
    package func integrityCheck() throws(DatabaseError) -> [String] {
        var problems: [String] = []
        do throws(DatabaseError) {
            try each("PRAGMA integrity_check(100)") { row throws(DatabaseError) in
                let line = row.text(0)
                if line != "ok" { problems.append(line) }
                return .next
            }
            problems += try brokenReferences(limit: Self.problemsMax - min(problems.count, Self.problemsMax))
        } catch {
            switch error.kind {
            // Damage that keeps SQLite from reading on is a finding, not a failure of the check.
            case .corrupt, .notADatabase: problems.append(error.message)
            case .busy, .full, .ioError, .constraint, .readOnly, .interrupted, .misuse, .other: throw error
            }
        }
        return problems
    }

    /// Rows that refer to rows that are not there, in words.
    func brokenReferences(limit: Int) throws(DatabaseError) -> [String] {
        var lines: [String] = []
        guard limit > 0 else { return lines }
        try each("PRAGMA foreign_key_check") { row throws(DatabaseError) in
            // A table WITHOUT ROWID gives no row number.
            let place = row.optionalInteger(1).map { "row \($0)" } ?? "a row"
            lines.append("\(place) of \(row.text(0)) refers to a row of \(row.text(2)) that does not exist")
            return lines.count < limit ? .next : .stop
        }
        return lines
    }
}
