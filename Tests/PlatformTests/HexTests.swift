import Platform
import Testing

@Suite struct HexTests {
    @Test(
        "bytes and text belong to each other",
        arguments: [
            ([], ""), ([0], "00"), ([0x0f], "0f"), ([0xf0], "f0"), ([0xff, 0x00, 0xab], "ff00ab"),
        ] as [([UInt8], String)])
    func pairs(bytes: [UInt8], text: String) {
        #expect(Hex.encode(bytes) == text)
        #expect(Hex.decode(text) == bytes)
        #expect(Hex.decode(text.uppercased()) == bytes)
    }

    @Test("a number is written in sixteen digits, behind its prefix", arguments: ["", "conn_", "é"])
    func number(prefix: String) {
        for (value, digits) in [
            (0, "0000000000000000"), (0x0123_4567_89AB_CDEF, "0123456789abcdef"), (.max, "ffffffffffffffff"),
        ] as [(UInt64, String)] {
            #expect(Hex.encode(value, after: prefix) == prefix + digits)
            var text = Array(prefix.utf8)
            Hex.append(value, to: &text)
            #expect(String(decoding: text, as: UTF8.self) == prefix + digits)
        }
    }

    @Test("every byte survives the round trip")
    func everyByte() {
        let all = (0...255).map { UInt8($0) }
        #expect(Hex.decode(Hex.encode(all)) == all)
    }

    @Test(
        "an odd length or another character is refused",
        arguments: [
            "0", "000", "0g", "g0", "0x", " 0", "0 ", "-1", "+1", "0\n", "/0", ":0", "@0", "`0", "G0", "é", "００", "٠٠",
            "0\u{0}",
        ])
    func refuses(text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test(
        "an integer is written with sixteen digits",
        arguments: [
            (0, "0000000000000000"), (1, "0000000000000001"), (0x0123_4567_89ab_cdef, "0123456789abcdef"),
            (.max, "ffffffffffffffff"),
        ] as [(UInt64, String)])
    func integers(value: UInt64, text: String) {
        #expect(Hex.encode(value) == text)
    }

    @Test("a byte is a digit in either case or nothing")
    func digits() {
        for byte in UInt8.min...UInt8.max {
            let expected = byte < 0x80 ? Int(String(UnicodeScalar(byte)), radix: 16).map { UInt8($0) } : nil
            #expect(Hex.value(byte) == expected)
        }
    }
}
