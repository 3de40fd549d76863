// Names of carriers, places, time zones and regions, by the digits of a number. Immutable after `init`.

/// The verified table of names.
///
/// The pointers lead into `bytes`, which this object keeps alive and nobody writes. Every read is checked against the
/// section it is made from, so that a table with wrong references gives no answer instead of a wrong access.
final class PlaceTables: @unchecked Sendable {
    private static let magic = StaticString("NUMPLACE")
    private static let formatVersion: UInt32 = 1
    private static let namesInBlock = 16
    private static let ownLabel: UInt16 = 0x8000

    private enum Section: Int, CaseIterable {
        case version, blocks, lengths, roots, locations, carriers, timeZones, zoneLists, regionNames, locationNames,
            text
    }

    let bytes: TableBytes
    private let blocks: UnsafeBufferPointer<UInt32>
    private let lengths: UnsafeBufferPointer<UInt16>
    private let text: UnsafeBufferPointer<UInt8>
    private let locations: PrefixTrie
    private let carriers: PrefixTrie
    private let timeZones: PrefixTrie
    private let zoneLists: UnsafeBufferPointer<UInt16>
    private let regionNames: UnsafeBufferPointer<UInt16>
    private let locationNames: UnsafeBufferPointer<UInt16>

    convenience init(copying bytes: [UInt8]) throws(NumberingPlanError) {
        try self.init(TableBytes.copying(bytes), owned: true)
    }

    init(_ raw: UnsafeRawBufferPointer, owned: Bool) throws(NumberingPlanError) {
        let bytes = try TableBytes(
            raw, owned: owned, magic: Self.magic, version: Self.formatVersion, sectionCount: Section.allCases.count)
        func words(_ section: Section) throws(NumberingPlanError) -> UnsafeBufferPointer<UInt16> {
            try bytes.items(section.rawValue, of: UInt16.self)
        }
        self.bytes = bytes
        blocks = try bytes.items(Section.blocks.rawValue, of: UInt32.self)
        lengths = try words(.lengths)
        text = try bytes.items(Section.text.rawValue, of: UInt8.self)
        let roots = try bytes.items(Section.roots.rawValue, of: UInt32.self)
        guard roots.count >= 3 else { throw .malformedSection(number: Section.roots.rawValue) }
        locations = PrefixTrie(words: try words(.locations), root: Int(roots[0]))
        carriers = PrefixTrie(words: try words(.carriers), root: Int(roots[1]))
        timeZones = PrefixTrie(words: try words(.timeZones), root: Int(roots[2]))
        zoneLists = try words(.zoneLists)
        regionNames = try words(.regionNames)
        locationNames = try words(.locationNames)
        guard regionNames.count == 26 * 26 else { throw .malformedSection(number: Section.regionNames.rawValue) }
        guard locationNames.count == 26 * 26 else { throw .malformedSection(number: Section.locationNames.rawValue) }
        guard blocks.count == (lengths.count + Self.namesInBlock - 1) / Self.namesInBlock else {
            throw .malformedSection(number: Section.blocks.rawValue)
        }
    }

    /// Where a number's range is, for instance a city; nil when nothing more than its country is known.
    func location(of digits: DigitString) -> String? { name(locations.label(of: digits)) }

    /// To whom a number's range was allocated.
    func carrier(of digits: DigitString) -> String? { name(carriers.label(of: digits)) }

    /// The time zones of a number's range by their tz database names; empty when none are known.
    func timeZones(of digits: DigitString) -> [String] {
        let place = timeZones.label(of: digits)
        guard place > 0, place < zoneLists.count else { return [] }
        let end = place + 1 + Int(zoneLists[place])
        guard end <= zoneLists.count else { return [] }
        return (place + 1..<end).compactMap { name(Int(zoneLists[$0])) }
    }

    /// The English name of a region for people.
    func name(of region: Region) -> String? {
        region.ordinal.flatMap { name(Int(regionNames[$0])) }
    }

    /// The English name of a region as number ranges give it; nil for the few they leave out.
    func locationName(of region: Region) -> String? {
        region.ordinal.flatMap { name(Int(locationNames[$0])) }
    }

    private func name(_ number: Int) -> String? {
        guard number > 0, number < lengths.count else { return nil }
        let block = number / Self.namesInBlock
        var start = Int(blocks[block])
        for earlier in block * Self.namesInBlock..<number { start += Int(lengths[earlier]) }
        let end = start + Int(lengths[number])
        guard end <= text.count else { return nil }
        return String(decoding: text[start..<end], as: UTF8.self)
    }

    /// The longest prefix of a number that has a label.
    private struct PrefixTrie {
        let words: UnsafeBufferPointer<UInt16>
        let root: Int

        /// The label of the longest known prefix; 0 when there is none.
        func label(of digits: DigitString) -> Int {
            var node = root
            var best = 0
            for index in 0..<digits.count {
                guard node + 2 < words.count else { return best }
                let present = words[node]
                let nodes = words[node + 1]
                var place = node + 2
                if present & ownLabel != 0 {
                    best = Int(words[place])
                    place += 1
                }
                let bit = UInt16(1) << UInt16(digits[index])
                guard present & bit != 0 else { return best }
                // Earlier digits take one word each, and one more when they lead to a node.
                let earlier = present & (bit - 1)
                place += earlier.nonzeroBitCount + (earlier & nodes).nonzeroBitCount
                guard place + 1 <= words.count else { return best }
                guard nodes & bit != 0 else { return Int(words[place]) }
                guard place + 2 <= words.count else { return best }
                node = Int(words[place]) | Int(words[place + 1]) << 16
            }
            if node + 2 < words.count, words[node] & ownLabel != 0 { best = Int(words[node + 2]) }
            return best
        }
    }
}
