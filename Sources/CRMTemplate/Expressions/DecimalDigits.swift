// A number as decimal digits, exactly: what number formats round and group. A value; no arithmetic that could lose a
// digit.

/// `0.d1d2d3… × 10^point`, with a sign.
struct DecimalDigits {
    /// Numbers whose digits reach further than this from the point are not written out: the exact digits of a double
    /// stay within.
    static let placesMax = 1_100

    var isNegative: Bool
    /// 0 to 9, the first and the last not 0; empty for zero.
    private(set) var digits: [UInt8]
    /// Digits before the decimal point; below 0: zeros behind it.
    private(set) var point: Int

    var isZero: Bool { digits.isEmpty }

    private init(isNegative: Bool, digits: [UInt8], point: Int) {
        self.isNegative = isNegative
        self.digits = digits
        self.point = point
        normalize()
    }

    init(_ value: Int64) {
        self.init(
            isNegative: value < 0, digits: String(value.magnitude).utf8.map { $0 - 0x30 },
            point: String(value.magnitude).utf8.count)
    }

    /// The fewest digits that lead back to the same double.
    init(shortest value: Double) {
        // Swift writes the shortest, as .NET does since Core 3.0. It is finite: `parsed` reads it.
        self = DecimalDigits(text: value.isFinite ? value.description : "0") ?? DecimalDigits(0)
    }

    /// All digits of a double, of which there may be hundreds.
    init(exact value: Double) {
        guard value.isFinite, value != 0 else {
            self.init(0)
            return
        }
        // value = significand × 2^exponent, both whole.
        let magnitude = value.magnitude
        let bits = magnitude.bitPattern
        let biased = Int(bits >> 52)
        let fraction = bits & 0xF_FFFF_FFFF_FFFF
        let significand = biased == 0 ? fraction : fraction | (1 << 52)
        var exponent = max(biased, 1) - 1_075
        // Limbs of nine digits, the least first. A division by two is a multiplication by five, a place to the right.
        var limbs: [UInt64] = []
        var rest = significand
        while rest > 0 {
            limbs.append(rest % 1_000_000_000)
            rest /= 1_000_000_000
        }
        var places = 0
        let factor: UInt64 = exponent < 0 ? 5 : 2
        while exponent != 0 {
            var carry: UInt64 = 0
            for index in limbs.indices {
                let product = limbs[index] * factor + carry
                limbs[index] = product % 1_000_000_000
                carry = product / 1_000_000_000
            }
            if carry > 0 { limbs.append(carry) }
            if exponent < 0 {
                exponent += 1
                places += 1
            } else {
                exponent -= 1
            }
        }
        var digits: [UInt8] = []
        for limb in limbs.reversed() {
            let text = String(limb).utf8
            digits.append(contentsOf: repeatElement(0, count: digits.isEmpty ? 0 : 9 - text.count))
            digits.append(contentsOf: text.map { $0 - 0x30 })
        }
        self.init(isNegative: value < 0, digits: digits, point: digits.count - places)
    }

    /// The digits of a text such as `-12.50e3`; nil when it is no number or reaches too far from the point.
    init?(text: String) {
        var bytes = Array(text.utf8)[...]
        guard bytes.count <= 2 * Self.placesMax else { return nil }
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        let whole = bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }
        bytes = bytes.dropFirst(whole.count)
        var digits = Array(whole)
        if bytes.first == UInt8(ascii: ".") {
            bytes = bytes.dropFirst()
            let fraction = bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }
            digits += fraction
            bytes = bytes.dropFirst(fraction.count)
        }
        guard !digits.isEmpty else { return nil }
        var exponent = 0
        if bytes.first.map(Ordinal.lower) == UInt8(ascii: "e") {
            guard let read = Int(String(decoding: bytes.dropFirst(), as: UTF8.self)),
                abs(read.clampedMagnitude) < 10_000
            else { return nil }
            exponent = read
            bytes = []
        }
        guard bytes.isEmpty else { return nil }
        self.init(isNegative: isNegative, digits: digits.map { $0 - 0x30 }, point: whole.count + exponent)
        guard abs(point) <= Self.placesMax else { return nil }
    }

    private mutating func normalize() {
        let zeros = digits.prefix { $0 == 0 }.count
        digits.removeFirst(zeros)
        point -= zeros
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { point = 0 }
    }

    /// The digit at a place: 0 is the first before the point, -1 the first behind it.
    func digit(at place: Int) -> UInt8 {
        let index = point - 1 - place
        return digits.indices.contains(index) ? digits[index] : 0
    }

    /// Rounded to so many places behind the point, half away from zero.
    func rounded(toPlaces places: Int) -> DecimalDigits { rounded(keeping: point + places) }

    /// Rounded to so many digits, half away from zero.
    func rounded(toDigits count: Int) -> DecimalDigits { rounded(keeping: count) }

    private func rounded(keeping count: Int) -> DecimalDigits {
        guard count < digits.count else { return self }
        guard count >= 0 else { return DecimalDigits(isNegative: isNegative, digits: [], point: 0) }
        var kept = Array(digits[..<count])
        var newPoint = point
        if digits[count] >= 5 {
            var index = count - 1
            while index >= 0, kept[index] == 9 {
                kept[index] = 0
                index -= 1
            }
            if index >= 0 {
                kept[index] += 1
            } else {
                kept.insert(1, at: 0)
                newPoint += 1
            }
        }
        return DecimalDigits(isNegative: isNegative, digits: kept, point: newPoint)
    }

    /// Moved by so many places: times 100 for percent.
    func scaled(by places: Int) -> DecimalDigits {
        DecimalDigits(isNegative: isNegative, digits: digits, point: isZero ? 0 : point + places)
    }

    /// The digits before the point, without leading zeros; `0` when there are none.
    var wholeDigits: [UInt8] { point <= 0 ? [0] : (0..<point).reversed().map(digit(at:)) }

    /// The first so many digits behind the point.
    func fractionDigits(_ count: Int) -> [UInt8] { (0..<max(0, count)).map { digit(at: -1 - $0) } }

    /// Digits behind the point.
    var fractionCount: Int { max(0, digits.count - point) }
}

extension Int {
    /// Held where its magnitude can be taken.
    fileprivate var clampedMagnitude: Int { Swift.max(self, -Int.max) }
}
