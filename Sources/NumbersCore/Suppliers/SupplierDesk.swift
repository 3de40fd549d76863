// What is known about one supplier while the server runs: how it does, how often it has a name, how fast it is. A value;
// `SupplierDips` guards it. The counters of the metrics are atomics of their own.

package import Platform

/// What is counted of one supplier since the start of the server.
package final class SupplierCounters: Sendable {
    /// From a cached answer in the next rack to the longest time-out, in microseconds.
    private static let durationBounds: [UInt64] = [
        5_000, 10_000, 25_000, 50_000, 100_000, 200_000, 300_000, 500_000, 750_000, 1_000_000, 1_500_000, 2_500_000,
        5_000_000, 10_000_000,
    ]

    package let hits = Counter()
    package let misses = Counter()
    /// Requests that were not answered, by reason.
    private let failures = Dictionary(
        uniqueKeysWithValues: SupplierFailure.allCases.map { ($0, Counter()) })
    /// Requests given up because another supplier was faster.
    package let abandoned = Counter()
    /// Second requests, sent because the first took too long.
    package let hedges = Counter()
    /// Micro-USD.
    package let spent = Counter()
    package let inFlight = Gauge()
    package let seconds = Histogram(bounds: durationBounds)

    init() {}

    func count(_ failure: SupplierFailure) { failures[failure]?.add() }
    package func value(_ failure: SupplierFailure) -> UInt64 { failures[failure]?.value ?? 0 }
}

/// Why a request brought nothing.
package enum SupplierFailure: String, Sendable, Hashable, CaseIterable {
    case timedOut = "timed_out"
    case failed
    case refusedAddress = "refused_address"
    case refused, throttled, status, html, document, text

    init(_ fault: SupplierAnswer.Fault) {
        switch fault {
        case .refused: self = .refused
        case .throttled: self = .throttled
        case .status: self = .status
        case .html: self = .html
        case .document: self = .document
        case .text: self = .text
        }
    }
}

/// One supplier at work.
struct SupplierDesk {
    /// How many of the last answers make the hit rate, and how many times the p95.
    static let memory = 64
    /// Times below which the p95 means nothing.
    private static let timesMin = 8

    var supplier: Supplier
    var secrets: SupplierSecrets
    var breaker = CircuitBreaker()
    var inFlight = 0
    let counters: SupplierCounters
    /// The last answers, the newest in bit 0; 1 is a name.
    private var answers: UInt64 = 0
    private var answerCount = 0
    /// The last times in microseconds, as a ring.
    private var times: [UInt32] = []
    private var nextTime = 0

    init(_ supplier: Supplier, _ secrets: SupplierSecrets) {
        self.supplier = supplier
        self.secrets = secrets
        counters = SupplierCounters()
    }

    mutating func answered(isName: Bool, in duration: Duration) {
        answers = answers << 1 | (isName ? 1 : 0)
        answerCount = min(answerCount + 1, Self.memory)
        let micros = UInt32(clamping: duration.wholeNanoseconds / 1_000)
        if times.count < Self.memory { times.append(micros) } else { times[nextTime] = micros }
        nextTime = (nextTime + 1) % Self.memory
    }

    /// Names among the last answers, drawn to one half while there are few of them.
    var hitRate: Double {
        let mask: UInt64 = answerCount >= 64 ? .max : (1 << UInt64(answerCount)) - 1
        return Double((answers & mask).nonzeroBitCount + 1) / Double(answerCount + 2)
    }

    /// What a name from it costs: the price of a request over the share of requests that bring one.
    var costOfName: Double { Double(supplier.price.micros) / hitRate }

    /// After how long a second supplier is asked: the time in which 19 of 20 answers came, half the time-out while too
    /// few came.
    var hedgeDelay: Duration {
        guard times.count >= Self.timesMin else { return supplier.timeout / 2 }
        let sorted = times.sorted()
        let p95 = sorted[min(sorted.count - 1, sorted.count * 95 / 100)]
        return min(max(.microseconds(Int64(p95)), .milliseconds(10)), supplier.timeout)
    }

    /// Whether the operator wants it asked about numbers of a country.
    func isFor(_ country: Region?) -> Bool { supplier.isEnabled && supplier.serves(country) }

    /// Whether it can be asked about a number now.
    func canTake(_ question: SupplierQuestion, at now: MonotonicTime) -> Bool {
        isFor(question.country) && inFlight < supplier.concurrentMax
            && breaker.wouldAdmit(at: now)
    }
}
