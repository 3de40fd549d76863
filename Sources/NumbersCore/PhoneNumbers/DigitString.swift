// A short run of digits without an allocation. A value; nobody shares it.

/// Digits as they are dialled, each stored as 0 to 9.
///
/// Only the first `capacity` digits are kept, while `count` tells how many there were: everything that reading a number
/// takes off its front (international prefix, calling code, national prefix) is shorter than 30 digits, and what
/// then has more than 17 is too long whatever it is.
struct DigitString {
    static let capacity = 64

    private var storage = InlineArray<64, UInt8>(repeating: 0)
    private var start = 0
    /// All digits, also those that were not kept.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// A digit by its place; zero beyond what was kept.
    subscript(index: Int) -> UInt8 {
        let place = start + index
        return place < Self.capacity ? storage[place] : 0
    }

    mutating func append(_ digit: UInt8) {
        let place = start + count
        if place < Self.capacity { storage[place] = digit }
        count += 1
    }

    mutating func removeFirst(_ length: Int) {
        let taken = min(length, count)
        start += taken
        count -= taken
    }

    func dropping(_ length: Int) -> DigitString {
        var copy = self
        copy.removeFirst(length)
        return copy
    }

    /// Appends the decimal digits of a number.
    mutating func append(decimal number: UInt64) {
        var divisor: UInt64 = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }

    /// At most 19 digits as an integer, and how many zeros lead it; the last digit is never a leading zero.
    var number: (value: UInt64, leadingZeros: UInt8) {
        var value: UInt64 = 0
        var zeros: UInt8 = 0
        for index in 0..<count {
            if value == 0, self[index] == 0, index < count - 1 { zeros += 1 }
            value = value * 10 + UInt64(self[index])
        }
        return (value, zeros)
    }
}
