// How the reader takes single values out of the tree: texts, numbers, enumerations, expressions, and children; and what it
// says about those it does not know.

import Platform

extension TemplateReader {
    mutating func report(
        _ severity: Diagnostic.Severity, _ code: DiagnosticCode, at position: SourcePosition, _ message: String,
        hint: String? = nil
    ) {
        // A file of nothing but faults must not give a report larger than itself.
        guard diagnostics.count < TemplateLint.diagnosticsMax else { return }
        diagnostics.append(Diagnostic(severity, code, at: position, message, hint: hint))
    }

    // MARK: - Attributes

    func text(_ name: String, of element: XMLElement) -> String { element[name]?.value ?? "" }

    /// Reports an error when it is absent or empty, which is the same (spec 1).
    mutating func required(_ name: String, of element: XMLElement) -> String {
        let value = text(name, of: element)
        if value.trimmed.isEmpty {
            report(
                .error, .missingAttribute, at: element[name]?.valuePosition ?? element.position,
                "\(element.name) has no \(name)", hint: "add \(name)=\"…\"")
        }
        return value
    }

    mutating func integer(_ name: String, of element: XMLElement) -> Int? {
        guard let attribute = element[name], !attribute.value.trimmed.isEmpty else { return nil }
        if let value = Int(attribute.value.trimmed) { return value }
        report(
            .warning, .badInteger, at: attribute.valuePosition,
            "\(name) must be a whole number, found \"\(attribute.value.cut)\"", hint: "it is taken for absent")
        return nil
    }

    mutating func boolean(_ name: String, of element: XMLElement) -> Bool {
        guard let attribute = element[name] else { return false }
        switch attribute.value.trimmed {
        case "true", "1": return true
        case "", "false", "0": return false
        case let value where value.lowercased() == "true" || value.lowercased() == "false":
            spelling(attribute, value.lowercased())
            return value.lowercased() == "true"
        default:
            report(
                .error, .unknownValue, at: attribute.valuePosition,
                "\(name) must be true or false, found \"\(attribute.value.cut)\"", hint: "it is taken for false")
            return false
        }
    }

    /// - Parameter isUsableAnyway: whether the default serves as well as the value could.
    mutating func enumeration<Value: RawRepresentable & CaseIterable>(
        _ name: String, of element: XMLElement, default fallback: Value, isUsableAnyway: Bool = false
    ) -> Value where Value.RawValue == String {
        guard let attribute = element[name], !attribute.value.trimmed.isEmpty else { return fallback }
        let written = attribute.value.trimmed
        if let value = Value(rawValue: written) { return value }
        if let value = Value.allCases.first(where: { $0.rawValue.lowercased() == written.lowercased() }) {
            spelling(attribute, value.rawValue)
            return value
        }
        let names = Value.allCases.map(\.rawValue)
        let known = names.joined(separator: ", ")
        report(
            isUsableAnyway ? .warning : .error, .unknownValue, at: attribute.valuePosition,
            "\"\(written.cut)\" is no \(name) of \(element.name); known are \(known)",
            hint: Suggestion.slip(written, among: names).map { "did you mean \($0)?" }
                ?? "it is taken for \(fallback.rawValue)")
        return fallback
    }

    /// Warns when a value is not written exactly as 3CX has it.
    mutating func spelling(_ attribute: XMLAttribute?, _ exact: String) {
        guard let attribute, attribute.value != exact else { return }
        report(
            .warning, .enumerationCase, at: attribute.valuePosition,
            "\"\(attribute.value.cut)\" is accepted here, but 3CX knows \"\(exact)\" only",
            hint: "write \(attribute.name)=\"\(exact)\"")
    }

    // MARK: - Expressions

    mutating func expression(
        _ attribute: XMLAttribute?, of element: XMLElement, _ use: ExpressionSite.Use, passes: Int = 1
    ) -> TextExpression {
        expression(attribute.map { PlacedText($0) } ?? PlacedText(absentAt: element.position), use, passes: passes)
    }

    mutating func expression(_ text: PlacedText, _ use: ExpressionSite.Use, passes: Int = 1) -> TextExpression {
        let expression = TextExpression(text.text, passes: passes)
        note(text, use, passes, expression.references, expression.error)
        return expression
    }

    /// nil when it is absent or empty.
    mutating func condition(_ attribute: XMLAttribute?) -> ConditionExpression? {
        guard let attribute, !attribute.value.trimmed.isEmpty else { return nil }
        let condition = ConditionExpression(attribute.value)
        note(PlacedText(attribute), .condition, 1, condition.references, condition.error)
        return condition
    }

    mutating func number(_ attribute: XMLAttribute?) -> NumberExpression {
        let number = NumberExpression(attribute?.value ?? "")
        guard let attribute else { return number }
        note(PlacedText(attribute), .number, 1, number.references, number.error)
        let text = attribute.value.trimmed
        if !text.isEmpty, !text.contains("["), number.error == nil, Int64(text) == nil {
            report(
                .warning, .badInteger, at: attribute.valuePosition,
                "\(attribute.name) is no number: \"\(text.cut)\"", hint: "write a number, or [MaxLength]")
        }
        return number
    }

    private mutating func note(
        _ text: PlacedText, _ use: ExpressionSite.Use, _ passes: Int, _ references: [VariableReference],
        _ error: ExpressionError?
    ) {
        guard !text.isEmpty else { return }
        sites.append(
            ExpressionSite(
                use: use, owner: owner, text: text, passes: max(1, passes), references: references, error: error))
    }

    // MARK: - Children

    /// The first child of that name; the others are reported.
    mutating func only(_ name: String, of element: XMLElement) -> XMLElement? {
        let found = element.elements.filter { $0.name == name }
        for extra in found.dropFirst() {
            report(
                .warning, .duplicateElement, at: extra.position, "a second <\(name)> in <\(element.name)> is ignored",
                hint: "the first one is in line \(found[0].position.line); keep one")
        }
        return found.first
    }

    /// All children of that name, of which there should be one; they are taken together.
    mutating func all(_ name: String, of element: XMLElement) -> [XMLElement] {
        let found = element.elements.filter { $0.name == name }
        for extra in found.dropFirst() {
            report(
                .warning, .duplicateElement, at: extra.position,
                "a second <\(name)> in <\(element.name)>; 3CX knows one",
                hint: "it is read as if it were part of the first one, in line \(found[0].position.line): join them")
        }
        return found
    }

    /// The elements that a template may have of a kind; an error says that there are more.
    mutating func within(_ limit: Int, _ elements: [XMLElement], _ kind: String) -> [XMLElement] {
        if elements.count > limit {
            report(
                .error, .hostileXML, at: elements[limit].position, "a template has at most \(limit) \(kind)",
                hint: "this one and all that follow are left out")
        }
        return Array(elements.prefix(limit))
    }

    /// Checks a list element and gives its children of one name.
    mutating func read(_ element: XMLElement, _ shape: ElementShape, _ child: String) -> [XMLElement] {
        check(element, shape)
        return element.elements.filter { $0.name == child }
    }

    // MARK: - What is not known

    /// Reports attributes, elements and texts that have no meaning in this element.
    mutating func check(_ element: XMLElement, _ shape: ElementShape, besides: [String] = []) {
        for attribute in element.attributes {
            check(attribute, of: element, shape)
            if attribute.prefix.isEmpty {
                places[element.position, default: [:]][attribute.name] = attribute.valuePosition
            }
        }
        for child in element.children {
            switch child {
            case .element(let child):
                if !shape.children.contains(child.name), !besides.contains(child.name) {
                    check(child, in: element, shape)
                }
            case .text(let text, let position):
                if !shape.hasText { stray(text, position, in: element) }
            }
        }
    }

    private mutating func check(_ attribute: XMLAttribute, of element: XMLElement, _ shape: ElementShape) {
        guard attribute.prefix.isEmpty else {
            // xsi:schemaLocation, xml:space: decoration.
            if attribute.prefix != "xsi", attribute.prefix != "xml" {
                report(
                    .note, .unknownAttribute, at: attribute.position,
                    "the attribute \(attribute.prefix):\(attribute.name) is ignored")
            }
            return
        }
        guard !shape.attributes.contains(attribute.name) else { return }
        if attribute.name.hasPrefix("t-") {
            report(
                .warning, .unrenderedTemplate, at: attribute.position,
                "\(attribute.name) is an instruction of Odoo's QWeb, which nobody has carried out",
                hint: "save the template as Odoo renders it, not its source")
        } else if attribute.name == "Name", shape.isKeyed {
            // That there is no Key is reported by itself; beside a Key a Name does no harm.
        } else if let meant = shape.aliases[attribute.name] {
            report(
                element[meant] == nil ? .error : .warning, .misnamedAttribute, at: attribute.position,
                "\(element.name) has no attribute \(attribute.name); it is ignored",
                hint: shape.attributes.contains(meant)
                    ? "write \(meant)=\"\(suggestion(attribute, meant))\"" : "write \(meant)")
        } else if let meant = Suggestion.slip(attribute.name, among: shape.attributes) {
            report(
                .error, .misnamedAttribute, at: attribute.position,
                "\(element.name) has no attribute \(attribute.name); it is ignored", hint: "did you mean \(meant)?")
        } else {
            report(
                .note, .unknownAttribute, at: attribute.position,
                "\(element.name) has no attribute \(attribute.name); it is ignored")
        }
    }

    /// The value of a misnamed attribute as the right one would have it.
    private func suggestion(_ attribute: XMLAttribute, _ meant: String) -> String {
        guard meant == "RequestType" else { return attribute.value.cut }
        return RequestTemplate.Method.allCases.map(\.rawValue).first { $0.lowercased() == attribute.value.lowercased() }
            ?? "Post"
    }

    private mutating func check(_ child: XMLElement, in element: XMLElement, _ shape: ElementShape) {
        if let hint = ElementShape.inventions[child.name],
            ElementShape.homes[child.name] == nil || element.name == "Request"
        {
            report(
                .warning, .misnamedElement, at: child.position, "<\(child.name)> in <\(element.name)> is ignored",
                hint: hint)
        } else if let home = ElementShape.homes[child.name] {
            report(
                .warning, .misplacedElement, at: child.position,
                "<\(child.name)> has no meaning in <\(element.name)> and is ignored", hint: "it belongs in \(home)")
        } else if let meant = Suggestion.slip(child.name, among: shape.children) {
            report(
                .error, .misnamedElement, at: child.position, "<\(child.name)> in <\(element.name)> is ignored",
                hint: "did you mean <\(meant)>?")
        } else {
            report(
                .note, .unknownElement, at: child.position, "<\(child.name)> in <\(element.name)> is ignored")
        }
    }

    /// Text where none belongs.
    mutating func stray(_ text: String, _ position: SourcePosition, in element: XMLElement) {
        let bytes = Array(text.utf8)
        guard let first = bytes.firstIndex(where: { $0 > 0x20 }) else { return }
        let place = source.position(inValueAt: first, startingAt: position)
        let words = text.trimmed
        if words.hasPrefix("```") {
            report(
                .warning, .strayText, at: place, "a Markdown fence (```) stands in <\(element.name)>",
                hint: "remove the lines with ```: the text was copied out of a chat or a document")
        } else {
            report(
                .warning, .strayText, at: place, "the text \"\(words.cut)\" in <\(element.name)> has no meaning",
                hint: "remove it, or make it a comment: <!-- … -->")
        }
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        let start = drop { $0.isWhitespace }
        return start.lastIndex { !$0.isWhitespace }.map { String(start[...$0]) } ?? ""
    }

    /// What a message can hold of a value: its first line, and not more than 40 characters.
    var cut: String {
        let line = prefix { !$0.isNewline }
        return line.count > 40 || line.count < count ? line.prefix(40) + "…" : String(line)
    }
}
