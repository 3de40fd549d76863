// .NET's standard format strings for numbers, and the text of numbers without one. Pure functions.

/// A number written by a .NET format string.
enum NumberFormat {
    /// Digits that a format may ask for: .NET allows a billion, nobody means more than these.
    static let precisionMax = 999

    /// A double as .NET's invariant culture writes it: the shortest text that leads back, with an exponent from 1E+15 up
    /// and below 0.0001.
    static func plain(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return general(DecimalDigits(shortest: value), precision: 15, isShortest: true, .invariant, "E", 2)
    }

    /// The number as `format` says; an empty format is `G`.
    static func text(
        _ value: Value, format: String, culture: Culture, at offset: Int
    ) throws(ExpressionError) -> String {
        let pattern = Array(format.utf8)
        guard pattern.count <= DateFormat.formatBytesMax else {
            throw DateFormat.bad("the format has more than \(DateFormat.formatBytesMax) bytes", offset)
        }
        let data = culture.data
        guard let first = pattern.first else { return try general(value, nil, data, "E", offset) }
        // A letter and digits are a standard format, everything else is a custom one.
        let isLetter = (0x41...0x5A).contains(Ordinal.lower(first) & 0xDF)
        guard isLetter, pattern.dropFirst().allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            let digits = try self.digits(of: value, isExact: false, offset)
            return try CustomNumberFormat.text(digits, pattern, data, offset)
        }
        var precision: Int?
        if pattern.count > 1 {
            guard pattern.count <= 10, let read = Int(String(decoding: pattern.dropFirst(), as: UTF8.self)),
                read <= precisionMax
            else { throw DateFormat.bad("a number format asks for \(precisionMax) digits at the most", offset) }
            precision = read
        }
        switch Character(Unicode.Scalar(first)) {
        case "F", "f":
            let digits = try self.digits(of: value, isExact: true, offset)
            return signed(fixed(digits, precision ?? 2, data), digits, precision ?? 2, data)
        case "N", "n":
            let digits = try self.digits(of: value, isExact: true, offset)
            return signed(grouped(digits, precision ?? 2, data), digits, precision ?? 2, data)
        case "P", "p":
            let digits = try self.digits(of: value, isExact: true, offset).scaled(by: 2)
            let number = data.percentPattern.replacingMarks(
                ["n": grouped(digits, precision ?? 2, data), "%": data.percent])
            return signed(number, digits, precision ?? 2, data)
        case "C", "c":
            let digits = try self.digits(of: value, isExact: true, offset)
            let isNegative = digits.isNegative && !digits.rounded(toPlaces: precision ?? 2).isZero
            return (isNegative ? data.negativeCurrencyPattern : data.currencyPattern).replacingMarks(
                ["n": grouped(digits, precision ?? 2, data), "$": data.currencySymbol, "-": data.minus])
        case "E", "e": return try scientific(value, precision ?? 6, data, first, offset)
        case "G", "g": return try general(value, precision, data, first == UInt8(ascii: "g") ? "e" : "E", offset)
        case "R", "r": return try general(value, nil, data, "E", offset)
        case "D", "d": return try decimal(value, precision ?? 1, data, offset)
        case "X", "x": return try hexadecimal(value, precision ?? 1, first, offset)
        default:
            throw DateFormat.bad("a standard number format is one of C D E F G N P R X, with digits behind it", offset)
        }
    }

    // MARK: - Standard formats

    private static func fixed(_ value: DecimalDigits, _ places: Int, _ data: CultureData) -> String {
        let digits = value.rounded(toPlaces: places)
        var output = ByteText()
        output.digits(digits.wholeDigits)
        if places > 0 {
            output.append(data.decimalPoint)
            output.digits(digits.fractionDigits(places))
        }
        return output.text
    }

    private static func grouped(_ value: DecimalDigits, _ places: Int, _ data: CultureData) -> String {
        let digits = value.rounded(toPlaces: places)
        var output = ByteText()
        output.grouped(digits.wholeDigits, data)
        if places > 0 {
            output.append(data.decimalPoint)
            output.digits(digits.fractionDigits(places))
        }
        return output.text
    }

    /// With the minus before it, but none before what has become zero.
    private static func signed(_ text: String, _ value: DecimalDigits, _ places: Int, _ data: CultureData) -> String {
        value.isNegative && !value.rounded(toPlaces: places).isZero ? data.minus + text : text
    }

    private static func scientific(
        _ value: Value, _ places: Int, _ data: CultureData, _ letter: UInt8, _ offset: Int
    ) throws(ExpressionError) -> String {
        let digits = try self.digits(of: value, isExact: true, offset).rounded(toDigits: places + 1)
        var output = ByteText()
        if digits.isNegative, !digits.isZero { output.append(data.minus) }
        output.mantissa(digits, places: places, data)
        output.exponent(digits.isZero ? 0 : digits.point - 1, letter, width: 3, data)
        return output.text
    }

    private static func general(
        _ value: Value, _ precision: Int?, _ data: CultureData, _ letter: Character, _ offset: Int
    ) throws(ExpressionError) -> String {
        let digits = try self.digits(of: value, isExact: false, offset)
        if let precision, precision > 0 {
            return general(
                digits.rounded(toDigits: precision), precision: precision, isShortest: false, data, letter, 2)
        }
        let isWhole: Bool
        switch value {
        case .integer: isWhole = true
        case .numeral(let text): isWhole = text.utf8.allSatisfy { $0 != UInt8(ascii: ".") && Ordinal.lower($0) != 0x65 }
        case .double, .null, .text, .boolean, .date, .span: isWhole = false
        }
        return general(digits, precision: isWhole ? DecimalDigits.placesMax : 15, isShortest: true, data, letter, 2)
    }

    /// Plain digits while the point stays within `precision` digits, else with an exponent.
    private static func general(
        _ digits: DecimalDigits, precision: Int, isShortest: Bool, _ data: CultureData, _ letter: Character,
        _ width: Int
    ) -> String {
        var output = ByteText()
        if digits.isNegative { output.append(digits.isZero ? "-" : data.minus) }
        if !digits.isZero, digits.point > precision || digits.point < -3 {
            output.mantissa(digits, places: digits.digits.count - 1, data)
            output.exponent(digits.point - 1, letter.asciiValue ?? 0x45, width: width, data)
        } else {
            output.digits(digits.wholeDigits)
            if digits.fractionCount > 0 {
                output.append(data.decimalPoint)
                output.digits(digits.fractionDigits(digits.fractionCount))
            }
        }
        return output.text
    }

    private static func decimal(
        _ value: Value, _ width: Int, _ data: CultureData, _ offset: Int
    ) throws(ExpressionError) -> String {
        guard case .integer(let number)? = Arithmetic.typedNumber(value) else {
            throw DateFormat.bad("the format D needs a whole number", offset)
        }
        let digits = String(number.magnitude)
        let zeros = String(repeating: "0", count: max(0, width - digits.utf8.count))
        return (number < 0 ? data.minus : "") + zeros + digits
    }

    private static func hexadecimal(
        _ value: Value, _ width: Int, _ letter: UInt8, _ offset: Int
    ) throws(ExpressionError) -> String {
        guard case .integer(let number)? = Arithmetic.typedNumber(value) else {
            throw DateFormat.bad("the format X needs a whole number", offset)
        }
        let digits = String(UInt64(bitPattern: number), radix: 16, uppercase: letter == UInt8(ascii: "X"))
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// The digits of a number: all of a double's where a precision is asked for, else the shortest.
    private static func digits(of value: Value, isExact: Bool, _ offset: Int) throws(ExpressionError) -> DecimalDigits {
        switch value {
        case .integer(let value): return DecimalDigits(value)
        case .double(let value) where value.isFinite:
            return isExact ? DecimalDigits(exact: value) : DecimalDigits(shortest: value)
        case .numeral(let text):
            // As sent: not through a double, which would lose digits of long ones.
            if let digits = DecimalDigits(text: text) { return digits }
        case .double, .null, .text, .boolean, .date, .span: break
        }
        throw ExpressionError(
            code: "out-of-range", message: "the number is too large to be written by a format", offset: offset)
    }
}

extension ByteText {
    mutating func digits(_ digits: [UInt8]) { bytes.append(contentsOf: digits.lazy.map { $0 + 0x30 }) }

    /// Digits before the point, in a culture's groups.
    mutating func grouped(_ digits: [UInt8], _ data: CultureData) {
        // The places, counted from the point, that a separator stands before.
        var breaks: Set<Int> = []
        var place = 0
        var index = 0
        while true {
            let size = data.groupSizes[min(index, data.groupSizes.count - 1)]
            guard size > 0, place + size < digits.count else { break }
            place += size
            index += 1
            breaks.insert(place)
        }
        for (index, digit) in digits.enumerated() {
            if index > 0, breaks.contains(digits.count - index) { append(data.groupSeparator) }
            bytes.append(digit + 0x30)
        }
    }

    /// The first digit, the point, and the rest.
    mutating func mantissa(_ value: DecimalDigits, places: Int, _ data: CultureData) {
        digits([value.digits.first ?? 0])
        guard places > 0 else { return }
        append(data.decimalPoint)
        let rest = value.digits.dropFirst().prefix(places)
        digits(Array(rest))
        digits([UInt8](repeating: 0, count: places - rest.count))
    }

    mutating func exponent(_ value: Int, _ letter: UInt8, width: Int, _ data: CultureData) {
        append(byte: letter)
        append(value < 0 ? data.minus : "+")
        padded(abs(value), width)
    }
}

extension String {
    /// The pattern with each of the marks replaced, once over.
    fileprivate func replacingMarks(_ marks: [Character: String]) -> String {
        map { marks[$0] ?? String($0) }.joined()
    }
}
