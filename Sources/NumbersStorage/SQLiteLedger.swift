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
    /// Charges and holds that wait are worked out together: an account is read and written once for all of them.
    private let posting = SharedWrite(Order.together)

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
    ) async -> Result<Receipt, ChargeRefusal> {
        await post(charge, items, ending: nil, reply, deadline)
    }

    package func settle(
        _ hold: Hold, _ charge: Charge, items: [Charge.Item], reply: StoredReply?, deadline: MonotonicTime
    ) async -> Result<Receipt, ChargeRefusal> {
        await post(charge, items, ending: hold, reply, deadline)
    }

    package func hold(_ charge: Charge, deadline: MonotonicTime) async -> Result<Hold, ChargeRefusal> {
        let id = Int64(bitPattern: random.integer() >> 1) | 1
        switch await writer.write(.hold(charge, id: id, startID: startID), to: posting, deadline: deadline) {
        case .success(.held(let hold)): return .success(hold)
        case .success(.refused(let refusal)): return .failure(refusal)
        case .success(.posted): preconditionFailure("an order to hold is answered by a hold")
        case .failure(let failure):
            if failure.mayHaveCommitted { release(Hold(id: id, amount: charge.cover), account: charge.account) }
            return .failure(.unavailable)
        }
    }

    package func release(_ hold: Hold, account: AccountID) {
        afterwork(isRepeatable: true) { connection throws(DatabaseError) in
            _ = try LedgerBook.end(hold, account, on: connection)
        }
    }

    private func post(
        _ charge: Charge, _ items: [Charge.Item], ending hold: Hold?, _ reply: StoredReply?, _ deadline: MonotonicTime
    ) async -> Result<Receipt, ChargeRefusal> {
        let note = PostedNote()
        let order = Order.charge(charge, items, ending: hold, reply, note)
        switch await writer.write(order, to: posting, deadline: deadline) {
        case .success(.posted(let receipt)): return .success(receipt)
        case .success(.refused(let refusal)): return .failure(refusal)
        case .success(.held): preconditionFailure("an order to charge is answered by a receipt")
        case .failure(let failure):
            if failure.mayHaveCommitted {
                // The caller is told that nothing was charged. The writer works in order, so this runs after the
                // charge has become durable or has failed, and takes it back in the first case.
                afterwork(isRepeatable: false) { connection throws(DatabaseError) in
                    guard let made = note.posted, try LedgerBook.reverse(charge, made, on: connection) else { return }
                    if let reply { try ReplyTable.remove(reply, on: connection) }
                }
            }
            return .failure(.unavailable)
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

/// What the writer's thread made of a charge, for whoever must take it back.
private final class PostedNote: @unchecked Sendable {
    // Sendable: read and written by the writer's thread alone; both the charge and what takes it back run there.
    var posted: LedgerBook.Posted?
}

/// What the ledger is asked to do, and what comes of it.
private enum Order: Sendable {
    case charge(Charge, [Charge.Item], ending: Hold?, StoredReply?, PostedNote)
    case hold(Charge, id: Int64, startID: Int64)

    enum Outcome: Sendable {
        case posted(Receipt)
        case held(Hold)
        case refused(ChargeRefusal)
    }

    func perform(_ sheet: inout LedgerSheet, _ connection: Connection) throws(DatabaseError) -> Outcome {
        switch self {
        case .charge(let charge, let items, let hold, let reply, let note):
            // What an attempt together with others made of it has been undone, if there was one.
            note.posted = nil
            switch try sheet.charge(charge, items: items, ending: hold) {
            case .failure(let refusal): return .refused(refusal)
            case .success(let made):
                if let reply { try ReplyTable.insert(reply, on: connection) }
                note.posted = made
                return .posted(made.receipt)
            }
        case .hold(let charge, let id, let startID):
            switch try sheet.hold(charge, id: id, startID: startID) {
            case .failure(let refusal): return .refused(refusal)
            case .success(let hold): return .held(hold)
            }
        }
    }

    /// Many orders on one sheet.
    static func together(_ orders: [Order], _ connection: Connection) throws(DatabaseError) -> [Outcome] {
        var sheet = LedgerSheet(connection)
        var outcomes: [Outcome] = []
        outcomes.reserveCapacity(orders.count)
        for order in orders { outcomes.append(try order.perform(&sheet, connection)) }
        try sheet.write()
        return outcomes
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
