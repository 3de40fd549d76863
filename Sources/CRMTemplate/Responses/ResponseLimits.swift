// The bounds within which an answer is read, each with its reason, and the error of an answer that cannot be. Values.

/// What a response may cost.
///
/// A tree shares the bytes of its text with its maker. Besides it takes 8 bytes for each value and each name, which is
/// never more than 4 bytes for each byte of the text, and for each object of more than 64 members an index of at most 16
/// bytes a member: with ``standard`` limits 64 MB at the very most. Measured: an answer of 10.0 MB of 19,400 contacts
/// takes 9.4 MB besides its text.
package struct ResponseLimits: Sendable, Hashable {
    /// Bytes of the body. Pages of a phone book are the largest answers there are, a few megabytes.
    package var bytes: Int
    /// Arrays and objects inside each other; 1 to 512. Answers of CRMs stay below ten.
    package var depth: Int
    /// Values of the whole answer. 2 million, each with a name, keep a tree within 32 MB and its indexes within 32 MB.
    package var values: Int
    /// Records that rules may give; the rest is cut off. Pages of a phone book have a hundred to a few thousand.
    package var records: Int
    /// Places that one group of rules may remember, counting each array on the way to each of them: a few megabytes.
    package var places: Int
    /// Nodes that finding the records of an answer may look at; one rule over the largest tree looks at 2 million.
    package var steps: Int
    /// Nodes that each path of a variable in one record may look at: records times variables times this is the most that
    /// an answer can ask for.
    package var variableSteps: Int

    package init(
        bytes: Int, depth: Int, values: Int, records: Int, places: Int, steps: Int, variableSteps: Int
    ) {
        self.bytes = bytes
        self.depth = min(max(1, depth), 512)
        self.values = max(1, values)
        self.records = records
        self.places = places
        self.steps = steps
        self.variableSteps = variableSteps
    }

    /// What every run uses.
    package static let standard = ResponseLimits(
        bytes: 16_777_216, depth: 128, values: 2_000_000, records: 10_000, places: 400_000, steps: 20_000_000,
        variableSteps: 20_000)
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
