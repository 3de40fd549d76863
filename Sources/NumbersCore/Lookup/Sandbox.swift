// What test keys see: eight fictional numbers that behave in fixed ways, so that an integration can be tried without
// a dip and without a charge. Pure functions.

/// The behaviour of numbers under a test key.
package enum Sandbox: Sendable, Hashable, CaseIterable {
    /// `+1 415 555 0100`: a name.
    case named
    /// `0101`, and every number that is not magic: no name.
    case unnamed
    /// `0102`: a listing that is private.
    case suppressed
    /// `0103`: a supplier that is too slow; the answer leaves at the budget, without a name.
    case slow
    /// `0104`: a supplier that fails; no name.
    case failing
    /// `0105`: a name with a spam score of 90.
    case risky
    /// `0106`: 402.
    case insufficientBalance
    /// `0107`: 429.
    case rateLimited

    private static let firstMagicNumber: UInt64 = 1_415_555_0100

    /// How a number behaves.
    package init(_ number: E164) {
        // The cases stand in the order of the numbers.
        let behaviours = Self.allCases
        let (offset, isBelow) = number.digits.subtractingReportingOverflow(Self.firstMagicNumber)
        self = !isBelow && offset < UInt64(behaviours.count) ? behaviours[Int(offset)] : .unnamed
    }

    /// The fictional number that behaves so.
    package var number: E164? {
        Self.allCases.firstIndex(of: self).flatMap { E164(Self.firstMagicNumber + UInt64($0)) }
    }

    /// What is recorded about such a number.
    /// - Parameter today: the day on which the name counts as obtained, RFC 3339 full-date.
    package func record(today: String) -> NumberRecord {
        let text: String? =
            switch self {
            case .named: "Sandbox Caller"
            case .risky: "Sandbox Risky"
            case .unnamed, .suppressed, .slow, .failing, .insufficientBalance, .rateLimited: nil
            }
        let name = text.flatMap { CallerName($0) }.map {
            KnownName(name: $0, source: .supplier("sandbox"), asOf: today)
        }
        return NumberRecord(isSuppressed: self == .suppressed, name: name, spam: spam)
    }

    private var spam: SpamSignal? {
        self == .risky ? .fixed(SpamScore(score: 90, source: .complaints)) : nil
    }
}
