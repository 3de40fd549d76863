// Why a compiled table is not taken, and the words for it. Immutable.

/// Why a table is refused. Nothing of a refused table is ever used.
package enum NumberingPlanError: Error, Sendable, Hashable {
    /// The bytes do not begin as a table of the expected kind does; they may be the other kind.
    case notATable(expected: CompiledTable, found: CompiledTable?)
    /// The table has a format this engine does not read.
    case unknownFormat(version: UInt32, of: CompiledTable)
    /// The stated length is not the number of bytes.
    case wrongLength(stated: Int, found: Int)
    /// The bytes were changed after the table was written.
    case wrongChecksum
    /// A section is missing, out of bounds or of a wrong size.
    case malformedSection(number: Int)
    /// Something in a section points outside of what it points into, or is no text where one has to be.
    case malformedContent(section: Int)
}

extension NumberingPlanError: CustomStringConvertible {
    /// What was found and what was expected, without a full stop.
    package var description: String {
        switch self {
        case .notATable(let expected, let found?):
            "expected \(expected.words), found \(found.words): are the two files mixed up?"
        case .notATable(let expected, nil): "expected \(expected.words), found something else"
        case .unknownFormat(let version, let table):
            "expected format \(table.formatVersion) of \(table.words), found format \(version), which this program does "
                + "not read"
        case .wrongLength(let stated, let found): "expected \(stated) bytes, found \(found): it was cut or extended"
        case .wrongChecksum: "its checksum does not fit: bytes were changed after it was made"
        case .malformedSection(let number): "section \(number) is missing, out of bounds or of a wrong size"
        case .malformedContent(let section): "section \(section) leads outside of the table or holds no text"
        }
    }
}
