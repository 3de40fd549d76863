// Measures what one billed lookup costs, stage by stage, on one thread and without a network: the same code that a server
// runs, each stage many times by itself.
//
//   LookupBench FILE SECONDS   makes the database FILE if it is not there; prints a line for each stage: its name, and
//                              microseconds each. A charge is measured as the median of single ones, one after the
//                              other; put FILE on a memory file system and on a disk to tell the disk's part

import Glibc
import HTTPWire
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

@main
enum LookupBench {
    private static let number = "+12025550143"

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count == 2, let seconds = Double(arguments[1]), seconds > 0 else {
            fail("usage: LookupBench FILE SECONDS")
        }
        do {
            try await measure(arguments[0], seconds / 7)
        } catch {
            fail("\(error)")
        }
    }

    private static func measure(_ path: String, _ seconds: Double) async throws {
        let plan = NumberingPlan.builtIn
        let connection = try LookupSchema.schema.open(path: path, options: DatabaseOptions(older: .migrate))
        let desk = OperatorDesk(connection: connection, clock: .system, random: .system)
        let opened = try desk.openAccount(name: "Benchmark", email: nil, tier: .enterprise)
        _ = try desk.topUp(opened.account.id, amount: .largest, reference: nil, keepsTier: true)
        let writer = try DatabaseWriter(
            schema: LookupSchema.schema, path: path, options: DatabaseOptions(older: .refuse), limits: .init(),
            clock: .system)
        let readers = try ReaderPool(
            path: path, options: DatabaseOptions(older: .refuse), count: 1, queueLimit: 64, clock: .system)
        let credentials = CredentialDirectory(
            store: SQLiteAccounts(writer: writer, readers: readers, vault: SecretVault(key: nil, random: .system)))
        let access = AccessControl(directory: credentials, failures: AddressLimiter())
        let ledger = SQLiteLedger(writer: writer, readers: readers, clock: .system, random: .system, startID: 1)
        guard let address = NetworkAddress("127.0.0.1"), let name = CallerName("Harbor Light Books") else {
            fail("the samples cannot be read")
        }
        let attempt = AccessRequest(
            keyText: opened.key.reveal(), isKeyInURL: false, address: address, useCase: .lookup, units: 1, time: .now(),
            now: .now())
        guard case .success = await access.admit(attempt).value else { fail("the key is not known") }
        guard let read = NumberReading.read(number, country: nil), let facts = NumberFacts(read, plan: plan) else {
            fail("the number cannot be read")
        }
        let record = NumberRecord(
            isSuppressed: false, name: KnownName(name: name, source: .directory, asOf: "2026-01-15"))

        let head = Array(
            """
            GET /api/v1/lookup/\(number) HTTP/1.1\r
            Host: 127.0.0.1:8080\r
            Authorization: Bearer \(opened.key.reveal())\r
            \r

            """.utf8)
        print("request", micros(repeating(seconds) { parse(head) }))
        print("key and limit", micros(repeating(seconds) { admit(access, attempt) }))
        print("number and plan", micros(repeating(seconds) { find(plan) }))
        print("answer", micros(repeating(seconds) { render(facts, record).count }))
        let body = render(facts, record)
        let output = OutputBuffer()
        print("response", micros(repeating(seconds) { serialize(body, to: output) }))
        print("charge", micros(try await charges(ledger, opened, seconds * 2)))
        guard writer.stop(deadline: .now() + .seconds(10)) else { fail("the writer does not end") }
    }

    private static func parse(_ head: [UInt8]) -> Int {
        var parser = RequestHeadParser(
            limits: RequestHeadLimits(headerBytes: 32_768, headerFields: 100, targetBytes: 8_192))
        guard case .head(_, let consumed) = parser.parse(head.span) else { fail("the request cannot be read") }
        return consumed
    }

    private static func admit(_ access: AccessControl, _ attempt: AccessRequest) -> Int {
        // The limit may be reached: what it costs is the same.
        guard case .ready = access.admit(attempt) else { fail("the key is not in memory") }
        return 1
    }

    private static func find(_ plan: NumberingPlan) -> Int {
        guard let read = NumberReading.read(number, country: nil), let facts = NumberFacts(read, plan: plan) else {
            fail("the number cannot be read")
        }
        return facts.national.utf8.count
    }

    private static func render(_ facts: NumberFacts, _ record: NumberRecord) -> [UInt8] {
        var writer = JSONWriter(reserving: 1024)
        LookupAnswer(facts: facts, record: record, verstat: .unknown, at: .now())
            .write(to: &writer, includesVersion: true)
        return writer.finish()
    }

    private static func serialize(_ body: [UInt8], to output: OutputBuffer) -> Int {
        var response = HTTPResponse(status: .ok, contentType: "application/json", body: body)
        response.add("Cache-Control", "no-store")
        for (name, value) in [
            ("X-Billed-Micros", 2_000), ("X-Balance-Micros", 998_000), ("RateLimit-Limit", 1_000_000),
            ("RateLimit-Remaining", 999_999), ("RateLimit-Reset", 60),
        ] as [(StaticString, Int64)] {
            response.add(name, decimal: value)
        }
        response.add("X-Billing-Endpoint", "lookup_enriched")
        ResponseSerializer.append(
            response, frame: ResponseFrame(persistence: .implied, content: .whole), dateLine: dateLine,
            requestID: "req_0123456789abcdef0123456789abcdef", to: output)
        let count = output.count
        output.removeAll(keepingAtMost: 65_536)
        return count
    }

    private static let dateLine = Array("Date: Sat, 21 Nov 2026 00:00:00 GMT\r\n".utf8)

    /// The median of charges made one after the other, each durable before the next, in nanoseconds.
    private static func charges(
        _ ledger: SQLiteLedger, _ payer: OperatorDesk.OpenedAccount, _ seconds: Double
    ) async throws -> Double {
        let price = MicroUSD(micros: 2_000)
        let item = Charge.Item(endpoint: .lookupEnriched, units: 1, amount: price)
        var taken: [Int64] = []
        let start = MonotonicTime.now()
        while taken.count < 100 || start.duration(to: .now()) < .seconds(seconds) {
            let charge = Charge(
                account: payer.account.id, key: payer.keyID, cover: price, dailyCap: nil, reference: nil, at: .now())
            let before = MonotonicTime.now()
            let result = await ledger.charge(
                charge, items: [item], reply: nil, deadline: before + .seconds(10)
            ).value
            taken.append(before.duration(to: .now()).wholeNanoseconds)
            guard case .success = result else { fail("a charge was refused: \(result)") }
        }
        taken.sort()
        return Double(taken[taken.count / 2])
    }

    /// Nanoseconds that `body` takes, done over and over for a while. What it gives back is used, so that it is done.
    private static func repeating(_ seconds: Double, _ body: () -> Int) -> Double {
        var sum = 0
        var count = 0
        let start = MonotonicTime.now()
        while start.duration(to: .now()) < .seconds(seconds) {
            for _ in 0..<100 { sum &+= body() }
            count += 100
        }
        let duration = start.duration(to: .now())
        guard sum > 0 else { fail("nothing was done") }
        return Double(duration.wholeNanoseconds) / Double(count)
    }

    private static func micros(_ nanoseconds: Double) -> String {
        let tenths = Int((nanoseconds / 10).rounded())
        return "\(tenths / 100).\(tenths % 100 < 10 ? "0" : "")\(tenths % 100)"
    }

    static func fail(_ message: String) -> Never {
        let line = Array("lookup: \(message)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        exit(1)
    }
}
