// The bounds within which an answer is read, each with its reason, and the error of an answer that cannot be. Values.

/// What a response may cost. A tree takes the bytes of its text, which it shares with its maker, and 8 bytes a node.
package struct ResponseLimits: Sendable, Hashable {
    /// Bytes of the body. Pages of a phone book are the largest answers there are, a few megabytes.
    package var bytes: Int
    /// Arrays and objects inside each other; at most 512. Answers of CRMs stay below ten.
    package var depth: Int
    /// Nodes of the tree: a name, a string, a number, a literal is one, an array or an object two. No more than 5.4 for
    /// each byte of the body can be asked for, and 4 million keep a tree within 32 MB.
    package var nodes: Int
    /// Records that rules may give; the rest is cut off. Pages of a phone book have a hundred to a few thousand.
    package var records: Int
    /// Places that one group of rules, or one filter, may remember, counting each array on the way to each of them.
    package var places: Int
    /// Nodes that finding records, or reading one variable of one record, may look at.
    package var steps: Int

    package init(bytes: Int, depth: Int, nodes: Int, records: Int, places: Int, steps: Int) {
        self.bytes = bytes
        self.depth = min(max(1, depth), 512)
        self.nodes = nodes
        self.records = records
        self.places = places
        self.steps = steps
    }

    /// What every run uses.
    package static let standard = ResponseLimits(
        bytes: 16_777_216, depth: 128, nodes: 4_000_000, records: 10_000, places: 400_000, steps: 20_000_000)
}

/// Why a body is no tree. The words never hold its strings or numbers.
package struct ResponseError: Error, Sendable, Hashable {
    /// `invalid-json`, `invalid-xml`, `too-large`.
    package let code: String
    /// What was found and what was expected, without the place.
    package let message: String
    /// Where in the body; nil when it is the whole.
    package let position: SourcePosition?

    package init(code: String, message: String, position: SourcePosition?) {
        self.code = code
        self.message = message
        self.position = position
    }
}
