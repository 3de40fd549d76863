import NumbersCore
import Platform
import SQLiteDatabase
import Testing

@testable import NumbersStorage

@Suite struct SpamTablesTests {
    private let office: Office
    private let number: E164
    private let other: E164

    init() throws {
        office = try Office()
        number = try #require(E164("+12025550143"))
        other = try #require(E164("+12025550144"))
    }

    private func score(_ number: E164, countsFreeReports: Bool = false) throws -> SpamScore? {
        try NameTables.record(of: number, countsFreeReports: countsFreeReports, on: office.connection).spam?
            .score(at: office.time.now)
    }

    private func complaint(_ count: Int64, _ source: String, daysAgo: Int64 = 0) -> Complaint {
        Complaint(
            number: number, count: count, lastSeen: office.time.now - .seconds(daysAgo * 86_400), source: source)
    }

    @discardableResult
    private func report(
        _ account: AccountID, _ tag: ReportTag = .spam, about number: E164? = nil, isPrepaid: Bool = true
    ) throws -> ReportOutcome {
        try office.connection.transaction { () throws(DatabaseError) in
            try SpamTables.report(
                SpamReport(
                    number: number ?? self.number, account: account, tag: tag, reportedAt: office.time.now,
                    isPrepaid: isPrepaid), on: office.connection)
        }
    }

    private func accounts(_ count: Int) throws -> [AccountID] {
        try (0..<count).map { _ in try office.account().account.id }
    }

    @Test("of a list the last row of a number wins, lists add up, and the server is told")
    func complaints() throws {
        #expect(try score(number) == nil)
        try office.desk.importComplaints([complaint(1_000, "a"), complaint(1, "a")])
        #expect(try score(number) == SpamScore(score: 16, source: .complaints))
        try office.desk.importComplaints([complaint(1, "b")])
        #expect(try score(number)?.score == 29)
        try office.desk.importComplaints([complaint(3, "b", daysAgo: 60)])
        // Two of weight 1 each: the second has halved.
        #expect(try score(number)?.score == 29)
        #expect(try score(other) == nil)
        let inputs = try office.desk.spamInputs(of: number)
        #expect(inputs.complaints.map(\.source) == ["a", "b"] && inputs.complaints.map(\.count) == [1, 3])
        #expect(try ChangeFeed.changes(after: 0, on: office.connection).subjects == [.names, .names, .names])
    }

    @Test("a number is suppressed: no score is told, whatever is known")
    func suppressed() throws {
        try office.desk.importComplaints([complaint(1_000, "a")])
        try office.desk.suppress(number)
        #expect(try score(number) == nil)
        _ = try office.desk.unsuppress(number)
        #expect(try score(number)?.score == 82)
    }

    @Test("an account counts once for a number in 30 days, and for another number at once")
    func once() throws {
        let account = try accounts(1)[0]
        #expect(try report(account) == .counted)
        #expect(try report(account, .scam) == .repeated)
        #expect(try report(account, about: other) == .counted)
        office.time.advance(SpamEvidence.reportInterval - .seconds(1))
        #expect(try report(account) == .repeated)
        #expect(try score(number)?.score == 12)
        office.time.advance(.seconds(1))
        #expect(try report(account) == .counted)
        #expect(try office.desk.spamInputs(of: number).reports.map(\.report.tag) == [.spam, .spam])
        // Two reports, and still one account.
        #expect(
            try office.desk.spamInputs(of: number).evidence(at: office.time.now, countsFreeReports: false)?
                .agreeingAccounts == 1)
        #expect(
            try ChangeFeed.changes(after: 0, on: office.connection).subjects.filter { $0 == .number(number) }.count == 2
        )
    }

    @Test("reports say more than low only when three prepaid accounts agree; free ones count where they may")
    func agreement() throws {
        let accounts = try accounts(12)
        for account in accounts[4...] {
            #expect(try report(account, isPrepaid: false) == .counted)
            #expect(try score(number) == nil)
        }
        #expect(try score(number, countsFreeReports: true) == SpamScore(score: 39, source: .reports))
        try report(accounts[0])
        // A mistake in dialling agrees with nothing.
        try report(accounts[3], .wrongNumber)
        try report(accounts[1])
        #expect(try score(number)?.score == 29)
        #expect(try score(number, countsFreeReports: true)?.score == 39)
        try report(accounts[2])
        #expect(try score(number)?.score == 41)
        #expect(try score(number, countsFreeReports: true)?.score == 85)
    }

    @Test("an imported list agrees with a single report")
    func listed() throws {
        let accounts = try accounts(2)
        try report(accounts[0])
        try report(accounts[1])
        try office.desk.importComplaints([complaint(15, "a")])
        #expect(try score(number) == SpamScore(score: 65, source: .complaints))
    }

    @Test("an input that is dropped is gone from the score, its identifier is not used again, and the server is told")
    func dropped() throws {
        let accounts = try accounts(2)
        try office.desk.importComplaints([complaint(1, "a")])
        try report(accounts[0])
        let inputs = try office.desk.spamInputs(of: number)
        let complaint = try #require(inputs.complaints.first?.id)
        let report = try #require(inputs.reports.first?.id)
        let before = try ChangeFeed.revision(on: office.connection)
        #expect(try office.desk.dropSpamInput(complaint) == number)
        #expect(try office.desk.dropSpamInput(complaint) == nil)
        #expect(try score(number) == SpamScore(score: 16, source: .reports))
        #expect(try office.desk.dropSpamInput(report) == number)
        #expect(try score(number) == nil)
        #expect(try office.integer("SELECT count(*) FROM spam_evidence") == 0)
        #expect(
            try ChangeFeed.changes(after: before, on: office.connection).subjects == [.number(number), .number(number)])
        try self.report(accounts[0])
        #expect(try office.desk.spamInputs(of: number).reports.first?.id != report)
        for name in [SpamInputID.complaint(0), .complaint(.max), .report(-1), .report(999)] {
            #expect(try office.desk.dropSpamInput(name) == nil)
        }
    }

    @Test("an account reports ten thousand numbers in 30 days, and not one more")
    func bound() throws {
        let accounts = try accounts(2)
        let start = office.time.now
        try office.connection.transaction { () throws(DatabaseError) in
            for index in 0..<SpamTables.reportsPerAccountMax - 1 {
                try office.connection.run(
                    "INSERT INTO reports (number, account_id, tag, reported_at, prepaid) VALUES (?, ?, 'spam', ?, 1)",
                    .integer(Int64(33_100_000_000 + index)), .integer(accounts[0].value), .integer(start.microseconds))
            }
        }
        #expect(try report(accounts[0]) == .counted)
        #expect(try report(accounts[0], about: other) == .tooMany)
        #expect(try report(accounts[0]) == .repeated)
        #expect(try report(accounts[1], about: other) == .counted)
        office.time.advance(SpamEvidence.reportInterval)
        #expect(try report(accounts[0], about: other) == .counted)
    }

    @Test("reports are dropped when they weigh nothing any more, and the sums with them")
    func swept() throws {
        let accounts = try accounts(2)
        try report(accounts[0])
        office.time.advance(.seconds(1))
        try report(accounts[1])
        office.time.advance(SpamEvidence.reportLifetime - .seconds(2))
        #expect(try SpamTables.sweep(now: office.time.now, on: office.connection) == 0)
        office.time.advance(.seconds(1))
        #expect(try SpamTables.sweep(now: office.time.now, on: office.connection) == 1)
        #expect(try office.desk.spamInputs(of: number).reports.map(\.report.account) == [accounts[1]])
        #expect(try office.integer("SELECT agreeing FROM spam_evidence") == 1)
        office.time.advance(.seconds(1))
        #expect(try SpamTables.sweep(now: office.time.now, on: office.connection) == 1)
        #expect(try office.integer("SELECT count(*) FROM spam_evidence") == 0)
    }

    @Test("of very many reports the newest are added up")
    func many() throws {
        let accounts = try accounts(SpamEvidence.reportsMax + 3)
        for account in accounts {
            try report(account)
            office.time.advance(.seconds(1))
        }
        let inputs = try office.desk.spamInputs(of: number)
        #expect(inputs.reports.count == SpamEvidence.reportsMax)
        #expect(inputs.reports.first?.report.account == accounts.last)
        #expect(try score(number)?.score == 99)
    }

    @Test(
        "an input's name is read as it is written, and nothing else",
        arguments: [
            "", "complaint", "complaint_", "complaint_0", "complaint_01", "complaint_-1", "complaint_+1", "report_x",
            "Report_1", "report_ 1", "report_1 ", "17", "report_99999999999999999999", "complaint_١",
        ])
    func names(text: String) {
        #expect(SpamInputID(text) == nil)
        for id in [SpamInputID.complaint(17), .report(1), .report(.max)] {
            #expect(SpamInputID(id.description) == id)
        }
    }
}

@Suite struct ImportTableTests {
    private static func identity(_ file: String, _ country: String? = nil) -> ImportIdentity {
        ImportIdentity(kind: .names, file: SHA256Digest.of(file), country: country.flatMap { Region($0) })
    }

    private static func position(_ byte: Int64) -> ImportPosition {
        ImportPosition(
            place: CSVReader.Position(byte: byte, line: 9), rowCount: 8, importedCount: 7, leftOutCount: 1)
    }

    @Test("a position belongs to one file, one way to read it and one kind, until the import ends or a month is over")
    func positions() throws {
        let office = try Office()
        let desk = office.desk
        let mark = { OperatorDesk.ImportMark(identity: Self.identity("a"), position: Self.position($0)) }
        #expect(try desk.importPosition(of: Self.identity("a")) == nil)
        try desk.importNames([], reaching: mark(100))
        try desk.importNames([], reaching: mark(200))
        #expect(try desk.importPosition(of: Self.identity("a")) == Self.position(200))
        #expect(try desk.importPosition(of: Self.identity("b")) == nil)
        #expect(try desk.importPosition(of: Self.identity("a", "US")) == nil)
        let complaints = ImportIdentity(kind: .complaints, file: SHA256Digest.of("a"), country: nil)
        #expect(try desk.importPosition(of: complaints) == nil)
        try desk.endImport(Self.identity("b"))
        office.time.advance(.seconds(30 * 86_400 - 1))
        #expect(try desk.importPosition(of: Self.identity("a")) == Self.position(200))
        office.time.advance(.seconds(1))
        #expect(try desk.importPosition(of: Self.identity("a")) == nil)
        try desk.endImport(Self.identity("b"))
        #expect(try office.integer("SELECT count(*) FROM imports") == 0)
        try desk.importNames([], reaching: mark(300))
        try desk.endImport(Self.identity("a"))
        #expect(try desk.importPosition(of: Self.identity("a")) == nil)
    }
}
