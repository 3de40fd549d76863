// Variables that are read but that nothing sets.

import Platform

extension TemplateLint {
    mutating func checkVariables() {
        let source = source
        var said: Set<String> = []
        // What the requests and the outputs of each scenario see.
        let requests = template.scenarios.indices.map { flow.names(in: $0) }
        let outputs = template.scenarios.indices.map {
            requests[$0].union(template.scenarios[$0].variables.map(\.name))
        }
        let common = flow.common
        let oauth = common.union(["State", "RedirectUri"])
        for site in sites where site.error == nil {
            if isFull { return }
            let names: Set<String>
            let owner: Int?
            switch site.owner {
            case .template:
                (names, owner) = (common, nil)
            case .parameter:
                (names, owner) = (oauth, nil)
            case .scenario(let index):
                // What nothing runs is reported as that.
                guard !flow.sights[index].occasions.isEmpty else { continue }
                (names, owner) = (site.use.isOutput ? outputs[index] : requests[index], index)
            }
            for reference in site.references {
                // Once for each name and scenario.
                guard said.insert("\(owner ?? -1) \(reference.name)").inserted else { continue }
                checkName(reference, names, owner, at: site.text.position(reference.offset, in: source))
            }
        }
    }

    mutating func checkName(
        _ reference: VariableReference, _ names: Set<String>, _ owner: Int?,
        at position: @autoclosure () -> SourcePosition
    ) {
        guard reference.isCertain, !reference.name.isEmpty else { return }
        var name = reference.name
        var escape = ""
        if isSet(name, names, owner) { return }
        if let minuend = reference.minuend {
            if isSet(minuend, names, owner) { return }
            name = minuend
        }
        if name.hasPrefix("Escaped"), name.count > 7 {
            let plain = String(name.dropFirst(7))
            if isSet(plain, names, owner) { return }
            (name, escape) = (plain, "Escaped")
        }
        let lowered = name.lowercased()
        if let other = names.filter({ $0.lowercased() == lowered }).min() {
            report(
                .note, .variableCase, at: position(),
                "[\(reference.name.cut)] is [\(escape + other.cut)], written in another case",
                hint: "write [\(escape + other.cut)]")
            return
        }
        if let owner, flow.sights[owner].occasions.contains(where: { $0.middlewareVariables.contains(name) }) {
            report(
                .note, .middlewareVariable, at: position(),
                "[\(reference.name.cut)] is set by MiddlewareServer and not by 3CX, where it is empty")
            return
        }
        // The redirect of a provider may bring anything.
        if let owner, flow.sights[owner].occasions.contains(.oauthResponse), Suggestion.slip(name, among: names) == nil
        {
            return
        }
        report(
            .warning, .undefinedVariable, at: position(), "nothing sets [\(reference.name.cut)] here: it is empty",
            hint: hint(name, names, escape))
    }

    private func isSet(_ name: String, _ names: Set<String>, _ owner: Int?) -> Bool {
        if names.contains(name) { return true }
        guard name.hasPrefix("Contact::") else { return false }
        // The fields of the contact that was found for the call.
        let field = name.dropFirst("Contact::".count).lowercased()
        let isReport = owner.map { !flow.sights[$0].occasions.isDisjoint(with: [.reportCall, .reportChat]) } ?? true
        return isReport
            && (Self.contactTypes.contains { $0.lowercased() == field }
                || template.scenarios.contains {
                    $0.outputs?.outputs.contains { $0.type.lowercased() == field } ?? false
                })
    }

    /// - Parameter escape: what stood before the name.
    private func hint(_ name: String, _ names: Set<String>, _ escape: String) -> String {
        let lower = name.lowercased()
        if lower.hasPrefix("contact::") {
            return "[Contact::X] is the output X of the contact, while a call or chat is reported; no scenario outputs "
                + "\(String(name.dropFirst("Contact::".count)).cut)"
        }
        if ["callid", "call_id"].contains(lower) {
            return "3CX has no id of a call; [CallStartTimeUTCMillis] with [Agent] serves as one"
        }
        if let meant = Self.meanings[lower], names.contains(meant) { return "did you mean [\(escape + meant)]?" }
        let setters = template.scenarios.filter { scenario in scenario.variables.contains { $0.name == name } }
        if let setter = setters.first {
            let line = setter.id.isEmpty ? "" : " in line \(setter.position.line)"
            return "\(self.name(setter.index))\(line) sets it, but is not run before this"
        }
        let occasions = Occasion.allCases.filter { $0.variables.contains(name) }.map(\.words)
        if !occasions.isEmpty { return "it is set for \(occasions.joined(separator: ", ")) only" }
        if let near = Suggestion.slip(name, among: names.sorted()) { return "did you mean [\(escape + near.cut)]?" }
        return
            "add a <Parameter> or <Variable> of that name, or correct it; for the brackets themselves write {{ and }}"
    }

    /// Names that authors invent for what is called otherwise.
    private static let meanings = [
        "callduration": "Duration", "callstarttime": "CallStartTimeLocal", "callendtime": "CallEndTimeLocal",
        "callernumber": "Number", "phonenumber": "Number", "phone": "Number", "callername": "Name",
        "callstatus": "CallType", "extension": "Agent", "agentnumber": "Agent", "recording": "RecordingUrl",
        "recordurl": "RecordingUrl", "contactid": "EntityId", "queue": "QueueExtension", "transcript": "Transcription",
    ]
}

extension ExpressionSite.Use {
    /// Whether it is evaluated when the variables of its own scenario are set.
    fileprivate var isOutput: Bool {
        switch self {
        case .output: true
        case .url, .message, .header, .bodyKey, .bodyValue, .condition, .ethalon, .entityOrder, .basic, .oauth, .number:
            false
        }
    }
}
