// Customers who ask for names and an operator who enters payments, on threads of their own. What they share is behind a
// monitor.

internal import Glibc
internal import Platform
internal import TestSupport

/// An account under load.
struct DrillCustomer: Sendable {
    let id: String
    let key: String
    let cidKey: String
}

/// What an answer said about money.
struct DrillAnswer: Sendable {
    let status: Int
    let billed: Int64?
    let balance: Int64?
    /// How many kinds of answers were billed.
    let kinds: Int
    let isReplay: Bool
    let body: [UInt8]

    init(_ response: TestResponse) {
        status = response.status
        billed = response.field("X-Billed-Micros").flatMap { Int64($0) }
        balance = response.field("X-Balance-Micros").flatMap { Int64($0) }
        kinds = response.field("X-Billing-Endpoint").map { $0.split(separator: ",").count } ?? 0
        isReplay = response.field("Idempotency-Replayed") == "true"
        body = response.body
    }
}

/// A request and what came of it.
struct DrillRequest: Sendable {
    let bytes: [UInt8]
    let isRepeatable: Bool
    /// What it can cost when it is charged without an answer to tell: less when the number is in the cache.
    let prices: Set<Int64>
    var answer: DrillAnswer?
    /// Whether a repeat showed that an answer had been stored.
    var isReplayed = false
}

/// The load.
final class LedgerLoad: Sendable {
    /// In the directory: costs the lower price, and one transaction.
    static let knownNumber = "+12025550143"
    private static let customerThreads = 6
    private static let dip: Int64 = 4_000
    private static let enriched: Int64 = 2_000

    struct TopUp: Sendable {
        let micros: Int64
        var isConfirmed = false
    }

    private struct State {
        var customers: [DrillCustomer] = []
        var client: TestClient?
        var isRunning = false
        var isEnding = false
        var threads: [OSThread] = []
        /// Answers since the load went on.
        var answersSinceResumed = 0
        /// Threads that wait for an answer.
        var busy = 0
        /// By reference, which is another one for each request.
        var asked: [String: DrillRequest] = [:]
        /// Asked since the last time somebody looked.
        var fresh: [String] = []
        var repeatable: [String] = []
        var topUps: [String: TopUp] = [:]
        var nocliKills = 0
        var callerIDs = (asked: 0, answered: 0)
        var faults: [String] = []
    }

    private let state = Monitor(State())
    private let seed: UInt64
    private let database: String

    init(seed: UInt64, database: String) {
        self.seed = seed
        self.database = database
    }

    func add(_ customer: DrillCustomer, opening: String, micros: Int64) {
        state.withLock { state in
            state.customers.append(customer)
            state.topUps[opening] = TopUp(micros: micros, isConfirmed: true)
        }
    }

    func connect(to client: TestClient) { state.withLock { $0.client = client } }

    func client() throws -> TestClient {
        guard let client = state.withLock({ $0.client }) else { throw DrillFailure(description: "no server") }
        return client
    }

    func start() throws {
        for index in 0..<Self.customerThreads {
            let thread = try OSThread.start(name: "customer-\(index)") { self.ask(index) }
            state.withLock { $0.threads.append(thread) }
        }
        let thread = try OSThread.start(name: "operator") { self.pay() }
        state.withLock { $0.threads.append(thread) }
    }

    func resume() {
        state.withLock { state in
            state.isRunning = true
            state.answersSinceResumed = 0
        }
    }

    /// Waits until some requests have been answered since the load went on: a busy machine takes its time.
    func waitForAnswers() {
        let end = MonotonicTime.now() + .seconds(10)
        while state.withLock({ $0.answersSinceResumed < Self.customerThreads }), MonotonicTime.now() < end {
            usleep(2_000)
        }
    }

    /// Returns when nobody waits for an answer any more. The operator goes on.
    func pause() {
        state.withLock { $0.isRunning = false }
        while state.withLock({ $0.busy > 0 }) { usleep(1_000) }
    }

    /// Returns when all threads have ended.
    func stop() {
        pause()
        let threads = state.withLock { state -> [OSThread] in
            state.isEnding = true
            defer { state.threads = [] }
            return state.threads
        }
        for thread in threads { thread.join() }
    }

    // MARK: What came of it

    var asked: [String: DrillRequest] { state.withLock { $0.asked } }
    var topUps: [String: TopUp] { state.withLock { $0.topUps } }
    var nocliKills: Int { state.withLock { $0.nocliKills } }
    var callerIDs: (asked: Int, answered: Int) { state.withLock { $0.callerIDs } }
    var faults: [String] { state.withLock { $0.faults } }

    /// What has been asked since the last call.
    func takeAnswered() -> [(String, DrillRequest)] {
        state.withLock { state in
            defer { state.fresh = [] }
            return state.fresh.compactMap { reference in state.asked[reference].map { (reference, $0) } }
        }
    }

    /// What has an idempotency key and was asked since the last call: all that has no answer, some of what has one.
    func takeRepeatable(answeredMax: Int, random: inout SplitMix64) -> [(String, DrillRequest)] {
        let all = state.withLock { state -> [(String, DrillRequest)] in
            defer { state.repeatable = [] }
            return state.repeatable.compactMap { reference in state.asked[reference].map { (reference, $0) } }
        }
        let answered = all.filter { $0.1.answer?.status == 200 }.shuffled(using: &random)
        return all.filter { $0.1.answer == nil } + answered.prefix(answeredMax)
    }

    /// A repeat was the first to be answered.
    func note(_ reference: String, answered answer: DrillAnswer) {
        state.withLock { $0.asked[reference]?.answer = answer }
    }

    /// A repeat showed that the first had been charged: it must be there once, at a price that the answer cannot tell.
    func note(_ reference: String, replayed answer: DrillAnswer) {
        state.withLock { state in
            state.asked[reference]?.isReplayed = true
            if answer.billed != 0 || answer.balance != nil {
                state.faults.append("\(reference) was replayed as billed")
            }
        }
    }

    // MARK: Customers

    /// What one customer's thread does, on one connection as long as the server lives.
    private func ask(_ thread: Int) {
        var random = SplitMix64(seed: seed &+ UInt64(thread))
        var connection: RawConnection?
        var endpoint: SocketEndpoint?
        var sequence = 0
        while true {
            enum Turn {
                case end, wait
                case ask(TestClient, DrillCustomer)
            }
            let turn = state.withLock { state -> Turn in
                if state.isEnding { return .end }
                guard state.isRunning, let client = state.client else { return .wait }
                state.busy += 1
                // Every second thread asks for the account that has hardly anything.
                return .ask(client, state.customers[thread % 2])
            }
            switch turn {
            case .end: return
            case .wait: usleep(2_000)
            case .ask(let client, let customer):
                if endpoint != client.endpoint { connection = nil }
                endpoint = client.endpoint
                sequence += 1
                if connection == nil { connection = try? client.connect() }
                if let open = connection, !ask(open, customer, "t\(thread)-\(sequence)", &random) { connection = nil }
                state.withLock { $0.busy -= 1 }
                usleep(UInt32.random(in: 0...3_000, using: &random))
            }
        }
    }

    /// One request; false when its connection is of no use any more.
    private func ask(
        _ connection: RawConnection, _ customer: DrillCustomer, _ reference: String, _ random: inout SplitMix64
    ) -> Bool {
        let fresh = { (random: inout SplitMix64) in "+4930\(Int.random(in: 20_000_000...29_999_999, using: &random))" }
        let authorization = ("Authorization", "Bearer \(customer.key)")
        let isRepeatable = Int.random(in: 0..<3, using: &random) == 0
        let fields = [authorization] + (isRepeatable ? [("Idempotency-Key", "once \(reference)")] : [])
        let request: DrillRequest
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return askCallerID(connection, customer)
        case 1..<4:
            let number = fresh(&random)
            request = DrillRequest(
                bytes: TestClient.bytes("GET", "/v1/lookup/\(number)?reference=\(reference)", fields: fields),
                isRepeatable: isRepeatable, prices: [Self.dip, Self.enriched])
        case 4..<6:
            // A name that is known and one that is asked for: two kinds in one charge.
            let json = #"{"numbers": ["\#(Self.knownNumber)", "\#(fresh(&random))"], "reference": "\#(reference)"}"#
            request = DrillRequest(
                bytes: TestClient.bytes(
                    "POST", "/v1/lookup/batch", fields: fields + [("Content-Type", "application/json")],
                    body: Array(json.utf8)),
                isRepeatable: isRepeatable, prices: [Self.dip + Self.enriched, 2 * Self.enriched])
        default:
            request = DrillRequest(
                bytes: TestClient.bytes(
                    "GET", "/v1/lookup/\(Self.knownNumber)?reference=\(reference)", fields: fields),
                isRepeatable: isRepeatable, prices: [Self.enriched])
        }
        state.withLock { state in
            state.asked[reference] = request
            state.fresh.append(reference)
            if isRepeatable { state.repeatable.append(reference) }
        }
        do throws(TestClientError) {
            try connection.send(request.bytes)
            let answer = DrillAnswer(try connection.readResponse())
            state.withLock { state in
                state.asked[reference]?.answer = answer
                state.answersSinceResumed += 1
                if answer.status == 200, answer.billed == nil || answer.isReplay {
                    state.faults.append("\(reference) was not billed")
                }
            }
            return true
        } catch {
            return false
        }
    }

    /// Caller names have no reference: they are only counted.
    private func askCallerID(_ connection: RawConnection, _ customer: DrillCustomer) -> Bool {
        state.withLock { $0.callerIDs.asked += 1 }
        do throws(TestClientError) {
            try connection.send(
                TestClient.bytes("GET", "/v1/cid/\(Self.knownNumber.dropFirst())?country=none&key=\(customer.cidKey)"))
            let answer = DrillAnswer(try connection.readResponse())
            state.withLock { state in
                if answer.billed != nil { state.callerIDs.answered += 1 }
                if answer.status != 200, answer.status != 402 {
                    state.faults.append("a caller name was answered \(answer.status)")
                }
            }
            return true
        } catch {
            return false
        }
    }

    // MARK: The operator

    /// Enters payments for the account that has hardly anything, each until nocli has confirmed it, and is interrupted
    /// at every second one.
    private func pay() {
        var random = SplitMix64(seed: seed &+ 1_000)
        var sequence = 0
        while !state.withLock({ $0.isEnding }) {
            sequence += 1
            let reference = "payment \(sequence)"
            let micros = Int64.random(in: 1_000...7_000, using: &random)
            let account = state.withLock { state -> String in
                state.topUps[reference] = TopUp(micros: micros)
                return state.customers[1].id
            }
            while !state.withLock({ $0.isEnding }) {
                let isKilled = Bool.random(using: &random)
                let seconds = isKilled ? Double.random(in: 0.005...0.12, using: &random) : 60
                let result = try? Program.run(
                    "nocli",
                    [
                        "--database", database, "balance", "top-up", account, "--micros", String(micros),
                        "--reference", reference,
                    ], seconds: seconds)
                if result?.exitCode == 0 {
                    state.withLock { $0.topUps[reference]?.isConfirmed = true }
                    break
                }
                state.withLock { state in
                    if isKilled {
                        state.nocliKills += 1
                    } else {
                        state.faults.append("nocli balance top-up: \(result?.errors ?? "did not start")")
                    }
                }
            }
        }
    }
}
