import Foundation
import JSONText
import TestSupport
import Testing

/// One account, asked for everything at once: by several loops, keys and kinds of request, while its operator moves money
/// in and out from another process.
@Suite("Overdraft", .timeLimit(.minutes(5)))
struct OverdraftTests {
    /// What was charged and moved. Guarded by its lock.
    private final class Tally: @unchecked Sendable {
        private let lock = NSLock()
        private var billed: Int64 = 0
        private var moved: Int64 = 0
        private(set) var statuses: [Int: Int] = [:]
        private var lowest: Int64 = .max

        func add(_ response: TestResponse) {
            lock.withLock {
                statuses[response.status, default: 0] += 1
                if let micros = response.field("X-Billed-Micros").flatMap({ Int64($0) }) { billed += micros }
                if let balance = response.field("X-Balance-Micros").flatMap({ Int64($0) }) {
                    lowest = min(lowest, balance)
                }
            }
        }

        func move(_ micros: Int64) { lock.withLock { moved += micros } }
        var totals: (billed: Int64, moved: Int64, lowest: Int64) { lock.withLock { (billed, moved, lowest) } }
        func count(_ status: Int) -> Int { lock.withLock { statuses[status] ?? 0 } }
    }

    private enum Kind: CaseIterable {
        case lookup, callerID, batch
    }

    private static func request(_ kind: Kind, _ keys: [String]) -> [UInt8] {
        let fields = [("Authorization", "Bearer \(keys.randomElement() ?? "")")]
        switch kind {
        case .lookup: return TestClient.bytes("GET", "/v1/lookup/\(BillingTests.named)", fields: fields)
        case .callerID: return TestClient.bytes("GET", "/v1/cid/\(BillingTests.named)", fields: fields)
        case .batch:
            let numbers = (0..<7).map { #""+1202555010\#($0)""# }.joined(separator: ",")
            return TestClient.bytes(
                "POST", "/v1/lookup/batch", fields: fields + [("Content-Type", "application/json")],
                body: Array(#"{"numbers": [\#(numbers)]}"#.utf8))
        }
    }

    @Test("No loops, keys, kinds of request and second process overdraw an account by one micro-dollar")
    func everythingAtOnce() throws {
        let fixture = try LookupFixture(["--loops", "3"])
        try fixture.importNames(BillingTests.names)
        let account = try fixture.account(usd: "0.40")
        try fixture.nocli("account", "set-limit", account.id, "1000000")
        let made = try fixture.post(
            "/v1/account/keys", #"{"use_cases": ["lookup", "cid"], "daily_cap_micros": 150001}"#, key: account.key)
        let capped = try #require(made["api_key"]?.string)
        let tally = Tally()
        let client = fixture.client
        let (database, id) = (fixture.database, account.id)
        concurrently(20) { index in
            if index == 0 {
                // The operator: takes what there may be, and gives some back.
                for step in 0..<12 {
                    let micros = step.isMultiple(of: 3) ? Int64(9_001) : -11_003
                    let arguments = ["--database", database, "balance", "adjust", id, "--micros", String(micros)]
                    guard let result = try? Program.run("nocli", arguments) else { continue }
                    // Refused when it is not there; then nothing was moved.
                    if result.exitCode == 0 { tally.move(micros) }
                }
                return
            }
            guard let connection = try? client.connect() else { return }
            let kind = Kind.allCases[index % Kind.allCases.count]
            for _ in 0..<40 {
                // A full key is as good as an empty account here: all three are tried.
                let bytes = Self.request(kind, [account.key, capped, account.key])
                guard (try? connection.send(bytes)) != nil, let response = try? connection.readResponse() else {
                    return
                }
                tally.add(response)
            }
        }
        let totals = tally.totals
        #expect(tally.count(200) > 0 && tally.count(402) > 0, "\(tally.statuses)")
        // Nothing else is ever answered.
        #expect(tally.count(200) + tally.count(402) == 19 * 40, "\(tally.statuses)")
        #expect(totals.lowest >= 0)
        let balance = try #require(
            try fixture.get("/v1/account", key: account.key)["account"]?.object?["balance_micros"]?.number?.int64)
        // To the micro-dollar: what was answered for is what is gone.
        #expect(balance == 400_000 + totals.moved - totals.billed)
        // Nothing is set aside any more, so all of it can be taken, and not one more.
        #expect(balance >= 0)
        let arguments = ["--database", database, "balance", "adjust", id, "--micros"]
        #expect(try Program.run("nocli", arguments + [String(-balance - 1)]).exitCode != 0)
        if balance > 0 { try fixture.nocli("balance", "adjust", id, "--micros", String(-balance)) }
        try fixture.nocli("ledger", "verify")
    }
}
