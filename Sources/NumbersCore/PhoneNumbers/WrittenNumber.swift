// From what people write to digits: the part of reading that needs no country. Stateless.

/// The most characters a text may have; a fixed limit of the reading rules.
let writtenCharactersMax = 250

/// A text that looks like a number: its digits, whether a plus sign led them, and its extension.
struct WrittenNumber {
    var hasPlus = false
    var digits = DigitString()
    /// The digits of the extension as they were written.
    var `extension`: String?

    /// Finds the number in a text of UTF-8; bytes that are no UTF-8 count as characters without a meaning.
    ///
    /// - Throws: `.tooLong` for more than 250 characters, `.notANumber` for what does not look like a number.
    init(_ bytes: Span<UInt8>, _ tables: PlanTables) throws(PhoneNumberError) {
        switch Self.simple(bytes) {
        case .number(let number):
            self = number
        case .notANumber:
            throw .notANumber
        case .needsFullReading:
            self = try Self.full(bytes, tables.characters)
        }
    }

    private init() {}

    /// The same digits as an international number, without the first `prefix` of them.
    func asInternational(without prefix: Int = 0) -> WrittenNumber {
        var number = self
        number.hasPlus = true
        number.digits.removeFirst(prefix)
        return number
    }

    private enum SimpleReading {
        case number(WrittenNumber)
        case notANumber
        case needsFullReading
    }

    /// Numbers of ASCII digits with blanks, dots, dashes and brackets: most of what arrives.
    ///
    /// Nothing in this set can be a letter, an extension or a second number, so the result is that of `full`.
    private static func simple(_ bytes: Span<UInt8>) -> SimpleReading {
        var end = bytes.count
        guard end <= writtenCharactersMax else { return .needsFullReading }
        while end > 0, isSimplePunctuation(bytes[end - 1]) { end -= 1 }
        var index = 0
        while index < end, isSimplePunctuation(bytes[index]) { index += 1 }
        let first = index
        var number = WrittenNumber()
        while index < end, bytes[index] == UInt8(ascii: "+") {
            number.hasPlus = true
            index += 1
        }
        while index < end {
            let byte = bytes[index]
            if byte &- 48 <= 9 {
                number.digits.append(byte &- 48)
            } else if !isSimplePunctuation(byte) {
                return .needsFullReading
            }
            index += 1
        }
        // A plus sign at the end is trailing junk, and so is all that is left before it.
        if end > 0, bytes[end - 1] == UInt8(ascii: "+") { return .needsFullReading }
        // Two digits are a number only when they are the whole text; otherwise it takes three.
        guard number.digits.count >= 3 || (number.digits.count == 2 && end - first == 2) else { return .notANumber }
        return .number(number)
    }

    private static func isSimplePunctuation(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "("), UInt8(ascii: ")"): true
        default: false
        }
    }

    private static func full(_ bytes: Span<UInt8>, _ characters: CharacterClasses) throws(PhoneNumberError)
        -> WrittenNumber
    {
        guard let text = LenientText(bytes, characters) else { throw .tooLong }
        var line = LenientText()
        try text.extractNumber(into: &line, characters)
        guard line.isViable(line.count, characters) else { throw .notANumber }

        var number = WrittenNumber()
        var end = line.count
        if let start = line.extensionStart(characters), line.isViable(start, characters) {
            number.extension = line.trailingDigits(in: bytes, characters)
            end = start
        }
        var start = 0
        while start < end, characters.flags(of: line.classes[start]).contains(.plus) { start += 1 }
        number.hasPlus = start > 0

        // Three ASCII letters make it a vanity number: letters become digits, and other scripts' digits are dropped.
        var letters = 0
        for index in start..<end where characters.flags(of: line.classes[index]).contains(.letter) { letters += 1 }
        for index in start..<end {
            if letters >= 3 {
                if line.units[index] &- 48 <= 9 {
                    number.digits.append(line.units[index] &- 48)
                } else {
                    let digit = characters.keypad(of: line.classes[index])
                    if digit <= 9 { number.digits.append(digit) }
                }
            } else if let digit = line.digit(index) {
                number.digits.append(digit)
            }
        }
        return number
    }
}
