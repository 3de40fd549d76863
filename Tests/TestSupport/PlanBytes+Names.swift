// A table of names that is small enough to be changed and signed thousands of times a second. Constant.

extension PlanBytes {
    /// The names of numbers that begin with 4 (Berlin) or 49 (Paris), one carrier, one time zone, and no countries.
    ///
    /// The sections are those of the real table, in the same order; the tries are equal: a root that leads on with a 4
    /// to a node of the label 1 from which a 9 leads to the label 2.
    package static func smallNames() -> PlanBytes {
        let names = ["", "Berlin", "Paris", "Europe/Berlin"].map { Array($0.utf8) }
        let trie: [UInt16] = [0x8000 | 1 << 9, 0, 1, 2, 1 << 4, 1 << 4, 0, 0]
        let root: UInt32 = 4
        let regions = [UInt16](repeating: 0, count: 26 * 26)
        let sections: [[UInt8]] = [
            Array("9.0.43".utf8), bytes([UInt32(0)]), bytes(names.map { UInt16($0.count) }),
            bytes([root, root, root, 0]), bytes(trie), bytes(trie), bytes(trie), bytes([0, 1, 3] as [UInt16]),
            bytes(regions), bytes(regions), names.flatMap { $0 },
        ]
        var directory: [UInt32] = []
        var body: [UInt8] = []
        for section in sections {
            directory += [UInt32(32 + 8 * sections.count + body.count), UInt32(section.count)]
            body += section + [UInt8](repeating: 0, count: (8 - section.count % 8) % 8)
        }
        let header = Array("NUMPLACE".utf8) + bytes([1, 0, 0, 0, UInt32(sections.count), 0] as [UInt32])
        return PlanBytes(PlanBytes(header + bytes(directory) + body).signed())
    }

    private static func bytes<Word: FixedWidthInteger>(_ words: [Word]) -> [UInt8] {
        words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
    }
}
