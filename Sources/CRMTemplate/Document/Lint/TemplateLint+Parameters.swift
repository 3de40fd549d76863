// Parameters: names, defaults, what OAuth needs.

extension TemplateLint {
    /// What the parts of a template agree to call the group that is always shown.
    private static let generalGroup = "General Configuration"

    mutating func checkParameters() {
        var first: [String: Parameter] = [:]
        let parents = Set(template.parameters.map(\.parent))
        for parameter in template.parameters {
            if let other = first[parameter.name] {
                report(
                    .warning, .duplicateParameter, at: place(parameter.position, "Name"),
                    "a second parameter is called \(parameter.name.cut)",
                    hint: "the first one is in line \(other.position.line); remove one of them")
            }
            first[parameter.name] = parameter
            if parameter.parent.isEmpty, !parents.contains(parameter.name) {
                report(
                    .note, .hiddenParameter, at: parameter.position,
                    "3CX V20 does not show \(parameter.name.cut): it has no Parent",
                    hint: "add Parent=\"\(Self.generalGroup)\"")
            }
            checkName(parameter)
            checkDefault(parameter)
            if parameter.oauth != nil { checkOAuth(parameter) }
        }
    }

    private mutating func checkName(_ parameter: Parameter) {
        let taken = Occasion.predefined + Occasion.allCases.flatMap(\.variables)
        guard taken.contains(parameter.name) else { return }
        let occasions = Occasion.allCases.filter { $0.variables.contains(parameter.name) }.map(\.words)
        report(
            .warning, .shadowedName, at: place(parameter.position, "Name"),
            "\(parameter.name) is also set by "
                + (occasions.isEmpty ? "the engine itself" : occasions.joined(separator: ", ")),
            hint: "give the parameter another name")
    }

    private mutating func checkDefault(_ parameter: Parameter) {
        let value = parameter.defaultValue
        guard !value.isEmpty else { return }
        let expected: String? =
            switch parameter.kind {
            case .boolean: ["true", "false"].contains(value.lowercased()) ? nil : "True or False"
            case .integer: value.contains("[") || Int(value) != nil ? nil : "a whole number"
            case .double: value.contains("[") || Double(value) != nil ? nil : "a number"
            case .list:
                parameter.listValues.isEmpty || parameter.listValues.contains(value) ? nil : "one of ListValues"
            case .string, .password, .dateTime, .oauth: nil
            }
        guard let expected else { return }
        report(
            .warning, .badDefault, at: place(parameter.position, "Default"),
            "the default of \(parameter.name.cut) must be \(expected)",
            hint: parameter.kind == .list
                ? "write one of \(parameter.listValues.prefix(6).joined(separator: ", "))" : nil)
    }

    private mutating func checkOAuth(_ parameter: Parameter) {
        let names = Set(
            sites.filter { $0.owner == .parameter(parameter.name) && $0.use == .oauth }
                .flatMap(\.references).map { $0.name.lowercased() })
        for (name, meaning) in [
            ("State", "by which the answer is known to belong to the question"),
            ("RedirectUri", "to which the user comes back"),
        ]
        where !names.contains(name.lowercased()) && !names.contains("escaped" + name.lowercased()) {
            report(
                .warning, .oauthIncomplete, at: place(parameter.position, "RequestUrlParameters"),
                "the OAuth parameter \(parameter.name.cut) does not send [\(name)], \(meaning)",
                hint: "add \(name == "State" ? "state" : "redirect_uri")=[\(name)] to RequestUrlParameters")
        }
    }
}
