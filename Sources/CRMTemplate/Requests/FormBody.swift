// `PostValues` with RequestEncoding UrlEncoded: pairs in form coding. Pure functions.

/// Form bodies (`application/x-www-form-urlencoded`).
struct FormBody {
    private let body: RequestBody
    private var writer = PieceWriter()

    /// The children's keys and values in the order of the file, both escaped. A form has no levels: values inside an
    /// `Object` stand under their own keys, those inside an `Array` under the array's.
    static func text(of root: BodyNode, _ body: RequestBody) throws(RequestError) -> EvaluatedText {
        var form = FormBody(body: body)
        try form.append(root, key: nil, depth: 0)
        return form.writer.finish()
    }

    private mutating func append(_ node: BodyNode, key: EvaluatedText?, depth: Int) throws(RequestError) {
        guard depth <= body.limits.bodyDepth else {
            throw RequestError(.tooLarge, "the body is nested deeper than \(body.limits.bodyDepth) levels")
        }
        let place = RequestBody.place(node)
        guard try body.isSent(node.guards, place, at: node.position) else { return }
        switch node.content {
        case .object(let nodes):
            if depth > 0 { noteLevels() }
            for child in nodes { try append(child, key: nil, depth: depth + 1) }
        case .array(let nodes):
            if depth > 0 { noteLevels() }
            let key = try body.text(node.key, place)
            for child in nodes { try append(child, key: key, depth: depth + 1) }
        case .value(let value, _):
            let name = if let key { key } else { try body.text(node.key, place) }
            if writer.byteCount > 0 { writer.appendStructure("&") }
            escape(name)
            writer.appendStructure("=")
            escape(try body.text(value, place))
            try body.check(writer.byteCount)
        }
    }

    private func noteLevels() {
        body.recorder?.note("a form has no objects and arrays: their values are sent as pairs of their own")
    }

    /// Letters, digits and `-._~` stay, a blank becomes `+`, everything else is percent-encoded, as .NET writes forms.
    private mutating func escape(_ text: EvaluatedText) {
        for piece in text.pieces {
            writer.begin(piece.origins)
            for byte in piece.text.utf8 {
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "_"), UInt8(ascii: "~"):
                    writer.append(byte)
                case UInt8(ascii: " "): writer.append(UInt8(ascii: "+"))
                default: writer.appendEncoded(byte)
                }
            }
        }
    }
}
