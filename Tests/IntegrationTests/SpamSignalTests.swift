import Foundation
import JSONText
import TestSupport
import Testing

@Suite("The spam signal", .timeLimit(.minutes(3)))
struct SpamSignalTests {
    private static let number = "+12025550143"

    private static func today() -> String {
        let form = ISO8601DateFormatter()
        form.formatOptions = [.withFullDate]
        return form.string(from: Date())
    }

    private static func importList(_ rows: String, _ fixture: LookupFixture) throws {
        let file = try fixture.folder.write("list.csv", "number,count,last_seen,source\n" + rows)
        try fixture.nocli("risk", "import", file)
    }

    private static func score(_ fixture: LookupFixture, _ key: String, _ number: String = number) throws -> Int64? {
        try fixture.get("/v1/lookup/\(number)", key: key)["spam_score"]?.number?.int64
    }

    private static func report(
        _ fixture: LookupFixture, _ key: String, _ tag: String = "spam", _ number: String = number
    ) throws -> Answer {
        try fixture.post("/v1/report", #"{"number": "\#(number)", "tag": "\#(tag)"}"#, key: key)
    }

    @Test("An imported list shows in lookup, batch and caller name within a second, and is gone when it is dropped")
    func complaints() throws {
        let fixture = try LookupFixture()
        try fixture.importNames("\(Self.number),Harbor Light Books,2026-01-15\n")
        let account = try fixture.account()
        let before = try fixture.get("/v1/lookup/\(Self.number)", key: account.key)
        #expect(before["spam_score"]?.isNull == true && before["risk"]?.object?["level"]?.string == "unknown")
        try Self.importList("\(Self.number),1000,\(Self.today()),watchers\n", fixture)
        #expect(try fixture.eventually { try Self.score(fixture, account.key) ?? 0 >= 80 })
        let answer = try fixture.get("/v1/lookup/\(Self.number)", key: account.key)
        let score = try #require(answer["spam_score"]?.number?.int64)
        #expect(answer["risk"]?.object?["score"]?.number?.int64 == score)
        #expect(answer["risk"]?.object?["level"]?.string == "high")
        #expect(answer["risk"]?.object?["model"]?.string == "decay-1")
        #expect(answer["sources"]?.object?["spam_score"]?.string == "complaints")
        #expect(answer["cnam"]?.string == "Harbor Light Books" && answer["confidence"]?.string == "low")
        #expect(answer.field("x-billed-micros") == "2000")
        let batch = try fixture.post(
            "/v1/lookup/batch", #"{"numbers": ["\#(Self.number)", "+12025550144", "x"]}"#, key: account.key)
        let scores = batch["results"]?.array?.map { $0.object?["spam_score"]?.number?.int64 }
        #expect(scores == [score, nil, nil])
        func cid(_ query: String) throws -> String {
            try fixture.client.get("/v1/cid/\(Self.number)?key=\(account.cidKey)\(query)").text
        }
        #expect(try cid("") == "Harbor Light Books")
        #expect(try cid("&spam_tag=SPAM%3F") == "SPAM? Harbor Light Books")
        #expect(try cid("&spam_tag=SPAM%3F&spam_threshold=\(score + 1)") == "Harbor Light Books")
        #expect(try cid("&spam_tag=SPAM%3F&spam_threshold=\(score)") == "SPAM? Harbor Light Books")
        // What is private says nothing, a score included.
        try fixture.nocli("name", "suppress", Self.number)
        #expect(try fixture.eventually { try Self.score(fixture, account.key) == nil })
        #expect(try cid("&spam_tag=SPAM%3F") == "UNAVAILABLE")
        try fixture.nocli("name", "unsuppress", Self.number)
        #expect(try fixture.eventually { try Self.score(fixture, account.key) == score })
        let explained = try fixture.nocliJSON("risk", "explain", Self.number)
        #expect(explained["spam_score"]?.number?.int64 == score)
        let id = try #require(explained["complaints"]?.array?.first?.object?["id"]?.string)
        try fixture.nocli("risk", "drop", id)
        #expect(try fixture.eventually { try Self.score(fixture, account.key) == nil })
    }

    @Test("Reports count once an account, stay low until three prepaid accounts agree, and can be dropped")
    func reports() throws {
        let fixture = try LookupFixture()
        let accounts = try (0..<3).map { _ in try fixture.account() }
        let free = try fixture.account(tier: "free", usd: nil)
        for _ in 0..<3 {
            let answer = try Self.report(fixture, accounts[0].key)
            #expect(answer.status == 202 && answer["e164"]?.string == Self.number && answer["tag"]?.string == "spam")
            #expect(answer.field("x-billed-micros") == nil && answer.field("cache-control") == "no-store")
        }
        let one = try fixture.nocliJSON("risk", "explain", Self.number)
        #expect(one["reports"]?.array?.count == 1 && one["spam_score"]?.number?.int64 == 16)
        #expect(try fixture.eventually { try Self.score(fixture, accounts[0].key) == 16 })
        // Free accounts are thanked, and do not count.
        #expect(try Self.report(fixture, free.key).status == 202)
        #expect(try Self.report(fixture, accounts[1].key, "robocall").status == 202)
        #expect(try fixture.eventually { try Self.score(fixture, accounts[0].key) == 29 })
        #expect(try fixture.nocliJSON("risk", "explain", Self.number)["agreeing_accounts"]?.number?.int64 == 2)
        #expect(try Self.report(fixture, accounts[2].key, "scam").status == 202)
        #expect(try fixture.eventually { try Self.score(fixture, accounts[0].key) ?? 0 > 39 })
        let answer = try fixture.get("/v1/lookup/\(Self.number)", key: accounts[0].key)
        #expect(answer["risk"]?.object?["level"]?.string == "medium")
        #expect(answer["sources"]?.object?["spam_score"]?.string == "reports")
        // It outlives the server.
        fixture.server.signal(SIGKILL)
        _ = fixture.server.waitForExit()
        try fixture.restart()
        #expect(try Self.score(fixture, accounts[0].key) ?? 0 > 39)
        let explained = try fixture.nocliJSON("risk", "explain", Self.number)
        #expect(explained["held_back"]?.bool == false && explained["reports"]?.array?.count == 3)
        let id = try #require(explained["reports"]?.array?.first?.object?["id"]?.string)
        try fixture.nocli("risk", "drop", id)
        #expect(try fixture.eventually { try Self.score(fixture, accounts[0].key) == 29 })
        #expect(try !String(contentsOfFile: fixture.database, encoding: .isoLatin1).isEmpty)
    }

    @Test("Free accounts count where the operator says so, and alone never lift a score above 39")
    func freeAccounts() throws {
        let fixture = try LookupFixture(["--count-free-reports"])
        let accounts = try (0..<5).map { _ in try fixture.account(tier: "free", usd: nil) }
        for account in accounts { #expect(try Self.report(fixture, account.key).status == 202) }
        #expect(try fixture.eventually { try Self.score(fixture, accounts[0].key) == 39 })
        let explained = try fixture.nocliJSON("risk", "explain", Self.number, "--count-free-reports")
        #expect(explained["held_back"]?.bool == true && explained["spam_score"]?.number?.int64 == 39)
        #expect(try fixture.nocliJSON("risk", "explain", Self.number)["spam_score"]?.isNull == true)
    }

    @Test("What is no report is refused with its reason, in the order of checks, and given back to the limit")
    func refused() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account()
        let rows: [(body: String, words: String)] = [
            ("{}", "number"), (#"{"number": "+12025550143"}"#, "tag"), (#"{"tag": "spam"}"#, "number"),
            (#"{"number": "+12025550143", "tag": "Spam"}"#, "tag"),
            (#"{"number": "+12025550143", "tag": "nice"}"#, "wrong_number"),
            (#"{"number": 12025550143, "tag": "spam"}"#, "number"),
            (#"{"number": "nobody", "tag": "spam"}"#, "valid number"),
            (#"{"number": "+1202555014", "tag": "spam"}"#, "valid number"),
            (#"{"number": "", "tag": "spam"}"#, "valid number"),
            (#"{"number": "202 555 0143", "tag": "spam"}"#, "valid number"),
            (#"{"number": "202 555 0143", "tag": "spam", "country": "XX"}"#, "country"),
            (#"{"number": "\#(String(repeating: "1", count: 251))", "tag": "spam"}"#, "number"),
            (#"{"number": "+12025550143", "tag": "spam", "tag": "scam"}"#, "tag"), ("[]", "object"), ("{", "JSON"),
        ]
        for row in rows {
            let answer = try fixture.post("/v1/report", row.body, key: account.key)
            #expect(answer.status == 400 && answer.code == "invalid_request", "\(row.body) \(answer.text)")
            #expect(answer["detail"]?.string?.contains(row.words) == true, "\(row.body) \(answer.text)")
            #expect(answer.field("ratelimit-remaining") == "600")
            #expect(!answer.text.contains("2025550143"))
        }
        #expect(try fixture.post("/v1/report", "{}", key: nil).code == "missing_key")
        #expect(try fixture.post("/v1/report", "{}", key: account.cidKey).code == "use_case_forbidden")
        #expect(try fixture.get("/v1/report", key: account.key).status == 405)
        let other = try fixture.post(
            "/v1/report", #"{"number": "(202) 555-0143", "tag": "other", "country": "us", "note": "x"}"#,
            key: account.key)
        #expect(other.status == 202 && other["e164"]?.string == Self.number)
        #expect(other.field("ratelimit-remaining") == "599")
        // Nothing that was refused has left anything.
        let inputs = try fixture.nocliJSON("risk", "explain", Self.number)["reports"]?.array
        #expect(inputs?.count == 1)
    }

    @Test("A test key may report, and changes nothing; its risky number stays at 90")
    func sandbox() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account()
        let key = try #require(try fixture.nocliJSON("key", "create", account.id, "--test")["api_key"]?.string)
        #expect(try Self.report(fixture, key).status == 202)
        #expect(try fixture.nocliJSON("risk", "explain", Self.number)["reports"]?.array?.isEmpty == true)
        let risky = try fixture.get("/v1/lookup/+14155550105", key: key)
        #expect(risky["spam_score"]?.number?.int64 == 90 && risky["cnam"]?.string == "Sandbox Risky")
        try Self.importList("+14155550100,1000,\(Self.today()),watchers\n", fixture)
        #expect(try fixture.eventually { try Self.score(fixture, account.key, "+14155550100") != nil })
        #expect(try Self.score(fixture, key, "+14155550100") == nil)
    }

    @Test("The limit of the account holds for reports, and no log line has a whole number")
    func limit() throws {
        let folder = try TestFolder()
        let fixture = try LookupFixture(folder: folder)
        let account = try fixture.account()
        try fixture.nocli("account", "set-limit", account.id, "3")
        var statuses: [Int] = []
        _ = try fixture.eventually { try fixture.get("/v1/account", key: account.key).field("ratelimit-limit") == "3" }
        for _ in 0..<5 { statuses.append(try Self.report(fixture, account.key).status) }
        #expect(statuses.contains(429) && statuses.last == 429)
        fixture.server.signal(SIGTERM)
        #expect(fixture.server.waitForExit() == 0)
        #expect(!fixture.server.errors.contains("2025550143"))
    }
}
