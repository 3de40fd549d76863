// What characters mean in a written number, and the automata over those meanings. Immutable views of the plan.

/// Classes of characters: ASCII by a table, all others by binary search. An object, since the table is too large to be
/// copied for each number.
// @unchecked: immutable; the pointers lead into the plan's bytes, which the owner of this object keeps alive and nobody
// writes.
final class CharacterClasses: @unchecked Sendable {
    private let ranges: UnsafeBufferPointer<UInt32>
    private let properties: UnsafePointer<UInt8>
    private let ascii: InlineArray<128, UInt8>
    /// One bit for each block of 256 characters beyond ASCII: whether there are digits in it.
    private let digitBlocks: InlineArray<68, UInt64>
    let viable: CharacterAutomaton
    let extensionEnding: CharacterAutomaton
    let contextNumber: CharacterAutomaton
    let contextDomain: CharacterAutomaton

    /// Verifies the sections about characters and takes them.
    init(_ bytes: TableBytes) throws(NumberingPlanError) {
        ranges = try bytes.items(PlanSection.characterRanges.rawValue, of: UInt32.self)
        let properties = try bytes.items(PlanSection.characterProperties.rawValue, of: UInt8.self, width: 2)
        let classCount = properties.count / 2
        guard let start = properties.baseAddress, (1...255).contains(classCount) else {
            throw .malformedSection(number: PlanSection.characterProperties.rawValue)
        }
        self.properties = start
        guard ranges.first.map({ $0 >> 8 == 0 }) == true,
            (1..<ranges.count).allSatisfy({ [ranges] in ranges[$0 - 1] >> 8 < ranges[$0] >> 8 }),
            ranges.allSatisfy({ Int($0 & 0xFF) < classCount })
        else { throw .malformedContent(section: PlanSection.characterRanges.rawValue) }
        for index in 0..<classCount {
            guard properties[2 * index + 1] <= 9 || properties[2 * index + 1] == 255 else {
                throw .malformedContent(section: PlanSection.characterProperties.rawValue)
            }
        }
        var table = InlineArray<128, UInt8>(repeating: 0)
        for code in 0..<128 {
            table[code] = UInt8(truncatingIfNeeded: ranges[Self.range(of: UInt32(code), in: ranges)])
        }
        ascii = table
        var blocks = InlineArray<68, UInt64>(repeating: 0)
        for index in 0..<ranges.count
        where properties[2 * Int(ranges[index] & 0xFF)] & CharacterFlags.digit.rawValue != 0 {
            let end = index + 1 < ranges.count ? min(ranges[index + 1] >> 8, Self.scalarsEnd) : Self.scalarsEnd
            let first = max(ranges[index] >> 8, 0x80)
            guard first < end else { continue }
            for block in Int(first >> 8)...Int((end - 1) >> 8) { blocks[block / 64] |= 1 << UInt64(block % 64) }
        }
        digitBlocks = blocks
        viable = try CharacterAutomaton(bytes, .viable, classCount)
        extensionEnding = try CharacterAutomaton(bytes, .extensionEnding, classCount)
        contextNumber = try CharacterAutomaton(bytes, .contextNumber, classCount)
        contextDomain = try CharacterAutomaton(bytes, .contextDomain, classCount)
    }

    func flags(of characterClass: UInt8) -> CharacterFlags {
        CharacterFlags(rawValue: properties[2 * Int(characterClass)])
    }

    /// The digit of a letter on the keypad; 255 for everything that is no letter there.
    func keypad(of characterClass: UInt8) -> UInt8 { properties[2 * Int(characterClass) + 1] }

    /// The value of a decimal digit of any script.
    func digit(_ scalar: UInt32) -> UInt8? {
        if scalar < 0x80 { return scalar &- 48 <= 9 ? UInt8(truncatingIfNeeded: scalar &- 48) : nil }
        let block = Int(scalar >> 8)
        guard scalar < Self.scalarsEnd, digitBlocks[block / 64] >> UInt64(block % 64) & 1 == 1 else { return nil }
        return classAndDigit(of: scalar).digit
    }

    /// Whether a character is a letter, a digit or the number sign: what may end a number.
    func isWord(_ scalar: UInt32) -> Bool {
        let found = scalar < 0x80 ? ascii[Int(scalar)] : classAndDigit(of: scalar).class
        return flags(of: found).contains(.word)
    }

    /// Behind the last character of Unicode.
    private static let scalarsEnd: UInt32 = 0x110000

    func classOf(ascii byte: UInt8) -> UInt8 { ascii[Int(byte & 0x7F)] }

    /// The class of a character beyond ASCII, and for a decimal digit its value: digits come in blocks of ten.
    func classAndDigit(of scalar: UInt32) -> (class: UInt8, digit: UInt8?) {
        let range = ranges[Self.range(of: scalar, in: ranges)]
        let found = UInt8(truncatingIfNeeded: range)
        guard flags(of: found).contains(.digit) else { return (found, nil) }
        return (found, UInt8(truncatingIfNeeded: (scalar - range >> 8) % 10))
    }

    /// The last range that does not begin behind the character; the first one begins at zero.
    private static func range(of scalar: UInt32, in ranges: UnsafeBufferPointer<UInt32>) -> Int {
        var low = 0
        var high = ranges.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if ranges[middle] >> 8 <= scalar { low = middle } else { high = middle }
        }
        return low
    }
}

/// A deterministic automaton over classes of characters; state 0 is dead, state 1 the start.
struct CharacterAutomaton: @unchecked Sendable {
    // The pointer leads into the plan's bytes, which the owner of this value keeps alive and nobody writes.
    private let rows: UnsafePointer<UInt8>
    private let width: Int

    init(_ bytes: TableBytes, _ section: PlanSection, _ classCount: Int) throws(NumberingPlanError) {
        width = classCount + 1
        let rows = try bytes.items(section.rawValue, of: UInt8.self, width: width)
        let count = rows.count / width
        guard let start = rows.baseAddress, (2...256).contains(count) else {
            throw .malformedSection(number: section.rawValue)
        }
        self.rows = start
        for row in 0..<count {
            for column in 1..<width {
                guard Int(rows[row * width + column]) < count else {
                    throw .malformedContent(section: section.rawValue)
                }
            }
        }
    }

    static let start: UInt8 = 1
    static let dead: UInt8 = 0

    func next(_ state: UInt8, _ characterClass: UInt8) -> UInt8 { rows[Int(state) * width + 1 + Int(characterClass)] }

    func accepts(_ state: UInt8) -> Bool { rows[Int(state) * width] != 0 }
}
