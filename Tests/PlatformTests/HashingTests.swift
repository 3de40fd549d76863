import Platform
import Testing

@Suite struct HashingTests {
    @Test(
        "SHA-256 agrees with the vectors of FIPS 180-4",
        arguments: [
            ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrs"
                    + "tnopqrstu", 1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
            ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ])
    func vectors(text: String, count: Int, hex: String) {
        let bytes = Array(String(repeating: text, count: count).utf8)
        #expect(SHA256Digest.of(bytes).hex == hex)
        #expect(SHA256Digest.of(String(decoding: bytes, as: UTF8.self)).hex == hex)
        #expect(SHA256Digest.of(bytes).bytes == Hex.decode(hex))
    }

    @Test("a digest is read back from exactly 32 bytes", arguments: [0, 1, 31, 32, 33, 64])
    func readBack(count: Int) {
        let bytes = (0..<count).map { UInt8($0) }
        #expect(SHA256Digest(bytes)?.bytes == (count == 32 ? bytes : nil))
    }

    @Test("digests are equal only when all bytes are", arguments: 0..<32)
    func equality(index: Int) throws {
        let digest = SHA256Digest.of("abc")
        var bytes = digest.bytes
        #expect(SHA256Digest(bytes) == digest)
        #expect(SHA256Digest(bytes)?.hashValue == digest.hashValue)
        bytes[index] ^= 1
        #expect(SHA256Digest(bytes) != digest)
    }

    @Test(
        "HMAC-SHA-256 agrees with the vectors of RFC 4231",
        arguments: [
            (
                String(repeating: "0b", count: 20), "4869205468657265",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                String(repeating: "aa", count: 20), String(repeating: "dd", count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                "0102030405060708090a0b0c0d0e0f10111213141516171819", String(repeating: "cd", count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
            (
                String(repeating: "aa", count: 131),
                "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669"
                    + "727374",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func hmac(key: String, message: String, code: String) throws {
        let key = Secret(try #require(Hex.decode(key)))
        #expect(Hex.encode(hmacSHA256(key: key, message: try #require(Hex.decode(message)))) == code)
    }

    @Test(
        "byte strings are equal when lengths and all bytes are",
        arguments: [
            ([], [], true), ([1], [1], true), ([1, 2, 3], [1, 2, 3], true), ([], [0], false), ([0], [], false),
            ([0], [0, 0], false), ([1, 2, 3], [1, 2, 4], false), ([9, 2, 3], [1, 2, 3], false), ([255], [127], false),
        ] as [([UInt8], [UInt8], Bool)])
    func comparison(left: [UInt8], right: [UInt8], areEqual: Bool) {
        #expect(constantTimeEquals(left, right) == areEqual)
    }
}
