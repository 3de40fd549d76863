import CFaultVFS
import Glibc
import NumbersCore
import Platform
import SQLiteDatabase
import Testing

@testable import NumbersStorage

/// Takes messages and answers as told.
final class StubWebhooks: WebhookTransport {
    struct Message: Sendable {
        let body: [UInt8]
        let url: String
        let signature: String
    }

    private struct State {
        var answer: Result<Int, WebhookFailure> = .success(204)
        var messages: [Message] = []
    }

    private let state = Monitor(State())

    var messages: [Message] { state.withLock { $0.messages } }
    func set(_ answer: Result<Int, WebhookFailure>) { state.withLock { $0.answer = answer } }

    func post(
        _ body: [UInt8], to url: WebhookURL, fields: [(name: String, value: String)], deadline: MonotonicTime
    ) async -> Result<Int, WebhookFailure> {
        let signature = fields.first { $0.name == WebhookSignature.field }?.value ?? ""
        return state.withLock { state in
            state.messages.append(Message(body: body, url: url.text, signature: signature))
            return state.answer
        }
    }
}

/// What tells low balances, on a database of its own.
private final class Bell {
    let office: Office
    let webhooks = StubWebhooks()
    let account: OperatorDesk.OpenedAccount
    let writer: DatabaseWriter
    let accounts: SQLiteAccounts
    private let readers: ReaderPool
    private let sink: LogSink
    private let log: Int32
    private let vault: SecretVault
    private(set) var notices: BalanceNotices

    init(micros: Int64, hasKey: Bool = true, vfs: String? = nil) throws {
        office = try Office()
        account = try office.account(micros: micros)
        clock = Clock(
            wall: office.time.clock.wall, monotonic: { [ahead] in MonotonicTime.now() + ahead.withLock { $0 } })
        let options = DatabaseOptions(older: .refuse, vfs: vfs)
        writer = try DatabaseWriter(
            schema: LookupSchema.schema, path: office.folder.database, options: options,
            limits: DatabaseWriter.Limits(), clock: .system)
        readers = try ReaderPool(
            path: office.folder.database, options: options, count: 1, queueLimit: 64, clock: .system)
        vault = SecretVault(
            key: hasKey ? SecretKey(bytes: [UInt8](repeating: 7, count: 32)) : nil,
            random: .system)
        accounts = SQLiteAccounts(writer: writer, readers: readers, vault: vault)
        log = creat(office.folder.path + "/log", 0o600)
        sink = try LogSink(descriptor: log, capacityBytes: 65_536)
        notices = BalanceNotices(
            writer: writer, readers: readers, transport: webhooks, vault: vault, clock: clock,
            logger: Logger(sink: sink, clock: .system))
    }

    /// What the monotonic clock is ahead of the machine's.
    let ahead = Monitor(Duration.zero)
    private let clock: Clock

    /// As the next start of a server would have it.
    func restart() {
        notices = BalanceNotices(
            writer: writer, readers: readers, transport: webhooks, vault: vault, clock: clock,
            logger: Logger(sink: sink, clock: .system))
    }

    func set(threshold: Int64?, secret: Secret? = Secret("whsec_test")) async throws {
        var patch = AccountPatch()
        if let secret, let url = WebhookURL("https://hooks.test/low") {
            patch.webhook = .some(.init(url: url, secret: secret))
        }
        patch.lowBalance = .some(threshold.map { MicroUSD(micros: $0) })
        _ = try await accounts.update(account.account.id, patch, deadline: MonotonicTime.now() + .seconds(20)).get()
    }

    func spend(_ micros: Int64) throws {
        let charge = Charge.sample(account, cover: micros, at: office.time.now)
        try office.connection.transaction { () throws(DatabaseError) in
            let item = Charge.Item(endpoint: .lookup, units: 1, amount: MicroUSD(micros: micros))
            _ = try LedgerBook.charge(charge, items: [item], ending: nil, on: office.connection)
        }
    }

    var waiting: Int64 {
        get throws { try office.integer("SELECT count(*) FROM balance_notices") ?? -1 }
    }

    /// One look at what is due, and what came of it.
    func round() async throws {
        let before = notices.delivered.value + notices.failed.value
        let due = try office.connection.first(
            "SELECT count(*) FROM balance_notices WHERE due_at <= ?", .integer(office.time.now.microseconds)
        ) { row throws(DatabaseError) in row.integer(0) }
        await notices.round()
        let expected = before + UInt64(due ?? 0)
        #expect(try await eventually { notices.underWayCount == 0 })
        #expect(notices.delivered.value + notices.failed.value == expected)
    }

    func close() {
        sink.close()
        _ = Glibc.close(log)
        #expect(writer.stop(deadline: MonotonicTime.now() + .seconds(20)))
        #expect(readers.stop(deadline: MonotonicTime.now() + .seconds(20)))
    }
}

@Suite struct BalanceNoticesTests {
    private struct Crossing: Sendable {
        let threshold: Int64?
        /// From a balance of 10,000.
        let charges: [Int64]
        let notices: Int
    }

    private static let crossings: [Crossing] = [
        Crossing(threshold: 5_000, charges: [5_000], notices: 0),
        Crossing(threshold: 5_000, charges: [5_001], notices: 1),
        Crossing(threshold: 5_000, charges: [5_000, 1], notices: 1),
        Crossing(threshold: 5_000, charges: [5_001, 1_000], notices: 1),
        Crossing(threshold: 10_000, charges: [1], notices: 1),
        Crossing(threshold: 10_001, charges: [1], notices: 0),
        Crossing(threshold: 1, charges: [9_999], notices: 0),
        Crossing(threshold: 1, charges: [10_000], notices: 1),
        Crossing(threshold: nil, charges: [10_000], notices: 0),
    ]

    @Test(
        "a notice is made when the balance falls from the threshold or above to below it, and only then",
        arguments: crossings.indices)
    func crossing(row: Int) async throws {
        let crossing = Self.crossings[row]
        let bell = try Bell(micros: 10_000)
        try await bell.set(threshold: crossing.threshold)
        for micros in crossing.charges {
            try bell.spend(micros)
            try await bell.round()
        }
        #expect(bell.webhooks.messages.count == crossing.notices)
        #expect(try bell.waiting == 0)
        bell.close()
    }

    @Test("it is told again only after the balance was at the threshold or above; corrections tell as charges do")
    func again() async throws {
        let bell = try Bell(micros: 10_000)
        try await bell.set(threshold: 5_000)
        let account = bell.account.account.id
        try bell.spend(6_000)
        try await bell.round()
        // To 4,999: still below.
        _ = try bell.office.desk.topUp(account, amount: MicroUSD(micros: 999), reference: nil, keepsTier: true)
        try bell.spend(999)
        try await bell.round()
        #expect(bell.webhooks.messages.count == 1)
        _ = try bell.office.desk.topUp(account, amount: MicroUSD(micros: 1_000), reference: nil, keepsTier: true)
        _ = try bell.office.desk.adjust(account, by: MicroUSD(micros: -1), reference: nil)
        try await bell.round()
        #expect(bell.webhooks.messages.count == 2)
        bell.close()
    }

    @Test("a settled hold tells as well")
    func settled() async throws {
        let bell = try Bell(micros: 10_000)
        try await bell.set(threshold: 5_000)
        let connection = bell.office.connection
        let charge = Charge.sample(bell.account, cover: 8_000, at: bell.office.time.now)
        try connection.transaction { () throws(DatabaseError) in
            guard case .success(let hold) = try LedgerBook.hold(charge, id: 7, startID: 1, on: connection) else {
                return
            }
            _ = try LedgerBook.charge(charge, items: [.dip(), .enriched()], ending: hold, on: connection)
        }
        #expect(try bell.waiting == 1)
        bell.close()
    }

    @Test("the message says what happened, and its signature holds for time and body with the secret that was shown")
    func message() async throws {
        let bell = try Bell(micros: 10_000)
        try await bell.set(threshold: 5_000)
        try bell.spend(6_000)
        try await bell.round()
        let message = try #require(bell.webhooks.messages.first)
        #expect(message.url == "https://hooks.test/low")
        #expect(
            String(decoding: message.body, as: UTF8.self)
                == #"{"type":"balance.low","id":"entry_2","at":"2026-01-02T03:04:05Z","account_id":"\#(bell.account.account.id)","balance_micros":4000,"low_balance_micros":5000}"#
        )
        let code = hmacSHA256(key: Secret("whsec_test"), message: Array("1767323045.".utf8) + message.body)
        #expect(message.signature == "t=1767323045,v1=\(Hex.encode(code))")
        bell.close()
    }

    @Test("a message that is not taken is tried 12 times with growing pauses, also by the next start, then given up")
    func retries() async throws {
        let bell = try Bell(micros: 10_000)
        try await bell.set(threshold: 5_000)
        bell.webhooks.set(.failure(.timedOut))
        try bell.spend(6_000)
        for attempt in 1...12 {
            let answers: [Result<Int, WebhookFailure>] = [.failure(.tls), .success(500), .success(302), .success(199)]
            bell.webhooks.set(answers[attempt % 4])
            try await bell.round()
            #expect(bell.webhooks.messages.count == attempt)
            // A moment before its time nothing is sent.
            bell.office.time.advance(BalanceNoticeTable.pause(after: attempt) - .microseconds(1))
            await bell.notices.round()
            #expect(bell.webhooks.messages.count == attempt)
            bell.office.time.advance(.microseconds(1))
            bell.restart()
        }
        #expect(try bell.waiting == 0)
        let minutes: [Int64] = (1...12).map { BalanceNoticeTable.pause(after: $0).wholeMilliseconds / 60_000 }
        #expect(minutes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360])
        bell.close()
    }

    @Test("a newer crossing takes the place of one that waits; a webhook taken away takes its notice along")
    func replaced() async throws {
        let bell = try Bell(micros: 10_000)
        try await bell.set(threshold: 5_000)
        bell.webhooks.set(.success(503))
        try bell.spend(6_000)
        try await bell.round()
        _ = try bell.office.desk.topUp(
            bell.account.account.id, amount: MicroUSD(micros: 6_000), reference: nil, keepsTier: true)
        try bell.spend(7_000)
        #expect(try bell.waiting == 1)
        bell.webhooks.set(.success(200))
        try await bell.round()
        #expect(String(decoding: bell.webhooks.messages[1].body, as: UTF8.self).contains(#""balance_micros":3000"#))
        #expect(try bell.waiting == 0)

        _ = try bell.office.desk.topUp(
            bell.account.account.id, amount: MicroUSD(micros: 6_000), reference: nil, keepsTier: true)
        try bell.spend(7_000)
        var patch = AccountPatch()
        patch.webhook = .some(nil)
        let profile = try await bell.accounts.update(
            bell.account.account.id, patch, deadline: MonotonicTime.now() + .seconds(20)
        ).get()
        #expect(profile?.webhookURL == nil && profile?.lowBalance?.micros == 5_000)
        await bell.notices.round()
        #expect(try await eventually { try bell.waiting == 0 })
        #expect(bell.webhooks.messages.count == 2)
        bell.close()
    }

    @Test("a disk that takes nothing does not make the message come again and again")
    func unwritten() async throws {
        let name = "notices-\(Hex.encode(RandomSource.system.integer()))"
        let vfs = try #require(fault_vfs_create(name))
        do {
            let bell = try Bell(micros: 10_000, vfs: name)
            try await bell.set(threshold: 5_000)
            for answer in [.success(200), .success(500)] as [Result<Int, WebhookFailure>] {
                bell.webhooks.set(answer)
                try bell.spend(6_000)
                let before = bell.webhooks.messages.count
                fault_vfs_arm(vfs, Int32(FAULT_WRITE), 1, 1, FAULT_DISK_FULL)
                for _ in 0..<5 {
                    await bell.notices.round()
                    #expect(try await eventually { bell.notices.underWayCount == 0 })
                }
                #expect(bell.webhooks.messages.count == before + 1)
                fault_vfs_disarm(vfs)
                bell.webhooks.set(.success(200))
                bell.ahead.withLock { $0 += BalanceNotices.unwrittenPause }
                await bell.notices.round()
                #expect(try await eventually { try bell.waiting == 0 })
                #expect(bell.webhooks.messages.count == before + 2)
                _ = try bell.office.desk.topUp(
                    bell.account.account.id, amount: MicroUSD(micros: 6_000), reference: nil, keepsTier: true)
            }
            bell.close()
        }
        fault_vfs_destroy(vfs)
    }

    @Test("the secret is sealed where it lies, and without a key there is no webhook")
    func sealed() async throws {
        let bell = try Bell(micros: 10_000)
        try await bell.set(threshold: 5_000)
        let stored = try bell.office.connection.first(
            "SELECT webhook_secret FROM accounts WHERE id = ?", .integer(bell.account.account.id.value)
        ) { row throws(DatabaseError) in row.blob(0) }
        let text = String(decoding: try #require(stored), as: UTF8.self)
        #expect(!text.contains("whsec") && (stored?.count ?? 0) > 40)
        // Another key takes its place, and what was sealed with the first is sealed with that.
        let vault = SecretVault(key: SecretKey(bytes: [UInt8](repeating: 7, count: 32)), random: .system)
        let other = SecretVault(key: SecretKey(bytes: [UInt8](repeating: 8, count: 32)), random: .system)
        var steps: [Int64] = []
        #expect(
            try bell.office.desk.rotateSecrets(from: vault, to: other, progress: { steps.append($0) }) == .success(1))
        #expect(steps == [1])
        #expect(
            try bell.office.desk.rotateSecrets(from: vault, to: other, progress: { _ in })
                == .failure(.init(owner: "account \(bell.account.account.id)", name: "webhook", fault: .otherKey)))
        bell.close()
        let open = try Bell(micros: 10_000, hasKey: false)
        await #expect(throws: AccountChangeRefusal.noSecretKey) { try await open.set(threshold: 1) }
        open.close()
    }
}
