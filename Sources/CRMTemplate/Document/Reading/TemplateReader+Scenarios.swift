// From the tree of a file to a typed template: scenarios with their requests, rules, variables and outputs.

import Platform

extension TemplateReader {
    mutating func readScenarios(_ root: XMLElement) -> [Scenario] {
        let lists = all("Scenarios", of: root)
        if lists.isEmpty {
            report(
                .error, .noScenario, at: root.position, "the template has no <Scenarios>",
                hint: "add <Scenarios> with a <Scenario> for each thing that the CRM can do")
            return []
        }
        let elements = lists.flatMap { read($0, .scenarios, "Scenario") }
        if elements.isEmpty {
            report(
                .error, .noScenario, at: lists[0].position, "<Scenarios> has no <Scenario>",
                hint: "add a <Scenario> for each thing that the CRM can do")
        }
        return within(Self.scenariosMax, elements, "scenarios").enumerated().map { scenario($0.element, $0.offset) }
    }

    private mutating func scenario(_ element: XMLElement, _ index: Int) -> Scenario {
        owner = .scenario(index)
        check(element, .scenario)
        let kind = readKind(element)
        let request = only("Request", of: element)
        if request == nil, kind == .rest {
            report(
                .error, .missingElement, at: element.position, "the scenario has no <Request>",
                hint:
                    "add <Request Url=\"…\" RequestType=\"Get\" ResponseType=\"Json\" />: a scenario begins with a request"
            )
        }
        let groups = element.elements.filter { $0.name == "Rules" }.map { group($0) }
        let variables = all("Variables", of: element).flatMap { read($0, .variables, "Variable") }
        return Scenario(
            id: text("Id", of: element).trimmed, kind: kind, entityID: text("EntityId", of: element).trimmed,
            entityOrder: expression(element["EntityOrder"], of: element, .entityOrder),
            request: request.map { self.request($0) },
            // A <Rules> without a rule is none: what would never pass would make the whole scenario useless.
            ruleGroups: groups.filter { !$0.rules.isEmpty }, variables: variables.compactMap { variable($0) },
            outputs: only("Outputs", of: element).map { outputs($0) }, position: element.position, index: index)
    }

    private mutating func readKind(_ element: XMLElement) -> Scenario.Kind {
        guard let type = element["Type"], !type.value.trimmed.isEmpty else { return .rest }
        let known = ["REST", "SQLDatabase", "NoSQLDatabase"]
        let written = type.value.trimmed
        guard let exact = known.first(where: { $0.lowercased() == written.lowercased() }) else {
            report(
                .error, .unsupportedScenario, at: type.valuePosition,
                "\"\(written.cut)\" is no Type of a scenario; it never runs",
                hint: Suggestion.slip(written, among: known).map { "did you mean \($0)?" } ?? "write Type=\"REST\"")
            return .unknown(written)
        }
        spelling(type, exact)
        if exact == "REST" { return .rest }
        report(
            .warning, .unsupportedScenario, at: type.valuePosition,
            "scenarios of the type \(exact) are not supported yet: it is left out",
            hint: "the other scenarios of the template work")
        return .database(exact)
    }

    // MARK: - Rules and variables

    private mutating func group(_ element: XMLElement) -> RuleGroup {
        RuleGroup(rules: read(element, .rules, "Rule").map { rule($0) }, position: element.position)
    }

    private mutating func rule(_ element: XMLElement) -> RuleTemplate {
        check(element, .rule)
        if element["Type"]?.value.trimmed.isEmpty != false {
            report(
                .warning, .missingAttribute, at: element.position, "the rule has no Type",
                hint: "write Type=\"Any\", \"Number\" or \"Equals\"; it is taken for Any")
        }
        // A rule of an unknown type must not let everything pass.
        let isKnown = element["Type"]?.value.trimmed.isEmpty != false
        let kind: RuleTemplate.Kind = enumeration("Type", of: element, default: isKnown ? .any : .destinationEmail)
        let path = PlacedText(textOf: element).trimmed
        checkPath(path, element, isRule: true)
        let ethalon = expression(element["Ethalon"], of: element, .ethalon)
        switch kind {
        case .equals:
            if ethalon.isEmpty {
                report(
                    .warning, .missingEthalon, at: element.position,
                    "the rule compares with nothing: it has no Ethalon",
                    hint: "add Ethalon=\"…\"; as it is, only an empty text passes")
            }
        case .destinationEmail:
            if element["Type"]?.value.trimmed.lowercased() == "destinationemail" {
                report(
                    .warning, .destinationEmail, at: element["Type"]?.valuePosition ?? element.position,
                    "rules of the type DestinationEmail are not in use and never pass", hint: "remove the rule")
            }
        case .any, .number:
            if !ethalon.isEmpty {
                report(
                    .warning, .unusedEthalon, at: element["Ethalon"]?.position ?? element.position,
                    "Ethalon is only used by rules of the type Equals; this one is \(kind.rawValue)",
                    hint: "write Type=\"Equals\" to compare")
            }
        }
        return RuleTemplate(
            kind: kind, path: ResponsePath(path.text), ethalon: ethalon, position: element.position)
    }

    private mutating func variable(_ element: XMLElement) -> VariableTemplate? {
        check(element, .variable)
        let name = text("Name", of: element).trimmed
        guard !name.isEmpty else {
            report(
                .error, .missingAttribute, at: element.position, "a variable has no Name", hint: "add Name=\"…\"")
            return nil
        }
        if let lookup = element["LookupValue"], !lookup.value.trimmed.isEmpty {
            report(
                .warning, .lookupValue, at: lookup.position, "LookupValue has no known meaning and is ignored",
                hint: "remove it, or read the value by Path and <Filter>")
        }
        let path = variablePath(element)
        checkPath(path, element, isRule: false)
        let filters = element.elements.filter { $0.name == "Filter" }.flatMap { read($0, .filter, "Rule") }
        return VariableTemplate(
            name: name, path: ResponsePath(path.text), filter: filters.map { rule($0) }, position: element.position)
    }

    /// `Path`, or the text before the first child; other text is reported.
    private mutating func variablePath(_ element: XMLElement) -> PlacedText {
        var before: [XMLNode] = []
        var isBefore = true
        for child in element.children {
            switch child {
            case .element: isBefore = false
            case .text(let text, let position):
                if isBefore { before.append(child) } else { stray(text, position, in: element) }
            }
        }
        let text = PlacedText(
            textOf: XMLElement(name: "", attributes: [], children: before, position: element.position)
        ).trimmed
        guard let attribute = element["Path"], !attribute.value.trimmed.isEmpty else { return text }
        if !text.isEmpty, text.text != attribute.value.trimmed {
            report(
                .warning, .strayText, at: text.start(in: source),
                "the text \"\(text.text.cut)\" is ignored: the path is in the attribute", hint: "keep one of the two")
        }
        return PlacedText(attribute).trimmed
    }

    // MARK: - Outputs

    private mutating func outputs(_ element: XMLElement) -> OutputsTemplate {
        let outputs = read(element, .outputs, "Output")
        let next = text("Next", of: element).trimmed
        return OutputsTemplate(
            next: next.isEmpty ? nil : next, allowsEmpty: boolean("AllowEmpty", of: element),
            outputs: outputs.compactMap { output($0) }, position: element.position)
    }

    private mutating func output(_ element: XMLElement) -> OutputsTemplate.Output? {
        check(element, .output)
        let type = text("Type", of: element).trimmed
        guard !type.isEmpty else {
            report(
                .error, .missingAttribute, at: element.position, "an output has no Type",
                hint: "add Type=\"FirstName\" or what else it is")
            return nil
        }
        let value = expression(
            element["Value"], of: element, .output(type), passes: integer("Passes", of: element) ?? 0)
        return OutputsTemplate.Output(type: type, value: value, position: element.position)
    }

    // MARK: - Paths

    /// What no path can be meant to be (spec 4.2).
    private mutating func checkPath(_ path: PlacedText, _ element: XMLElement, isRule: Bool) {
        let text = path.text
        if text.isEmpty {
            report(
                .warning, .emptyPath, at: element.position,
                isRule
                    ? "the rule has no path: it asks whether there is an answer at all"
                    : "the variable has no path, and is empty",
                hint: isRule
                    ? "write the path between the tags: <Rule Type=\"Any\">contacts.id</Rule>"
                    : "add Path=\"contacts.name\"")
        } else if let what = Self.data(text) {
            report(
                .warning, .pathIsData, at: path.start(in: source), "\"\(text.cut)\" is \(what), not a path",
                hint: "a path leads to the value by the names in the answer: contacts.phone")
        } else if text == "$" || text.hasPrefix("$.") || text.contains("/") {
            report(
                .warning, .pathIsExpression, at: path.start(in: source),
                "paths are neither JSONPath nor XPath: \"\(text.contains("/") ? "/" : "$")\" is read as a letter",
                hint: "write the names from the root, joined by dots: contacts.phone")
        } else if let bracket = text.utf8.firstIndex(of: UInt8(ascii: "[")) {
            let offset = text.utf8.distance(from: text.startIndex, to: bracket)
            let digits = text[bracket...].dropFirst().prefix { $0.isASCII && $0.isNumber }
            let isPosition = !digits.isEmpty && text[digits.endIndex...].hasPrefix("]")
            report(
                .warning, isPosition ? .positionInPath : .pathIsExpression, at: path.position(offset, in: source),
                isPosition
                    ? "\"[\(digits.prefix(9))]\" is read as a part of a name: paths do not count elements"
                    : "paths are not expressions: \"[\" is read as a letter",
                hint: isPosition
                    ? "leave it out, an array is walked through by itself; choose among several with <Filter>"
                    : "write the path as it is in the answer")
        } else if let part = text.split(separator: ".", omittingEmptySubsequences: false).dropFirst().first(where: {
            $0 == "0"
        }) {
            report(
                .warning, .positionInPath,
                at: path.position(text.utf8.distance(from: text.startIndex, to: part.startIndex), in: source),
                "\"0\" is read as a name: paths do not count elements",
                hint: "leave it out when it means the first element of an array, which is walked through by itself")
        } else if let part = text.split(separator: ".", omittingEmptySubsequences: false).first(where: \.isEmpty) {
            report(
                .warning, .emptyPath,
                at: path.position(text.utf8.distance(from: text.startIndex, to: part.startIndex), in: source),
                "the path has an empty name in it", hint: "remove the '.' that is too much")
        }
    }

    /// What kind of value a path looks like; nil when it looks like a path.
    private static func data(_ path: String) -> String? {
        if path.contains("://") { return "an address" }
        if path.contains("@"), path.contains(".") { return "an e-mail address" }
        let digits = path.utf8.count { (0x30...0x39).contains($0) }
        let separators = path.utf8.count { "+-() /".utf8.contains($0) }
        if digits >= 3, digits + separators == path.utf8.count { return "a number" }
        if path.contains(",") { return "a text" }
        return nil
    }
}
