import NumbersCore
import Platform
import Testing

@Suite struct SpamEvidenceTests {
    private static let now = UnixTime(seconds: 1_767_323_045)
    private static let day: Duration = .seconds(86_400)

    private static func evidence(complaints: Double = 0, reports: Double = 0, accounts: Int = 0) -> SpamEvidence {
        SpamEvidence(complaints: complaints, reports: reports, agreeingAccounts: accounts, asOf: now)
    }

    private static func score(_ evidence: SpamEvidence, days: Double = 0) -> Int? {
        evidence.score(at: now + .seconds(days * 86_400))?.score
    }

    @Test("nothing known is no score, also when what was known has faded, and whatever is stored")
    func nothing() {
        #expect(Self.score(Self.evidence()) == nil)
        #expect(Self.score(Self.evidence(accounts: 9)) == nil)
        // 0.5 of 100 is the least that is told; a list of one complaint gets there in some 310 days.
        #expect(Self.score(Self.evidence(complaints: 1), days: 300) == 1)
        #expect(Self.score(Self.evidence(complaints: 1), days: 310) == nil)
        for odd in [Double.nan, -1, -Double.infinity] {
            #expect(Self.score(Self.evidence(complaints: odd)) == nil)
            #expect(Self.score(Self.evidence(reports: odd, accounts: 3)) == nil)
        }
        #expect(Self.score(Self.evidence(complaints: Double.infinity)) == 99)
        #expect(Self.evidence(complaints: 1).score(at: UnixTime(microseconds: .max)) == nil)
        #expect(Self.evidence(complaints: 1).score(at: UnixTime(microseconds: .min))?.score == 16)
    }

    @Test(
        "scores as the documentation tells them",
        arguments: [
            (1, 16, "low"), (3, 29, "low"), (10, 45, "medium"), (100, 68, "medium"), (1_000, 82, "high"),
            (1_000_000, 97, "high"), (1_000_000_000, 99, "high"),
        ] as [(Int64, Int, String)])
    func documented(count: Int64, score: Int, level: String) {
        let weight = SpamEvidence.weight(complaints: count, lastSeen: Self.now, at: Self.now)
        let found = Self.evidence(complaints: weight).score(at: Self.now)
        #expect(found?.score == score && found?.level == level && found?.source == .complaints)
    }

    @Test("reports alone stay low until three prepaid accounts agree, or a list does")
    func safeguard() {
        for accounts in 0...2 {
            #expect(Self.score(Self.evidence(reports: 1_000, accounts: accounts)) == 39)
            #expect(Self.score(Self.evidence(reports: 1, accounts: accounts)) == 16)
        }
        for accounts in 3...4 { #expect(Self.score(Self.evidence(reports: 1_000, accounts: accounts)) == 99) }
        #expect(Self.score(Self.evidence(reports: 3, accounts: 3)) == 41)
        #expect(Self.score(Self.evidence(complaints: 1, reports: 1_000)) == 99)
        // A list that has faded to nothing agrees with nobody.
        #expect(Self.score(Self.evidence(complaints: 0.028, reports: 1_000)) == 39)
        #expect(Self.score(Self.evidence(complaints: 0.03, reports: 1_000)) == 99)
    }

    @Test("the source is a list where one counts, else the reports")
    func source() {
        #expect(Self.evidence(complaints: 1, reports: 9).score(at: Self.now)?.source == .complaints)
        #expect(Self.evidence(complaints: 0.001, reports: 1).score(at: Self.now)?.source == .reports)
        #expect(Self.evidence(reports: 1).score(at: Self.now)?.source == .reports)
    }

    @Test("more evidence never makes a score less, more time never makes it more, and it is 1 to 99")
    func monotonic() {
        let amounts = [0, 0.01, 0.03, 0.1, 0.5, 1, 2, 4, 8, 16, 64, 1e6]
        for complaints in amounts {
            for accounts in [0, 2, 3, 10] {
                var last = 0
                for reports in amounts {
                    let evidence = Self.evidence(complaints: complaints, reports: reports, accounts: accounts)
                    let score = Self.score(evidence) ?? 0
                    #expect(score >= last && score <= 99)
                    #expect(
                        Self.score(Self.evidence(complaints: complaints + 1, reports: reports, accounts: accounts)) ?? 0
                            >= score)
                    #expect(
                        Self.score(Self.evidence(complaints: complaints, reports: reports, accounts: accounts + 1)) ?? 0
                            >= score)
                    last = score
                    var earlier = score
                    for days in stride(from: 0.0, through: 2_000, by: 50) {
                        let later = Self.score(evidence, days: days) ?? 0
                        #expect(later <= earlier)
                        earlier = later
                    }
                }
            }
        }
    }

    @Test("all evidence halves in 60 days, so that a sum fades like its parts")
    func decay() {
        for days in [0.0, 1, 30, 60, 61, 600] {
            let then = Self.now + .seconds(days * 86_400)
            let fresh = SpamEvidence.weight(complaints: 7, lastSeen: Self.now, at: Self.now)
            #expect(fresh == 3)
            let faded = SpamEvidence.weight(complaints: 7, lastSeen: Self.now, at: then)
            #expect(faded == 3 * SpamEvidence.weight(complaints: 1, lastSeen: Self.now, at: then))
            if days == 60 { #expect(faded == 1.5) }
            // What was added up once and has faded is what is added up later.
            let summed = SpamEvidence(complaints: fresh, reports: 0, agreeingAccounts: 0, asOf: Self.now)
            let anew = SpamEvidence(complaints: faded, reports: 0, agreeingAccounts: 0, asOf: then)
            #expect(summed.score(at: then) == anew.score(at: then))
        }
    }

    @Test("a day in the future, or a clock that was set back, weighs like today")
    func future() {
        let ahead = Self.now + Self.day
        #expect(SpamEvidence.weight(complaints: 1, lastSeen: ahead, at: Self.now) == 1)
        #expect(SpamEvidence.weight(.spam, reportedAt: ahead, at: Self.now) == 1)
        #expect(SpamEvidence.weight(complaints: 0, lastSeen: Self.now, at: Self.now) == 0)
        #expect(SpamEvidence.weight(complaints: -5, lastSeen: Self.now, at: Self.now) == 0)
    }

    @Test(
        "what a report weighs depends on what is said, and ends after 360 days",
        arguments: [
            (ReportTag.spam, 1), (.scam, 1), (.robocall, 1), (.telemarketing, 1), (.spoofed, 0.5), (.other, 0.5),
            (.wrongNumber, 0),
        ])
    func reports(tag: ReportTag, weight: Double) {
        #expect(SpamEvidence.weight(tag, reportedAt: Self.now, at: Self.now) == weight)
        #expect(SpamEvidence.weight(tag, reportedAt: Self.now, at: Self.now + .seconds(60 * 86_400)) == weight / 2)
        let end = Self.now + SpamEvidence.reportLifetime
        #expect(SpamEvidence.weight(tag, reportedAt: Self.now, at: end) == 0)
        #expect((SpamEvidence.weight(tag, reportedAt: Self.now, at: end - .seconds(1)) > 0) == (weight > 0))
    }

    @Test("a fixed score needs no time; a suppressed number has no score at all")
    func signal() {
        let fixed = SpamSignal.fixed(SpamScore(score: 90, source: .complaints))
        #expect(fixed.score(at: UnixTime(seconds: 0))?.score == 90)
        let signal = SpamSignal.evidence(Self.evidence(complaints: 1))
        #expect(signal.score(at: Self.now)?.score == 16)
        #expect(NumberRecord(isSuppressed: true, name: nil, spam: signal).spam == nil)
        #expect(NumberRecord(isSuppressed: false, name: nil, spam: signal).spam == signal)
    }
}
