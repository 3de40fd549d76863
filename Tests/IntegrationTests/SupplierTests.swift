import Foundation
import JSONText
import Platform
import TestSupport
import Testing

@Suite(.serialized) struct SupplierTests {
    /// What a lookup may take, and how long a supplier may.
    private static let budget = 400
    private static let timeout = 600

    private static func fixture(_ stub: SupplierStub, _ arguments: [String] = []) throws -> LookupFixture {
        let fixture = try LookupFixture(
            ["--budget-ms", String(budget), "--allow-network", "127.0.0.0/8"] + arguments)
        try fixture.nocli(
            "supplier", "add", "stub", "--url", "http://127.0.0.1:\(stub.port)/{e164}", "--plain", "--price-micros",
            "1000", "--timeout-ms", String(timeout))
        return fixture
    }

    private static func metric(_ name: String, _ fixture: LookupFixture) throws -> Int? {
        let text = try fixture.client.get("/metrics").text
        return text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            .flatMap { Int($0.split(separator: " ").last ?? "") }
    }

    @Test("a supplier is told the trace of the request it is asked for, unless the operator does not want it")
    func trace() throws {
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        for isOn in [true, false] {
            let stub = try SupplierStub(.named)
            let fixture = try Self.fixture(stub, ["--pass-trace", isOn ? "on" : "off"])
            let account = try fixture.account()
            try Self.awaitSupplier(fixture)
            let answer = try fixture.get(
                "/v1/lookup/+14155552671?budget_ms=10000", key: account.key,
                fields: [("traceparent", trace), ("tracestate", "a=1, b=2")])
            #expect(answer["cnam"]?.string == "NAME STUB")
            let head = try #require(stub.heads.last).lowercased()
            #expect(head.contains("\r\ntraceparent: \(trace.prefix(36))") == isOn, "\(head)")
            #expect(head.contains("-01\r\n") == isOn && !head.contains("b7ad6b7169203331"))
            #expect(head.contains("\r\ntracestate: a=1,b=2\r\n") == isOn)
        }
    }

    /// Waits until the server has read the supplier.
    private static func awaitSupplier(_ fixture: LookupFixture) throws {
        #expect(try fixture.eventually { try metric("numbers_supplier_breaker{supplier=\"stub\"}", fixture) == 0 })
    }

    @Test("a dip is billed as such, the cache answers after it, and an expired number is asked for again")
    func life() throws {
        let stub = try SupplierStub(.named)
        let fixture = try Self.fixture(stub)
        let account = try fixture.account()
        try Self.awaitSupplier(fixture)
        let first = try fixture.get("/v1/lookup/+14155552671?budget_ms=10000", key: account.key)
        #expect(first["cnam"]?.string == "NAME STUB" && first["cached"]?.bool == false)
        #expect(first["sources"]?.object?["cnam"]?.string == "supplier:stub")
        #expect(first.field("x-billed-micros") == "4000" && first.field("x-billing-endpoint") == "lookup")
        let second = try fixture.get("/v1/lookup/+14155552671", key: account.key)
        #expect(second["cnam"]?.string == "NAME STUB" && second["cached"]?.bool == true)
        #expect(second["sources"]?.object?["cnam"]?.string == "cache")
        #expect(second.field("x-billed-micros") == "2000" && second.field("x-billing-endpoint") == "lookup_enriched")
        #expect(try fixture.client.get("/v1/cid/14155552671?key=\(account.cidKey)").text == "NAME STUB")
        #expect(stub.requests == 1)
        // What was said outlives the server.
        #expect(try fixture.eventually { try fixture.nocliJSON("name", "stats")["cached"]?.number?.int64 == 1 })
        fixture.server.signal(SIGTERM)
        #expect(fixture.server.waitForExit() == 0)
        try fixture.restart()
        #expect(try fixture.get("/v1/lookup/+14155552671", key: account.key)["cached"]?.bool == true)
        try fixture.nocli("name", "expire", "+14155552671")
        #expect(
            try fixture.eventually {
                try fixture.get("/v1/lookup/+14155552671", key: account.key)["cached"]?.bool == false
            })
        #expect(stub.requests == 2)
        let listed = try fixture.nocliJSON("supplier", "list")["suppliers"]?.array?.first?.object
        #expect((listed?["hits"]?.number?.int64 ?? 0) >= 1)
    }

    @Test("requests to suppliers are in the log with the access log, and only then", arguments: [true, false])
    func log(isOn: Bool) throws {
        let stub = try SupplierStub(.named)
        let fixture = try Self.fixture(stub, isOn ? [] : ["--access-log", "off"])
        let account = try fixture.account()
        try Self.awaitSupplier(fixture)
        _ = try fixture.get("/v1/lookup/+14155552671?budget_ms=10000", key: account.key)
        #expect(stub.requests == 1)
        fixture.server.signal(SIGTERM)
        #expect(fixture.server.waitForExit() == 0)
        #expect(fixture.server.errors.contains("client.request") == isOn)
    }

    @Test("the day's cap ends the asking, also over a restart")
    func cap() throws {
        let stub = try SupplierStub(.named)
        let fixture = try Self.fixture(stub, ["--supplier-spend-cap-usd", "0.002"])
        let account = try fixture.account()
        try Self.awaitSupplier(fixture)
        for last in 0..<4 {
            _ = try fixture.get("/v1/lookup/+1415555267\(last)?budget_ms=10000", key: account.key)
        }
        #expect(stub.requests == 2)
        fixture.server.signal(SIGTERM)
        #expect(fixture.server.waitForExit() == 0)
        try fixture.restart()
        #expect(try fixture.get("/v1/lookup/+14155552675", key: account.key)["cnam"]?.isNull == true)
        #expect(stub.requests == 2)
    }

    @Test(
        "whatever a supplier does, answers leave by the budget, nothing is invented, and nothing is left behind",
        arguments: SupplierStub.Conduct.allCases.filter { $0 != .named })
    func hostile(conduct: SupplierStub.Conduct) throws {
        let stub = try SupplierStub(conduct)
        let fixture = try Self.fixture(stub)
        let account = try fixture.account()
        try Self.awaitSupplier(fixture)
        // Warm: pools, the key, the first connection.
        _ = try fixture.get("/v1/lookup/+14155552600", key: account.key)
        let descriptors = try Self.count("fd", fixture)
        let threads = try Self.count("task", fixture)
        let took = Monitor<[Duration]>([])
        let failures = Monitor<[String]>([])
        let stalls = Monitor(0)
        let client = fixture.client
        let key = account.key
        DispatchQueue.concurrentPerform(iterations: 8) { lane in
            for turn in 0..<5 {
                let began = MonotonicTime.now()
                do {
                    let answer = Answer(
                        try client.get(
                            "/v1/lookup/+141555526\(lane * 10 + turn + 10)",
                            fields: LookupFixture.authorization(key)))
                    took.withLock { $0.append(began.duration(to: .now())) }
                    // A disk that stalls is the ledger's business: that answer names nobody and bills nothing.
                    if answer.status == 503, answer.code == "unavailable", answer.field("x-billed-micros") == nil {
                        stalls.withLock { $0 += 1 }
                        continue
                    }
                    if answer.status != 200 || answer["cnam"]?.isNull != true
                        || answer.field("x-billed-micros") != "2000"
                    {
                        failures.withLock { $0.append("\(answer.status) \(answer.text)") }
                    }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
        }
        #expect(failures.withLock { $0 } == [])
        // One stall catches at most what is under way; a server that gave its time to the supplier would fail them all.
        #expect(stalls.withLock { $0 } <= 8)
        let slowest = took.withLock { $0.max() } ?? .zero
        // Connecting and the test's own machine come on top of the server's budget.
        #expect(slowest < .milliseconds(Self.budget + 400), "\(conduct): \(slowest)")
        #expect(stub.requests > 0)
        #expect(try Self.metric("numbers_dips", fixture) != nil)
        // Requests end with their time-out, and what they held goes with them, kept connections apart.
        #expect(try fixture.eventually { try Self.metric("numbers_dips", fixture) == 0 })
        #expect(try fixture.eventually { try Self.count("fd", fixture) <= descriptors + 12 })
        #expect(try Self.count("task", fixture) <= threads + 4)
        // It is asked again once it is well.
        #expect(try fixture.client.get("/api/health").status == 200)
    }

    /// Entries of a folder of the server's process: descriptors or threads.
    private static func count(_ folder: String, _ fixture: LookupFixture) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(fixture.server.processID)/\(folder)").count
    }
}
