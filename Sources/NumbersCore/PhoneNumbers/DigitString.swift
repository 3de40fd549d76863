// A short run of digits without an allocation. A value of two registers and a count; nobody shares it.
//
// Every number goes through here several times, as a few instructions each time: hence inlined, and shifts that do not
// check amounts that were checked before.

/// Digits as they are dialled, each stored as 0 to 9.
///
/// Only the first `capacity` digits are kept, while `count` tells how many there were: everything that reading a number
/// takes off its front (international prefix, calling code, national prefix) has fewer than 15 digits in all, and what
/// then has more than 17 is too long whatever it is.
struct DigitString {
    static let capacity = 32
    private static let bits = 4
    private static let allBits = capacity * bits

    /// Four bits for each digit, the first in the highest ones; zero behind the last.
    private var packed: UInt128 = 0
    /// All digits, also those that were not kept.
    private(set) var count = 0

    init() {}

    /// Digits with four bits for each, the last in the lowest ones: the first `capacity` of `count`.
    @inline(__always)
    init(packed: UInt128, count: Int) {
        self.packed = count < Self.capacity && count > 0 ? packed &<< UInt128(Self.allBits - Self.bits * count) : packed
        self.count = count
    }

    /// The digits of a number behind so many zeros.
    @inline(__always)
    init(decimal number: UInt64, leadingZeros: Int = 0) {
        let packed =
            UInt128(Self.packed(number / Self.sixteenDigits)) << 64 | Self.packed16(number % Self.sixteenDigits)
        let significant = max(Self.capacity - packed.leadingZeroBitCount / Self.bits, 1)
        self.init(packed: packed, count: leadingZeros + significant)
    }

    var isEmpty: Bool { count == 0 }

    /// A digit by its place; zero beyond what was kept.
    @inline(__always)
    subscript(index: Int) -> UInt8 {
        guard index < Self.capacity else { return 0 }
        return UInt8(truncatingIfNeeded: packed &>> UInt128(Self.allBits - Self.bits * (index + 1))) & 15
    }

    /// The first sixteen digits, the first in the highest bits, and the sixteen behind them.
    @inline(__always)
    var words: (first: UInt64, second: UInt64) {
        (UInt64(truncatingIfNeeded: packed >> 64), UInt64(truncatingIfNeeded: packed))
    }

    mutating func append(_ digit: UInt8) {
        if count < Self.capacity { packed |= UInt128(digit) &<< UInt128(Self.allBits - Self.bits * (count + 1)) }
        count += 1
    }

    @inline(__always)
    mutating func append(_ other: DigitString) {
        if count < Self.capacity { packed |= other.packed &>> UInt128(Self.bits * count) }
        count += other.count
    }

    @inline(__always)
    mutating func removeFirst(_ length: Int) {
        let taken = min(length, count)
        packed = taken < Self.capacity ? packed &<< UInt128(Self.bits * taken) : 0
        count -= taken
    }

    @inline(__always)
    func dropping(_ length: Int) -> DigitString {
        var copy = self
        copy.removeFirst(length)
        return copy
    }

    /// Whether the digits begin with others, which are at most `capacity`.
    @inline(__always)
    func hasPrefix(_ other: DigitString) -> Bool {
        guard other.count <= count, (1...Self.capacity).contains(other.count) else { return other.isEmpty }
        return (packed ^ other.packed) &>> UInt128(Self.allBits - Self.bits * other.count) == 0
    }

    /// Appends the decimal digits of a number.
    mutating func append(decimal number: UInt64) { append(DigitString(decimal: number)) }

    /// At most 19 digits as an integer, and how many zeros lead it; the last digit is never a leading zero.
    @inline(__always)
    var number: (value: UInt64, leadingZeros: UInt8) {
        guard count > 0, count < Self.capacity else { return (0, 0) }
        let last = packed &>> UInt128(Self.allBits - Self.bits * count)
        let zeros = min(packed.leadingZeroBitCount / Self.bits, count - 1)
        let value =
            Self.value(UInt64(truncatingIfNeeded: last >> 64)) &* Self.sixteenDigits
            &+ Self.value(UInt64(truncatingIfNeeded: last))
        return (value, UInt8(truncatingIfNeeded: zeros))
    }

    /// The first sixteen digits as ASCII, the first of them in the lowest byte; zeros behind the last.
    @inline(__always)
    var ascii: UInt128 {
        func eight(_ digits: UInt64) -> UInt64 {
            let fours = (digits | digits << 16) & 0x0000_FFFF_0000_FFFF
            let twos = (fours | fours << 8) & 0x00FF_00FF_00FF_00FF
            return (((twos | twos << 4) & 0x0F0F_0F0F_0F0F_0F0F) | 0x3030_3030_3030_3030).byteSwapped
        }
        let first = words.first
        return UInt128(eight(first & 0xFFFF_FFFF)) << 64 | UInt128(eight(first >> 32))
    }

    // MARK: Between four bits a digit and integers, all digits at once

    private static let sixteenDigits: UInt64 = 10_000_000_000_000_000
    private static let eightDigits: UInt64 = 100_000_000

    /// The integer of sixteen digits: neighbours are joined to pairs, pairs to fours, fours to eights.
    @inline(__always)
    private static func value(_ digits: UInt64) -> UInt64 {
        let pairs = (digits & 0x0F0F_0F0F_0F0F_0F0F) &+ 10 &* (digits >> 4 & 0x0F0F_0F0F_0F0F_0F0F)
        let fours = (pairs & 0x00FF_00FF_00FF_00FF) &+ 100 &* (pairs >> 8 & 0x00FF_00FF_00FF_00FF)
        let eights = (fours & 0x0000_FFFF_0000_FFFF) &+ 10_000 &* (fours >> 16 & 0x0000_FFFF_0000_FFFF)
        return (eights & 0xFFFF_FFFF) &+ eightDigits &* (eights >> 32)
    }

    /// The sixteen digits of an integer below 10 to the power of 16.
    @inline(__always)
    private static func packed16(_ number: UInt64) -> UInt128 {
        UInt128(packed(number / eightDigits) << 32 | packed(number % eightDigits))
    }

    /// The eight digits of an integer below 10 to the power of 8: halves, then pairs, then digits, by multiplication.
    @inline(__always)
    private static func packed(_ number: UInt64) -> UInt64 {
        let halves = (number / 10_000) << 32 | number % 10_000
        // For what is below 10,000, n * 5243 >> 19 is n / 100; for what is below 100, n * 103 >> 10 is n / 10.
        let hundreds = (halves &* 5243) >> 19 & 0x0000_007F_0000_007F
        let pairs = halves &- hundreds &* 100 | hundreds << 16
        let tens = (pairs &* 103) >> 10 & 0x000F_000F_000F_000F
        let bytes = pairs &- tens &* 10 | tens << 8
        let twos = (bytes | bytes >> 4) & 0x00FF_00FF_00FF_00FF
        let fours = (twos | twos >> 8) & 0x0000_FFFF_0000_FFFF
        return (fours | fours >> 16) & 0xFFFF_FFFF
    }
}
