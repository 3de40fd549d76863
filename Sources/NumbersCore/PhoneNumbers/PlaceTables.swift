// Names of carriers, places, time zones and regions, by the digits of a number. Immutable after `init`.

/// The verified table of names.
///
/// The pointers lead into `bytes`, which this object keeps alive and nobody writes. Every read is checked against the
/// section it is made from, so that a table with wrong references gives no answer instead of a wrong access.
final class PlaceTables: @unchecked Sendable {
    private static let namesInBlock = 16

    private enum Section: Int, CaseIterable {
        case version, blocks, lengths, roots, locations, carriers, timeZones, zoneLists, regionNames, locationNames,
            text
    }

    let bytes: TableBytes
    let version: String
    private let blocks: UnsafeBufferPointer<UInt32>
    private let lengths: UnsafeBufferPointer<UInt16>
    private let text: UnsafeBufferPointer<UInt8>
    let locations: PrefixTrie
    let carriers: PrefixTrie
    let timeZones: PrefixTrie
    private let zoneLists: UnsafeBufferPointer<UInt16>
    private let regionNames: UnsafeBufferPointer<UInt16>
    private let locationNames: UnsafeBufferPointer<UInt16>

    convenience init(copying bytes: [UInt8]) throws(NumberingPlanError) {
        try self.init(TableBytes.copying(bytes), owned: true)
    }

    init(_ raw: UnsafeRawBufferPointer, owned: Bool) throws(NumberingPlanError) {
        let bytes = try TableBytes(raw, owned: owned, .names, sectionCount: Section.allCases.count)
        func words(_ section: Section) throws(NumberingPlanError) -> UnsafeBufferPointer<UInt16> {
            try bytes.items(section.rawValue, of: UInt16.self)
        }
        self.bytes = bytes
        let release = bytes.section(Section.version.rawValue)
        guard TableBytes.isVersion(release) else { throw .malformedContent(section: Section.version.rawValue) }
        version = String(decoding: release, as: UTF8.self)
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
        // Names are shown to people; a terminal would act on control characters.
        guard text.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0 }) else {
            throw .malformedContent(section: Section.text.rawValue)
        }
    }

    /// How many texts there are, the empty one not counted.
    var nameCount: Int { max(lengths.count - 1, 0) }

    /// The sections by their names with their sizes.
    var sections: [(name: String, bytes: Int)] {
        Section.allCases.map { ("\($0)", bytes.section($0.rawValue).count) }
    }

    /// Where a number's range is, for instance a city; nil when nothing more than its country is known.
    func location(of digits: DigitString) -> String? { name(locations.label(of: digits)) }

    /// To whom a number's range was allocated.
    func carrier(of digits: DigitString) -> String? { name(carriers.label(of: digits)) }

    /// The time zones of a number's range by their tz database names; empty when none are known.
    func timeZones(of digits: DigitString) -> [String] { zones(timeZones.label(of: digits)) }

    /// The time zones of a label; empty for a label of none.
    func zones(_ place: Int) -> [String] {
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

    /// The name of a label; nil for a label of none.
    func name(_ number: Int) -> String? {
        guard number > 0, number < lengths.count else { return nil }
        let block = number / Self.namesInBlock
        var start = Int(blocks[block])
        for earlier in block * Self.namesInBlock..<number { start += Int(lengths[earlier]) }
        let end = start + Int(lengths[number])
        guard end <= text.count else { return nil }
        return String(decoding: text[start..<end], as: UTF8.self)
    }
}
