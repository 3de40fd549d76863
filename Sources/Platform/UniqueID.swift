// 128-bit identifiers in the form that other systems expect of one. Immutable.

/// A UUID (RFC 9562), shown in lower case: `0190a5f2-…`.
package struct UniqueID: Hashable, Sendable, Comparable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64

    private init(high: UInt64, low: UInt64, version: UInt64) {
        self.high = high & ~0xF000 | version << 12
        // RFC 9562 §4.1: the variant is 10.
        self.low = low & ~(0b11 << 62) | 0b10 << 62
    }

    /// Version 7 (RFC 9562 §5.7): the time in milliseconds, then 74 random bits. Later ones are greater, so that a
    /// table in their order grows at its end.
    package init(at time: UnixTime, random: RandomSource) {
        let milliseconds = UInt64(max(0, time.microseconds / 1_000)) & 0xFFFF_FFFF_FFFF
        self.init(high: milliseconds << 16 | random.integer() & 0xFFF, low: random.integer(), version: 7)
    }

    /// Version 4 (RFC 9562 §5.4): 122 random bits.
    package init(random: RandomSource) {
        self.init(high: random.integer(), low: random.integer(), version: 4)
    }

    /// Version 8 (RFC 9562 §5.8): the same text gives the same identifier, on every machine.
    package init(naming text: String) {
        let digest = SHA256Digest.of(text).bytes
        self.init(high: Self.word(digest[0..<8]), low: Self.word(digest[8..<16]), version: 8)
    }

    /// Reads 16 bytes; nil for any other number of them.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        high = Self.word(bytes[0..<8])
        low = Self.word(bytes[8..<16])
    }

    /// Reads 36 characters, hexadecimal digits in either case; nil for any other text.
    package init?(_ text: String) {
        var digits: [UInt8] = []
        for (index, byte) in text.utf8.enumerated() {
            if [8, 13, 18, 23].contains(index) {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard index < 36, let nibble = Hex.value(byte) else { return nil }
                digits.append(nibble)
            }
        }
        guard digits.count == 32 else { return nil }
        high = digits[..<16].reduce(0) { $0 << 4 | UInt64($1) }
        low = digits[16...].reduce(0) { $0 << 4 | UInt64($1) }
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    /// The 16 bytes, in the order that sorts as the identifiers do.
    package var bytes: [UInt8] {
        [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
    }

    package var description: String {
        // Written in one piece: every contact has one.
        String(unsafeUninitializedCapacity: 36) { text in
            var end = 0
            for place in 0..<32 {
                if place == 8 || place == 12 || place == 16 || place == 20 {
                    text[end] = UInt8(ascii: "-")
                    end += 1
                }
                let word = place < 16 ? high : low
                text[end] = Hex.digit(word >> (60 - 4 * UInt64(place & 15)))
                end += 1
            }
            return end
        }
    }

    package static func < (left: UniqueID, right: UniqueID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
