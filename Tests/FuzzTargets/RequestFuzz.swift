internal import CCurl
internal import CRMTemplate
internal import HTTPWire
internal import JSONText

/// Requests. Parts: the URL, a header's value and a message as templates write them, the values of `[X]` and `[Y]`, which
/// are data, and that of `[P]`, a parameter.
enum RequestFuzz {
    static func failure(_ bytes: [UInt8]) -> String? {
        let parts = FuzzParts(bytes)
        let x = parts.text(3)
        let y = parts.text(4)
        var scope = VariableScope()
        scope.set("X", Variable(.text(x), .data))
        scope.set("Y", Variable(.text(y), .data))
        scope.set("P", Variable(.text(parts.text(5)), .parameter))
        let context = EvaluationContext(scope: scope)
        return address(parts.text(0), parts.text(1), context) ?? objects(x, y, context) ?? forms(x, y, context)
            ?? messages(parts.text(2), context)
    }

    // MARK: - Addresses and headers

    private static func address(_ url: String, _ header: String, _ context: EvaluationContext) -> String? {
        let template = request(
            url: url, headers: [RequestTemplate.Header(name: "X-A", value: TextExpression(header), guards: none)])
        guard
            let request = try? RequestBuilder.build(
                template, context: context, credentials: .none, recorder: nil)
        else { return nil }
        for header in request.headers
        where header.value.text.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
            return "a header holds a control character"
        }
        let text = request.url.text
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !Array("\"<>\\^`{|}#".utf8).contains($0) }) else {
            return "a URL holds what no URL may hold"
        }
        let start = text.utf8.starts(with: "https://".utf8) ? 8 : 7
        let rest = Array(text.utf8.dropFirst(start))
        let authority = rest.prefix { $0 != 0x2F && $0 != 0x3F }
        var reached = 0
        for piece in request.url.pieces {
            if piece.origins.contains(.data), reached < start + authority.count { return "data names the authority" }
            reached += piece.text.utf8.count
        }
        return agreement(text, Array(authority))
    }

    /// The client that sends must read the same host out of the URL.
    private static func agreement(_ url: String, _ authority: [UInt8]) -> String? {
        guard let handle = curl_url() else { return nil }
        defer { curl_url_cleanup(handle) }
        // What curl refuses is not sent either.
        guard curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK else { return nil }
        var text: UnsafeMutablePointer<CChar>?
        if curl_url_get(handle, CURLUPART_USER, &text, 0) == CURLUE_OK {
            curl_free(text)
            return "the client finds a user in the URL"
        }
        guard curl_url_get(handle, CURLUPART_HOST, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        let host = Array(String(cString: text).utf8)
        // curl writes addresses in their shortest form, so only names can be compared.
        let isName = host.contains { (0x67...0x7A).contains($0 | 0x20) }
        if isName, !authority.map(ByteClass.lowered).starts(with: host.map(ByteClass.lowered)) {
            return "the client reads another host"
        }
        return nil
    }

    // MARK: - Bodies

    private static func objects(_ x: String, _ y: String, _ context: EvaluationContext) -> String? {
        let nodes = [
            value("a", "[X]"), value("[Y]-", "[X]"), value("n", "[X]", .integer), value("d", "[Y]", .double),
            value("b", "[X]", .boolean),
            BodyNode(
                key: TextExpression("l"), content: .array([value("", "[X][Y]"), value("", "[Y]", .integer)]),
                guards: none, position: nowhere),
        ]
        guard let body = body(.json, nodes, context) else { return nil }
        guard
            let object =
                (try? JSONValue(
                    parsing: Array(body.utf8), limits: JSONLimits(numberBytes: 1_024), duplicateKeys: .refuse))?.object
        else { return "a JSON body is none" }
        guard object.count == 6, object["a"]?.string.map({ Array($0.utf8) }) == Array(x.utf8) else {
            return "a JSON body says something else"
        }
        return object["l"]?.array?.first?.string.map { Array($0.utf8) } == Array((x + y).utf8)
            ? nil : "an array says something else"
    }

    private static func forms(_ x: String, _ y: String, _ context: EvaluationContext) -> String? {
        guard let body = body(.urlEncoded, [value("a", "[X]"), value("k[Y]", "[X][Y]")], context) else { return nil }
        let bytes = Array(body.utf8)
        guard let query = try? HTTPQuery(strict: bytes.span), query.pairs.count == 2 else {
            return "a form is none, or has other pairs"
        }
        let expected = [("a", x), ("k" + y, x + y)]
        for (pair, (name, value)) in zip(query.pairs, expected)
        where Array(pair.name.utf8) != Array(name.utf8) || Array(pair.value.utf8) != Array(value.utf8) {
            return "a form says something else"
        }
        return nil
    }

    private static func messages(_ message: String, _ context: EvaluationContext) -> String? {
        _ = try? RequestBuilder.build(
            request(message: message), context: context, credentials: .none, recorder: nil)
        let guarded = request(message: "{^^a^^: ^^[X]^^, \"b\": \"-[Y][X]\"}")
        guard
            let body = try? RequestBuilder.build(guarded, context: context, credentials: .none, recorder: nil).body,
            let value = try? JSONValue(parsing: Array(body.text.utf8), duplicateKeys: .refuse)
        else { return nil }
        return value.object?.members.map(\.name) == ["a", "b"] ? nil : "data added a member to a message"
    }

    // MARK: - Templates

    private static let nowhere = SourcePosition(line: 1, column: 1)
    private static let none = NodeGuards(sendIf: nil, skipIf: nil)

    private static func value(_ key: String, _ text: String, _ type: BodyNode.ValueType = .string) -> BodyNode {
        BodyNode(
            key: TextExpression(key), content: .value(TextExpression(text), type), guards: none, position: nowhere)
    }

    private static func body(
        _ encoding: RequestTemplate.Encoding, _ nodes: [BodyNode], _ context: EvaluationContext
    ) -> String? {
        let root = BodyNode(key: TextExpression(""), content: .object(nodes), guards: none, position: nowhere)
        return try? RequestBuilder.build(
            request(encoding: encoding, postValues: root), context: context, credentials: .none, recorder: nil
        ).body.text
    }

    private static func request(
        url: String = "https://crm.test/", encoding: RequestTemplate.Encoding = .json, message: String? = nil,
        headers: [RequestTemplate.Header] = [], postValues: BodyNode? = nil
    ) -> RequestTemplate {
        RequestTemplate(
            url: TextExpression(url), method: .post, encoding: encoding, contentType: "",
            message: message.map { TextExpression($0) }, responseType: .json, skipIf: nil, headers: headers,
            postValues: postValues, position: nowhere)
    }
}
