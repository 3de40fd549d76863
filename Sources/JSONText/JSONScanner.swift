// The grammar of RFC 8259 as one loop from bytes to a tape. It owns nothing: text and tape are lent to it.
//
// What is written stays inside the tape, because a value of n bytes makes at most (n + 1) / 2 words: a scalar outside of
// an array has a name of three bytes or more with its colon, one inside has a comma or shares the two brackets, which
// make one word. Arrays and objects that are still open make one word a byte, and there are at most `depth` of them.

/// One pass over a document.
struct JSONScanner: ~Copyable {
    /// Bytes a document may have: lengths and places of the tape have 28 bits.
    static let mostBytes = TapeWord.mostLength - 1
    /// The parent of the outermost value.
    private static let noParent = TapeWord.mostLength

    private let base: UnsafePointer<UInt8>
    private let count: Int
    private let limits: JSONLimits
    private let replacesLoneSurrogates: Bool

    /// - Parameter text: has to live as long as the scanner.
    init(_ text: UnsafeBufferPointer<UInt8>, base: UnsafePointer<UInt8>, limits: JSONLimits, reading: JSONReading) {
        self.base = base
        count = text.count
        self.limits = limits
        replacesLoneSurrogates = reading == .tolerant
    }

    /// Words that a tape needs room for, whatever the text is.
    static func tapeCapacity(bytes: Int, limits: JSONLimits) -> Int {
        // A value has at most a name besides its own word.
        min(bytes / 2, 2 * min(limits.values, bytes)) + limits.depth + 2
    }

    /// Scans the one value of the document from an offset on, with nothing but white space around it.
    /// - Parameter words: room for ``tapeCapacity(bytes:limits:)`` words; debug builds check that it is enough.
    /// - Returns: how many were written, and whether there is an object that ``MemberIndexes`` have to look at.
    func scan(
        from start: Int, into words: UnsafeMutableBufferPointer<TapeWord>
    ) throws(JSONFault) -> (written: Int, hasLargeObject: Bool) {
        var index = start
        var written = 0
        var open = Self.noParent
        var inObject = false
        var depth = 0
        var hasLargeObject = false
        var valuesLeft = limits.values
        skipSpace(&index)
        value: while true {
            if inObject {
                guard index < count, base[index] == UInt8(ascii: "\"") else {
                    throw JSONFault(written == open + 1 ? .nameOrEnd : .name, at: index)
                }
                words[written] = try string(&index)
                written += 1
                skipSpace(&index)
                guard index < count, base[index] == UInt8(ascii: ":") else { throw JSONFault(.colon, at: index) }
                index += 1
                skipSpace(&index)
            }
            valuesLeft -= 1
            guard valuesLeft >= 0 else { throw JSONFault(.values, at: index) }
            guard index < count else { throw JSONFault(.value, at: index) }
            switch base[index] {
            case UInt8(ascii: "\""): words[written] = try string(&index)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard depth < limits.depth else { throw JSONFault(.depth, at: index) }
                // "{" and "[" and their ends differ in this bit alone.
                inObject = base[index] & 0x20 != 0
                // Until it is closed, a word's length is the place of the one around it.
                words[written] = TapeWord(inObject ? .object : .array, offset: index, length: open)
                open = written
                depth += 1
                index += 1
                skipSpace(&index)
                guard index < count, base[index] == (inObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    written += 1
                    continue value
                }
                index += 1
                (open, inObject) = close(open, at: written + 1, words, &hasLargeObject)
                depth -= 1
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): words[written] = try number(&index)
            case UInt8(ascii: "t"): words[written] = try literal("true", .yes, .yes, &index)
            case UInt8(ascii: "f"): words[written] = try literal("false", .no, .no, &index)
            case UInt8(ascii: "n"): words[written] = try literal("null", .null, .null, &index)
            default: throw JSONFault(.value, at: index)
            }
            written += 1
            while open != Self.noParent {
                skipSpace(&index)
                guard index < count else {
                    throw JSONFault(inObject ? .memberSeparator : .elementSeparator, at: index)
                }
                let byte = base[index]
                if byte == UInt8(ascii: ",") {
                    index += 1
                    skipSpace(&index)
                    continue value
                }
                guard byte == (inObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    throw JSONFault(inObject ? .memberSeparator : .elementSeparator, at: index)
                }
                index += 1
                (open, inObject) = close(open, at: written, words, &hasLargeObject)
                depth -= 1
            }
            skipSpace(&index)
            guard index == count else { throw JSONFault(.end, at: index) }
            return (written, hasLargeObject)
        }
    }

    /// Gives an array or object its end; the one around it is returned, and whether that is an object.
    @inline(__always)
    private func close(
        _ open: Int, at end: Int, _ words: UnsafeMutableBufferPointer<TapeWord>, _ hasLargeObject: inout Bool
    ) -> (Int, Bool) {
        let word = words[open]
        if end - open > 2 * MemberIndexes.searchedMembers { hasLargeObject = true }
        let parent = word.length
        words[open] = TapeWord(word.kind, offset: word.offset, length: end)
        return (parent, parent != Self.noParent && words[parent].kind == .object)
    }

    @inline(__always)
    private func number(_ index: inout Int) throws(JSONFault) -> TapeWord {
        let start = index
        switch NumberGrammar.scan(base, count: count, from: start) {
        case .missingDigit(let place): throw JSONFault(.digit, at: place)
        case .leadingZero(let place): throw JSONFault(.leadingZero, at: place)
        case .end(let end):
            guard end - start <= limits.numberBytes else { throw JSONFault(.longNumber(end - start), at: start) }
            index = end
            return TapeWord(.number, offset: start, length: end - start)
        }
    }

    @inline(__always)
    private func literal(
        _ word: StaticString, _ kind: TapeWord.Kind, _ reason: JSONFault.Reason, _ index: inout Int
    ) throws(JSONFault) -> TapeWord {
        let start = index
        let length = word.utf8CodeUnitCount
        for place in 0..<length {
            // The words above are ASCII texts with a pointer, valid for `length` bytes.
            guard start + place < count, base[start + place] == word.utf8Start[place] else {
                throw JSONFault(reason, at: start + place)
            }
        }
        index = start + length
        return TapeWord(kind, offset: start, length: length)
    }

    /// RFC 8259 §2: space, tab, line feed and carriage return only.
    @inline(__always)
    private func skipSpace(_ index: inout Int) {
        guard index < count, base[index] <= 0x20 else { return }
        skipRun(&index)
    }

    @inline(never)
    private func skipRun(_ index: inout Int) {
        while index < count {
            switch base[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
            // Indentation, eight spaces at a time.
            while count - index >= 8, word(index) == 0x2020_2020_2020_2020 { index += 8 }
        }
    }

    /// Eight bytes, the first one lowest. Sound where `index + 8 <= count`.
    @inline(__always)
    private func word(_ index: Int) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
    }

    // MARK: Strings

    /// The string whose opening quote is at the index (RFC 8259 §7); the index ends behind its closing quote.
    @inline(__always)
    private func string(_ index: inout Int) throws(JSONFault) -> TapeWord {
        let start = index + 1
        var end = start
        // Most strings are plain ASCII to their end.
        end = plainEnd(end)
        if end < count, base[end] == UInt8(ascii: "\"") {
            index = end + 1
            return TapeWord(.string, offset: start, length: end - start)
        }
        return try longString(start, end, &index)
    }

    /// The first byte from an index on that is a quote, a backslash, a control character or no ASCII; or the end.
    @inline(__always)
    private func plainEnd(_ start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = start
        while count - index >= 8 {
            let word = word(index)
            // A byte's top bit is set by the subtraction when the byte was zero, or lower than 0x20. A borrow can only
            // set bits above one that is rightly set, and the lowest is taken.
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            let found =
                ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word | word)
                & (ones &* 0x80)
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count {
            let byte = base[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 || byte >= 0x80 { break }
            index += 1
        }
        return index
    }

    /// The rest of a string that holds more than plain ASCII, from `place` on.
    @inline(never)
    private func longString(_ start: Int, _ place: Int, _ index: inout Int) throws(JSONFault) -> TapeWord {
        var kind = TapeWord.Kind.string
        var end = place
        while true {
            guard end < count else { throw JSONFault(.unterminated, at: end) }
            let byte = base[end]
            if byte == UInt8(ascii: "\"") {
                index = end + 1
                return TapeWord(kind, offset: start, length: end - start)
            }
            if byte >= 0x80 {
                end = try skipScalars(end)
            } else if byte == UInt8(ascii: "\\") {
                kind = .escapedString
                end = try skipEscape(end)
                // Escapes like company.
                if end < count, base[end] == UInt8(ascii: "\\") { continue }
            } else if byte < 0x20 {
                throw JSONFault(.control, at: end)
            }
            end = plainEnd(end)
        }
    }

    /// The end of a run of scalars beyond ASCII, each checked as RFC 3629 §4 spells UTF-8.
    @inline(__always)
    private func skipScalars(_ start: Int) throws(JSONFault) -> Int {
        var index = start
        while index < count, base[index] >= 0x80 {
            let lead = base[index]
            let left = count - index
            if lead < 0xE0 {
                guard lead >= 0xC2, left >= 2, isTail(index + 1) else { throw JSONFault(.utf8, at: index) }
                index += 2
            } else if lead < 0xF0 {
                guard left >= 3, isTail(index + 1), isTail(index + 2),
                    // No spelling longer than needed, no surrogates.
                    lead != 0xE0 || base[index + 1] >= 0xA0, lead != 0xED || base[index + 1] < 0xA0
                else { throw JSONFault(.utf8, at: index) }
                index += 3
            } else {
                guard lead <= 0xF4, left >= 4, isTail(index + 1), isTail(index + 2), isTail(index + 3),
                    // Nothing beyond U+10FFFF.
                    lead != 0xF0 || base[index + 1] >= 0x90, lead != 0xF4 || base[index + 1] < 0x90
                else { throw JSONFault(.utf8, at: index) }
                index += 4
            }
        }
        return index
    }

    @inline(__always)
    private func isTail(_ index: Int) -> Bool { base[index] & 0xC0 == 0x80 }

    /// The end of the escape whose backslash is at an index; a surrogate pair is one.
    @inline(__always)
    private func skipEscape(_ start: Int) throws(JSONFault) -> Int {
        guard start + 1 < count else { throw JSONFault(.escapeEnd, at: start + 1) }
        switch base[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start + 2
        case UInt8(ascii: "u"): break
        default: throw JSONFault(.escape, at: start + 1)
        }
        let first = try fourHexDigits(start + 2)
        guard first & 0xF800 == 0xD800 else { return start + 6 }
        if first < 0xDC00, start + 7 < count, base[start + 6] == UInt8(ascii: "\\"),
            base[start + 7] == UInt8(ascii: "u")
        {
            let second = try fourHexDigits(start + 8)
            if second & 0xFC00 == 0xDC00 { return start + 12 }
        }
        // A lone surrogate is no text in any encoding.
        guard replacesLoneSurrogates else { throw JSONFault(.loneSurrogate, at: start) }
        return start + 6
    }

    @inline(__always)
    private func fourHexDigits(_ start: Int) throws(JSONFault) -> UInt16 {
        var value: UInt16 = 0
        for index in start..<start + 4 {
            guard index < count, let digit = hexDigit(base[index]) else { throw JSONFault(.hexDigits, at: index) }
            value = value << 4 | digit
        }
        return value
    }
}

/// The value of a hexadecimal digit in either case.
@inline(__always)
func hexDigit(_ byte: UInt8) -> UInt16? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte &- UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte &- UInt8(ascii: "a") &+ 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte &- UInt8(ascii: "A") &+ 10)
    default: nil
    }
}
