import NumbersCore
import Platform
import SQLiteDatabase
import Testing

@testable import NumbersStorage

@Suite struct ReplyTableTests {
    private static func key(_ text: String) throws -> IdempotencyKey { try #require(IdempotencyKey(text)) }

    private static func reply(_ account: AccountID, _ key: String, at: UnixTime, body: String = "body") throws
        -> StoredReply
    {
        StoredReply(
            account: account, key: try Self.key(key), fingerprint: SHA256Digest.of(body), body: Array(body.utf8), at: at
        )
    }

    private static func insert(_ reply: StoredReply, _ office: Office) throws {
        try office.connection.transaction { () throws(DatabaseError) in
            try ReplyTable.insert(reply, on: office.connection)
        }
    }

    private static func body(_ account: AccountID, _ key: String, _ office: Office) throws -> String? {
        try ReplyTable.find(account, try Self.key(key), now: office.time.now, on: office.connection)
            .map { String(decoding: $0.body, as: UTF8.self) }
    }

    @Test("a reply is found byte for byte under its account and key, for 24 hours")
    func lifetime() throws {
        let office = try Office()
        let account = try office.account().account.id
        let other = try office.account().account.id
        try Self.insert(try Self.reply(account, "k", at: office.time.now), office)
        #expect(try Self.body(account, "k", office) == "body")
        #expect(try Self.body(account, "K", office) == nil)
        #expect(try Self.body(other, "k", office) == nil)
        office.time.advance(.seconds(86_400) - .microseconds(1))
        #expect(try Self.body(account, "k", office) == "body")
        office.time.advance(.microseconds(1))
        #expect(try Self.body(account, "k", office) == nil)
    }

    @Test("a reply that is alive stays under its key, an expired one is replaced")
    func replaced() throws {
        let office = try Office()
        let account = try office.account().account.id
        try Self.insert(try Self.reply(account, "k", at: office.time.now, body: "one"), office)
        try Self.insert(try Self.reply(account, "k", at: office.time.now, body: "two"), office)
        #expect(try Self.body(account, "k", office) == "one")
        office.time.advance(.seconds(86_400))
        try Self.insert(try Self.reply(account, "k", at: office.time.now, body: "three"), office)
        #expect(try Self.body(account, "k", office) == "three")
    }

    @Test("a reply is taken back only by its own fingerprint")
    func removed() throws {
        let office = try Office()
        let account = try office.account().account.id
        let reply = try Self.reply(account, "k", at: office.time.now)
        try Self.insert(reply, office)
        try ReplyTable.remove(try Self.reply(account, "k", at: office.time.now, body: "other"), on: office.connection)
        #expect(try Self.body(account, "k", office) == "body")
        try ReplyTable.remove(reply, on: office.connection)
        #expect(try Self.body(account, "k", office) == nil)
    }

    @Test(
        "an account keeps its newest 100,000 replies, and takes none from others",
        arguments: [(99_998, ["old", "new"]), (99_999, ["new"]), (100_000, ["new"])] as [(Int64, [String])])
    func cap(newest: Int64, left: [String]) throws {
        let office = try Office()
        let account = try office.account().account.id
        let other = try office.account().account.id
        try Self.insert(try Self.reply(account, "old", at: office.time.now), office)
        try Self.insert(try Self.reply(other, "old", at: office.time.now), office)
        // As if so many had been stored after the old one, which has the sequence number 1.
        try Self.insert(try Self.reply(account, "middle", at: office.time.now), office)
        try office.connection.run(
            "UPDATE stored_replies SET sequence = ? WHERE idempotency_key = 'middle'", .integer(newest + 1))
        try Self.insert(try Self.reply(account, "new", at: office.time.now), office)
        let found = try ["old", "new"].filter { try Self.body(account, $0, office) != nil }
        #expect(found == (newest + 2 <= Int64(StoredReply.perAccountMax) ? ["old", "new"] : ["new"]))
        #expect(found == left)
        #expect(try Self.body(other, "old", office) != nil)
    }

    @Test("a sweep drops what has expired, at most 500 at a time, the oldest first")
    func sweep() throws {
        let office = try Office()
        let account = try office.account().account.id
        let start = office.time.now
        try office.connection.transaction { () throws(DatabaseError) in
            for index in 0..<700 {
                guard let key = IdempotencyKey("k\(index)") else { continue }
                try ReplyTable.insert(
                    StoredReply(
                        account: account, key: key, fingerprint: SHA256Digest.of("f"), body: [],
                        at: start + .seconds(index < 600 ? index : 100_000)), on: office.connection)
            }
        }
        let later = start + StoredReply.lifetime + .seconds(599)
        for expected: Int64 in [200, 100, 100] {
            _ = try ReplyTable.sweep(now: later, on: office.connection)
            #expect(try office.integer("SELECT count(*) FROM stored_replies") == expected)
        }
    }
}
