// The delivery of low-balance notices, beside all requests. What is under way is behind a monitor; the rest is immutable
// or Sendable by itself.

package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Sends what is due, a few at a time. What a server did not hear the answer of before it ended is sent again by the next:
/// a notice is delivered at least once, and repeats have the same identifier.
package final class BalanceNotices: Sendable {
    /// Messages under way at once: a webhook that hangs holds one of them for ten seconds.
    private static let concurrentMax = 8
    private static let sendingTime: Duration = .seconds(10)
    /// How long one of its own reads or writes may take.
    private static let accessTime: Duration = .seconds(5)
    /// How long a notice whose outcome could not be written is left alone: it is still due, and without a pause a disk
    /// that is full would send the customer a message a second.
    static let unwrittenPause: Duration = .seconds(60)

    /// Messages that were taken.
    package let delivered = Counter()
    /// Attempts that failed.
    package let failed = Counter()
    /// Notices that were given up after their last attempt.
    package let givenUp = Counter()

    private let writer: DatabaseWriter
    private let readers: ReaderPool
    private let transport: any WebhookTransport
    private let vault: SecretVault
    private let clock: Clock
    private let logger: Logger
    private struct State {
        /// Accounts whose notice is under way.
        var underWay: Set<AccountID> = []
        /// Accounts whose last outcome could not be written, and until when they are left alone.
        var resting: [AccountID: MonotonicTime] = [:]
    }

    private let state = Monitor(State())

    package init(
        writer: DatabaseWriter, readers: ReaderPool, transport: any WebhookTransport, vault: SecretVault, clock: Clock,
        logger: Logger
    ) {
        self.writer = writer
        self.readers = readers
        self.transport = transport
        self.vault = vault
        self.clock = clock
        self.logger = logger
    }

    /// Messages whose outcome is not written yet.
    var underWayCount: Int { state.withLock { $0.underWay.count } }

    /// Begins what is due and can be begun; waits for none of it.
    package func round() async {
        let limit = Self.concurrentMax
        let now = clock.wall()
        let rested = clock.monotonic()
        // Those under way, and those that rest, are among those that are due.
        let besides = state.withLock { state in
            state.resting = state.resting.filter { $0.value > rested }
            return state.resting.count
        }
        let read = await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try BalanceNoticeTable.due(at: now, limit: limit + besides, on: connection)
        }
        guard case .success(let due) = read else { return }
        for one in due {
            let account = one.notice.account
            let isBegun = state.withLock { state in
                state.underWay.count < limit && state.resting[account] == nil && state.underWay.insert(account).inserted
            }
            guard isBegun else { continue }
            Task {
                let isWritten = await deliver(one)
                let end = clock.monotonic() + Self.unwrittenPause
                state.withLock { state in
                    state.underWay.remove(account)
                    if !isWritten { state.resting[account] = end }
                }
            }
        }
    }

    private var deadline: MonotonicTime { clock.monotonic() + Self.accessTime }

    /// - Returns: whether what came of it is written.
    private func deliver(_ due: BalanceNoticeTable.Due) async -> Bool {
        guard let url = due.url, let sealed = due.sealedSecret else {
            return await write { connection throws(DatabaseError) in
                try BalanceNoticeTable.drop(due.notice, on: connection)
            }
        }
        let reason: String
        switch vault.open(sealed, at: AccountTable.webhookSecretPlace(due.notice.account)) {
        case .failure: reason = "secret_sealed"
        case .success(let secret):
            let body = due.notice.body
            let signature = WebhookSignature.value(of: body, secret: secret, at: clock.wall())
            let result = await transport.post(
                body, to: url, fields: [(WebhookSignature.field, signature)],
                deadline: clock.monotonic() + Self.sendingTime)
            switch result {
            case .success(200...299):
                delivered.add()
                return await write { connection throws(DatabaseError) in
                    try BalanceNoticeTable.drop(due.notice, on: connection)
                }
            case .success(let status): reason = "status_\(status)"
            case .failure(let failure): reason = failure.rawValue
            }
        }
        failed.add()
        let now = clock.wall()
        let result = await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try BalanceNoticeTable.putOff(due, at: now, on: connection)
        }
        let isLast = (try? result.get()) ?? false
        if isLast { givenUp.add() }
        logger.warning(
            isLast ? "low_balance_notice_given_up" : "low_balance_notice_failed",
            [("account", .identifier(due.notice.account)), ("reason", .text(reason))])
        return (try? result.get()) != nil
    }

    /// What cannot be written now is due again later.
    private func write(_ body: @escaping @Sendable (Connection) throws(DatabaseError) -> Void) async -> Bool {
        switch await writer.write(deadline: deadline, body) {
        case .success: true
        case .failure: false
        }
    }
}
