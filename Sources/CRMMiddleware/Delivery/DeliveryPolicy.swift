// How often and how fast deliveries are tried. Immutable.

package import Platform

/// The rules of trying again, and the bounds of what is under way at once.
package struct DeliveryPolicy: Sendable, Hashable {
    /// The longest wait after the first failure; it doubles with each further one.
    static let firstBackoff: Duration = .seconds(1)
    /// The longest wait of all: a CRM that is back is noticed within the hour.
    static let longestBackoff: Duration = .seconds(3_600)
    /// How long one attempt may take, its lookup and the authentication included.
    package static let attemptTime: Duration = .seconds(30)
    /// How long a connector may take to come back once its time is up, before its task is cancelled.
    static let attemptGrace: Duration = .seconds(2)
    /// Attempts of one connector at once: most CRMs throttle above a handful, and lookups need room beside them.
    package static let connectorMax = 4
    /// Attempts of all connectors at once: each holds a socket and a task.
    package static let allMax = 256
    /// How long an attempt waits when it could not even begin (a connector that cannot be built, storage that does not
    /// answer).
    static let unavailablePause: Duration = .seconds(1)
    /// 60 attempts with these waits take about a day.
    package static let attemptsDefault = 60
    /// Above this, trying takes weeks.
    package static let attemptsRange = 1...1_000

    /// Answers by which a CRM says that it does not take this very record: the same the next time, and until then the
    /// contact's later calls wait.
    private static let rejections: Set<String> = [
        "http-400", "http-409", "http-410", "http-413", "http-414", "http-415", "http-422",
    ]
    /// Attempts of a delivery that the CRM rejects: about half an hour, in which a mistake of the CRM's own may be put
    /// right.
    package static let rejectedAttemptsMax = 12

    /// Attempts after which a delivery is dead.
    package let attemptsMax: Int

    /// - Parameter attemptsMax: held within ``attemptsRange``.
    package init(attemptsMax: Int) {
        self.attemptsMax = min(max(attemptsMax, Self.attemptsRange.lowerBound), Self.attemptsRange.upperBound)
    }

    /// The longest that may be waited after so many attempts.
    static func backoffMax(after attempts: Int) -> Duration {
        // 2 to the 12th seconds is more than an hour already.
        let doublings = min(max(attempts - 1, 0), 12)
        return min(longestBackoff, .nanoseconds(firstBackoff.wholeNanoseconds << Int64(doublings)))
    }

    /// How long to wait after so many attempts: anything up to the longest, all of it equally likely, so that deliveries
    /// that failed together do not come back together.
    static func backoff(after attempts: Int, random: RandomSource) -> Duration {
        let range = UInt64(backoffMax(after: attempts).wholeNanoseconds)
        // The high half of the product is even over the range, but for one part in 2^20 or less.
        return .nanoseconds(Int64(random.integer().multipliedFullWidth(by: range).high))
    }

    /// What becomes of a delivery after an attempt.
    func settlement(
        _ outcome: DeliveryOutcome, attempts: Int, now: UnixTime, random: RandomSource
    ) -> DeliverySettlement {
        switch outcome {
        case .delivered(let contact): return .delivered(contact: contact)
        case .skipped: return .skipped(reason: "no_scenario")
        case .failed(let failure):
            let most = Self.rejections.contains(failure.code) ? min(attemptsMax, Self.rejectedAttemptsMax) : attemptsMax
            guard attempts < most else { return .dead(failure) }
            return .failed(failure, dueAt: now + Self.backoff(after: attempts, random: random))
        }
    }
}

/// How an attempt ends in the outbox.
package enum DeliverySettlement: Sendable, Hashable {
    /// The CRM has it.
    /// - contact: whom it was journalled to.
    case delivered(contact: UniqueID?)
    case skipped(reason: String)
    /// It is tried again.
    case failed(ConnectorFailure, dueAt: UnixTime)
    /// That was the last attempt.
    case dead(ConnectorFailure)
    /// Nothing was sent: the attempt does not count.
    case notSent(reason: String, dueAt: UnixTime)
    /// The connector was not among the workspace's. Storage looks why: removed, it is dropped; off, it is skipped; else
    /// the outbox knew too little, and it is tried again.
    case withoutConnector(dueAt: UnixTime)
    /// The attempt was cut off by the end of the server: due at once, and perhaps arrived.
    case interrupted
    /// The call or chat is not there any more.
    case gone
}
