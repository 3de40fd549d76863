// The container of both tables: header, directory, checksum. Owns its bytes when they were loaded; nothing changes them.

/// The bytes of a table whose header, checksum and directory have been verified.
///
/// The memory is never written after `init`, and lives as long as this object; that is what makes it safe to share.
final class TableBytes: @unchecked Sendable {
    private static let headerBytes = 32
    private static let alignment = 8
    /// The name of a release of the metadata has at most this many bytes.
    private static let versionBytesMax = 32

    private let bytes: UnsafeRawBufferPointer
    private let isOwned: Bool
    private let directory: Int

    /// Verifies the container; `owned` memory is freed with this object, also when the table is refused.
    init(
        _ bytes: UnsafeRawBufferPointer, owned: Bool, _ kind: CompiledTable, sectionCount: Int
    ) throws(NumberingPlanError) {
        self.bytes = bytes
        isOwned = owned
        directory = Self.headerBytes
        guard bytes.count >= Self.headerBytes, bytes.starts(with: kind.magic) else {
            throw .notATable(expected: kind, found: CompiledTable(beginning: bytes))
        }
        let found = bytes.load(fromByteOffset: 8, as: UInt32.self)
        guard found == kind.format else { throw .unknownFormat(version: found, of: kind) }
        let stated = Int(bytes.load(fromByteOffset: 12, as: UInt32.self))
        guard stated == bytes.count else { throw .wrongLength(stated: stated, found: bytes.count) }
        guard bytes.count.isMultiple(of: Self.alignment) else { throw .malformedSection(number: 0) }
        guard bytes.load(fromByteOffset: 16, as: UInt64.self) == Self.checksum(bytes) else { throw .wrongChecksum }
        let sections = Int(bytes.load(fromByteOffset: 24, as: UInt32.self))
        guard sections == sectionCount, Self.headerBytes + 8 * sections <= bytes.count else {
            throw .malformedSection(number: 0)
        }
        for number in 0..<sections {
            let (offset, length) = location(of: number)
            guard offset.isMultiple(of: Self.alignment), offset >= Self.headerBytes + 8 * sections,
                offset <= bytes.count, length <= bytes.count - offset
            else { throw .malformedSection(number: number) }
        }
    }

    /// Copies loaded bytes to memory with the alignment the words need.
    static func copying(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        copy.copyBytes(from: bytes)
        return UnsafeRawBufferPointer(copy)
    }

    deinit {
        if isOwned { bytes.deallocate() }
    }

    /// The whole table, as it is stored in a file.
    var all: [UInt8] { Array(bytes) }

    var count: Int { bytes.count }

    /// The checksum in the header, which fits.
    var storedChecksum: UInt64 { bytes.load(fromByteOffset: 16, as: UInt64.self) }

    /// A verified section; it is inside the table, and lives as long as this object.
    func section(_ number: Int) -> UnsafeRawBufferPointer {
        let (offset, length) = location(of: number)
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
    }

    /// A verified section of whole items; a length that is no multiple of `width` items is refused.
    func items<Item>(
        _ number: Int, of type: Item.Type, width: Int = 1
    ) throws(NumberingPlanError) -> UnsafeBufferPointer<Item> {
        let section = section(number)
        guard section.count.isMultiple(of: width * MemoryLayout<Item>.stride) else {
            throw .malformedSection(number: number)
        }
        // Sections begin at multiples of eight bytes of memory that is aligned to 64, so every integer is aligned.
        return section.bindMemory(to: type)
    }

    private func location(of number: Int) -> (offset: Int, length: Int) {
        let entry = directory + 8 * number
        return (
            Int(bytes.load(fromByteOffset: entry, as: UInt32.self)),
            Int(bytes.load(fromByteOffset: entry + 4, as: UInt32.self))
        )
    }

    /// Whether a section names a release of the metadata. It is shown to people and in metrics: short, and without blanks
    /// or anything that a terminal would act on.
    static func isVersion(_ section: UnsafeRawBufferPointer) -> Bool {
        (1...versionBytesMax).contains(section.count) && section.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// FNV-1a over the 64-bit words behind the header. It finds damage; it is no defence against an author.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        for offset in stride(from: headerBytes, to: bytes.count, by: 8) {
            value = (value ^ bytes.load(fromByteOffset: offset, as: UInt64.self)) &* 0x100_0000_01B3
        }
        return value
    }
}
