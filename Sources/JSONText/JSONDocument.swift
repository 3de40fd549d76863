// A JSON text with a flat tape over it: what is where, and nothing copied. Values; immutable.

/// How the few things are read that RFC 8259 leaves to the reader.
package enum JSONReading: Sendable, Hashable {
    /// No byte order mark, no lone surrogate.
    case strict
    /// A byte order mark at the beginning is skipped (§8.1 allows it), a lone surrogate is read as U+FFFD (§8.2): other
    /// people's answers, of which the rest is wanted all the same.
    case tolerant
}

/// A JSON document as it was written, with a tape of its nodes: 8 bytes for each string, number, literal, array, object
/// and member name, and room for no more than 4 for each byte of the text.
///
/// Names that come twice in an object are all there; ``member(_:of:)`` takes the last.
@usableFromInline
package struct JSONDocument: Sendable {
    /// A place on the tape of one document; meaningless for any other.
    @usableFromInline
    package struct Node: Sendable, Hashable, Comparable {
        @usableFromInline let place: UInt32

        @usableFromInline
        init(place: UInt32) { self.place = place }

        @inlinable
        init(_ place: Int) { self.place = UInt32(truncatingIfNeeded: place) }

        /// The value of this node, which is a member's name.
        @inlinable package var value: Node { Node(place: place &+ 1) }

        /// Whether a node of the same document comes before another in its text.
        @inlinable
        package static func < (left: Node, right: Node) -> Bool { left.place < right.place }
    }

    /// What a node is.
    @usableFromInline
    package enum Kind: Sendable, Hashable {
        case null
        case boolean(Bool)
        case number
        case string
        case array
        case object
    }

    /// The text, as it was given.
    @usableFromInline package let bytes: [UInt8]
    @usableFromInline let tape: [TapeWord]
    /// Of objects too large to search; most documents have none.
    @usableFromInline let indexes: MemberIndexes?

    /// Reads one JSON text (RFC 8259) with white space around it, checking its grammar and its UTF-8 to the end.
    package init(
        parsing bytes: [UInt8], limits: JSONLimits = .standard, reading: JSONReading = .strict
    ) throws(JSONSyntaxError) {
        let (tape, hasLargeObject) = try JSONDocument.tape(of: bytes.span, limits: limits, reading: reading)
        self.tape = tape
        indexes = hasLargeObject ? MemberIndexes(tape: tape, bytes: bytes) : nil
        self.bytes = bytes
    }

    static func tape(
        of bytes: Span<UInt8>, limits: JSONLimits, reading: JSONReading
    ) throws(JSONSyntaxError) -> ([TapeWord], hasLargeObject: Bool) {
        var fault: JSONFault?
        var hasLargeObject = false
        let tape = bytes.withUnsafeBufferPointer { text -> [TapeWord] in
            guard text.count <= JSONScanner.mostBytes else {
                fault = JSONFault(.bytes, at: 0)
                return []
            }
            guard let base = text.baseAddress else {
                fault = JSONFault(.value, at: 0)
                return []
            }
            let scanner = JSONScanner(text, base: base, limits: limits, reading: reading)
            let hasMark = text.count >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF
            let capacity = JSONScanner.tapeCapacity(bytes: text.count, limits: limits)
            return [TapeWord](unsafeUninitializedCapacity: capacity) { words, count in
                do throws(JSONFault) {
                    (count, hasLargeObject) = try scanner.scan(
                        from: hasMark && reading == .tolerant ? 3 : 0, into: words)
                } catch {
                    fault = error
                }
            }
        }
        if let fault { throw JSONSyntaxError(fault, in: bytes, limits: limits) }
        return (tape, hasLargeObject)
    }

    // MARK: Nodes

    /// The outermost value.
    package var root: Node { Node(0) }

    package func kind(of node: Node) -> Kind {
        precondition(Int(node.place) < tape.count, "a node of another document")
        return withView { $0.kind(of: node) }
    }

    /// Where the node after a value stands, everything in it skipped: its next sibling, or what ``end(of:)`` says.
    @inlinable
    package func next(after node: Node) -> Node {
        let word = tape[Int(node.place)]
        return word.isContainer ? Node(word.length) : Node(place: node.place &+ 1)
    }

    /// The first element of an array or the first name of an object; equal to its end when it is empty. The value of a
    /// name stands right behind it.
    @inlinable
    package func first(in node: Node) -> Node { Node(place: node.place &+ 1) }

    /// The place behind everything in an array or object.
    @inlinable
    package func end(of node: Node) -> Node { next(after: node) }

    /// The value of a member of that name, the last of several (as .NET and JavaScript read them); nil when there is
    /// none, or the node is no object.
    package func member(_ name: JSONName, of object: Node) -> Node? {
        precondition(Int(object.place) < tape.count, "a node of another document")
        return withView { view in withUnsafePointer(to: name) { view.member($0, of: object) } }
    }

    /// Lends the document as it lies in memory.
    @inlinable
    package func withView<Result, Failure>(
        _ body: (JSONView) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withUnsafeBufferPointer { bytes throws(Failure) in
            try tape.withUnsafeBufferPointer { tape throws(Failure) in
                try withExtendedLifetime(indexes) { () throws(Failure) in
                    try body(JSONView(bytes: bytes, tape: tape, indexes: indexes.map { .passUnretained($0) }))
                }
            }
        }
    }

    // MARK: Texts

    /// The text of a string without its escapes, or a number or literal as it is spelt. Of arrays and objects: empty.
    package func text(of node: Node) -> String {
        precondition(Int(node.place) < tape.count, "a node of another document")
        return withView { $0.text(of: node) }
    }

    /// Where the JSON text of a value stands, quotes and brackets with it.
    package func range(of node: Node) -> Range<Int> {
        let word = tape[Int(node.place)]
        switch word.kind {
        case .null, .yes, .no, .number: return word.offset..<word.offset + word.length
        case .string, .escapedString: return word.offset - 1..<word.offset + word.length + 1
        case .array, .object: return word.offset..<closingBracket(of: node) + 1
        }
    }

    /// The offset of the bracket that ends an array or object. The tape does not hold it: brackets that follow the last
    /// text in it are counted, as nothing but those and white space can stand there.
    private func closingBracket(of node: Node) -> Int {
        // What is last on the tape is last in the text, too.
        let end = tape[Int(node.place)].length
        let last = tape[end - 1]
        // The containers that end here, from the outside in: each is the last value of the one before.
        var open = 0
        var place = Int(node.place)
        while place < end {
            let word = tape[place]
            if word.isContainer, word.length == end {
                open += 1
                place += 1
            } else {
                place = word.isContainer ? word.length : place + 1
            }
        }
        var offset = last.isContainer ? last.offset + 1 : last.offset + last.length
        if last.kind == .string || last.kind == .escapedString { offset += 1 }
        while true {
            if bytes[offset] == UInt8(ascii: "]") || bytes[offset] == UInt8(ascii: "}") {
                open -= 1
                if open == 0 { return offset }
            }
            offset += 1
        }
    }
}
