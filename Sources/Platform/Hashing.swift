// SHA-256 and comparison, through libcrypto.

internal import COpenSSL

/// A SHA-256 digest (FIPS 180-4): 32 bytes.
package struct SHA256Digest: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The digest of `bytes`.
    package static func of(_ bytes: [UInt8]) -> SHA256Digest {
        of(bytes.span)
    }

    /// The digest of a text's UTF-8 bytes.
    package static func of(_ text: String) -> SHA256Digest {
        var text = text
        return text.withUTF8 { of($0.span) }
    }

    /// The digest of `bytes`; nothing is allocated, because every billed lookup hashes twice.
    package static func of(_ bytes: Span<UInt8>) -> SHA256Digest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { output in
            bytes.withUnsafeBufferPointer { input in
                // `words` is exactly the 32 bytes that are written.
                no_sha256(input.baseAddress, input.count, output.assumingMemoryBound(to: UInt8.self).baseAddress)
            }
        }
        return SHA256Digest(words: words)
    }

    private init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// A digest read back from storage; nil unless it is 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        self.words = words
    }

    /// The 32 bytes.
    package var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    /// 64 lower-case hexadecimal digits.
    package var hex: String { Hex.encode(bytes) }

    package static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
        // Accumulated without a branch, so that the time does not tell where two digests part.
        (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1) | (left.words.2 ^ right.words.2)
            | (left.words.3 ^ right.words.3) == 0
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

/// HMAC-SHA-256 (RFC 2104) of a message, 32 bytes.
package func hmacSHA256(key: Secret, message: [UInt8]) -> [UInt8] {
    let keyBytes = key.reveal()
    var output = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    _ = HMAC(EVP_sha256(), keyBytes, Int32(keyBytes.count), message, message.count, &output, &length)
    return output
}

/// Whether two byte strings are equal, in a time that depends on their length alone.
package func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}
