// A JSON number as it was written, and its readings as machine numbers.

/// A number kept as its text (RFC 8259 §6), so that `1.50`, `1e3` and thirty digits come out as they went in.
package struct JSONNumber: Sendable, Hashable, CustomStringConvertible {
    /// The spelling, always valid JSON number syntax and ASCII.
    package let text: String

    /// The number of an integer.
    package init(_ value: Int64) {
        text = String(value)
    }

    /// The shortest spelling that reads back as the same value; nil for infinities and NaN, which JSON cannot write.
    package init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = value.description
    }

    /// The number with this spelling; nil unless it is exactly a JSON number.
    package init?(text: String) {
        guard NumberGrammar.matches(text) else { return nil }
        self.text = text
    }

    /// A number the parser has already checked.
    init(checked text: String) {
        self.text = text
    }

    package var description: String { text }

    /// The value when it is a whole number that fits, whatever its spelling (`12`, `12.0`, `1.2e1`); otherwise nil.
    package var int64: Int64? {
        var negative = false
        var digits: [UInt8] = []
        var fractionDigits = 0
        var inFraction = false
        var exponentText = ""
        var inExponent = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "-") where !inExponent: negative = true
            case UInt8(ascii: "."): inFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): inExponent = true
            default:
                if inExponent {
                    exponentText.unicodeScalars.append(Unicode.Scalar(byte))
                } else {
                    digits.append(byte - UInt8(ascii: "0"))
                    if inFraction { fractionDigits += 1 }
                }
            }
        }
        guard let firstNonZero = digits.firstIndex(where: { $0 != 0 }) else { return 0 }
        // An exponent too long for Int belongs to a number that is no Int64 either way.
        guard let exponent = exponentText.isEmpty ? 0 : Int(exponentText) else { return nil }
        digits.removeFirst(firstNonZero)
        var (scale, overflow) = exponent.subtractingReportingOverflow(fractionDigits)
        if overflow { return nil }
        while digits.last == 0 {
            digits.removeLast()
            scale += 1
        }
        // Nineteen digits hold every Int64; more, or a remaining fraction, cannot be one.
        guard scale >= 0, scale <= 19, digits.count + scale <= 19 else { return nil }
        digits.append(contentsOf: repeatElement(0, count: scale))
        var value: Int64 = 0
        for digit in digits {
            let (product, productOverflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflow) =
                negative
                ? product.subtractingReportingOverflow(Int64(digit))
                : product.addingReportingOverflow(Int64(digit))
            if productOverflow || sumOverflow { return nil }
            value = sum
        }
        return value
    }

    /// The nearest double; nil when the number is too large to be one.
    package var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }
}

/// The grammar of RFC 8259 §6, as one pass over bytes:
/// `number = [ "-" ] ( "0" / digit1-9 *DIGIT ) [ "." 1*DIGIT ] [ ("e" / "E") [ "-" / "+" ] 1*DIGIT ]`.
enum NumberGrammar {
    /// How a scan ended: at the first byte after the number, or where a digit was missing.
    enum Scan: Equatable {
        case end(Int)
        case missingDigit(Int)
        /// A zero followed by another digit, which the grammar does not allow.
        case leadingZero(Int)
    }

    /// Scans the number that begins at `start`, in a text of `count` bytes.
    @inline(__always)
    static func scan(_ bytes: UnsafePointer<UInt8>, count: Int, from start: Int) -> Scan {
        var index = start
        if index < count, bytes[index] == UInt8(ascii: "-") { index += 1 }
        guard index < count, isDigit(bytes[index]) else { return .missingDigit(index) }
        if bytes[index] == UInt8(ascii: "0") {
            index += 1
            if index < count, isDigit(bytes[index]) { return .leadingZero(index) }
        } else {
            skipDigits(bytes, count, &index)
        }
        if index < count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            guard index < count, isDigit(bytes[index]) else { return .missingDigit(index) }
            skipDigits(bytes, count, &index)
        }
        if index < count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
            guard index < count, isDigit(bytes[index]) else { return .missingDigit(index) }
            skipDigits(bytes, count, &index)
        }
        return .end(index)
    }

    /// Whether the whole text is one number.
    static func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard let base = bytes.baseAddress else { return false }
            return scan(base, count: bytes.count, from: 0) == .end(bytes.count)
        }
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

    @inline(__always)
    private static func skipDigits(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ index: inout Int) {
        while index < count, isDigit(bytes[index]) { index += 1 }
    }
}
