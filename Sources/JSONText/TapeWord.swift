// One word of a tape: what a node is, where its text stands, how long it is. A value of 8 bytes.

/// A node of a document: from the top 4 bits of kind, 28 of length, 32 of offset.
///
/// The offset is the first byte of the text: of a string the one after its quote, of an array or object its bracket. The
/// length is that of the text between the quotes, of a number's digits or a literal's letters; of an array or object it
/// is the place on the tape behind everything in it.
@usableFromInline
struct TapeWord: Sendable, Equatable {
    @usableFromInline
    enum Kind: UInt8, Sendable {
        case null, no, yes, number
        /// Without escapes: the text is the string.
        case string
        case escapedString
        case array, object
    }

    @usableFromInline let bits: UInt64

    /// Lengths and places have 28 bits.
    static let mostLength = 1 << 28 - 1

    @inline(__always)
    init(_ kind: Kind, offset: Int, length: Int) {
        bits =
            UInt64(kind.rawValue) &<< 60 | UInt64(truncatingIfNeeded: length) &<< 32
            | UInt64(UInt32(truncatingIfNeeded: offset))
    }

    @inlinable var offset: Int { Int(UInt32(truncatingIfNeeded: bits)) }

    @inlinable var length: Int { Int(truncatingIfNeeded: bits &>> 32 & 0xFFF_FFFF) }

    /// Sound because a word is only made from a kind.
    @inlinable var kind: Kind { unsafeBitCast(UInt8(truncatingIfNeeded: bits &>> 60), to: Kind.self) }

    @inlinable var isContainer: Bool { bits &>> 60 >= 6 }
}
