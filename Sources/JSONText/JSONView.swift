// A document as it lies in memory, for walking it without counting references.

/// A document's text and tape, lent by ``JSONDocument/withView(_:)`` and valid only as long as that runs.
///
/// Nodes are not checked: they have to be the document's own, which whoever keeps them beside it has to see to.
@usableFromInline
package struct JSONView {
    @usableFromInline
    package typealias Node = JSONDocument.Node

    @usableFromInline let bytes: UnsafeBufferPointer<UInt8>
    @usableFromInline let tape: UnsafeBufferPointer<TapeWord>
    @usableFromInline let indexes: Unmanaged<MemberIndexes>?

    @usableFromInline
    init(
        bytes: UnsafeBufferPointer<UInt8>, tape: UnsafeBufferPointer<TapeWord>, indexes: Unmanaged<MemberIndexes>?
    ) {
        self.bytes = bytes
        self.tape = tape
        self.indexes = indexes
    }

    /// The outermost value.
    @inlinable package var root: Node { Node(0) }

    @inlinable
    package func kind(of node: Node) -> JSONDocument.Kind {
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

    /// As ``JSONDocument/next(after:)``.
    @inlinable
    package func next(after node: Node) -> Node {
        let word = tape[Int(node.place)]
        return word.isContainer ? Node(word.length) : Node(place: node.place &+ 1)
    }

    /// As ``JSONDocument/first(in:)``.
    @inlinable
    package func first(in node: Node) -> Node { Node(place: node.place &+ 1) }

    /// As ``JSONDocument/end(of:)``.
    @inlinable
    package func end(of node: Node) -> Node { next(after: node) }

    /// As ``JSONDocument/member(_:of:)``.
    package func member(_ name: UnsafePointer<JSONName>, of object: Node) -> Node? {
        let place = Int(object.place)
        let word = tape[place]
        guard word.kind == .object else { return nil }
        if let indexes, let index = indexes._withUnsafeGuaranteedRef({ $0[object.place] }) {
            return index.place(of: name.pointee, tape: tape, text: bytes).map { Node(place: $0 + 1) }
        }
        let head = name.pointee.head
        let end = word.length
        var found: Node?
        var member = place + 1
        while member < end {
            let written = tape[member]
            if written.kind == .string {
                if head.isWritten(by: written, in: bytes),
                    head.count <= 8 || name.pointee.isRestWritten(by: written, in: bytes)
                {
                    found = Node(member + 1)
                }
            } else if name.pointee.isEscaped(by: written, in: bytes) {
                found = Node(member + 1)
            }
            let value = tape[member + 1]
            member = value.isContainer ? value.length : member + 2
        }
        return found
    }

    /// The text of a string that has no escapes, or of a number or literal; nil for everything else.
    @inlinable
    package func plainText(of node: Node) -> UnsafeBufferPointer<UInt8>? {
        let word = tape[Int(node.place)]
        if word.isContainer || word.kind == .escapedString { return nil }
        return UnsafeBufferPointer(rebasing: bytes[word.offset..<word.offset + word.length])
    }

    /// As ``JSONDocument/text(of:)``.
    @usableFromInline
    package func text(of node: Node) -> String {
        let word = tape[Int(node.place)]
        if word.kind == .escapedString {
            return String(decoding: JSONEscapes.removed(bytes, word.offset, word.length), as: UTF8.self)
        }
        return plainText(of: node).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// The bytes of ``text(of:)``.
    @inlinable
    package func withText<Result>(of node: Node, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let text = plainText(of: node) { return body(text) }
        return Array(text(of: node).utf8).withUnsafeBufferPointer(body)
    }
}
