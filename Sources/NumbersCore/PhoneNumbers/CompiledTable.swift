// The two tables that script/number-plan compiles, and how their files are told apart. Constants only.

/// A kind of compiled table, in the program or in a file of its own.
package enum CompiledTable: Sendable, Hashable, CaseIterable {
    /// How numbers are read, checked and written.
    case plan
    /// Carriers, places, time zones and regions by their names.
    case names

    /// The kind that a file says it is in its first eight bytes; nil for any other file.
    package init?(beginning bytes: some Collection<UInt8>) {
        guard let found = Self.allCases.first(where: { bytes.starts(with: $0.magic) }) else { return nil }
        self = found
    }

    /// The format of such files that this program reads and writes.
    package var formatVersion: Int { Int(format) }

    /// The most bytes such a file may have: several times of what the world's takes now.
    package var fileBytesMax: Int {
        switch self {
        case .plan: 4 << 20
        case .names: 16 << 20
        }
    }

    /// The first eight bytes of a file.
    var magic: [UInt8] {
        switch self {
        case .plan: Array("NUMPLAN\0".utf8)
        case .names: Array("NUMPLACE".utf8)
        }
    }

    var format: UInt32 {
        switch self {
        case .plan: PlanLayout.formatVersion
        case .names: 1
        }
    }

    /// The kind in a sentence.
    package var words: String {
        switch self {
        case .plan: "a compiled numbering plan"
        case .names: "compiled names of carriers, places and time zones"
        }
    }
}
