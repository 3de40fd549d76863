// The formula behind the spam score, `decay-1`: what speaks against a number, added up and fading. Immutable; pure
// functions of their arguments. docs/spam-signal.md says the same for people.

internal import Glibc
package import Platform

/// What is known against one number at one instant, in the few values that every later score is computed from.
///
/// All evidence fades by the same half-life, so a sum of parts fades like each of its parts, and the sum at one instant
/// says what the sum is at every later one. A score thus needs one row, however many reports there are.
package struct SpamEvidence: Hashable, Sendable {
    /// The time in which evidence loses half of its weight: numbers change hands, and callers change numbers.
    package static let halfLife: Duration = .seconds(60 * 86_400)
    /// How long a report is kept: six half-lives, after which it weighs a sixty-fourth of a new one.
    package static let reportLifetime: Duration = .seconds(360 * 86_400)
    /// How often an account counts for a number: once in so much time.
    package static let reportInterval: Duration = .seconds(30 * 86_400)
    /// The highest score from reports that too few accounts agree on: the end of "low".
    package static let unconfirmedMax = 39
    /// So many prepaid accounts agree, or an imported list, before reports say more than "low".
    package static let agreeingMin = 3
    /// Newest reports of one number that are added up: fresh ones reach 99 with a fortieth of it.
    package static let reportsMax = 1_000

    /// The evidence of one new report, or of a list that has counted one complaint today.
    private static let unit = 0.25
    /// Below this a score would be rounded to 0: nothing is known.
    private static let leastStrength = 0.5
    private static let halfLifeSeconds = Double(halfLife.components.seconds)

    /// Of imported lists, at ``asOf``; not negative.
    package let complaints: Double
    /// Of reports that count, at ``asOf``; not negative.
    package let reports: Double
    /// Different prepaid accounts among the reports.
    package let agreeingAccounts: Int
    package let asOf: UnixTime

    package init(complaints: Double, reports: Double, agreeingAccounts: Int, asOf: UnixTime) {
        self.complaints = complaints
        self.reports = reports
        self.agreeingAccounts = agreeingAccounts
        self.asOf = asOf
    }

    /// What a list that counts so many complaints, the last one at `lastSeen`, weighs at `now`. A list of a thousand
    /// complaints weighs ten times as much as one of a single complaint.
    package static func weight(complaints count: Int64, lastSeen: UnixTime, at now: UnixTime) -> Double {
        count < 1 ? 0 : log2(1 + Double(count)) * fading(from: lastSeen, to: now)
    }

    /// What a report made at `reportedAt` weighs at `now`.
    package static func weight(_ tag: ReportTag, reportedAt: UnixTime, at now: UnixTime) -> Double {
        let age = Double(now.microseconds) - Double(reportedAt.microseconds)
        guard age < Double(reportLifetime.components.seconds) * 1_000_000 else { return 0 }
        return tag.weight * fading(from: reportedAt, to: now)
    }

    /// What is left of evidence after a time; a time to come weighs like the present.
    private static func fading(from earlier: UnixTime, to later: UnixTime) -> Double {
        // As doubles, so that no two instants are too far apart.
        let seconds = (Double(later.microseconds) - Double(earlier.microseconds)) / 1_000_000
        return exp2(-max(0, seconds) / halfLifeSeconds)
    }

    /// How strongly evidence speaks, 0 to 100; more evidence never makes it less.
    private static func strength(_ evidence: Double) -> Double { 100 * (1 - exp2(-unit * evidence)) }

    /// The score at an instant; nil when nothing is known, or what was known has faded away.
    package func score(at now: UnixTime) -> SpamScore? {
        let left = Self.fading(from: asOf, to: now)
        let strength = Self.strength((complaints + reports) * left)
        // Also for what is no number: the comparison with it is false.
        guard strength >= Self.leastStrength else { return nil }
        let isListed = Self.strength(complaints * left) >= Self.leastStrength
        let score = Int(min(strength, 99).rounded())
        let isConfirmed = isListed || agreeingAccounts >= Self.agreeingMin
        return SpamScore(
            score: isConfirmed ? score : min(score, Self.unconfirmedMax), source: isListed ? .complaints : .reports)
    }
}

/// What an answer's score comes from.
package enum SpamSignal: Hashable, Sendable {
    /// Whatever the time is: the sandbox's.
    case fixed(SpamScore)
    case evidence(SpamEvidence)

    /// - Parameter now: asked for only where it matters.
    package func score(at now: @autoclosure () -> UnixTime) -> SpamScore? {
        switch self {
        case .fixed(let score): score
        case .evidence(let evidence): evidence.score(at: now())
        }
    }
}
