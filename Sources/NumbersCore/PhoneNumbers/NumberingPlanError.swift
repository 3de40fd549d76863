// Why a compiled plan is not taken, and the words for it. Immutable.

/// Why a table is refused. Nothing of a refused table is ever used.
package enum NumberingPlanError: Error, Sendable, Hashable {
    /// The bytes do not begin as a table of this kind does.
    case notATable
    /// The table has a format this engine does not read.
    case unknownFormat(version: UInt32)
    /// The stated length is not the number of bytes.
    case wrongLength(stated: Int, found: Int)
    /// The bytes were changed after the table was written.
    case wrongChecksum
    /// A section is missing, out of bounds or of a wrong size.
    case malformedSection(number: Int)
    /// Something in a section points outside of what it points into.
    case malformedContent(section: Int)
}

extension NumberingPlanError: CustomStringConvertible {
    /// What was found and what was expected, without a full stop.
    package var description: String {
        switch self {
        case .notATable: "expected a compiled numbering plan, found something else"
        case .unknownFormat(let version):
            "expected format \(PlanLayout.formatVersion), found format \(version), which this program does not read"
        case .wrongLength(let stated, let found): "expected \(stated) bytes, found \(found): it was cut or extended"
        case .wrongChecksum: "its checksum does not fit: bytes were changed after it was made"
        case .malformedSection(let number): "section \(number) is missing, out of bounds or of a wrong size"
        case .malformedContent(let section): "section \(section) leads outside of the plan"
        }
    }
}
