import CRMTemplate
import Testing

@Suite struct RuleAccountTests {
    private static func accounts(
        _ json: String, _ rules: [String], number: String = "", isSecret: Bool = false
    ) throws -> [String] {
        let outcome = try Answers.tree(json).records(
            passing: Answers.groups(rules), matching: Answers.matching(number, isSecret: isSecret), explains: true)
        return outcome.rules.map { event in
            guard case .rule(let group, let kind, let path, let ethalon, let nodes, let more) = event else {
                return "?"
            }
            let seen = nodes.map { "\($0.place)=\($0.text.text)\($0.passed ? "+" : "-")" }
            return "\(group) \(kind.rawValue) \(path) \(ethalon?.text ?? "~") \(seen.joined(separator: " ")) \(more)"
        }
    }

    @Test func `each rule tells what it looked at and what passed`() throws {
        #expect(
            try Self.accounts(
                Answers.people,
                [
                    "Equals Phone result.communicationItems.type|Any result.missing",
                    "Number result.communicationItems.value",
                ],
                number: "987654") == [
                    """
                    0 Equals result.communicationItems.type Phone \
                    result[0].communicationItems[0].type=Phone+ result[0].communicationItems[1].type=Email- \
                    result[0].communicationItems[2].type=Phone+ result[1].communicationItems[0].type=Phone+ 0
                    """,
                    "0 Any result.missing ~  0",
                    """
                    1 Number result.communicationItems.value ~ \
                    result[0].communicationItems[0].value=123456- \
                    result[0].communicationItems[1].value=johnny@example.com- \
                    result[0].communicationItems[2].value=987654+ result[1].communicationItems[0].value=+1123456- 0
                    """,
                ])
        #expect(
            try Self.accounts(#"{"a":[null,true,{},1.0]}"#, ["Any a"]) == [
                "0 Any a ~ a[0]=- a[1]=True+ a[2]={…}+ a[3]=1.0+ 0"
            ])
        #expect(try Self.accounts("", ["Any a"]) == ["0 Any a ~  0"])
    }

    @Test(arguments: [(19, 0), (20, 0), (21, 1), (500, 480)])
    func `an account tells of so many nodes and counts the rest`(count: Int, more: Int) throws {
        let json = "[" + Array(repeating: "1", count: count).joined(separator: ",") + "]"
        let account = try #require(try Self.accounts(json, ["Any "]).first)
        #expect(account.hasSuffix("[\(min(count, 20) - 1)]=1+ \(more)"))
    }

    @Test func `long texts are cut between characters`() throws {
        for (text, cut) in [
            (String(repeating: "x", count: 200), false), (String(repeating: "x", count: 201), true),
            (String(repeating: "é", count: 100), false), ("x" + String(repeating: "é", count: 100), true),
            (String(repeating: "👍🏽", count: 40), true),
        ] {
            let outcome = try Answers.tree("[\"\(text)\"]").records(
                passing: Answers.groups(["Any "]), matching: Answers.matching(), explains: true)
            guard case .rule(_, _, _, _, let nodes, _) = try #require(outcome.rules.first) else { continue }
            let node = try #require(nodes.first)
            #expect((node.text.cutFrom == text.utf8.count) == cut)
            #expect(text.hasPrefix(node.text.text) && node.text.text.utf8.count <= 200)
        }
    }

    @Test func `the texts of an answer that holds secrets are not told`() throws {
        let accounts = try Self.accounts(#"{"access_token":"example-token"}"#, ["Any access_token"], isSecret: true)
        #expect(accounts == ["0 Any access_token ~ access_token=<redacted>+ 0"])
    }
}
