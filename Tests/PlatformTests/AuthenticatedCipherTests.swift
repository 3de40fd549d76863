import Platform
import Testing

@Suite struct AuthenticatedCipherTests {
    /// McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B: the test cases for AES-256 with a nonce of
    /// 96 bits, which NIST took over.
    struct Vector: Sendable {
        let name: String
        let key: String
        let nonce: String
        let additional: String
        let plain: String
        let sealed: String
    }

    static let vectors = [
        Vector(
            name: "13: nothing", key: String(repeating: "0", count: 64), nonce: "000000000000000000000000",
            additional: "", plain: "", sealed: "530f8afbc74536b9a963b4f1c4cb738b"),
        Vector(
            name: "14: one block of zeros", key: String(repeating: "0", count: 64), nonce: "000000000000000000000000",
            additional: "", plain: "00000000000000000000000000000000",
            sealed: "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
        Vector(
            name: "15: four blocks", key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            nonce: "cafebabefacedbaddecaf888", additional: "",
            plain: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
            sealed: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
                + "b094dac5d93471bdec1a502270e3cc6c"),
        Vector(
            name: "16: with additional bytes, not a whole block",
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            nonce: "cafebabefacedbaddecaf888", additional: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            plain: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            sealed: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                + "76fc6ece0f4e1768cddf8853bb2d551b"),
    ]

    @Test(arguments: vectors) func `the published vectors come out`(_ vector: Vector) throws {
        let key = try #require(Hex.decode(vector.key))
        let cipher = try #require(AuthenticatedCipher(key: Secret(key)))
        let nonce = try #require(Hex.decode(vector.nonce))
        let additional = try #require(Hex.decode(vector.additional))
        let plain = try #require(Hex.decode(vector.plain))
        let sealed = cipher.seal(plain, nonce: nonce, additional: additional)
        #expect(Hex.encode(sealed) == vector.sealed)
        #expect(cipher.open(sealed, nonce: nonce, additional: additional) == plain)
    }

    @Test func `nothing opens after one bit of anything has changed`() throws {
        let key = (0..<32).map { UInt8($0) }
        let cipher = try #require(AuthenticatedCipher(key: Secret(key)))
        let nonce = [UInt8](repeating: 7, count: 12)
        let additional = Array("connector_parameters".utf8)
        let sealed = cipher.seal(Array("a refresh token".utf8), nonce: nonce, additional: additional)
        for bit in 0..<8 {
            for index in sealed.indices {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                #expect(cipher.open(changed, nonce: nonce, additional: additional) == nil)
            }
            for index in nonce.indices {
                var changed = nonce
                changed[index] ^= 1 << UInt8(bit)
                #expect(cipher.open(sealed, nonce: changed, additional: additional) == nil)
            }
            for index in additional.indices {
                var changed = additional
                changed[index] ^= 1 << UInt8(bit)
                #expect(cipher.open(sealed, nonce: nonce, additional: changed) == nil)
            }
            for index in key.indices {
                var changed = key
                changed[index] ^= 1 << UInt8(bit)
                let other = try #require(AuthenticatedCipher(key: Secret(changed)))
                #expect(other.open(sealed, nonce: nonce, additional: additional) == nil)
            }
        }
    }

    @Test func `what was cut or prolonged does not open`() throws {
        let cipher = try #require(AuthenticatedCipher(key: Secret([UInt8](repeating: 1, count: 32))))
        let nonce = [UInt8](repeating: 0, count: 12)
        let sealed = cipher.seal(Array("text".utf8), nonce: nonce, additional: [])
        for count in 0..<sealed.count {
            #expect(cipher.open(Array(sealed.prefix(count)), nonce: nonce, additional: []) == nil)
        }
        #expect(cipher.open(sealed + [0], nonce: nonce, additional: []) == nil)
        #expect(cipher.open(sealed, nonce: Array(nonce.dropLast()), additional: []) == nil)
        #expect(cipher.open(sealed, nonce: nonce + [0], additional: []) == nil)
        #expect(cipher.open(sealed, nonce: nonce, additional: []) == Array("text".utf8))
    }

    @Test(arguments: [0, 16, 24, 31, 33, 64]) func `a key has 32 bytes`(_ count: Int) {
        #expect(AuthenticatedCipher(key: Secret([UInt8](repeating: 0, count: count))) == nil)
    }
}
