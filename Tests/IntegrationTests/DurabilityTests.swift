import Foundation
import JSONText
import TestSupport
import Testing

@Suite("Durability, seen from outside", .timeLimit(.minutes(3)))
struct DurabilityTests {
    /// Counts the calls that put data on disk while a server works.
    private static func syncs(in trace: String) throws -> Int {
        try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
            .count { $0.contains("fdatasync(") || $0.contains("fsync(") }
    }

    private static func batches(_ fixture: LookupFixture) throws -> Int {
        let text = try fixture.get("/metrics").text
        let line = text.split(separator: "\n").first { $0.hasPrefix("numbers_writer_batch_size_count ") }
        return Int(try #require(line?.split(separator: " ").last)) ?? -1
    }

    @Test("Every answered charge has been synced: one sync a batch, never fewer")
    func syncsPerBatch() throws {
        let folder = try TestFolder()
        let trace = folder.file("trace")
        let fixture = try LookupFixture(
            ["--access-log", "off"],
            wrapper: ["/usr/bin/env", "strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", trace],
            folder: folder)
        let account = try fixture.account(tier: "enterprise", usd: "100")
        try fixture.nocli("account", "set-limit", account.id, "1000000")
        let request = TestClient.bytes(
            "GET", "/v1/lookup/+12025550143", fields: [("Authorization", "Bearer \(account.key)")])

        // One after the other, each answer waits for a sync of its own.
        let connection = try fixture.client.connect()
        try connection.send(request)
        _ = try connection.readResponse()
        let before = try Self.syncs(in: trace)
        for _ in 0..<20 {
            try connection.send(request)
            #expect(try connection.readResponse().status == 200)
        }
        #expect(try Self.syncs(in: trace) - before >= 20)

        // Many at once share syncs, and no batch goes without.
        let batchesBefore = try Self.batches(fixture)
        let syncsBefore = try Self.syncs(in: trace)
        let client = fixture.client
        let answered = Outcomes()
        concurrently(16) { _ in
            guard let connection = try? client.connect() else { return }
            for _ in 0..<40 {
                guard (try? connection.send(request)) != nil, let response = try? connection.readResponse() else {
                    return
                }
                answered.add(response.status)
            }
        }
        #expect(answered.count(200) == 640)
        let batches = try Self.batches(fixture) - batchesBefore
        let syncs = try Self.syncs(in: trace) - syncsBefore
        #expect(batches > 0 && batches < 640, "group commit: \(batches) batches for 640 charges")
        // The housekeeping's empty write each second is a batch that writes nothing and needs no sync.
        #expect(syncs >= batches - 10, "\(syncs) syncs for \(batches) batches")
    }
}

extension DurabilityTests {
    @Test(
        "When the disk takes no more, billed answers are 503, caller names fail open unbilled; with room again all goes on"
    )
    func fullDisk() throws {
        // A limit on the size of files stands for the full disk: writes fail from then on, in the middle of the log.
        let full = ["/bin/bash", "-c", "trap '' XFSZ; ulimit -S -f 320; exec \"$0\" \"$@\""]
        let fixture = try LookupFixture(["--access-log", "off"], wrapper: full)
        let account = try fixture.account(tier: "enterprise", usd: "100")
        try fixture.nocli("account", "set-limit", account.id, "1000000")
        var answered: Set<String> = []
        var refusals = 0
        for index in 0..<600 where refusals < 5 {
            let reference = "r\(index)"
            let answer = try fixture.get("/v1/lookup/+12025550143?reference=\(reference)", key: account.key)
            switch answer.status {
            case 200: answered.insert(reference)
            case 503:
                refusals += 1
                #expect(answer.code == "unavailable" && answer.field("Retry-After") == "1")
                let name = try fixture.get("/v1/cid/12025550143?key=\(account.cidKey)")
                #expect(name.status == 200)
                if name.field("X-Billed-Micros") == nil { #expect(name.text == "UNAVAILABLE") }
                let batch = try fixture.post(
                    "/v1/lookup/batch", #"{"numbers": ["+12025550143"], "reference": "b\#(index)"}"#, key: account.key)
                #expect(batch.status == 503 && batch.code == "unavailable")
            default: Issue.record("\(answer.status) \(answer.text)")
            }
        }
        #expect(refusals == 5, "the disk must have been full")
        // Room again: the running server goes on by itself, and what was held for requests that failed is free again.
        let raised = Process()
        raised.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        raised.arguments = ["prlimit", "--pid", String(fixture.server.processID), "--fsize=unlimited"]
        try raised.run()
        raised.waitUntilExit()
        #expect(raised.terminationStatus == 0)
        #expect(
            try fixture.eventually {
                let answer = try fixture.get("/v1/lookup/+12025550143?reference=again", key: account.key)
                if answer.status == 200 { answered.insert("again") }
                return answer.status == 200
            })
        #expect(
            try fixture.eventually {
                try fixture.nocliJSON("balance", "show", account.id)["held_micros"]?.number?.int64 == 0
            })
        fixture.server.signal(SIGKILL)
        _ = fixture.server.waitForExit()
        try fixture.restart()
        try fixture.nocli("ledger", "verify")
        let charged = try fixture.references(of: account.key)
        #expect(answered.allSatisfy { charged[$0] == 1 })
        #expect(charged.keys.allSatisfy { answered.contains($0) }, "a 503 charged nothing that stays")
    }
}

extension LookupFixture {
    /// How often each reference was charged, less what was taken back, read page by page as a customer does.
    func references(of key: String) throws -> [String: Int] {
        var charged: [String: Int] = [:]
        var cursor: String?
        repeat {
            let page = try get("/v1/account/ledger?limit=100" + (cursor.map { "&cursor=\($0)" } ?? ""), key: key)
            for entry in try #require(page["entries"]?.array).compactMap(\.object) {
                guard let reference = entry["reference"]?.string else { continue }
                switch entry["kind"]?.string {
                case "lookup_enriched": charged[reference, default: 0] += 1
                case "reversal": charged[reference, default: 0] -= 1
                default: break
                }
            }
            cursor = page["next_cursor"]?.string
        } while cursor != nil
        return charged.filter { $0.value != 0 }
    }
}
