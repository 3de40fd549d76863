// The ledger's port on the group-commit writer. Holds no mutable state of its own.

package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Charges, holds and replies, durable before they are told of.
package struct SQLiteLedger: Ledger, ReplyArchive {
    /// Time given to work that nobody waits for: releasing a hold, taking back a charge.
    private static let afterworkTime: Duration = .seconds(600)
    /// How long it waits before a disk that has refused it is asked again; twice as long each time, up to the most.
    private static let afterworkPause: Duration = .milliseconds(100)
    private static let afterworkPauseMax: Duration = .seconds(5)

    private let writer: DatabaseWriter
    private let readers: ReaderPool
    private let clock: Clock
    private let random: RandomSource
    private let startID: Int64

    /// - Parameter startID: marks the holds of this start of the server; another start releases them.
    package init(writer: DatabaseWriter, readers: ReaderPool, clock: Clock, random: RandomSource, startID: Int64) {
        self.writer = writer
        self.readers = readers
        self.clock = clock
        self.random = random
        self.startID = startID
    }

    package func charge(
        _ charge: Charge, items: [Charge.Item], reply: StoredReply?, deadline: MonotonicTime
    ) -> Deferred<Result<Receipt, ChargeRefusal>> {
        post(charge, items, ending: nil, reply, deadline)
    }

    package func settle(
        _ hold: Hold, _ charge: Charge, items: [Charge.Item], reply: StoredReply?, deadline: MonotonicTime
    ) -> Deferred<Result<Receipt, ChargeRefusal>> {
        post(charge, items, ending: hold, reply, deadline)
    }

    package func hold(_ charge: Charge, deadline: MonotonicTime) async -> Result<Hold, ChargeRefusal> {
        let id = Int64(bitPattern: random.integer() >> 1) | 1
        // Unsafe: an order is answered exactly once, and a checked continuation takes a lock.
        return await withUnsafeContinuation { waiter in
            let order = LedgerOrder(.hold(charge, id: id, startID: startID)) { [self] order, failure in
                if let failure {
                    if failure.mayHaveCommitted { release(Hold(id: id, amount: charge.cover), account: charge.account) }
                    return waiter.resume(returning: .failure(.unavailable))
                }
                switch order.outcome {
                case .held(let hold): waiter.resume(returning: .success(hold))
                case .refused(let refusal): waiter.resume(returning: .failure(refusal))
                case .posted, nil: preconditionFailure("an order to hold that is done has led to a hold")
                }
            }
            writer.add(order, deadline: deadline)
        }
    }

    package func release(_ hold: Hold, account: AccountID) {
        afterwork(isRepeatable: true) { connection throws(DatabaseError) in
            _ = try LedgerBook.end(hold, account, on: connection)
        }
    }

    private func post(
        _ charge: Charge, _ items: [Charge.Item], ending hold: Hold?, _ reply: StoredReply?, _ deadline: MonotonicTime
    ) -> Deferred<Result<Receipt, ChargeRefusal>> {
        .promised { [self] tell in
            let order = LedgerOrder(.charge(charge, items, ending: hold, reply)) { order, failure in
                if failure?.mayHaveCommitted == true { takeBack(order, charge, reply) }
                // The order goes with its answer: memory is given back cheapest where it was taken, on the loop.
                tell { failure == nil ? order.receipt : .failure(.unavailable) }
            }
            writer.add(order, deadline: deadline)
        }
    }

    /// The caller is told that nothing was charged. The writer works in order, so this runs after the charge has become
    /// durable or has failed, and takes it back in the first case.
    private func takeBack(_ order: LedgerOrder, _ charge: Charge, _ reply: StoredReply?) {
        afterwork(isRepeatable: false) { connection throws(DatabaseError) in
            // Read on the writer's thread, which has written it.
            guard case .posted(let made) = order.outcome, try LedgerBook.reverse(charge, made, on: connection) else {
                return
            }
            if let reply { try ReplyTable.remove(reply, on: connection) }
        }
    }

    /// Work that nobody waits for. While the disk refuses it, it is tried again and again. When it cannot be written in
    /// its time at all, what is left is a charge without an answer, which the statement shows, or a hold, which the next
    /// start releases.
    /// - Parameter isRepeatable: whether it may be done a second time; otherwise it is not when the first may yet be found
    ///   in the database.
    private func afterwork(
        isRepeatable: Bool, _ body: @escaping @Sendable (Connection) throws(DatabaseError) -> Void
    ) {
        let deadline = clock.monotonic() + Self.afterworkTime
        Task {
            var pause = Self.afterworkPause
            while case .failure(let failure) = await writer.write(deadline: deadline, body) {
                guard failure != .stopped, isRepeatable || !failure.mayHaveCommitted,
                    clock.monotonic() + pause < deadline
                else { return }
                // Cancelled only together with the whole program.
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, Self.afterworkPauseMax)
            }
        }
    }

    // MARK: Replies

    package func reply(
        account: AccountID, key: IdempotencyKey, now: UnixTime, deadline: MonotonicTime
    ) async -> Result<StoredReply?, StorageUnavailable> {
        await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try ReplyTable.find(account, key, now: now, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func store(_ reply: StoredReply, deadline: MonotonicTime) async -> Result<Void, StorageUnavailable> {
        await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try ReplyTable.insert(reply, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }
}

extension WriteFailure {
    /// Whether what the caller was told has failed may yet be found in the database.
    fileprivate var mayHaveCommitted: Bool {
        switch self {
        case .timedOut(let mayCommit): mayCommit
        case .uncertain: true
        case .overloaded, .failed, .stopped: false
        }
    }
}
