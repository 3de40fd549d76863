// Complaints, reports and the sums of both in SQL, for the server and the administrator's tool alike. Functions over one
// connection inside the caller's transaction; changes are noted in the change feed.

package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Names one input of a score, shown as `complaint_17` or `report_5`.
package enum SpamInputID: Sendable, Hashable, CustomStringConvertible {
    case complaint(Int64)
    case report(Int64)

    private static let complaintPrefix = "complaint_"
    private static let reportPrefix = "report_"

    /// Reads what ``description`` writes; nil for any other text.
    package init?(_ text: String) {
        func value(after prefix: String) -> Int64? {
            guard text.hasPrefix(prefix) else { return nil }
            let digits = text.dropFirst(prefix.count)
            guard digits.first != "0", digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return Int64(digits)
        }
        if let value = value(after: Self.complaintPrefix) {
            self = .complaint(value)
        } else if let value = value(after: Self.reportPrefix) {
            self = .report(value)
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .complaint(let value): Self.complaintPrefix + String(value)
        case .report(let value): Self.reportPrefix + String(value)
        }
    }
}

/// Everything that a number's score comes from.
package struct SpamInputs: Sendable {
    package struct Complaints: Sendable {
        package let id: SpamInputID
        package let source: String
        package let count: Int64
        package let lastSeen: UnixTime
        package let importedAt: UnixTime
    }

    package struct Report: Sendable {
        package let id: SpamInputID
        package let report: SpamReport
    }

    /// By list.
    package let complaints: [Complaints]
    /// The newest first, at most ``SpamEvidence/reportsMax``.
    package let reports: [Report]

    /// The sums as the score takes them.
    /// - Parameter countsFreeReports: whether reports of free accounts count.
    package func evidence(at now: UnixTime, countsFreeReports: Bool) -> SpamEvidence? {
        let sums = SpamSums(self, at: now)
        return sums.evidence(countsFreeReports: countsFreeReports)
    }
}

/// The sums that are stored for a number.
struct SpamSums {
    let complaints: Double
    let prepaidReports: Double
    let freeReports: Double
    let agreeing: Int
    let asOf: UnixTime

    init(complaints: Double, prepaidReports: Double, freeReports: Double, agreeing: Int, asOf: UnixTime) {
        self.complaints = complaints
        self.prepaidReports = prepaidReports
        self.freeReports = freeReports
        self.agreeing = agreeing
        self.asOf = asOf
    }

    init(_ inputs: SpamInputs, at now: UnixTime) {
        complaints = inputs.complaints.reduce(0) {
            $0 + SpamEvidence.weight(complaints: $1.count, lastSeen: $1.lastSeen, at: now)
        }
        var (prepaid, free) = (0.0, 0.0)
        var accounts: Set<AccountID> = []
        for input in inputs.reports {
            let report = input.report
            let weight = SpamEvidence.weight(report.tag, reportedAt: report.reportedAt, at: now)
            guard weight > 0 else { continue }
            if report.isPrepaid {
                prepaid += weight
                accounts.insert(report.account)
            } else {
                free += weight
            }
        }
        prepaidReports = prepaid
        freeReports = free
        agreeing = accounts.count
        asOf = now
    }

    /// nil when there is nothing to make a score of.
    func evidence(countsFreeReports: Bool) -> SpamEvidence? {
        let reports = prepaidReports + (countsFreeReports ? freeReports : 0)
        guard complaints > 0 || reports > 0 else { return nil }
        return SpamEvidence(complaints: complaints, reports: reports, agreeingAccounts: agreeing, asOf: asOf)
    }
}

/// Reads and writes what speaks against numbers.
package enum SpamTables {
    /// Numbers that one account may report in ``SpamEvidence/reportInterval``: far more than a busy call centre gets
    /// unwanted calls from, and a bound for what one customer can make the database keep.
    package static let reportsPerAccountMax = 10_000
    /// Reports dropped in one transaction of a sweep: the sums of each of their numbers are made anew.
    static let sweepMax = 500
    /// Reports that weigh nothing any more.
    static let expired = Sweep(of: "reports", blockRows: sweepMax, sweep)

    // MARK: Complaints

    /// Puts a block of complaints in; the last one of a number wins for each list.
    package static func importComplaints(
        _ complaints: [Complaint], at: UnixTime, on connection: Connection
    ) throws(DatabaseError) {
        for complaint in complaints {
            try connection.run(
                """
                INSERT INTO complaints (number, source, count, last_seen, imported_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (number, source) DO UPDATE SET count = excluded.count, last_seen = excluded.last_seen,
                    imported_at = excluded.imported_at
                """, key(complaint.number), .text(complaint.source), .integer(complaint.count),
                .integer(complaint.lastSeen.microseconds), .integer(at.microseconds))
            try refresh(complaint.number, at: at, on: connection)
        }
        try ChangeFeed.note(.names, at: at, on: connection)
    }

    // MARK: Reports

    /// Keeps a report if it counts.
    package static func report(
        _ report: SpamReport, on connection: Connection
    ) throws(DatabaseError) -> ReportOutcome {
        let since: SQLValue = .integer((report.reportedAt - SpamEvidence.reportInterval).microseconds)
        let account: SQLValue = .integer(report.account.value)
        let earlier = try connection.first(
            "SELECT 1 FROM reports WHERE number = ? AND account_id = ? AND reported_at > ? LIMIT 1",
            key(report.number), account, since
        ) { row throws(DatabaseError) in row.integer(0) }
        if earlier != nil { return .repeated }
        let beyond = try connection.first(
            "SELECT 1 FROM reports WHERE account_id = ? AND reported_at > ? LIMIT 1 OFFSET ?", account, since,
            .integer(Int64(reportsPerAccountMax - 1))
        ) { row throws(DatabaseError) in row.integer(0) }
        if beyond != nil { return .tooMany }
        try connection.run(
            "INSERT INTO reports (number, account_id, tag, reported_at, prepaid) VALUES (?, ?, ?, ?, ?)",
            key(report.number), account, .text(report.tag.rawValue), .integer(report.reportedAt.microseconds),
            .boolean(report.isPrepaid))
        try refresh(report.number, at: report.reportedAt, on: connection)
        try ChangeFeed.note(.number(report.number), at: report.reportedAt, on: connection)
        return .counted
    }

    // MARK: Inputs

    /// What the score of a number comes from.
    package static func inputs(of number: E164, on connection: Connection) throws(DatabaseError) -> SpamInputs {
        let complaints = try connection.all(
            "SELECT id, source, count, last_seen, imported_at FROM complaints WHERE number = ? ORDER BY source",
            key(number)
        ) { row throws(DatabaseError) in
            SpamInputs.Complaints(
                id: .complaint(row.integer(0)), source: row.text(1), count: row.integer(2),
                lastSeen: UnixTime(microseconds: row.integer(3)), importedAt: UnixTime(microseconds: row.integer(4)))
        }
        let reports = try connection.all(
            """
            SELECT id, account_id, tag, reported_at, prepaid FROM reports WHERE number = ?
            ORDER BY reported_at DESC LIMIT ?
            """, key(number), .integer(Int64(SpamEvidence.reportsMax))
        ) { row throws(DatabaseError) in
            SpamInputs.Report(
                id: .report(row.integer(0)),
                report: SpamReport(
                    number: number, account: AccountID(value: row.integer(1)),
                    // The table's CHECK admits the tags only; the least of them is the safe reading of anything else.
                    tag: ReportTag(rawValue: row.text(2)) ?? .wrongNumber,
                    reportedAt: UnixTime(microseconds: row.integer(3)), isPrepaid: row.boolean(4)))
        }
        return SpamInputs(complaints: complaints, reports: reports)
    }

    /// Takes an input away and returns its number; nil when there is none of that name.
    package static func drop(
        _ id: SpamInputID, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> E164? {
        let digits: Int64? =
            switch id {
            case .complaint(let value):
                try connection.first("DELETE FROM complaints WHERE id = ? RETURNING number", .integer(value)) {
                    row throws(DatabaseError) in row.integer(0)
                }
            case .report(let value):
                try connection.first("DELETE FROM reports WHERE id = ? RETURNING number", .integer(value)) {
                    row throws(DatabaseError) in row.integer(0)
                }
            }
        guard let digits, let number = E164(UInt64(clamping: digits)) else { return nil }
        try refresh(number, at: at, on: connection)
        try ChangeFeed.note(.number(number), at: at, on: connection)
        return number
    }

    /// Drops reports that weigh nothing any more; returns how many.
    static func sweep(now: UnixTime, on connection: Connection) throws(DatabaseError) -> Int {
        let numbers = try connection.all(
            """
            DELETE FROM reports WHERE id IN (SELECT id FROM reports WHERE reported_at <= ? LIMIT ?) RETURNING number
            """, .integer((now - SpamEvidence.reportLifetime).microseconds), .integer(Int64(sweepMax))
        ) { row throws(DatabaseError) in row.integer(0) }
        for digits in Set(numbers) {
            if let number = E164(UInt64(clamping: digits)) { try refresh(number, at: now, on: connection) }
        }
        return numbers.count
    }

    // MARK: Sums

    /// The columns of ``sums(_:from:)`` of a query that joins `spam_evidence`.
    static func sums(_ row: borrowing Row, from column: Int32) -> SpamSums {
        SpamSums(
            complaints: row.real(column), prepaidReports: row.real(column + 1), freeReports: row.real(column + 2),
            agreeing: Int(clamping: row.integer(column + 3)), asOf: UnixTime(microseconds: row.integer(column + 4)))
    }

    /// Makes the sums of a number anew.
    private static func refresh(_ number: E164, at: UnixTime, on connection: Connection) throws(DatabaseError) {
        let inputs = try inputs(of: number, on: connection)
        guard !inputs.complaints.isEmpty || !inputs.reports.isEmpty else {
            try connection.run("DELETE FROM spam_evidence WHERE number = ?", key(number))
            return
        }
        let sums = SpamSums(inputs, at: at)
        try connection.run(
            """
            INSERT INTO spam_evidence (number, complaints, prepaid_reports, free_reports, agreeing, as_of)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (number) DO UPDATE SET complaints = excluded.complaints,
                prepaid_reports = excluded.prepaid_reports, free_reports = excluded.free_reports,
                agreeing = excluded.agreeing, as_of = excluded.as_of
            """, key(number), .real(sums.complaints), .real(sums.prepaidReports), .real(sums.freeReports),
            .integer(Int64(sums.agreeing)), .integer(at.microseconds))
    }

    private static func key(_ number: E164) -> SQLValue { .integer(Int64(clamping: number.digits)) }
}
