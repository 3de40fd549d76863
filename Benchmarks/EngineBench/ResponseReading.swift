// What a lookup does with an answer, without the rest of the engine.

import CRMTemplate

/// Reads the answers of ``AnswerTexts``.
enum ResponseReading {
    private static let nowhere = SourcePosition(line: 1, column: 1)

    static func measure(_ bytes: [UInt8], _ seconds: Double) {
        let rules = [RuleGroup(rules: [rule(.any, "contacts.id")], position: nowhere)]
        let work = [rule(.equals, "contacts.phones.kind", "work")]
        let variables =
            [
                "id", "uuid", "first_name", "last_name", "company.name", "email", "address.city", "owner", "score",
                "created_at", "url",
            ].map { VariableTemplate(name: $0, path: ResponsePath("contacts." + $0), filter: [], position: nowhere) }
            + [
                VariableTemplate(
                    name: "P", path: ResponsePath("contacts.phones.value"), filter: work, position: nowhere)
            ]
        let matching = MatchingContext(
            number: "+15550100", maxLength: 0, evaluation: EvaluationContext(scope: VariableScope()))
        var records = 0
        let rate = Meter.rate(seconds: seconds) {
            do {
                let tree = try ResponseTree(json: bytes)
                let outcome = try tree.records(passing: rules, matching: matching, explains: false)
                for record in outcome.records {
                    for variable in variables {
                        if try tree.value(of: variable, in: record, matching: matching).value != .null { records += 1 }
                    }
                }
            } catch {
                EngineBench.fail("\(error)")
            }
        }
        guard records > 0 else { EngineBench.fail("no record was found") }
        print(Int(rate))
    }

    private static func rule(_ kind: RuleTemplate.Kind, _ path: String, _ ethalon: String = "") -> RuleTemplate {
        RuleTemplate(kind: kind, path: ResponsePath(path), ethalon: TextExpression(ethalon), position: nowhere)
    }
}
