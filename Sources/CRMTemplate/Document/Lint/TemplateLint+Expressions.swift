// Expressions: what cannot be read, conditions that never change, texts of strangers with several passes, defaults that are
// not expanded.

extension TemplateLint {
    mutating func checkExpressions() {
        for site in sites {
            if let error = site.error {
                report(error, at: site.text.position(error.offset, in: source))
            } else if site.use == .condition, isConstant(site) {
                report(
                    .warning, .constantCondition, at: site.text.start(in: source),
                    "the condition reads no variable and is always the same",
                    hint: "variables stand in brackets: [CallType]==Inbound")
            }
        }
    }

    /// Whether nothing in it is a variable: a bare word is one only if it is set.
    private func isConstant(_ site: ExpressionSite) -> Bool {
        let names: Set<String> =
            switch site.owner {
            case .scenario(let index): flow.names(in: index)
            case .template, .parameter: flow.common
            }
        return !site.references.contains { $0.isCertain || names.contains($0.name) || names.contains($0.minuend ?? "") }
    }

    private mutating func report(_ error: ExpressionError, at position: SourcePosition, hint: String? = nil) {
        let code: DiagnosticCode =
            switch error.code {
            case "unknown-function": .unknownFunction
            case "unknown-method": .unknownMethod
            default: .badExpression
            }
        report(.error, code, at: position, error.message, hint: hint)
    }

    // MARK: - Passes

    mutating func checkPasses() {
        let defaults = Dictionary(
            template.parameters.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { _, last in last })
        var readings: [String: Set<String>] = [:]
        for site in sites where site.error == nil {
            guard case .scenario(let index) = site.owner, !isFull else { continue }
            for reference in site.references where reference.isCertain {
                if site.passes > 1, Occasion.prose.contains(reference.name) {
                    report(
                        .warning, .passesOfData, at: site.text.position(reference.offset, in: source),
                        "\(reference.name) is read with \(site.passes) passes: 3CX would take what a stranger wrote for "
                            + "expressions", hint: "write Passes=\"1\"")
                }
                guard let parameter = defaults[reference.name.lowercased()], hasExpressions(parameter) else { continue }
                if site.passes > 1 {
                    let own = template.scenarios[index].variables.map(\.name)
                    readings[parameter.name, default: []].formUnion(flow.names(in: index, own: own))
                } else if !isOverwritten(parameter.name, index) {
                    report(
                        .warning, .unexpandedDefault, at: site.text.position(reference.offset, in: source),
                        "the default of \(parameter.name.cut) has expressions in it, which stay as they are written",
                        hint: "write Passes=\"2\": the first pass gives the text, the second its variables")
                }
            }
        }
        for parameter in template.parameters {
            if let names = readings[parameter.name] { checkDefault(parameter, names) }
        }
    }

    private func hasExpressions(_ parameter: Parameter) -> Bool {
        guard parameter.kind == .string || parameter.kind == .list else { return false }
        let text = TextExpression(parameter.defaultValue)
        return text.error != nil || text.references.contains(where: \.isCertain)
    }

    /// Whether a variable of the scenario or of one before it has taken the parameter's name.
    private func isOverwritten(_ name: String, _ index: Int) -> Bool {
        flow.sights[index].inherited.contains(name) || template.scenarios[index].variables.contains { $0.name == name }
    }

    /// The default of a parameter whose text is read as an expression.
    private mutating func checkDefault(_ parameter: Parameter, _ names: Set<String>) {
        let text = TextExpression(parameter.defaultValue)
        let start = place(parameter.position, "Default")
        let source = source
        if let error = text.error {
            return report(
                error, at: source.position(inValueAt: error.offset, startingAt: start),
                hint:
                    "the default is read as an expression where \(parameter.name.cut) is used with more passes than one"
            )
        }
        for reference in text.references {
            checkName(reference, names, nil, at: source.position(inValueAt: reference.offset, startingAt: start))
        }
    }
}
