// What customers say about numbers that called them. Immutable.

package import Platform

/// Why a number is reported.
package enum ReportTag: String, Sendable, Hashable, CaseIterable {
    case spam, scam, robocall, telemarketing, spoofed
    case wrongNumber = "wrong_number"
    case other

    /// What a new report weighs: 1 for an unwanted call, half where the number itself may not be to blame, nothing for a
    /// mistake in dialling.
    package var weight: Double {
        switch self {
        case .spam, .scam, .robocall, .telemarketing: 1
        case .spoofed, .other: 0.5
        case .wrongNumber: 0
        }
    }
}

/// A report as it counts.
package struct SpamReport: Sendable, Hashable {
    package let number: E164
    package let account: AccountID
    package let tag: ReportTag
    package let reportedAt: UnixTime
    /// Whether the account paid for its lookups when it reported.
    package let isPrepaid: Bool

    package init(number: E164, account: AccountID, tag: ReportTag, reportedAt: UnixTime, isPrepaid: Bool) {
        self.number = number
        self.account = account
        self.tag = tag
        self.reportedAt = reportedAt
        self.isPrepaid = isPrepaid
    }
}

/// What became of a report.
package enum ReportOutcome: Sendable, Hashable {
    /// It counts from now on.
    case counted
    /// The account has counted for this number within ``SpamEvidence/reportInterval``.
    case repeated
    /// The account has reported as many numbers as it may in that time.
    case tooMany
}

/// Where reports are kept.
package protocol ReportStore: Sendable {
    /// Keeps a report if it counts; returns when it is durable.
    func report(_ report: SpamReport, deadline: MonotonicTime) async -> Result<ReportOutcome, StorageUnavailable>
}
