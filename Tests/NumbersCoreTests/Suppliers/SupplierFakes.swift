import NumbersCore
import Platform
import Synchronization
import Testing

/// Time that stands still until the test moves it, for both clocks and for everybody who sleeps.
final class VirtualTime: Sendable {
    private struct State {
        var elapsed: UInt64 = 0
        var sleepers: [Int: (until: MonotonicTime, continuation: CheckedContinuation<Void, Never>)] = [:]
        var woken: Set<Int> = []
        var lastID = 0
    }

    private static let start = MonotonicTime(nanoseconds: 1_000_000_000_000)
    private let state = Mutex(State())

    var now: MonotonicTime { state.withLock { Self.start + .nanoseconds(Int64($0.elapsed)) } }
    var clock: Clock {
        Clock(
            wall: { UnixTime(microseconds: 1_000_000_000 + Int64(self.state.withLock { $0.elapsed } / 1_000)) },
            monotonic: { self.now })
    }
    var timer: SupplierTimer { SupplierTimer { await self.sleep(until: $0) } }
    var sleepers: Int { state.withLock { $0.sleepers.count } }

    func sleep(until: MonotonicTime, isCancellable: Bool = true) async {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        // A test that has failed moves the time no further, and whoever it waits for would sleep for ever.
        let alarm = Task.detached {
            guard (try? await Task.sleep(for: .seconds(90))) != nil, let sleeper = self.forget(id) else { return }
            Issue.record("nobody has moved the time for 90 seconds")
            sleeper.resume()
        }
        defer { alarm.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if until <= Self.start + .nanoseconds(Int64(state.elapsed)) || state.woken.contains(id) {
                        return true
                    }
                    state.sleepers[id] = (until, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            guard isCancellable else { return }
            forget(id)?.resume()
        }
    }

    private func forget(_ id: Int) -> CheckedContinuation<Void, Never>? {
        state.withLock { state in
            state.woken.insert(id)
            return state.sleepers.removeValue(forKey: id)?.continuation
        }
    }

    func advance(_ by: Duration) {
        let due = state.withLock { state in
            state.elapsed += UInt64(by.wholeNanoseconds)
            let now = Self.start + .nanoseconds(Int64(state.elapsed))
            let due = state.sleepers.filter { $0.value.until <= now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }
}

/// Waits until something that other tasks do has happened; a minute at most, for a busy machine. What comes after it
/// would wait for ever if it has not.
func eventually(_ condition: () -> Bool) async throws {
    let end = MonotonicTime.now() + .seconds(60)
    while !condition(), MonotonicTime.now() < end { try await Task.sleep(for: .milliseconds(1)) }
    try #require(condition())
}

/// Suppliers whose answers the test decides, by host.
final class FakeSuppliers: SupplierTransport, NameKeeper {
    enum Script: Sendable {
        case answer(String, status: Int = 200, after: Duration = .zero)
        case fail(SupplierSendFailure)
        /// Until the deadline, or until nobody waits any more.
        case hang
        /// Ignores deadline and cancellation, as no transport should.
        case stuck(Duration)
    }

    struct State {
        var scripts: [String: Script] = [:]
        var asked: [String] = []
        var active = 0
        var mostActive = 0
        var kept: [E164: CachedName] = [:]
    }

    let state = Mutex(State())
    let time = VirtualTime()

    var asked: [String] { state.withLock { $0.asked } }

    func send(
        _ request: SupplierRequest, deadline: MonotonicTime
    ) async -> Result<(status: Int, body: [UInt8]), SupplierSendFailure> {
        let host = request.url.split(separator: "/")[1].split(separator: ".").first.map(String.init) ?? ""
        let script = state.withLock { state in
            state.asked.append(host)
            state.active += 1
            state.mostActive = max(state.mostActive, state.active)
            return state.scripts[host] ?? .answer("")
        }
        defer { state.withLock { $0.active -= 1 } }
        switch script {
        case .answer(let body, let status, let after):
            let end = time.now + after
            if after > .zero { await time.sleep(until: min(end, deadline)) }
            if Task.isCancelled { return .failure(.cancelled) }
            return end > deadline ? .failure(.timedOut) : .success((status, Array(body.utf8)))
        case .fail(let failure): return .failure(failure)
        case .hang:
            await time.sleep(until: deadline)
            return .failure(Task.isCancelled ? .cancelled : .timedOut)
        case .stuck(let duration):
            await time.sleep(until: time.now + duration, isCancellable: false)
            return .failure(.failed)
        }
    }

    func keep(_ cached: CachedName, for number: E164) async { state.withLock { $0.kept[number] = cached } }
}

extension SupplierDips {
    /// An engine over fakes, with suppliers of the given names.
    static func sample(
        _ transport: FakeSuppliers, names: CallerNameDirectory? = nil, suppliers: [Supplier],
        freeDips: Int = 50, cap: MicroUSD? = nil
    ) -> SupplierDips {
        let dips = SupplierDips(
            transport: transport, names: names ?? CallerNameDirectory(store: FakePorts(), capacity: 10),
            keeper: transport, limits: Limits(freeDipsPerDay: freeDips, spendPerDay: cap), clock: transport.time.clock,
            random: .system, timer: transport.time.timer)
        dips.replace(suppliers.map { ($0, .none) })
        return dips
    }

    /// Asks about a number of the United States.
    func ask(
        _ number: String = "+14155552671", for payer: DipPayer = .prepaid,
        until: MonotonicTime = .init(nanoseconds: .max)
    ) async throws -> DipOutcome {
        await dip(try #require(E164(number)), country: Region("US"), plan: .builtIn, for: payer, until: until)
    }
}

extension DipOutcome {
    /// The outcome in a word.
    var word: String {
        switch self {
        case .named(let cached): "\(cached.supplier?.text ?? "?") \(cached.name?.text ?? "?")"
        case .unnamed: "unnamed"
        case .failed: "failed"
        case .late: "late"
        case .notAsked: "not asked"
        }
    }
}
