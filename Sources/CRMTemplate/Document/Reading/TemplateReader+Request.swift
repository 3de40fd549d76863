// From the tree of a file to a typed template: what a scenario sends.

internal import HTTPWire

extension TemplateReader {
    mutating func request(_ element: XMLElement) -> RequestTemplate {
        check(element, .request)
        _ = required("Url", of: element)
        let url = expression(
            element["Url"].map { PlacedText($0).trimmed } ?? PlacedText(absentAt: element.position), .url)
        let method: RequestTemplate.Method = enumeration("RequestType", of: element, default: .get)
        let encoding: RequestTemplate.Encoding = enumeration("RequestEncoding", of: element, default: .urlEncoded)
        let message = expression(
            element["Message"], of: element, .message, passes: integer("MessagePasses", of: element) ?? 0)
        let headers = all("Headers", of: element).flatMap { read($0, .headers, "Value") }
        let values = only("PostValues", of: element)
        let body = values.flatMap { postValues($0) }
        checkBody(element, method, encoding, message, body)
        return RequestTemplate(
            url: url, method: method, encoding: encoding,
            contentType: text("RequestContentType", of: element).trimmed, message: message.isEmpty ? nil : message,
            responseType: enumeration("ResponseType", of: element, default: .json),
            skipIf: condition(element["SkipIf"]), headers: headers.compactMap { header($0) }, postValues: body,
            position: element.position)
    }

    private mutating func checkBody(
        _ element: XMLElement, _ method: RequestTemplate.Method, _ encoding: RequestTemplate.Encoding,
        _ message: TextExpression, _ body: BodyNode?
    ) {
        if let body, !message.isEmpty {
            report(
                .warning, .messageAndValues, at: element["Message"]?.position ?? element.position,
                "the request has Message and PostValues; only PostValues is sent",
                hint: "remove Message, or <PostValues> in line \(body.position.line)")
        }
        if method == .get, body != nil || !message.isEmpty {
            // Without RequestType it is most likely meant as a Post.
            let isChosen = element["RequestType"]?.value.trimmed.isEmpty == false
            report(
                isChosen ? .warning : .error, .bodyOfGet,
                at: body?.position ?? element["Message"]?.position ?? element.position,
                isChosen
                    ? "a Get request has no body: this is not sent"
                    : "a request without RequestType is a Get, which has no body: this is not sent",
                hint: "write RequestType=\"Post\", or put the values into Url")
        }
        if encoding == .urlEncoded, method != .get, let body, case .object(let parts) = body.content {
            for part in parts {
                switch part.content {
                case .value: break
                case .object, .array:
                    report(
                        .warning, .nestedForm, at: part.position,
                        "a form (RequestEncoding UrlEncoded) cannot hold objects and arrays",
                        hint: "write RequestEncoding=\"Json\"")
                }
            }
        }
    }

    private mutating func header(_ element: XMLElement) -> RequestTemplate.Header? {
        check(element, .header)
        let name = text("Key", of: element).trimmed
        guard !name.isEmpty else {
            report(
                .error, .badKey, at: element["Name"]?.position ?? element.position, "a header has no Key",
                hint: "add Key=\"Authorization\" or what else")
            return nil
        }
        if !name.utf8.allSatisfy(ByteClass.isToken) {
            report(
                .error, .badKey, at: element["Key"]?.valuePosition ?? element.position,
                "\"\(name.cut)\" is no name of a header: the request is refused",
                hint: "header names have letters, digits and '-' and no blank, colon or bracket")
        }
        let value = expression(
            PlacedText(textOf: element).trimmed, .header(name), passes: integer("Passes", of: element) ?? 0)
        return RequestTemplate.Header(name: name, value: value, guards: guards(element))
    }

    private mutating func guards(_ element: XMLElement) -> NodeGuards {
        NodeGuards(sendIf: condition(element["If"]), skipIf: condition(element["SkipIf"]))
    }

    // MARK: - Body

    /// nil when it has no children.
    private mutating func postValues(_ element: XMLElement) -> BodyNode? {
        check(element, .postValues)
        let nodes = element.elements.filter { ElementShape.postValues.children.contains($0.name) }
        // A lone group without a Key is the root itself (A13).
        let isRoot = nodes.count == 1 && nodes[0].name != "Value"
        let parts = nodes.map { body($0, needsKey: !isRoot) }
        guard !parts.isEmpty else { return nil }
        return BodyNode(
            key: expression(element["Key"], of: element, .bodyKey), content: .object(parts), guards: guards(element),
            position: element.position)
    }

    private mutating func body(_ element: XMLElement, needsKey: Bool, isInArray: Bool = false) -> BodyNode {
        let key = expression(element["Key"], of: element, .bodyKey)
        if key.isEmpty, needsKey {
            let name = element["Name"]
            report(
                .error, .badKey, at: name?.position ?? element["Key"]?.valuePosition ?? element.position,
                "<\(element.name)> has no Key" + (name == nil ? "" : ": Name is not read"),
                hint: name.map { "write Key=\"\($0.value.cut)\" instead of Name" }
                    ?? "add Key=\"…\": without it the CRM cannot tell what the value is")
        } else if !key.isEmpty, isInArray {
            report(
                .warning, .badKey, at: element["Key"]?.position ?? element.position,
                "elements of an array have no Key; it is ignored", hint: "write Key=\"\"")
        }
        let content: BodyNode.Content
        switch element.name {
        case "Object":
            check(element, .bodyGroup)
            content = .object(parts(of: element, needsKey: true))
        case "Array":
            check(element, .bodyGroup)
            content = .array(parts(of: element, needsKey: false, isInArray: true))
        default: content = value(element)
        }
        return BodyNode(key: key, content: content, guards: guards(element), position: element.position)
    }

    private mutating func parts(of element: XMLElement, needsKey: Bool, isInArray: Bool = false) -> [BodyNode] {
        element.elements.filter { ElementShape.bodyGroup.children.contains($0.name) }
            .map { body($0, needsKey: needsKey, isInArray: isInArray) }
    }

    /// A value; also one whose type says that it should have been an object or array.
    private mutating func value(_ element: XMLElement) -> BodyNode.Content {
        if let type = element["Type"],
            let group = ["object": "Object", "array": "Array"][type.value.trimmed.lowercased()],
            element.elements.contains(where: { ElementShape.bodyGroup.children.contains($0.name) })
        {
            report(
                .error, .unknownValue, at: type.valuePosition, "a value has no parts; <\(group)> has",
                hint: "write <\(group) Key=\"…\"> instead of <Value Type=\"\(type.value)\">; it is read so")
            check(element, .bodyValue, besides: ElementShape.bodyGroup.children)
            return group == "Object"
                ? .object(parts(of: element, needsKey: true))
                : .array(parts(of: element, needsKey: false, isInArray: true))
        }
        check(element, .bodyValue)
        let type: BodyNode.ValueType = enumeration("Type", of: element, default: .string, isUsableAnyway: true)
        return .value(
            expression(PlacedText(textOf: element), .bodyValue, passes: integer("Passes", of: element) ?? 0), type)
    }
}
