import NumbersCore
import Platform
import Testing

@Suite struct IdempotencyTests {
    @Test(
        "a key has 1 to 255 characters",
        arguments: [(0, false), (1, true), (254, true), (255, true), (256, false), (10_000, false)])
    func lengths(count: Int, isKey: Bool) {
        #expect((IdempotencyKey(String(repeating: "k", count: count)) != nil) == isKey)
    }

    @Test("each printable ASCII character may stand in a key, no other", arguments: 0..<0x180 as Range<UInt32>)
    func characters(code: UInt32) throws {
        let text = "a" + String(try #require(Unicode.Scalar(code))) + "b"
        #expect((IdempotencyKey(text) != nil) == (0x20...0x7e).contains(code))
    }

    @Test("a second request under the same key waits for nobody: it is told that the first is at work")
    func inFlight() throws {
        let requests = RequestsInFlight()
        let key = try #require(IdempotencyKey("k"))
        let other = try #require(IdempotencyKey("K"))
        #expect(requests.begin(account: AccountID(value: 1), key: key))
        #expect(!requests.begin(account: AccountID(value: 1), key: key))
        #expect(requests.begin(account: AccountID(value: 2), key: key))
        #expect(requests.begin(account: AccountID(value: 1), key: other))
        requests.end(account: AccountID(value: 1), key: key)
        #expect(requests.begin(account: AccountID(value: 1), key: key))
        #expect(!requests.begin(account: AccountID(value: 2), key: key))
    }

    @Test("of many simultaneous requests under one key exactly one begins")
    func race() async throws {
        let requests = RequestsInFlight()
        let key = try #require(IdempotencyKey("k"))
        let begun = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 { group.addTask { requests.begin(account: AccountID(value: 1), key: key) } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(begun == 1)
    }
}
