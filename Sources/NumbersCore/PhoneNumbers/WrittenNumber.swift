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
    init(_ bytes: Span<UInt8>, _ tables: borrowing PlanTables) throws(PhoneNumberError) {
        switch Self.simple(bytes) {
        case .number(let number):
            self = number
        case .notANumber:
            throw .notANumber
        case .needsFullReading:
            self = try Self.full(bytes, tables.characters)
        }
    }

    private init(hasPlus: Bool, digits: DigitString) {
        self.hasPlus = hasPlus
        self.digits = digits
    }

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
        // Every index is compared with `end` or zero before it is used.
        var end = bytes.count
        guard end <= writtenCharactersMax else { return .needsFullReading }
        while end > 0, isSimplePunctuation(bytes[unchecked: end - 1]) { end -= 1 }
        var index = 0
        while index < end, isSimplePunctuation(bytes[unchecked: index]) { index += 1 }
        let first = index
        var hasPlus = false
        while index < end, bytes[unchecked: index] == UInt8(ascii: "+") {
            hasPlus = true
            index += 1
        }
        // Four bits a digit, the last in the lowest ones; digits beyond those that are kept are only counted.
        var (high, low): (UInt64, UInt64) = (0, 0)
        var count = 0
        while index < end {
            let byte = bytes[unchecked: index]
            let digit = byte &- 48
            if digit <= 9 {
                if count < DigitString.capacity {
                    high = high << 4 | low >> 60
                    low = low << 4 | UInt64(digit)
                }
                count &+= 1
            } else if !isSimplePunctuation(byte) {
                return .needsFullReading
            }
            index &+= 1
        }
        // A plus sign at the end is trailing junk, and so is all that is left before it.
        if end > 0, bytes[unchecked: end - 1] == UInt8(ascii: "+") { return .needsFullReading }
        // Two digits are a number only when they are the whole text; otherwise it takes three.
        guard count >= 3 || (count == 2 && end - first == 2) else { return .notANumber }
        let digits = DigitString(packed: UInt128(high) << 64 | UInt128(low), count: count)
        return .number(WrittenNumber(hasPlus: hasPlus, digits: digits))
    }

    private static func isSimplePunctuation(_ byte: UInt8) -> Bool {
        // One bit for each of the characters from the blank on: " ", "(", ")", "-" and ".".
        let place = byte &- 32
        return place < 15 && UInt16(0b0110_0011_0000_0001) >> UInt16(place) & 1 == 1
    }

    private static func full(_ bytes: Span<UInt8>, _ characters: CharacterClasses) throws(PhoneNumberError)
        -> WrittenNumber
    {
        try withLenientText(bytes, characters) { text, memory throws(PhoneNumberError) in
            guard text.hasSemicolon, let parts = try text.contextAndNumber(characters) else {
                return try WrittenNumber(text, text.possibleNumber(characters), bytes, characters)
            }
            let line = LenientText(text, parts, memory)
            return try WrittenNumber(line, line.withoutSubaddress(0..<line.count), bytes, characters)
        }
    }

    /// Classifies a text in memory of the stack; there is as much of it again for who reads the text.
    private static func withLenientText<Outcome>(
        _ bytes: Span<UInt8>, _ characters: CharacterClasses,
        _ read: (LenientText, UnsafeMutablePointer<UInt8>) throws(PhoneNumberError) -> Outcome
    ) throws(PhoneNumberError) -> Outcome {
        try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * LenientText.memoryBytes) { memory in
            // Memory of a fixed size always has an address.
            guard let memory = memory.baseAddress else { return Result<Outcome, PhoneNumberError>.failure(.tooLong) }
            return Result { () throws(PhoneNumberError) in
                try read(LenientText(bytes, characters, memory), memory + LenientText.memoryBytes)
            }
        }.get()
    }

    /// The decimal digits of what may be a number in a text, without asking whether it is one: short numbers need not be.
    ///
    /// - Throws: `.tooLong` for more than 250 characters, `.notANumber` for an international number.
    static func digits(
        in bytes: Span<UInt8>, _ characters: CharacterClasses
    ) throws(PhoneNumberError) -> DigitString {
        try withLenientText(bytes, characters) { text, _ throws(PhoneNumberError) in
            let part = text.possibleNumber(characters, withoutSubaddress: false)
            var digits = DigitString()
            for index in part {
                if index == part.lowerBound, characters.flags(of: text.classes[index]).contains(.plus) {
                    throw .notANumber
                }
                if let digit = text.digit(index) { digits.append(digit) }
            }
            return digits
        }
    }

    /// Reads the part of a text that may be a number.
    private init(
        _ text: LenientText, _ part: Range<Int>, _ bytes: Span<UInt8>, _ characters: CharacterClasses
    ) throws(PhoneNumberError) {
        guard text.isViable(part, characters) else { throw .notANumber }
        var end = part.upperBound
        if let start = text.extensionStart(in: part, characters), text.isViable(part.lowerBound..<start, characters) {
            self.extension = text.trailingDigits(of: part, in: bytes)
            end = start
        }
        var start = part.lowerBound
        while start < end, characters.flags(of: text.classes[start]).contains(.plus) { start += 1 }
        hasPlus = start > part.lowerBound

        // Three ASCII letters make it a vanity number: letters become digits, and other scripts' digits are dropped.
        var letters = 0
        for index in start..<end where characters.flags(of: text.classes[index]).contains(.letter) { letters += 1 }
        for index in start..<end {
            if letters >= 3 {
                if text.units[index] &- 48 <= 9 {
                    digits.append(text.units[index] &- 48)
                } else {
                    let digit = characters.keypad(of: text.classes[index])
                    if digit <= 9 { digits.append(digit) }
                }
            } else if let digit = text.digit(index) {
                digits.append(digit)
            }
        }
    }
}
