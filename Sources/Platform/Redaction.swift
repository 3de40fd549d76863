// What must not reach a log is taken out here, and nowhere else. Pure functions over bytes.

/// Removes keys, context tokens and telephone numbers from text before it is logged or echoed.
package enum Redaction {
    /// Digits that may follow each other before a run is taken for a telephone number.
    private static let plainDigitsMax = 6
    /// Separators in a row that a run of digits goes on over: people write `(415) - 555 - 2671`.
    private static let separatorsMax = 4

    /// The text with every `nol_…` and `nom_…` run, the two path segments after `/phone-calls-context/`, the values of a
    /// query behind `/api/crm/` (names and addresses of people, and what a CRM sends back with a user), every e-mail
    /// address, and every run of seven or more digits (of any script, also percent-encoded, and with up to four
    /// separators between two of them) masked.
    /// Of digit runs the last two stay, and the country code behind a plus sign, so that an operator can recognise a
    /// call. Dates and addresses with seven or more digits are masked too: they cannot be told from numbers.
    package static func redact(_ text: [UInt8]) -> [UInt8] {
        maskDigits(maskAddresses(maskQueries(maskContextTokens(maskKeys(text)))))
    }

    /// The text with every `nol_…` and `nom_…` run masked and everything else as it is: for what goes back to the
    /// caller.
    package static func withoutKeys(_ text: String) -> String {
        String(decoding: maskKeys(Array(text.utf8)), as: UTF8.self)
    }

    /// What stays of a text that is known to be a telephone number, in whatever way it is written, also
    /// percent-encoded: the country code behind a plus sign, and the last two digits. Letters and everything else go.
    package static func number(_ text: [UInt8]) -> [UInt8] {
        var digits: [UInt8] = []
        var hasPlus = false
        var index = 0
        while index < text.count {
            let next = scalar(text, index)
            if let value = digit(next.value) { digits.append(value) }
            hasPlus = hasPlus || (digits.isEmpty && next.value == "+")
            index += next.length
        }
        let code = hasPlus && digits.count > plainDigitsMax ? Array(countryCode(digits)) : []
        return (hasPlus ? [UInt8(ascii: "+")] : []) + code.map { $0 + 0x30 } + Array("…".utf8)
            + (digits.count > 3 ? digits.suffix(2).map { $0 + 0x30 } : [])
    }

    /// As ``redact(_:)``, for text.
    package static func redact(_ text: String) -> String { String(decoding: redact(Array(text.utf8)), as: UTF8.self) }

    /// What keys of the lookup service, and tokens and secrets of the middleware, begin with.
    private static let keyMarks = ["nol_", "nom_"].map { Array($0.utf8) }
    private static let contextMark = Array("/phone-calls-context/".utf8)
    private static let privateMark = Array("/api/crm/".utf8)
    private static let mask = Array("<redacted>".utf8)
    /// The longest name of a parameter that stays: longer ones are no names.
    private static let parameterNameMax = 32

    private static func lowered(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte }

    /// One character of possibly percent-encoded text: its byte and how many bytes it takes as written.
    private static func character(_ text: [UInt8], _ index: Int) -> (byte: UInt8, length: Int) {
        if text[index] == UInt8(ascii: "%"), index + 2 < text.count, let high = Hex.value(text[index + 1]),
            let low = Hex.value(text[index + 2])
        {
            return (high << 4 | low, 3)
        }
        return (text[index], 1)
    }

    private static func matches(_ text: [UInt8], _ start: Int, _ mark: [UInt8]) -> Int? {
        var index = start
        for expected in mark {
            guard index < text.count else { return nil }
            let (byte, length) = character(text, index)
            guard lowered(byte) == expected else { return nil }
            index += length
        }
        return index
    }

    /// The mark that stands here, and where it ends.
    private static func keyMark(_ text: [UInt8], _ start: Int) -> (mark: [UInt8], end: Int)? {
        for mark in keyMarks {
            if let end = matches(text, start, mark) { return (mark, end) }
        }
        return nil
    }

    private static func maskKeys(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            guard lowered(character(text, index).byte) == UInt8(ascii: "n"), let (mark, start) = keyMark(text, index)
            else {
                result.append(text[index])
                index += 1
                continue
            }
            var end = start
            while end < text.count {
                let (byte, length) = character(text, end)
                let folded = lowered(byte)
                guard (0x30...0x39).contains(folded) || (0x61...0x7a).contains(folded) || folded == UInt8(ascii: "_")
                else { break }
                end += length
            }
            result.append(contentsOf: mark)
            result.append(contentsOf: "<redacted>".utf8)
            index = end
        }
        return result
    }

    private static func maskContextTokens(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "/") || text[index] == UInt8(ascii: "%"),
                var end = matches(text, index, contextMark)
            else {
                result.append(text[index])
                index += 1
                continue
            }
            result.append(contentsOf: text[index..<end])
            for segment in 0..<2 {
                let start = end
                while end < text.count, !isSegmentEnd(text[end]) { end += 1 }
                if end > start { result.append(contentsOf: "<redacted>".utf8) }
                if segment == 0, end < text.count, text[end] == UInt8(ascii: "/") {
                    result.append(UInt8(ascii: "/"))
                    end += 1
                }
            }
            index = end
        }
        return result
    }

    /// Below `/api/crm/` the names of parameters stay, and of the number that is looked for what ``number(_:)`` leaves.
    private static func maskQueries(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "/") || text[index] == UInt8(ascii: "%"),
                var end = matches(text, index, privateMark)
            else {
                result.append(text[index])
                index += 1
                continue
            }
            while end < text.count, text[end] != UInt8(ascii: "?"), !isTargetEnd(text[end]) { end += 1 }
            result.append(contentsOf: text[index..<end])
            index = end
            guard end < text.count, text[end] == UInt8(ascii: "?") else { continue }
            while end < text.count, !isTargetEnd(text[end]) { end += 1 }
            let pairs = text[(index + 1)..<end].split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
            result.append(UInt8(ascii: "?"))
            result.append(contentsOf: pairs.map { maskPair($0) }.joined(separator: [UInt8(ascii: "&")]))
            index = end
        }
        return result
    }

    private static func maskPair(_ pair: ArraySlice<UInt8>) -> [UInt8] {
        if pair.isEmpty { return [] }
        let name = pair.prefix { $0 != UInt8(ascii: "=") }
        guard name.count < pair.count, name.count <= parameterNameMax, name.allSatisfy(isParameterName) else {
            return mask
        }
        let value = Array(pair.dropFirst(name.count + 1))
        if value.isEmpty { return Array(pair) }
        return name + [UInt8(ascii: "=")] + (name.elementsEqual("phone".utf8) ? number(value) : mask)
    }

    /// Letters, and what stands in `filter[number_from]`, also percent-encoded.
    private static func isParameterName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x41...0x5a, 0x61...0x7a, 0x30...0x39, UInt8(ascii: "_"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "%"):
            true
        default: false
        }
    }

    private static func isTargetEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\"") }

    /// Whatever stands around an `@`, up to what cannot be part of an address.
    private static func maskAddresses(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        // Where in the result the address begins that is being read.
        var start = 0
        while index < text.count {
            let (byte, length) = character(text, index)
            guard byte == UInt8(ascii: "@") else {
                result.append(contentsOf: text[index..<index + length])
                index += length
                if length == 1, isAddressEnd(byte) { start = result.count }
                continue
            }
            index += length
            let end = text[index...].firstIndex(where: isAddressEnd) ?? text.count
            guard result.count > start || end > index else {
                result.append(contentsOf: text[(index - length)..<index])
                continue
            }
            result.removeSubrange(start...)
            result.append(contentsOf: mask)
            index = end
        }
        return result
    }

    private static func isAddressEnd(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "&"), UInt8(ascii: "="), UInt8(ascii: " "),
            UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ","),
            UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "("), UInt8(ascii: ")"), 0..<0x20:
            true
        default: false
        }
    }

    private static func isSegmentEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: " ")
            || byte == UInt8(ascii: "\"")
    }

    /// One Unicode character of possibly percent-encoded UTF-8 text and how many bytes it takes as written; a byte that
    /// begins no character stands alone.
    private static func scalar(_ text: [UInt8], _ index: Int) -> (value: Unicode.Scalar?, length: Int) {
        let first = character(text, index)
        if first.byte < 0x80 { return (Unicode.Scalar(first.byte), first.length) }
        let count = first.byte >= 0xf0 ? 4 : first.byte >= 0xe0 ? 3 : first.byte >= 0xc2 ? 2 : 1
        guard count > 1 else { return (nil, first.length) }
        var value = UInt32(first.byte) & (0x7f >> UInt32(count))
        var length = first.length
        for _ in 1..<count {
            guard index + length < text.count else { return (nil, first.length) }
            let next = character(text, index + length)
            guard next.byte & 0xc0 == 0x80 else { return (nil, first.length) }
            value = value << 6 | UInt32(next.byte & 0x3f)
            length += next.length
        }
        return (Unicode.Scalar(value), length)
    }

    /// The digit that a character is in any script, for a number may be written in each of them; nil when it is none.
    private static func digit(_ scalar: Unicode.Scalar?) -> UInt8? {
        guard let scalar else { return nil }
        if scalar.isASCII { return (0x30...0x39).contains(scalar.value) ? UInt8(scalar.value - 0x30) : nil }
        guard scalar.properties.numericType == .decimal else { return nil }
        return scalar.properties.numericValue.map { UInt8($0) }
    }

    private static func maskDigits(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let first = scalar(text, index)
            guard digit(first.value) != nil else {
                result.append(contentsOf: text[index..<index + first.length])
                index += first.length
                continue
            }
            var digits: [UInt8] = []
            var end = index
            var scan = index
            var separators = 0
            while scan < text.count {
                let (scalar, length) = scalar(text, scan)
                scan += length
                if let value = digit(scalar) {
                    digits.append(value)
                    end = scan
                    separators = 0
                } else {
                    guard separators < separatorsMax, isSeparator(scalar) else { break }
                    separators += 1
                }
            }
            if digits.count > plainDigitsMax {
                if endsWithPlus(result) { result.append(contentsOf: countryCode(digits).map { $0 + 0x30 }) }
                result.append(contentsOf: "…".utf8)
                result.append(contentsOf: digits.suffix(2).map { $0 + 0x30 })
            } else {
                result.append(contentsOf: text[index..<end])
            }
            index = end
        }
        return result
    }

    private static func endsWithPlus(_ text: [UInt8]) -> Bool {
        guard let last = text.last else { return false }
        if last == UInt8(ascii: "+") { return true }
        return text.count >= 3 && text[text.count - 3] == UInt8(ascii: "%") && text[text.count - 2] == UInt8(ascii: "2")
            && lowered(last) == UInt8(ascii: "b")
    }

    /// The country code in front of an international number: one, two or three digits, which its first two tell
    /// (ITU-T E.164 Annex to Operational Bulletin: the zones 1 and 7, and the two-digit codes of the others).
    private static func countryCode(_ digits: [UInt8]) -> ArraySlice<UInt8> {
        let zone = digits[0]
        if zone == 1 || zone == 7 { return digits.prefix(1) }
        let twoDigitCodes: [UInt8: [UInt8]] = [
            2: [0, 7], 3: [0, 1, 2, 3, 4, 6, 9], 4: [0, 1, 3, 4, 5, 6, 7, 8, 9], 5: [1, 2, 3, 4, 5, 6, 7, 8],
            6: [0, 1, 2, 3, 4, 5, 6], 8: [1, 2, 4, 6], 9: [0, 1, 2, 3, 4, 5, 8],
        ]
        return digits.prefix(twoDigitCodes[zone]?.contains(digits[1]) == true ? 2 : 3)
    }

    /// What stands between the digits of a number as people write it, in any script.
    private static func isSeparator(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar else { return false }
        switch scalar {
        case " ", "(", ")", ".", "-", "+", "/", "[", "]", "~": return true
        default: break
        }
        // Spaces that do not break, dashes of every length, full-width brackets, invisible joiners.
        guard !scalar.isASCII else { return false }
        switch scalar.properties.generalCategory {
        case .spaceSeparator, .dashPunctuation, .openPunctuation, .closePunctuation, .otherPunctuation, .mathSymbol,
            .format, .modifierLetter:
            return true
        default: return false
        }
    }
}
