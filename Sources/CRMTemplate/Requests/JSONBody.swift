// `PostValues` with RequestEncoding Json: an object or an array. Pure functions.

/// JSON bodies.
struct JSONBody {
    private let body: RequestBody
    private var writer = PieceWriter()

    /// The children as the members of an object. A lone `Object` without a key is the object itself (A13), a lone `Array`
    /// without a key makes the body an array. Empty when the root is not sent.
    static func text(of root: BodyNode, _ body: RequestBody) throws(RequestError) -> EvaluatedText {
        guard try body.isSent(root.guards, "PostValues", at: root.position) else { return EvaluatedText() }
        var json = JSONBody(body: body)
        switch root.content {
        case .object(let nodes):
            let members = try json.sent(nodes)
            if members.count == 1, let only = members.first, only.key.isEmpty, !only.node.isValue {
                try json.append(only.node, depth: 1)
            } else {
                try json.appendObject(members, depth: 1)
            }
        case .array(let nodes): try json.appendArray(nodes, depth: 1)
        case .value(let text, let type): try json.append(text, type, RequestBody.place(root))
        }
        return json.writer.finish()
    }

    private struct Member {
        let key: EvaluatedText
        let node: BodyNode
    }

    /// The children that are sent, with their keys. Of several with one key the last is: a reader of JSON would take one
    /// of them, and templates write one for each case.
    private func sent(_ nodes: [BodyNode]) throws(RequestError) -> [Member] {
        var members: [Member] = []
        for node in nodes {
            let place = RequestBody.place(node)
            guard try body.isSent(node.guards, place, at: node.position) else { continue }
            members.append(Member(key: try body.text(node.key, place), node: node))
        }
        var seen: Set<[UInt8]> = []
        var kept: [Member] = []
        for member in members.reversed() where seen.insert(Array(member.key.text.utf8)).inserted {
            kept.append(member)
        }
        return kept.reversed()
    }

    private mutating func appendObject(_ members: [Member], depth: Int) throws(RequestError) {
        try checkDepth(depth)
        writer.appendStructure("{")
        var isFirst = true
        for member in members {
            if !isFirst { writer.appendStructure(",") }
            isFirst = false
            appendString(member.key)
            writer.appendStructure(":")
            try append(member.node, depth: depth + 1)
        }
        writer.appendStructure("}")
        try body.check(writer.byteCount)
    }

    private mutating func appendArray(_ nodes: [BodyNode], depth: Int) throws(RequestError) {
        try checkDepth(depth)
        writer.appendStructure("[")
        var isFirst = true
        for node in nodes where try body.isSent(node.guards, RequestBody.place(node), at: node.position) {
            if !isFirst { writer.appendStructure(",") }
            isFirst = false
            try append(node, depth: depth + 1)
        }
        writer.appendStructure("]")
        try body.check(writer.byteCount)
    }

    private mutating func append(_ node: BodyNode, depth: Int) throws(RequestError) {
        switch node.content {
        case .object(let nodes): try appendObject(try sent(nodes), depth: depth)
        case .array(let nodes): try appendArray(nodes, depth: depth)
        case .value(let text, let type): try append(text, type, RequestBody.place(node))
        }
    }

    private func checkDepth(_ depth: Int) throws(RequestError) {
        if depth > body.limits.bodyDepth {
            throw RequestError(.tooLarge, "the body is nested deeper than \(body.limits.bodyDepth) levels")
        }
    }

    // MARK: - Values

    /// The value as its type wants it; what cannot be converted is `null` (A12), because half a number would be a wrong
    /// one.
    private mutating func append(
        _ expression: TextExpression, _ type: BodyNode.ValueType, _ place: String
    ) throws(RequestError) {
        let text = try body.text(expression, place)
        let converted: String?
        switch type {
        case .string, .dateTime:
            appendString(text)
            try body.check(writer.byteCount)
            return
        case .integer: converted = NumberText.integer(text.text)
        case .double: converted = NumberText.decimal(text.text)
        case .boolean: converted = NumberText.boolean(text.text)
        }
        if let converted {
            writer.begin(text.origins)
            writer.append(converted.utf8)
        } else {
            writer.appendStructure("null")
            body.recorder?.note("\(place) is empty or no \(type.rawValue): null is sent")
        }
    }

    /// A string with what RFC 8259 §7 wants escaped.
    private mutating func appendString(_ text: EvaluatedText) {
        writer.appendStructure("\"")
        for piece in text.pieces {
            writer.begin(piece.origins)
            for byte in piece.text.utf8 { JSONEscape.append(byte, to: &writer) }
        }
        writer.appendStructure("\"")
    }
}

/// Escapes of JSON strings.
enum JSONEscape {
    /// Appends a byte of a string, escaped if it must be.
    static func append(_ byte: UInt8, to writer: inout PieceWriter) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            writer.append(UInt8(ascii: "\\"))
            writer.append(byte)
        case 0x08: writer.append("\\b".utf8)
        case 0x09: writer.append("\\t".utf8)
        case 0x0A: writer.append("\\n".utf8)
        case 0x0C: writer.append("\\f".utf8)
        case 0x0D: writer.append("\\r".utf8)
        case 0..<0x20:
            writer.append("\\u00".utf8)
            writer.append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
            let low = byte & 15
            writer.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") - 10 + low)
        default: writer.append(byte)
        }
    }
}

extension BodyNode {
    fileprivate var isValue: Bool {
        switch content {
        case .value: true
        case .object, .array: false
        }
    }
}
