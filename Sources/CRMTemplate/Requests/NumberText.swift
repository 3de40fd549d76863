// Text as the numbers and Booleans of JSON bodies. Pure functions.

internal import HTTPWire

/// Reads values of the types Integer, Double and Boolean.
enum NumberText {
    /// Digits of one number. Nothing a CRM counts comes near, and what is longer costs a reader time.
    static let digitsMax = 512

    /// A decimal number in its parts.
    private struct Decimal {
        var isNegative = false
        /// Without leading zeros, at least one digit.
        var whole: [UInt8] = []
        var fraction: [UInt8] = []
        /// `e5`, as written, or empty.
        var exponent: [UInt8] = []

        /// `[sign] digits [. digits] [e [sign] digits]` with white space around it; a digit on one side of the point is
        /// enough, as .NET has it. nil: something else.
        init?(_ text: String) {
            var bytes = Array(text.utf8)[...]
            while let first = bytes.first, Self.isSpace(first) { bytes.removeFirst() }
            while let last = bytes.last, Self.isSpace(last) { bytes.removeLast() }
            guard bytes.count <= NumberText.digitsMax else { return nil }
            if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
                isNegative = first == UInt8(ascii: "-")
                bytes.removeFirst()
            }
            whole = Self.digits(&bytes)
            if bytes.first == UInt8(ascii: ".") {
                bytes.removeFirst()
                fraction = Self.digits(&bytes)
            }
            guard !whole.isEmpty || !fraction.isEmpty else { return nil }
            whole = Array(whole.drop { $0 == UInt8(ascii: "0") })
            if whole.isEmpty { whole = [UInt8(ascii: "0")] }
            if let first = bytes.first, ByteClass.lowered(first) == UInt8(ascii: "e") {
                bytes.removeFirst()
                exponent = [UInt8(ascii: "e")]
                if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                    exponent.append(sign)
                    bytes.removeFirst()
                }
                let digits = Self.digits(&bytes)
                guard !digits.isEmpty else { return nil }
                exponent += digits
            }
            guard bytes.isEmpty else { return nil }
        }

        var text: String {
            var bytes = isNegative ? [UInt8(ascii: "-")] : []
            bytes += whole
            if !fraction.isEmpty { bytes += [UInt8(ascii: ".")] + fraction }
            return String(decoding: bytes + exponent, as: UTF8.self)
        }

        private static func digits(_ bytes: inout ArraySlice<UInt8>) -> [UInt8] {
            let digits = Array(bytes.prefix(while: ByteClass.isDigit))
            bytes.removeFirst(digits.count)
            return digits
        }

        private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    }

    /// The whole number as JSON text; a fraction is rounded, a half to the even neighbour, as .NET converts. nil: the
    /// text is no number.
    static func integer(_ text: String) -> String? {
        guard let number = Decimal(text) else { return nil }
        var digits = number.whole
        if !number.exponent.isEmpty {
            // Beyond 2^53 a double no longer tells neighbours apart.
            guard let value = Double(number.text), value.magnitude <= 9_007_199_254_740_992 else { return nil }
            return String(Int64(value.rounded(.toNearestOrEven)))
        }
        if rounds(up: number.fraction, after: digits.last) { increment(&digits) }
        let isZero = digits == [UInt8(ascii: "0")]
        return (number.isNegative && !isZero ? "-" : "") + String(decoding: digits, as: UTF8.self)
    }

    /// The number as JSON text, with the digits it was written with; nil: the text is no number that a double holds.
    static func decimal(_ text: String) -> String? {
        guard let number = Decimal(text) else { return nil }
        let text = number.text
        guard let value = Double(text), value.isFinite else { return nil }
        return text
    }

    /// `true` or `false`; nil: the text is neither in any case.
    static func boolean(_ text: String) -> String? {
        let word = text.utf8.filter { $0 != 0x20 && !(0x09...0x0D).contains($0) }.map(ByteClass.lowered)
        if word.elementsEqual("true".utf8) { return "true" }
        return word.elementsEqual("false".utf8) ? "false" : nil
    }

    private static func rounds(up fraction: [UInt8], after last: UInt8?) -> Bool {
        guard let first = fraction.first, first >= UInt8(ascii: "5") else { return false }
        if first > UInt8(ascii: "5") || fraction.dropFirst().contains(where: { $0 != UInt8(ascii: "0") }) {
            return true
        }
        return (last ?? 0) & 1 == 1
    }

    private static func increment(_ digits: inout [UInt8]) {
        for index in digits.indices.reversed() {
            if digits[index] < UInt8(ascii: "9") {
                digits[index] += 1
                return
            }
            digits[index] = UInt8(ascii: "0")
        }
        digits.insert(UInt8(ascii: "1"), at: 0)
    }
}
