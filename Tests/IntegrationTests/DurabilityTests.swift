import Foundation
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
            ["--access-log", "off"], wrapper: ["/usr/bin/env", "strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", trace],
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
        DispatchQueue.concurrentPerform(iterations: 16) { _ in
            guard let connection = try? client.connect() else { return }
            for _ in 0..<40 {
                guard (try? connection.send(request)) != nil, let response = try? connection.readResponse() else { return }
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
