// The answer of a CRM as a tree of arrays, objects and leaves. Immutable.

internal import JSONText

/// An answer, JSON or XML, as one tree (spec 4.2).
package struct ResponseTree: Sendable {
    /// What there is of a body that is not empty.
    final class Content: Sendable {
        let document: JSONDocument
        /// Whether it was XML: an element with attributes and a text is an object that has the text under this name.
        let textName: JSONName?
        let limits: ResponseLimits
        let style: PathStyle

        init(_ document: JSONDocument, textName: JSONName?, limits: ResponseLimits, style: PathStyle) {
            self.document = document
            self.textName = textName
            self.limits = limits
            self.style = style
        }
    }

    let content: Content?

    /// The tree of an empty body: no records, no values.
    package static let empty = ResponseTree(content: nil)

    init(content: Content?) { self.content = content }

    /// The tree of a JSON body; one that is empty or only white space is the empty tree. A byte order mark is skipped,
    /// of names that come twice in an object the last counts, a lone surrogate is U+FFFD.
    package init(
        json: [UInt8], limits: ResponseLimits = .standard, style: PathStyle = .names
    ) throws(ResponseError) {
        try limits.check(json)
        if Self.isBlank(json) {
            self.init(content: nil)
            return
        }
        let document: JSONDocument
        do {
            document = try JSONDocument(
                parsing: json, limits: JSONLimits(depth: limits.depth, values: limits.values), reading: .tolerant)
        } catch {
            throw ResponseError(error)
        }
        self.init(content: Content(document, textName: nil, limits: limits, style: style))
    }

    /// The tree of an XML body (see ``XMLAnswer``); one that is empty or only white space is the empty tree.
    package init(
        xml: [UInt8], limits: ResponseLimits = .standard, style: PathStyle = .names
    ) throws(ResponseError) {
        try limits.check(xml)
        if Self.isBlank(xml) {
            self.init(content: nil)
            return
        }
        let root: XMLElement
        do {
            root = try XMLElement.read(xml, limits: limits.xml)
        } catch {
            throw ResponseError(error)
        }
        let document: JSONDocument
        do {
            // An element can make an object and an array: what the reader has let through has to fit.
            document = try JSONDocument(
                parsing: XMLAnswer.json(of: root), limits: JSONLimits(depth: JSONLimits.deepestDepth, values: .max))
        } catch {
            throw ResponseError(error)
        }
        self.init(
            content: Content(document, textName: JSONName(XMLAnswer.textName), limits: limits, style: style))
    }

    private static func isBlank(_ body: [UInt8]) -> Bool {
        body.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }

    /// Whether the body was empty.
    package var isEmpty: Bool { content == nil }

    /// The part of the answer that is the record, as JSON text: the innermost element in which all its choices are.
    package func json(of record: Record) -> [UInt8] {
        let document = record.content.document
        return Array(document.bytes[document.range(of: record.element ?? document.root)])
    }
}

extension ResponseTree.Content {
    private static let yes = Array("True".utf8)
    private static let no = Array("False".utf8)

    /// The text of a leaf as templates see it: Booleans are `True` and `False`, null is empty, numbers are as sent. nil
    /// for an object or array.
    func withLeafText<Result>(
        of node: JSONDocument.Node, _ view: JSONView, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result? {
        switch view.kind(of: node) {
        case .string, .number: view.withText(of: node, body)
        case .boolean(let flag): (flag ? Self.yes : Self.no).withUnsafeBufferPointer(body)
        case .null: body(UnsafeBufferPointer(start: nil, count: 0))
        case .array: nil
        case .object: text(of: node, view).map { view.withText(of: $0, body) }
        }
    }

    /// The text of an XML element that has attributes besides.
    func text(of node: JSONDocument.Node, _ view: JSONView) -> JSONDocument.Node? {
        guard let textName, let text = withUnsafePointer(to: textName, { view.member($0, of: node) }),
            view.kind(of: text) == .string
        else { return nil }
        return text
    }
}

extension ResponseError {
    init(_ error: JSONSyntaxError) {
        self.init(
            code: "invalid-json", message: "expected \(error.expected), found \(error.found)",
            position: SourcePosition(line: error.line, column: error.column))
    }
}

extension ResponseError {
    init(_ error: XMLError) {
        self.init(
            code: error.kind == .tooLarge ? "too-large" : "invalid-xml", message: error.message,
            position: error.position)
    }
}

extension ResponseLimits {
    /// The same bounds for XML, within what its reader stands for.
    fileprivate var xml: XMLLimits {
        XMLLimits(
            bytes: bytes, depth: depth, nodes: min(values, XMLLimits.response.nodes),
            attributes: XMLLimits.response.attributes)
    }

    fileprivate func check(_ body: [UInt8]) throws(ResponseError) {
        guard body.count > bytes else { return }
        throw ResponseError(
            code: "too-large", message: "expected at most \(bytes) bytes, found \(body.count)", position: nil)
    }
}
