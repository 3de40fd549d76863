// .NET's custom format strings for numbers: `0 # . , % ‰ E0 ; 'text' \c`. Pure functions.

/// A number written by a custom .NET format string.
enum CustomNumberFormat {
    /// Places that `%`, `‰` and `,` may move the point by: more than one or two of them are a mistake.
    static let scaleMax = 30

    private enum Element {
        /// `0` and `#`
        case digit
        case point
        case percent
        case perMille
        case literal([UInt8])
        /// `E+000`: the letter, whether a plus is written, and the digits.
        case exponent(letter: UInt8, writesPlus: Bool, width: Int)
    }

    /// One of the sections that `;` separates.
    private struct Section {
        var elements: [Element] = []
        /// Places before and behind the point, in all and up to the outermost `0`.
        var wholePlaces = 0
        var fractionPlaces = 0
        var leastWhole = 0
        var leastFraction = 0
        var isGrouped = false
        /// Powers of ten: two for each `%`, three for `‰`, minus three for each `,` before the point.
        var scale = 0
        var hasExponent = false

        var hasDigits: Bool { wholePlaces + fractionPlaces > 0 }
    }

    static func text(
        _ value: DecimalDigits, _ pattern: [UInt8], _ data: CultureData, _ offset: Int
    ) throws(ExpressionError) -> String {
        let parts = try sections(of: pattern, offset)
        // .NET writes doubles of a custom format with 15 digits.
        var digits = value
        var sections: [Section] = []
        for part in parts { sections.append(try section(part, offset)) }
        var index = 0
        var writesMinus = value.isNegative
        if value.isNegative, sections.count > 1, !parts[1].isEmpty {
            index = 1
            writesMinus = false
        }
        func scaled(_ section: Section) -> DecimalDigits {
            guard !section.hasExponent else { return digits.rounded(toDigits: max(1, places(section))) }
            return digits.scaled(by: section.scale).rounded(toPlaces: section.fractionPlaces)
        }
        func places(_ section: Section) -> Int { section.wholePlaces + section.fractionPlaces }
        // What is zero once it is rounded goes by the third section.
        if scaled(sections[index]).isZero {
            digits.isNegative = false
            writesMinus = false
            if sections.count > 2, !parts[2].isEmpty { index = 2 } else { index = 0 }
        }
        return write(scaled(sections[index]), sections[index], writesMinus: writesMinus, data)
    }

    /// The pattern at its `;`, at most three parts; those in quotes and behind `\` do not count.
    private static func sections(of pattern: [UInt8], _ offset: Int) throws(ExpressionError) -> [[UInt8]] {
        var parts: [[UInt8]] = [[]]
        var index = 0
        while index < pattern.count {
            let byte = pattern[index]
            if byte == UInt8(ascii: ";") {
                if parts.count == 3 { break }
                parts.append([])
                index += 1
            } else if byte == UInt8(ascii: "\\") {
                let end = min(index + 2, pattern.count)
                parts[parts.count - 1] += pattern[index..<end]
                index = end
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                guard let close = pattern[(index + 1)...].firstIndex(of: byte) else {
                    throw DateFormat.bad("a quote in a format is not closed", offset)
                }
                parts[parts.count - 1] += pattern[index...close]
                index = close + 1
            } else {
                parts[parts.count - 1].append(byte)
                index += 1
            }
        }
        return parts
    }

    private static func section(_ pattern: [UInt8], _ offset: Int) throws(ExpressionError) -> Section {
        var section = Section()
        var hasPoint = false
        var firstZero: Int?
        var lastZeroBehind = 0
        var commas = 0
        func literal(_ bytes: some Sequence<UInt8>) { section.elements.append(.literal(Array(bytes))) }
        var index = 0
        while index < pattern.count {
            let byte = pattern[index]
            index += 1
            switch Character(Unicode.Scalar(byte)) {
            case "0", "#":
                section.elements.append(.digit)
                if hasPoint {
                    section.fractionPlaces += 1
                    if byte == UInt8(ascii: "0") { lastZeroBehind = section.fractionPlaces }
                } else {
                    // A comma between two digits groups; those before the point divide by a thousand.
                    if commas > 0 { section.isGrouped = true }
                    commas = 0
                    if byte == UInt8(ascii: "0"), firstZero == nil { firstZero = section.wholePlaces }
                    section.wholePlaces += 1
                }
            case ".":
                if !hasPoint { section.elements.append(.point) }
                hasPoint = true
            case ",": if section.wholePlaces > 0, !hasPoint { commas += 1 }
            case "%":
                section.scale += 2
                section.elements.append(.percent)
            case "'", "\"":
                guard let close = pattern[index...].firstIndex(of: byte) else {
                    throw DateFormat.bad("a quote in a format is not closed", offset)
                }
                literal(pattern[index..<close])
                index = close + 1
            case "\\":
                if index < pattern.count {
                    literal([pattern[index]])
                    index += 1
                }
            case "E", "e":
                var next = index
                var writesPlus = false
                if next < pattern.count, pattern[next] == UInt8(ascii: "+") || pattern[next] == UInt8(ascii: "-") {
                    writesPlus = pattern[next] == UInt8(ascii: "+")
                    next += 1
                }
                let zeros = pattern[next...].prefix { $0 == 0x30 }.count
                guard zeros > 0 else {
                    literal([byte])
                    break
                }
                section.hasExponent = true
                section.elements.append(.exponent(letter: byte, writesPlus: writesPlus, width: min(zeros, 10)))
                index = next + zeros
            default:
                // ‰ is the only mark of more than one byte.
                if byte == 0xE2, pattern[(index - 1)...].starts(with: "‰".utf8) {
                    section.scale += 3
                    section.elements.append(.perMille)
                    index += 2
                } else {
                    literal([byte])
                }
            }
        }
        section.scale -= 3 * commas
        guard abs(section.scale) <= scaleMax else {
            throw DateFormat.bad("a number format multiplies or divides by 10^\(scaleMax) at the most", offset)
        }
        section.leastWhole = firstZero.map { section.wholePlaces - $0 } ?? 0
        section.leastFraction = lastZeroBehind
        return section
    }

    private static func write(
        _ value: DecimalDigits, _ section: Section, writesMinus: Bool, _ data: CultureData
    ) -> String {
        var output = ByteText()
        if writesMinus, !value.isZero { output.append(data.minus) }
        var digits = value
        var exponent = 0
        if section.hasExponent {
            exponent = value.isZero ? 0 : value.point - max(section.wholePlaces, section.hasDigits ? 0 : 1)
            digits = value.scaled(by: -exponent)
        }
        let wholeDigits = digits.isZero || digits.point <= 0 ? [] : digits.wholeDigits
        let whole =
            [UInt8](repeating: 0, count: max(0, section.leastWhole - wholeDigits.count)) + wholeDigits
        let fractionCount = max(section.leastFraction, min(section.fractionPlaces, digits.fractionCount))
        let fraction = digits.fractionDigits(fractionCount)
        // The first place takes all digits that the pattern has no places for.
        var placesLeft = section.wholePlaces
        var wholeLeft = whole[...]
        var fractionLeft = fraction[...]
        var isBehindPoint = false
        for element in section.elements {
            switch element {
            case .digit:
                if isBehindPoint {
                    if let digit = fractionLeft.popFirst() { output.digits([digit]) }
                    break
                }
                while wholeLeft.count >= placesLeft, placesLeft > 0, let digit = wholeLeft.popFirst() {
                    output.digits([digit])
                    let rest = wholeLeft.count
                    if section.isGrouped, rest > 0, isBreak(rest, data) { output.append(data.groupSeparator) }
                    if rest < placesLeft { break }
                }
                placesLeft -= 1
            case .point:
                isBehindPoint = true
                if !fraction.isEmpty { output.append(data.decimalPoint) }
            case .percent: output.append(data.percent)
            case .perMille: output.append(data.perMille)
            case .literal(let bytes): output.bytes += bytes
            case .exponent(let letter, let writesPlus, let width):
                output.append(byte: letter)
                if exponent < 0 { output.append(data.minus) } else if writesPlus { output.append("+") }
                output.padded(abs(exponent), width)
            }
        }
        return output.text
    }

    /// Whether a separator stands before the last so many digits.
    private static func isBreak(_ count: Int, _ data: CultureData) -> Bool {
        let first = data.groupSizes[0]
        let others = data.groupSizes.last ?? first
        return count == first || (count > first && (count - first) % others == 0)
    }
}
