// A text as a run of classified characters, and the steps that find a number in it. A value on the stack.

/// At most 250 characters with their meaning and where they came from.
struct LenientText {
    private(set) var count = 0
    private(set) var classes = InlineArray<256, UInt8>(repeating: 0)
    /// An ASCII character as itself; a digit of another script as 0x80 plus its value; anything else 0xFF.
    private(set) var units = InlineArray<256, UInt8>(repeating: 0)
    /// Where in the original bytes the character begins.
    private var offsets = InlineArray<256, UInt16>(repeating: 0)

    private static let contextParameter = StaticString(";phone-context=")
    private static let scheme = StaticString("tel:")
    private static let subaddressParameter = StaticString(";isub=")

    init() {}

    /// Classifies a text; nil when it has more than 250 characters.
    init?(_ bytes: Span<UInt8>, _ characters: CharacterClasses) {
        var index = 0
        while index < bytes.count {
            guard count < writtenCharactersMax else { return nil }
            offsets[count] = UInt16(truncatingIfNeeded: index)
            let byte = bytes[index]
            if byte < 0x80 {
                classes[count] = characters.classOf(ascii: byte)
                units[count] = byte
                index += 1
            } else {
                let (scalar, length) = Self.scalar(at: index, in: bytes)
                let (found, digit) = characters.classAndDigit(of: scalar)
                classes[count] = found
                units[count] = digit.map { 0x80 | $0 } ?? 0xFF
                index += length
            }
            count += 1
        }
    }

    /// The value of a decimal digit of any script.
    func digit(_ index: Int) -> UInt8? {
        let unit = units[index]
        if unit &- 48 <= 9 { return unit &- 48 }
        return unit &- 0x80 <= 9 ? unit &- 0x80 : nil
    }

    // MARK: Finding the number

    /// Appends what may be the number to `line`: RFC 3966 parameters are applied, or the junk around it is cut off.
    ///
    /// - Throws: `.notANumber` for a phone-context that is neither a number nor a domain, RFC 3966 §3.
    func extractNumber(into line: inout LenientText, _ characters: CharacterClasses) throws(PhoneNumberError) {
        if let parameter = find(Self.contextParameter, from: 0) {
            let start = parameter + Self.contextParameter.utf8CodeUnitCount
            var end = start
            while end < count, units[end] != UInt8(ascii: ";") { end += 1 }
            guard accepts(characters.contextNumber, start, end) || accepts(characters.contextDomain, start, end) else {
                throw .notANumber
            }
            // A number as context is the number's beginning; a domain says nothing.
            if units[start] == UInt8(ascii: "+") { line.append(self, start, end) }
            let number = find(Self.scheme, from: 0).map { $0 + Self.scheme.utf8CodeUnitCount } ?? 0
            line.append(self, number, parameter)
        } else {
            extractPossibleNumber(into: &line, characters)
        }
        if let subaddress = line.find(Self.subaddressParameter, from: 0), subaddress > 0 { line.count = subaddress }
    }

    /// From the first plus sign or digit to the last letter, digit or number sign, and only the first of two numbers.
    private func extractPossibleNumber(into line: inout LenientText, _ characters: CharacterClasses) {
        var start = 0
        while start < count, !characters.flags(of: classes[start]).contains(.start) { start += 1 }
        var end = count
        while end > start, !characters.flags(of: classes[end - 1]).contains(.word) { end -= 1 }
        // "583-6985 x302/x2303": what follows the slash is the extension of a second number.
        for index in start..<end where units[index] == UInt8(ascii: "/") || units[index] == UInt8(ascii: "\\") {
            var next = index + 1
            while next < end, units[next] == UInt8(ascii: " ") { next += 1 }
            if next < end, units[next] == UInt8(ascii: "x") {
                end = index
                break
            }
        }
        line.append(self, start, end)
    }

    // MARK: Asking the automata

    /// Whether the first `length` characters may be a number.
    func isViable(_ length: Int, _ characters: CharacterClasses) -> Bool {
        length >= 2 && accepts(characters.viable, 0, length)
    }

    /// Where the extension at the end of the text begins, its label included; nil when there is none.
    func extensionStart(_ characters: CharacterClasses) -> Int? {
        let automaton = characters.extensionEnding
        var state = CharacterAutomaton.start
        var start: Int?
        var index = count - 1
        // The automaton reads backwards, so the last acceptance is the longest extension.
        while index >= 0 {
            state = automaton.next(state, classes[index])
            if state == CharacterAutomaton.dead { break }
            if automaton.accepts(state) { start = index }
            index -= 1
        }
        return start
    }

    /// The digits at the end, before an optional number sign, as they were written.
    func trailingDigits(in bytes: Span<UInt8>, _ characters: CharacterClasses) -> String {
        var end = count
        if end > 0, units[end - 1] == UInt8(ascii: "#") { end -= 1 }
        var start = end
        while start > 0, digit(start - 1) != nil { start -= 1 }
        var written: [UInt8] = []
        for index in start..<end {
            let offset = Int(offsets[index])
            for place in offset..<offset + Self.length(at: offset, in: bytes) { written.append(bytes[place]) }
        }
        return String(decoding: written, as: UTF8.self)
    }

    private func accepts(_ automaton: CharacterAutomaton, _ start: Int, _ end: Int) -> Bool {
        var state = CharacterAutomaton.start
        for index in start..<end { state = automaton.next(state, classes[index]) }
        return automaton.accepts(state)
    }

    private func find(_ text: StaticString, from: Int) -> Int? {
        let length = text.utf8CodeUnitCount
        var index = from
        while index + length <= count {
            if (0..<length).allSatisfy({ units[index + $0] == text.utf8Start[$0] }) { return index }
            index += 1
        }
        return nil
    }

    private mutating func append(_ other: LenientText, _ start: Int, _ end: Int) {
        guard start < end else { return }
        for index in start..<end {
            classes[count] = other.classes[index]
            units[count] = other.units[index]
            offsets[count] = other.offsets[index]
            count += 1
        }
    }

    // MARK: UTF-8

    /// The character at an offset and its length in bytes; U+FFFD and 1 for what is no UTF-8 (RFC 3629 §4).
    static func scalar(at index: Int, in bytes: Span<UInt8>) -> (scalar: UInt32, length: Int) {
        let malformed: (UInt32, Int) = (0xFFFD, 1)
        let first = bytes[index]
        let (length, least): (Int, UInt32)
        switch first {
        case 0xC2...0xDF: (length, least) = (2, 0x80)
        case 0xE0...0xEF: (length, least) = (3, 0x800)
        case 0xF0...0xF4: (length, least) = (4, 0x10000)
        default: return malformed
        }
        guard index + length <= bytes.count else { return malformed }
        var scalar = UInt32(first) & (0x7F >> UInt32(length))
        for place in index + 1..<index + length {
            guard bytes[place] & 0xC0 == 0x80 else { return malformed }
            scalar = scalar << 6 | UInt32(bytes[place] & 0x3F)
        }
        guard scalar >= least, scalar <= 0x10FFFF, !(0xD800...0xDFFF).contains(scalar) else { return malformed }
        return (scalar, length)
    }

    private static func length(at index: Int, in bytes: Span<UInt8>) -> Int {
        bytes[index] < 0x80 ? 1 : scalar(at: index, in: bytes).length
    }
}
