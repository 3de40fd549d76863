// Compiled numbering plans changed byte by byte, as damage or a hostile author would. Values.

/// The bytes of a compiled plan, which stay a well-formed container through every change.
package struct PlanBytes {
    package private(set) var bytes: [UInt8]

    private static let headerBytes = 32

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Where a section lies, by the directory.
    package func section(_ number: Int) -> Range<Int> {
        let entry = Self.headerBytes + 8 * number
        let start = Int(word(entry))
        return start..<start + Int(word(entry + 4))
    }

    /// How many sections the directory has.
    package var sectionCount: Int { Int(word(24)) }

    package subscript(offset: Int) -> UInt8 {
        get { bytes[offset] }
        set { bytes[offset] = newValue }
    }

    /// Sets a 16-bit word of a section by its index.
    package mutating func set(word index: Int, ofSection number: Int, to value: UInt16) {
        let offset = section(number).lowerBound + 2 * index
        bytes[offset] = UInt8(truncatingIfNeeded: value)
        bytes[offset + 1] = UInt8(truncatingIfNeeded: value >> 8)
    }

    /// Cuts the file off.
    package mutating func cut(to length: Int) { bytes.removeLast(bytes.count - length) }

    /// Names another release of the metadata of equally many characters.
    package mutating func rename(to version: String) {
        let place = section(0)
        precondition(place.count == version.utf8.count, "the name keeps its length")
        bytes.replaceSubrange(place, with: version.utf8)
    }

    /// The bytes with the length and the checksum that they should state (FNV-1a over 64-bit words).
    package func signed() -> [UInt8] {
        var signed = bytes
        guard signed.count >= Self.headerBytes, signed.count.isMultiple(of: 8) else { return signed }
        Self.store(UInt64(signed.count), 4, at: 12, in: &signed)
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        signed.withUnsafeBytes { buffer in
            for offset in stride(from: Self.headerBytes, to: buffer.count, by: 8) {
                value =
                    (value ^ UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
                    &* 0x100_0000_01B3
            }
        }
        Self.store(value, 8, at: 16, in: &signed)
        return signed
    }

    private static func store(_ value: UInt64, _ count: Int, at offset: Int, in bytes: inout [UInt8]) {
        for index in 0..<count { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index))) }
    }

    private func word(_ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
    }
}
