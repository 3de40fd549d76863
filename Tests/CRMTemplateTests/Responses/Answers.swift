import CRMTemplate

/// What the tests of responses are written with.
enum Answers {
    private static let nowhere = SourcePosition(line: 1, column: 1)

    /// The example of the 3CX documentation.
    static let people = """
        {"result":[
         {"firstName":"Johnny","lastName":"Bravo","companyName":"Bravo Ltd","communicationItems":[
          {"type":"Phone","name":"Direct","value":"123456"},{"type":"Email","name":"Email","value":"johnny@example.com"},{"type":"Phone","name":"Cell","value":"987654"}]},
         {"firstName":"Hannibal","lastName":"Lecter","companyName":"Lecter Inc","communicationItems":[
          {"type":"Phone","name":"Direct","value":"+1123456"}]}]}
        """

    /// A rule as `Any path`, `Number path` or `Equals ethalon path`.
    static func rule(_ text: String) -> RuleTemplate {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let kind = RuleTemplate.Kind(rawValue: words[0]) ?? .destinationEmail
        let ethalon = kind == .equals ? words[1] : ""
        return RuleTemplate(
            kind: kind, path: ResponsePath(words.dropFirst(kind == .equals ? 2 : 1).joined(separator: " ")),
            ethalon: TextExpression(ethalon), position: nowhere)
    }

    /// One group for each text; rules of a group are separated by `|`.
    static func groups(_ texts: [String]) -> [RuleGroup] {
        texts.map { RuleGroup(rules: $0.split(separator: "|").map { rule(String($0)) }, position: nowhere) }
    }

    static func variable(_ path: String, _ filter: String = "") -> VariableTemplate {
        VariableTemplate(
            name: "V", path: ResponsePath(path), filter: filter.split(separator: "|").map { rule(String($0)) },
            position: nowhere)
    }

    static func matching(_ number: String = "", maxLength: Int = 0, isSecret: Bool = false) -> MatchingContext {
        MatchingContext(
            number: number, maxLength: maxLength, evaluation: EvaluationContext(scope: VariableScope()),
            isSecret: isSecret)
    }

    static func tree(
        _ json: String, limits: ResponseLimits = .standard, style: PathStyle = .names
    ) throws(ResponseError) -> ResponseTree {
        try ResponseTree(json: Array(json.utf8), limits: limits, style: style)
    }

    /// The records' descriptions.
    static func records(
        _ json: String, _ rules: [String], number: String = "", maxLength: Int = 0,
        limits: ResponseLimits = .standard, style: PathStyle = .names
    ) throws -> [String] {
        try tree(json, limits: limits, style: style).records(
            passing: groups(rules), matching: matching(number, maxLength: maxLength), explains: false
        ).records.map(\.description)
    }

    /// A variable in each record of a rule, with the issue behind a `!` where there is one.
    static func values(
        _ json: String, _ rule: String, _ path: String, _ filter: String = "", limits: ResponseLimits = .standard,
        style: PathStyle = .names
    ) throws -> [String] {
        let tree = try tree(json, limits: limits, style: style)
        let records = try tree.records(passing: groups([rule]), matching: matching(), explains: false).records
        return try records.map { record in
            let reading = try tree.value(of: variable(path, filter), in: record, matching: matching())
            let text: String
            switch reading.value {
            case .null: text = "-"
            case .text(let value): text = value
            case .boolean(let flag): text = flag ? "True" : "False"
            case .numeral(let digits): text = "#" + digits
            case .integer, .double, .date, .span: text = "?"
            }
            return reading.issue.map { text + "!" + $0 } ?? text
        }
    }
}
