import Foundation
import JSONText
import TestSupport
import Testing

@Suite("Billing", .timeLimit(.minutes(5)))
struct BillingTests {
    static let named = "+12025550143"
    static let names = "+12025550143,Harbor Light Books,2026-01-15\n+442079460018,Thames Sample Dental,2026-03-20\n"

    @Test("From sign-up to a billed answer: headers, balance and ledger agree")
    func wholeWay() throws {
        let fixture = try LookupFixture()
        try fixture.importNames(Self.names)
        let signup = try fixture.post(
            "/api/v1/account/signup", #"{"email": "ops@example.com", "name": "Example", "unknown": 1}"#)
        #expect(signup.status == 201)
        let account = try #require(signup["account"]?.object)
        let id = try #require(account["id"]?.string)
        let key = try #require(signup["api_key"]?.string)
        #expect(account["tier"]?.string == "free")
        #expect(account["balance_micros"]?.number?.int64 == 0)

        // Free: answered, unbilled.
        let free = try fixture.get("/v1/lookup/\(Self.named)", key: key)
        #expect(free.status == 200 && free["cnam"]?.string == "Harbor Light Books")
        for name in ["X-Billed-Micros", "X-Balance-Micros", "X-Billing-Endpoint"] { #expect(free.field(name) == nil) }

        // The first top-up makes it standard; a repeat under the same reference does nothing.
        for _ in 0..<2 { try fixture.nocli("balance", "top-up", id, "--usd", "0.01", "--reference", "inv-1") }
        #expect(
            try fixture.eventually {
                try fixture.get("/v1/account", key: key)["account"]?.object?["tier"]?.string == "standard"
            })
        #expect(
            try fixture.eventually { try fixture.get("/v1/countries", key: key).field("RateLimit-Limit") == "600" })

        let billed = try fixture.get("/v1/lookup/\(Self.named)?reference=call-7", key: key)
        #expect(billed.status == 200)
        #expect(billed.field("X-Billed-Micros") == "2000")
        #expect(billed.field("X-Balance-Micros") == "8000")
        #expect(billed.field("X-Billing-Endpoint") == "lookup_enriched")
        #expect(billed.field("Cache-Control") == "no-store")
        #expect(billed["as_of"]?.string == "2026-01-15")
        #expect(billed["sources"]?.object?["cnam"]?.string == "directory")
        #expect(billed["confidence"]?.string == "low" && billed["spam_score"]?.isNull == true)

        // A batch with a duplicate and an invalid number: one hold, one charge for two numbers.
        let batch = try fixture.post(
            "/v1/lookup/batch",
            #"{"numbers": ["+12025550143", "+442079460018", "+12025550143", "abc"], "reference": "list"}"#, key: key)
        #expect(batch.status == 200)
        #expect(batch.field("X-Billed-Micros") == "4000")
        #expect(batch.field("X-Balance-Micros") == "4000")
        let summary = try #require(batch["summary"]?.object)
        #expect(summary["total"]?.number?.int64 == 4 && summary["valid"]?.number?.int64 == 3)
        #expect(summary["billed_enriched"]?.number?.int64 == 2)

        // 4,000 left: enough for one number's cover, not for two.
        let refused = try fixture.post("/v1/lookup/batch", #"{"numbers": ["+12025550143", "+442079460018"]}"#, key: key)
        #expect(refused.status == 402 && refused.code == "insufficient_balance")
        #expect(refused["balance_micros"]?.number?.int64 == 4_000)
        let last = try fixture.get("/v1/lookup/\(Self.named)", key: key)
        #expect(last.field("X-Balance-Micros") == "2000")
        let empty = try fixture.get("/v1/lookup/\(Self.named)", key: key)
        #expect(empty.status == 402)
        #expect(
            empty.field("RateLimit-Remaining") == last.field("RateLimit-Remaining"), "what a 402 took is given back")

        let ledger = try fixture.get("/v1/account/ledger", key: key)
        let entries = try #require(ledger["entries"]?.array).compactMap(\.object)
        #expect(entries.map { $0["amount_micros"]?.number?.int64 } == [-2_000, -4_000, -2_000, 10_000])
        #expect(entries.map { $0["balance_micros"]?.number?.int64 } == [2_000, 4_000, 8_000, 10_000])
        #expect(entries.map { $0["reference"]?.string } == [nil, "list", "call-7", "inv-1"])
        #expect(
            entries.map { $0["kind"]?.string } == ["lookup_enriched", "lookup_enriched", "lookup_enriched", "top_up"])
        let account2 = try fixture.get("/v1/account", key: key)["account"]?.object
        #expect(account2?["balance_micros"]?.number?.int64 == 2_000)
        let usage = try fixture.get("/v1/account/usage?group=reference", key: key)
        #expect(usage["rows"]?.array?.count == 3)
        try fixture.nocli("ledger", "verify")
    }

    @Test("CSV statements cannot carry formulas")
    func statementCSV() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account()
        _ = try fixture.get("/v1/lookup/\(Self.named)?reference=%3DHYPERLINK(1)", key: account.key)
        let csv = try fixture.get("/v1/account/ledger", key: account.key, fields: [("Accept", "text/csv")])
        #expect(csv.field("Content-Type")?.hasPrefix("text/csv") == true)
        for (accept, isCSV) in [
            ("application/json, text/csv;q=0", false), ("text/csv; q=0.0", false), ("text/csv; q=0.5", true),
            ("text/csvx", false), ("*/*", false), ("application/json, TEXT/CSV", true),
        ] {
            let answer = try fixture.get("/v1/account/ledger", key: account.key, fields: [("Accept", accept)])
            #expect((answer.field("Content-Type")?.hasPrefix("text/csv") == true) == isCSV, "\(accept)")
        }
        #expect(csv.text.contains(",'=HYPERLINK(1)\r\n"), "\(csv.text)")
        let usage = try fixture.get(
            "/v1/account/usage?group=reference", key: account.key, fields: [("Accept", "text/csv")])
        #expect(usage.field("Content-Type")?.hasPrefix("text/csv") == true)
        #expect(usage.text == "reference,lookups,billed_micros\r\n'=HYPERLINK(1),1,2000\r\n")
        #expect(try fixture.get("/v1/account/usage?from=2026-02-01&to=2026-02-01", key: account.key).status == 400)
    }

    @Test("CSV without a limit is the whole ledger, in pieces; with one it is a page")
    func wholeStatement() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account()
        // Two pages and one entry; some entries are there already.
        try fixture.nocli("account", "set-limit", account.id, "1000000")
        let before = try fixture.get("/v1/account/ledger", key: account.key)["entries"]?.array?.count ?? 0
        let connection = try fixture.client.connect()
        for _ in before..<201 {
            try connection.send(
                TestClient.bytes(
                    "GET", "/v1/lookup/\(Self.named)?country=US",
                    fields: LookupFixture.authorization(account.key)))
            #expect(try connection.readResponse().status == 200)
        }
        func csv(_ query: String) throws -> (answer: Answer, ids: [Int]) {
            let answer = try fixture.get(
                "/v1/account/ledger" + query, key: account.key, fields: [("Accept", "text/csv")])
            let lines = answer.text.split(separator: "\r\n")
            #expect(lines.first == "id,at,kind,amount_micros,balance_micros,key_prefix,reference")
            return (answer, lines.dropFirst().compactMap { $0.split(separator: ",").first.flatMap { Int($0) } })
        }
        let whole = try csv("")
        #expect(whole.answer.field("transfer-encoding") == "chunked" && whole.answer.field("link") == nil)
        #expect(whole.ids.count == 201 && whole.ids == whole.ids.sorted(by: >) && Set(whole.ids).count == 201)
        let page = try csv("?limit=100")
        #expect(page.ids == Array(whole.ids[..<100]) && page.answer.field("content-length") != nil)
        #expect(page.answer.field("link")?.contains("cursor=\(page.ids.last ?? 0)&limit=100") == true)
        // From a cursor on; what is left fits one page and is sent as one.
        #expect(try csv("?cursor=\(whole.ids[49])").ids == Array(whole.ids[50...]))
        let rest = try csv("?cursor=\(whole.ids[150])")
        #expect(rest.ids == Array(whole.ids[151...]) && rest.answer.field("content-length") != nil)
        #expect(try fixture.client.get("/metrics").text.contains("http_streams_open 0\n"))
        // For HEAD nothing is read beyond the first page.
        let head = try fixture.client.connect()
        try head.send(
            TestClient.bytes(
                "HEAD", "/v1/account/ledger",
                fields: LookupFixture.authorization(account.key) + [("Accept", "text/csv")]))
        #expect(try head.readResponse(toHead: true).status == 200)
    }

    @Test("The same request under an idempotency key is charged once and replayed byte for byte")
    func idempotency() throws {
        let fixture = try LookupFixture()
        try fixture.importNames(Self.names)
        let account = try fixture.account()
        let fields = [("Idempotency-Key", "call-1")]
        let first = try fixture.get("/v1/lookup/\(Self.named)?country=US", key: account.key, fields: fields)
        #expect(first.field("X-Billed-Micros") == "2000" && first.field("Idempotency-Replayed") == nil)
        // Another spelling of the same request.
        let again = try fixture.get("/api/v1/lookup/%2B12025550143?country=US", key: account.key, fields: fields)
        #expect(again.status == 200 && again.field("X-Billed-Micros") == "0")
        #expect(again.field("Idempotency-Replayed") == "true" && again.response.body == first.response.body)
        let other = try fixture.get("/v1/lookup/+442079460018", key: account.key, fields: fields)
        #expect(other.status == 409 && other.code == "conflict")
        // The key's scope is the account.
        let stranger = try fixture.account()
        #expect(
            try fixture.get("/v1/lookup/\(Self.named)", key: stranger.key, fields: fields).field("X-Billed-Micros")
                == "2000")
        // And of it live and test keys apart: what the sandbox says is nobody's name.
        let test = try fixture.post("/v1/account/keys", #"{"test": true}"#, key: account.key)
        let testKey = try #require(test["api_key"]?.string)
        let sandbox = "/v1/lookup/+14155550100"
        let order = [("Idempotency-Key", "order-1")]
        #expect(try fixture.get(sandbox, key: testKey, fields: order)["cnam"]?.string == "Sandbox Caller")
        let replayed = try fixture.get(sandbox, key: testKey, fields: order)
        #expect(replayed.field("Idempotency-Replayed") == "true" && replayed["cnam"]?.string == "Sandbox Caller")
        let unpaid = try fixture.get("/v1/lookup/\(Self.named)?country=US", key: testKey, fields: fields)
        #expect(unpaid.field("Idempotency-Replayed") == nil && unpaid["cnam"]?.isNull == true, "\(unpaid.text)")
        // The fictional number of the sandbox, asked for in earnest, is not charged here: the price is told apart.
        let live = try fixture.get(sandbox, key: account.key, fields: order)
        #expect(live.field("Idempotency-Replayed") == nil && live["cnam"]?.string == nil, "\(live.text)")
        let spent = Int64(live.field("X-Billed-Micros") ?? "0") ?? 0
        for bad in ["", String(repeating: "k", count: 256), "caf\u{e9}"] {
            #expect(
                try fixture.get("/v1/lookup/\(Self.named)", key: account.key, fields: [("Idempotency-Key", bad)]).status
                    == 400)
        }
        #expect(
            try fixture.get(
                "/v1/lookup/\(Self.named)", key: account.key,
                fields: [("Idempotency-Key", String(repeating: "k", count: 255))]
            ).status == 200)
        let balance = try fixture.get("/v1/account", key: account.key)["account"]?.object?["balance_micros"]
        #expect(balance?.number?.int64 == 9_996_000 - spent)
    }

    @Test("A suppression works within a second: never named, never billed, not even from a replay")
    func suppression() throws {
        let fixture = try LookupFixture()
        try fixture.importNames(Self.names)
        let account = try fixture.account()
        let body = #"{"numbers": ["+12025550143", "+442079460018"]}"#
        let fields = [("Idempotency-Key", "list-1")]
        let first = try fixture.post("/v1/lookup/batch", body, key: account.key, fields: fields)
        #expect(first.text.contains("Harbor Light Books"))
        try fixture.nocli("name", "suppress", Self.named)
        #expect(
            try fixture.eventually {
                try fixture.get("/v1/lookup/\(Self.named)", key: account.key)["cnam"]?.isNull == true
            })
        let single = try fixture.get("/v1/lookup/\(Self.named)", key: account.key)
        #expect(single.field("X-Billed-Micros") == nil)
        let replay = try fixture.post("/v1/lookup/batch", body, key: account.key, fields: fields)
        #expect(replay.field("Idempotency-Replayed") == "true")
        #expect(!replay.text.contains("Harbor Light Books") && replay.text.contains("Thames Sample Dental"))
        // It beats an override too, and ends when the operator says so.
        try fixture.nocli("name", "pin", Self.named, "Pinned Name")
        #expect(try fixture.get("/v1/lookup/\(Self.named)", key: account.key)["cnam"]?.isNull == true)
        try fixture.nocli("name", "unsuppress", Self.named)
        #expect(
            try fixture.eventually {
                try fixture.get("/v1/lookup/\(Self.named)", key: account.key)["cnam"]?.string == "Pinned Name"
            })
        #expect(
            try fixture.get("/v1/lookup/\(Self.named)", key: account.key)["sources"]?.object?["cnam"]?.string
                == "override")
    }

    @Test("A daily spending cap of a key answers 402 before it is exceeded")
    func spendingCap() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account()
        let made = try fixture.post(
            "/v1/account/keys", #"{"use_cases": ["lookup"], "daily_cap_micros": 6000}"#, key: account.key)
        #expect(made.status == 201)
        let key = try #require(made["api_key"]?.string)
        // A lookup may cost 4,000 and costs 2,000: the third would pass 6,000.
        let statuses = try (0..<3).map { _ in try fixture.get("/v1/lookup/\(Self.named)", key: key) }
        #expect(statuses.map(\.status) == [200, 200, 402])
        #expect(statuses.last?.code == "spending_cap_reached")
    }

    @Test("An account cannot be overdrawn by any number of connections")
    func noOverdraft() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account(usd: "0.05")
        try fixture.nocli("account", "set-limit", account.id, "100000")
        let target = "/v1/lookup/\(Self.named)"
        let outcomes = Outcomes()
        let client = fixture.client
        concurrently(16) { _ in
            guard let connection = try? client.connect() else { return }
            for _ in 0..<8 {
                guard
                    (try? connection.send(
                        TestClient.bytes("GET", target, fields: [("Authorization", "Bearer \(account.key)")]))) != nil,
                    let response = try? connection.readResponse()
                else { return }
                outcomes.add(response.status)
            }
        }
        // 50,000 at 2,000 each while 4,000 is there: 24 charges leave 2,000.
        #expect(outcomes.count(200) == 24)
        #expect(outcomes.count(402) == 16 * 8 - 24)
        #expect(
            try fixture.get("/v1/account", key: account.key)["account"]?.object?["balance_micros"]?.number?.int64
                == 2_000)
        try fixture.nocli("ledger", "verify")
    }
}

/// Runs a body on so many threads at once, whatever the number of cores, and waits for all.
func concurrently(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let group = DispatchGroup()
    for index in 0..<count {
        group.enter()
        Thread.detachNewThread {
            body(index)
            group.leave()
        }
    }
    group.wait()
}

/// What concurrent clients saw. Guarded by its lock.
final class Outcomes: @unchecked Sendable {
    private let lock = NSLock()
    private var statuses: [Int: Int] = [:]

    func add(_ status: Int) { lock.withLock { statuses[status, default: 0] += 1 } }
    func count(_ status: Int) -> Int { lock.withLock { statuses[status] ?? 0 } }
}
