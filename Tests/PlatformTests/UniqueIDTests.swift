import Platform
import Testing

@Suite struct UniqueIDTests {
    private let zeros = RandomSource { buffer in for index in buffer.indices { buffer[index] = 0 } }

    @Test func `a version 7 identifier begins with its time`() {
        let id = UniqueID(at: UnixTime(microseconds: 0x0190_A5F2_1234 * 1_000), random: zeros)
        #expect(id.description == "0190a5f2-1234-7000-8000-000000000000")
        let later = UniqueID(at: UnixTime(microseconds: 0x0190_A5F2_1235 * 1_000), random: zeros)
        #expect(id < later)
    }

    @Test func `a version 4 identifier is random but for its marks`() {
        #expect(UniqueID(random: zeros).description == "00000000-0000-4000-8000-000000000000")
        #expect(UniqueID(random: .system) != UniqueID(random: .system))
    }

    @Test func `the same text has the same identifier`() {
        let id = UniqueID(naming: "a")
        #expect(id == UniqueID(naming: "a") && id != UniqueID(naming: "b"))
        #expect(id.description == "ca978112-ca1b-8dca-bac2-31b39a23dc4d")
    }

    @Test func `bytes and text lead back to the identifier`() {
        let id = UniqueID(random: .system)
        #expect(UniqueID(bytes: id.bytes) == id && UniqueID(id.description) == id)
        #expect(UniqueID(id.description.uppercased()) == id)
        #expect(id.bytes.count == 16)
    }

    @Test(arguments: [
        "", "0190a5f2", "0190a5f2-1234-7000-8000-00000000000", "0190a5f2-1234-7000-8000-0000000000000",
        "0190a5f212347000-8000-000000000000-00", "0190a5f2-1234-7000-8000-00000000000g",
        "{190a5f2-1234-7000-8000-000000000000", "0190a5f2-1234-7000-8000_000000000000",
    ])
    func `what is no UUID is refused`(_ text: String) { #expect(UniqueID(text) == nil) }

    @Test func `other numbers of bytes are refused`() {
        #expect(UniqueID(bytes: [UInt8](repeating: 0, count: 15)) == nil)
        #expect(UniqueID(bytes: [UInt8](repeating: 0, count: 17)) == nil)
    }
}
