import NumbersCore
import Platform
import Synchronization

// The ports of a lookup in memory: they note what is asked of them and answer as the test says.

/// What the service did, in its order.
enum Step: Hashable, Sendable {
    case names([String])
    case reply(String)
    case store(String)
    case charge(cover: Int64, items: [Charge.Item], isReplyKept: Bool)
    case hold(Int64)
    case settle(Int64, items: [Charge.Item], isReplyKept: Bool)
    case release(Int64)
}

final class FakePorts: Ledger, ReplyArchive, CallerNameStore {
    struct State {
        var steps: [Step] = []
        var names: [String: NumberRecord] = [:]
        var replies: [String: StoredReply] = [:]
        var balance = MicroUSD(micros: 1_000_000)
        var refusal: ChargeRefusal?
        var settleRefusal: ChargeRefusal?
        var areNamesDown = false
        var isArchiveDown = false
        /// The lookups of the archive in progress wait until it is false.
        var isArchiveSlow = false
    }

    let state = Mutex(State())

    var steps: [Step] { state.withLock { $0.steps } }
    func forgetSteps() { state.withLock { $0.steps = [] } }

    func records(
        for numbers: [E164], deadline: MonotonicTime
    ) async -> Result<(records: [NumberRecord], revision: Int64), StorageUnavailable> {
        state.withLock { state in
            state.steps.append(.names(numbers.map(\.text)))
            if state.areNamesDown { return .failure(StorageUnavailable()) }
            return .success((numbers.map { state.names[$0.text] ?? .none }, 1))
        }
    }

    func charge(
        _ charge: Charge, items: [Charge.Item], reply: StoredReply?, deadline: MonotonicTime
    ) -> Deferred<Result<Receipt, ChargeRefusal>> {
        .promised { tell in
            let result = self.state.withLock { state in
                state.steps.append(.charge(cover: charge.cover.micros, items: items, isReplyKept: reply != nil))
                return Self.take(items, reply, state.refusal, &state)
            }
            tell { result }
        }
    }

    func hold(_ charge: Charge, deadline: MonotonicTime) async -> Result<Hold, ChargeRefusal> {
        state.withLock { state in
            state.steps.append(.hold(charge.cover.micros))
            if let refusal = state.refusal { return .failure(refusal) }
            return .success(Hold(id: 1, amount: charge.cover))
        }
    }

    func settle(
        _ hold: Hold, _ charge: Charge, items: [Charge.Item], reply: StoredReply?, deadline: MonotonicTime
    ) -> Deferred<Result<Receipt, ChargeRefusal>> {
        .promised { tell in
            let result = self.state.withLock { state in
                state.steps.append(.settle(hold.amount.micros, items: items, isReplyKept: reply != nil))
                return Self.take(items, reply, state.settleRefusal, &state)
            }
            tell { result }
        }
    }

    func release(_ hold: Hold, account: AccountID) {
        state.withLock { $0.steps.append(.release(hold.amount.micros)) }
    }

    private static func take(
        _ items: [Charge.Item], _ reply: StoredReply?, _ refusal: ChargeRefusal?, _ state: inout State
    ) -> Result<Receipt, ChargeRefusal> {
        if let refusal { return .failure(refusal) }
        let total = MicroUSD(micros: items.reduce(0) { $0 + $1.amount.micros })
        state.balance = MicroUSD(micros: state.balance.micros - total.micros)
        if let reply { state.replies[reply.key.text] = reply }
        let endpoints = BilledEndpoint.allCases.filter { endpoint in items.contains { $0.endpoint == endpoint } }
        return .success(Receipt(billed: total, balance: state.balance, endpoints: endpoints))
    }

    func reply(
        account: AccountID, key: IdempotencyKey, now: UnixTime, deadline: MonotonicTime
    ) async -> Result<StoredReply?, StorageUnavailable> {
        state.withLock { $0.steps.append(.reply(key.text)) }
        while state.withLock({ $0.isArchiveSlow }) { await Task.yield() }
        return state.withLock { $0.isArchiveDown ? .failure(StorageUnavailable()) : .success($0.replies[key.text]) }
    }

    func store(_ reply: StoredReply, deadline: MonotonicTime) async -> Result<Void, StorageUnavailable> {
        state.withLock { state in
            state.steps.append(.store(reply.key.text))
            if state.isArchiveDown { return .failure(StorageUnavailable()) }
            if state.replies[reply.key.text] == nil { state.replies[reply.key.text] = reply }
            return .success(())
        }
    }
}
