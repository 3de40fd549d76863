import NumbersCore
import Platform
import Testing

@Suite struct IdentifiersTests {
    @Test(
        "an identifier reads back from what it is shown as",
        arguments: [1, 255, 0x0123_4567_89ab_cdef, .max] as [Int64])
    func roundTrip(value: Int64) {
        let account = AccountID(value: value)
        #expect(AccountID(account.description) == account)
        let key = KeyID(value: value)
        #expect(KeyID(key.description) == key)
        #expect(account.description == "acct_" + Hex.encode(UInt64(value)))
        #expect(key.description == "key_" + Hex.encode(UInt64(value)))
    }

    @Test(
        "other text is no identifier",
        arguments: [
            "", "P", "P0", "P000000000000001", "P00000000000000001", "P000000000000000g", "P000000000000000A",
            "P00000000000000-1", "P 000000000000001", "P0000000000000001 ", " P0000000000000001", "P8000000000000000",
            "Pffffffffffffffff", "P0000000000000000", "0000000000000001", "X0000000000000001", "P０000000000000001",
            "P000000000000001\u{0}",
        ])
    func refuses(form: String) {
        #expect(AccountID(form.replacing("P", with: "acct_")) == nil)
        #expect(KeyID(form.replacing("P", with: "key_")) == nil)
    }

    @Test("an account's identifier is none of a key, nor the other way round, nor in capitals")
    func kinds() {
        #expect(AccountID("key_0000000000000001") == nil)
        #expect(KeyID("acct_0000000000000001") == nil)
        #expect(AccountID("ACCT_0000000000000001") == nil)
    }

    @Test("a new identifier is positive and distinct")
    func random() {
        let low = RandomSource { $0.copyBytes(from: [UInt8](repeating: 0, count: $0.count)) }
        let high = RandomSource { $0.copyBytes(from: [UInt8](repeating: 0xff, count: $0.count)) }
        #expect(AccountID(random: low).value == 1)
        #expect(AccountID(random: high).value == .max)
        #expect(KeyID(random: low).value == 1)
        #expect(KeyID(random: high).value == .max)
        #expect(Set((0..<1_000).map { _ in AccountID(random: .system) }).count == 1_000)
    }
}
