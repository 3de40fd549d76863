internal import CRMTemplate

/// Template files: what is read can be told, linted, shown, and asked for requests.
enum TemplateFuzz {
    static func failure(_ bytes: [UInt8]) -> String? {
        let document = TemplateDocument(bytes)
        if document.template == nil, !document.hasErrors { return "no template, and no error that says why" }
        if let failure = failure(document.diagnostics) { return failure }
        let source = SourceText(document.source)
        for diagnostic in document.diagnostics {
            if diagnostic.message.isEmpty || diagnostic.code.isEmpty { return "a diagnostic says nothing" }
            let text = DiagnosticText.render(diagnostic, file: "a.crm.xml", source: source, colour: false)
            // A template must not send commands to the terminal of whoever lints it.
            if text.utf8.contains(where: { $0 < 0x20 && $0 != 0x0A || $0 == 0x7F }) {
                return "a diagnostic shows a control"
            }
        }
        if let template = document.template {
            for scenario in template.scenarios {
                if let failure = failure(scenario) { return failure }
            }
        }
        guard let root = try? XMLElement.read(bytes) else {
            return document.template == nil ? nil : "a template was read out of what is no XML"
        }
        return failure(root)
    }

    private static func failure(_ diagnostics: [Diagnostic]) -> String? {
        var previous = SourcePosition(line: 1, column: 1)
        for diagnostic in diagnostics {
            if diagnostic.position < previous { return "diagnostics are out of order, or before the file" }
            previous = diagnostic.position
        }
        return nil
    }

    private static func failure(_ scenario: Scenario) -> String? {
        let context = EvaluationContext(scope: VariableScope(), limits: limits)
        _ = try? scenario.entityOrder.evaluate(context)
        if let request = scenario.request {
            _ = try? request.skipIf?.evaluate(context)
            _ = try? RequestBuilder.build(request, context: context, credentials: .none, recorder: nil)
        }
        for output in scenario.outputs?.outputs ?? [] { _ = try? output.value.evaluate(context) }
        for variable in scenario.variables where variable.path.text.first?.isWhitespace == true {
            return "a path is not trimmed"
        }
        return nil
    }

    private static let limits = ExpressionLimits(
        sourceBytes: 16_384, nestingDepth: 64, steps: 5_000, outputBytes: 16_384, passes: 4)

    private static func failure(_ element: XMLElement) -> String? {
        if element.name.isEmpty { return "an element has no name" }
        for attribute in element.attributes where attribute.valuePosition < attribute.position {
            return "a value stands before its attribute"
        }
        for child in element.elements {
            if child.position < element.position { return "an element stands before the one it is in" }
            if let failure = failure(child) { return failure }
        }
        return nil
    }
}
