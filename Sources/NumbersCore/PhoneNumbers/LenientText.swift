// A text as a run of classified characters, and the steps that find a number in it. A view of memory on the stack.

/// At most 250 characters with their meaning and where they came from.
///
/// The memory is the caller's, who lends it for as long as this value is used; what is read of it was written before.
struct LenientText {
    /// The bytes of memory a text needs: two for each character, and one place behind the last.
    static let memoryBytes = 2 * placesMax
    private static let placesMax = 256

    private(set) var count = 0
    private let classStorage: UnsafeMutablePointer<UInt8>
    private let unitStorage: UnsafeMutablePointer<UInt8>
    /// Without one there are no parameters of RFC 3966.
    private(set) var hasSemicolon = false
    /// The places of the characters in the text that was given: of the first so many, and of those behind them.
    private var origin = Parts(context: 0..<0, number: 0..<0)

    private static let contextParameter = StaticString(";phone-context=")
    private static let scheme = StaticString("tel:")
    private static let subaddressParameter = StaticString(";isub=")

    /// Where a number and what stands before it are in a text.
    struct Parts {
        let context: Range<Int>
        let number: Range<Int>
    }

    /// The classes of the characters.
    var classes: UnsafePointer<UInt8> { UnsafePointer(classStorage) }
    /// An ASCII character as itself; a digit of another script as 0x80 plus its value; anything else 0xFF.
    var units: UnsafePointer<UInt8> { UnsafePointer(unitStorage) }

    /// A text without characters in `memory`, which has `memoryBytes`.
    private init(_ memory: UnsafeMutablePointer<UInt8>) {
        classStorage = memory
        unitStorage = memory + Self.placesMax
    }

    /// Classifies a text in `memory`, which has `memoryBytes`.
    ///
    /// - Throws: `.tooLong` for more than 250 characters.
    init(
        _ bytes: Span<UInt8>, _ characters: borrowing CharacterClasses, _ memory: UnsafeMutablePointer<UInt8>
    ) throws(PhoneNumberError) {
        self.init(memory)
        var index = 0
        while index < bytes.count {
            guard count < writtenCharactersMax else { throw .tooLong }
            let byte = bytes[index]
            if byte < 0x80 {
                classStorage[count] = characters.classOf(ascii: byte)
                unitStorage[count] = byte
                if byte == UInt8(ascii: ";") { hasSemicolon = true }
                index += 1
            } else {
                let (scalar, length) = Self.scalar(at: index, in: bytes)
                let (found, digit) = characters.classAndDigit(of: scalar)
                classStorage[count] = found
                unitStorage[count] = digit.map { 0x80 | $0 } ?? 0xFF
                index += length
            }
            count += 1
        }
        // Whoever looks for the end of something looks at the place behind the last character.
        unitStorage[count] = 0
        origin = Parts(context: 0..<0, number: 0..<count)
    }

    /// The context of a number and the number as one text in `memory`, which has `memoryBytes`.
    init(_ text: LenientText, _ parts: Parts, _ memory: UnsafeMutablePointer<UInt8>) {
        self.init(memory)
        for part in [parts.context, parts.number] {
            for index in part {
                classStorage[count] = text.classes[index]
                unitStorage[count] = text.units[index]
                count += 1
            }
        }
        unitStorage[count] = 0
        hasSemicolon = text.hasSemicolon
        origin = parts
    }

    /// The value of a decimal digit of any script.
    func digit(_ index: Int) -> UInt8? {
        let unit = units[index]
        if unit &- 48 <= 9 { return unit &- 48 }
        return unit &- 0x80 <= 9 ? unit &- 0x80 : nil
    }

    // MARK: Finding the number

    /// The number before a phone-context and, when that is a number too, the context that begins it; nil without one.
    ///
    /// - Throws: `.notANumber` for a phone-context that is neither a number nor a domain, RFC 3966 §3.
    func contextAndNumber(_ characters: CharacterClasses) throws(PhoneNumberError) -> Parts? {
        guard let parameter = find(Self.contextParameter, in: 0..<count) else { return nil }
        let start = parameter + Self.contextParameter.utf8CodeUnitCount
        var end = start
        while end < count, units[end] != UInt8(ascii: ";") { end += 1 }
        guard accepts(characters.contextNumber, start..<end) || accepts(characters.contextDomain, start..<end) else {
            throw .notANumber
        }
        let number = find(Self.scheme, in: 0..<count).map { $0 + Self.scheme.utf8CodeUnitCount } ?? 0
        // A domain says nothing about the number.
        return Parts(
            context: units[start] == UInt8(ascii: "+") ? start..<end : start..<start,
            number: min(number, parameter)..<parameter)
    }

    /// From the first plus sign or digit to the last letter, digit or number sign, and only the first of two numbers.
    func possibleNumber(_ characters: CharacterClasses, withoutSubaddress isCut: Bool = true) -> Range<Int> {
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
        return isCut ? withoutSubaddress(start..<end) : start..<end
    }

    /// Without the ISDN subaddress at the end, RFC 3966 §3.
    func withoutSubaddress(_ part: Range<Int>) -> Range<Int> {
        guard hasSemicolon, let subaddress = find(Self.subaddressParameter, in: part), subaddress > part.lowerBound
        else { return part }
        return part.lowerBound..<subaddress
    }

    // MARK: Asking the automata

    /// Whether a part may be a number.
    func isViable(_ part: Range<Int>, _ characters: CharacterClasses) -> Bool {
        part.count >= 2 && accepts(characters.viable, part)
    }

    /// Where the extension at the end of a part begins, its label included; nil when there is none.
    func extensionStart(in part: Range<Int>, _ characters: CharacterClasses) -> Int? {
        let automaton = characters.extensionEnding
        var state = CharacterAutomaton.start
        var start: Int?
        var index = part.upperBound - 1
        // The automaton reads backwards, so the last acceptance is the longest extension.
        while index >= part.lowerBound {
            state = automaton.next(state, classes[index])
            if state == CharacterAutomaton.dead { break }
            if automaton.accepts(state) { start = index }
            index -= 1
        }
        return start
    }

    /// The digits at the end of a part, before an optional number sign, as they were written.
    func trailingDigits(of part: Range<Int>, in bytes: Span<UInt8>) -> String {
        var end = part.upperBound
        if end > part.lowerBound, units[end - 1] == UInt8(ascii: "#") { end -= 1 }
        var start = end
        while start > part.lowerBound, digit(start - 1) != nil { start -= 1 }
        var written: [UInt8] = []
        if (start..<end).allSatisfy({ units[$0] < 0x80 }) {
            return String(unsafeUninitializedCapacity: end - start) { buffer in
                for index in start..<end { buffer[index - start] = units[index] }
                return end - start
            }
        }
        for index in start..<end {
            if units[index] < 0x80 {
                written.append(units[index])
            } else {
                let offset = self.offset(ofCharacter: index, in: bytes)
                for place in offset..<offset + Self.length(at: offset, in: bytes) { written.append(bytes[place]) }
            }
        }
        return String(decoding: written, as: UTF8.self)
    }

    /// Where in the bytes that were given a character begins.
    private func offset(ofCharacter index: Int, in bytes: Span<UInt8>) -> Int {
        let context = origin.context.count
        let place = index < context ? origin.context.lowerBound + index : origin.number.lowerBound + index - context
        var offset = 0
        for _ in 0..<place { offset += Self.length(at: offset, in: bytes) }
        return offset
    }

    private func accepts(_ automaton: CharacterAutomaton, _ part: Range<Int>) -> Bool {
        var state = CharacterAutomaton.start
        for index in part { state = automaton.next(state, classes[index]) }
        return automaton.accepts(state)
    }

    private func find(_ text: StaticString, in part: Range<Int>) -> Int? {
        let length = text.utf8CodeUnitCount
        var index = part.lowerBound
        while index + length <= part.upperBound {
            if units[index] == text.utf8Start[0], (1..<length).allSatisfy({ units[index + $0] == text.utf8Start[$0] }) {
                return index
            }
            index += 1
        }
        return nil
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
