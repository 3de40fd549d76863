import Testing

@testable import CRMMiddleware

@Suite struct StoredKeysTests {
    private func number(_ index: Int) -> ContactKey { .number("+331\(42_000_000 + index)") }

    @Test(arguments: [0, 1, 1_000, 50_000])
    func `what was put in is found, and of the rest hardly anything`(count: Int) {
        var keys = StoredKeys(expecting: count)
        for index in 0..<count { keys.insert(number(index)) }
        #expect((0..<count).allSatisfy { keys.mayContain(number($0)) })
        let mistaken = (0..<10_000).count { keys.mayContain(number(1_000_000 + $0)) }
        // Half full, so far below the one in 300 of a full one.
        #expect(mistaken < 100)
        // The same text is another key as an address.
        #expect((0..<1_000).count { keys.mayContain(.email("+331\(42_000_000 + $0)")) } < 20)
    }

    @Test func `it is full when it has as many keys as it was made for, twice over, and counts none twice`() {
        var keys = StoredKeys(expecting: 1_024)
        var index = 0
        while keys.count < 2_047 {
            keys.insert(number(index))
            keys.insert(number(index))
            index += 1
        }
        #expect(!keys.isFull)
        while keys.count < 2_048 {
            keys.insert(number(index))
            index += 1
        }
        #expect(keys.isFull)
        // Keys taken for others are few even then.
        #expect(index < 2_048 + 60)
    }
}
