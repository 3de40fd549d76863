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
package struct JSONDocument: Sendable {
    /// A place on the tape of one document; meaningless for any other.
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
    package enum Kind: Sendable, Hashable {
        case null
        case boolean(Bool)
        case number
        case string
        case array
        case object
    }

    /// The text, as it was given.
    package let bytes: [UInt8]
    @usableFromInline let tape: [TapeWord]
    /// Of objects too large to search.
    private let indexes: MemberIndexes

    /// Reads one JSON text (RFC 8259) with white space around it, checking its grammar and its UTF-8 to the end.
    package init(
        parsing bytes: [UInt8], limits: JSONLimits = .standard, reading: JSONReading = .strict
    ) throws(JSONSyntaxError) {
        tape = try JSONDocument.tape(of: bytes.span, limits: limits, reading: reading)
        indexes = MemberIndexes(tape: tape, bytes: bytes)
        self.bytes = bytes
    }

    static func tape(
        of bytes: Span<UInt8>, limits: JSONLimits, reading: JSONReading
    ) throws(JSONSyntaxError) -> [TapeWord] {
        var fault: JSONFault?
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
                    count = try scanner.scan(from: hasMark && reading == .tolerant ? 3 : 0, into: words)
                } catch {
                    fault = error
                }
            }
        }
        if let fault { throw JSONSyntaxError(fault, in: bytes, limits: limits) }
        return tape
    }

    // MARK: Nodes

    /// The outermost value.
    package var root: Node { Node(0) }

    @inlinable
    package func kind(of node: Node) -> Kind {
        switch tape[Int(node.place)].kind {
        case .null: .null
        case .yes: .boolean(true)
        case .no: .boolean(false)
        case .number: .number
        case .string, .escapedString: .string
        case .array: .array
        case .object: .object
        }
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
        let place = Int(object.place)
        guard tape[place].kind == .object else { return nil }
        if let index = indexes[object.place] { return index.value(of: name, tape: tape, bytes: bytes) }
        return bytes.withUnsafeBufferPointer { text in
            tape.withUnsafeBufferPointer { tape in
                let end = tape[place].length
                var found: Node?
                var member = place + 1
                while member < end {
                    if name.isWritten(by: tape[member], in: text) { found = Node(member + 1) }
                    let value = tape[member + 1]
                    member = value.isContainer ? value.length : member + 2
                }
                return found
            }
        }
    }

    // MARK: Texts

    /// The text of a string without its escapes, or a number or literal as it is spelt. Of arrays and objects: empty.
    package func text(of node: Node) -> String {
        withText(of: node) { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes of what ``text(of:)`` gives, without a string being made; valid within the closure only.
    @inlinable
    package func withText<Result>(of node: Node, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let word = tape[Int(node.place)]
        if word.kind == .escapedString { return unescaped(word).withUnsafeBufferPointer(body) }
        let range = word.isContainer ? 0..<0 : word.offset..<word.offset + word.length
        return bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range])) }
    }

    @usableFromInline
    func unescaped(_ word: TapeWord) -> [UInt8] { JSONEscapes.removed(bytes, word.offset, word.length) }

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
        // What is last on the tape is last in the text, too; of what it is in, the end is the same place.
        let last = tape[tape[Int(node.place)].length - 1]
        var open = 0
        var container = Int(node.place)
        let end = tape[container].length
        // The containers that end here, from the outside in: each is the last value of the one before.
        var place = container
        while place < end {
            let word = tape[place]
            if word.isContainer, word.length == end {
                open += 1
                container = place
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
