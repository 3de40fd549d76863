// The bounds of a parse, each with its reason.

/// What the parser refuses beyond. Every bound has an error that names it.
package struct JSONLimits: Sendable, Hashable {
    /// The deepest nesting any caller may ask for: the parser, the writer and the release of a value recurse once a
    /// level, and this keeps them inside a small thread's stack.
    package static let deepestDepth = 512

    /// Nested arrays and objects. 64 is far beyond any real request.
    package let depth: Int
    /// Bytes in one number. The longest exact double has 767 significant digits; nothing we read needs more than 512.
    package let numberBytes: Int
    /// Values in the whole document, names not counted. A value takes about ten times the bytes it was written in.
    package let values: Int

    /// Bounds for a request body or a supplier's answer.
    package static let standard = JSONLimits(depth: 64, numberBytes: 512, values: 100_000)

    /// Bounds of the caller's own; the depth is at most ``deepestDepth``.
    package init(depth: Int = 64, numberBytes: Int = 512, values: Int = 100_000) {
        precondition((1...JSONLimits.deepestDepth).contains(depth), "depth must be 1 to 512")
        precondition(numberBytes >= 1 && values >= 1, "limits must be positive")
        self.depth = depth
        self.numberBytes = numberBytes
        self.values = values
    }
}

/// What a name that comes twice in one object means (RFC 8259 §4 leaves it open).
package enum DuplicateKeys: Sendable, Hashable {
    /// The document is refused: a request that says two things means neither.
    case refuse
    /// The last value stands, in the first one's place: what most readers of other people's documents do.
    case keepLast
}
