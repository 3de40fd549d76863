// The identity of a territory of the numbering plan. An immutable value.

/// A region by its ISO 3166-1 alpha-2 code, or "001" for the codes that belong to no country.
package struct Region: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The two letters, the first in the high byte; zero for the non-geographic codes.
    private let letters: UInt16

    /// What the non-geographic calling codes (+800, +870, …) belong to; written "001".
    package static let nonGeographic = Region(letters: 0)

    /// A region code of two ASCII letters in either case, or "001"; anything else is nil.
    ///
    /// Whether a plan knows the region is another question: `NumberingPlan.contains(_:)`.
    package init?(_ code: String) {
        var bytes = code.utf8.makeIterator()
        guard let first = bytes.next(), let second = bytes.next() else { return nil }
        let third = bytes.next()
        if third == UInt8(ascii: "1"), first == UInt8(ascii: "0"), second == first, bytes.next() == nil {
            self = .nonGeographic
            return
        }
        guard third == nil else { return nil }
        self.init(first & 0xDF, second & 0xDF)
    }

    /// A region of two upper-case ASCII letters; nil for other bytes.
    init?(_ first: UInt8, _ second: UInt8) {
        let range = UInt8(ascii: "A")...UInt8(ascii: "Z")
        guard range.contains(first), range.contains(second) else { return nil }
        letters = UInt16(first) << 8 | UInt16(second)
    }

    private init(letters: UInt16) {
        self.letters = letters
    }

    /// The ISO code in upper case, or "001".
    package var code: String {
        guard isGeographic else { return "001" }
        return String(unsafeUninitializedCapacity: 2) { buffer in
            buffer[0] = UInt8(truncatingIfNeeded: letters >> 8)
            buffer[1] = UInt8(truncatingIfNeeded: letters)
            return 2
        }
    }

    /// False only for "001".
    package var isGeographic: Bool { letters != 0 }

    package var description: String { code }

    package static func < (left: Region, right: Region) -> Bool { left.letters < right.letters }

    /// The place of the region among all 676 pairs of letters; nil for "001".
    var ordinal: Int? {
        guard isGeographic else { return nil }
        return (Int(letters >> 8) - 65) * 26 + Int(letters & 0xFF) - 65
    }
}
