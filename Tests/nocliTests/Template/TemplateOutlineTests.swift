import CRMTemplate
import Testing

@testable import nocli

@Suite struct TemplateOutlineTests {
    private static let here = SourcePosition(line: 1, column: 1)

    /// A template of scenarios by Id and next Id, in file order.
    private func outline(
        _ scenarios: [(String, String?)], authentication: Authentication = .none, responseScenario: String? = nil
    ) -> [String] {
        let none = NumberExpression("")
        let parameters = responseScenario.map {
            Parameter(
                name: "Token", kind: .oauth, title: "", parent: "", defaultValue: "", listValues: [],
                oauth: Parameter.OAuth(
                    requestURL: TextExpression(""), requestURLParameters: TextExpression(""), responseScenario: $0),
                position: Self.here)
        }
        let template = Template(
            name: "Demo", version: 1, country: "", supportsEmojis: false, supportsTranscription: false,
            listPageSize: none, number: NumberElement(prefix: .asIs, maxLength: none), maxConcurrentRequests: 2,
            parameters: parameters.map { [$0] } ?? [], authentication: authentication,
            scenarios: scenarios.enumerated().map { index, scenario in
                Scenario(
                    id: scenario.0, kind: .rest, entityID: "", entityOrder: TextExpression(""), request: nil,
                    ruleGroups: [], variables: [],
                    outputs: OutputsTemplate(
                        next: scenario.1, allowsEmpty: false, outputs: [], position: Self.here), position: Self.here,
                    index: index)
            })
        return TemplateOutline(template).groups.map { group in
            group.start.name + ": " + group.nodes.map(words).joined(separator: ", ")
        }
    }

    private func words(_ node: TemplateOutline.Node) -> String {
        let name = node.scenario.id.isEmpty ? String(node.scenario.index + 1) : node.scenario.id
        return ([name] + node.next.map(words)).joined(separator: " > ") + (node.issue.map { " (\($0))" } ?? "")
    }

    @Test func `scenarios stand under what starts them, in the order readers look for them`() {
        let ids = [
            "ReportCall", "", "LookupFromCFD_A_LookupID", "CreateContactRecord", "SearchContacts", "LookupByEmail_B",
            "", "LookupByEmail_A", "ReportChat", "CreateContactRecordFromClient", "GetAllContacts",
            "LookupFromCFD_A_LookupNumber",
        ]
        #expect(
            outline(ids.map { ($0, nil) }) == [
                "lookup: 2, 7", "email: LookupByEmail_B, LookupByEmail_A", "search: SearchContacts",
                "contacts: GetAllContacts", "create: CreateContactRecord",
                "create-from-client: CreateContactRecordFromClient", "report-call: ReportCall",
                "report-chat: ReportChat", "cfd: LookupFromCFD_A_LookupID, LookupFromCFD_A_LookupNumber",
            ])
    }

    @Test func `a chain hangs below its first scenario, also below two of them`() {
        #expect(
            outline([("", "Get"), ("", "Get"), ("Get", "More"), ("More", nil)]) == [
                "lookup: 1 > Get > More, 2 > Get > More"
            ])
    }

    @Test func `authentication and authorisation start scenarios of their own`() {
        #expect(
            outline(
                [("", nil), ("Auth", "Login"), ("Login", nil), ("Grant", nil)], authentication: .scenario(id: "Auth"),
                responseScenario: "Grant") == ["lookup: 1", "authentication: Auth > Login", "authorization: Grant"])
    }

    @Test func `a scenario that nothing starts is told, and not the ones chained to it`() {
        #expect(outline([("", nil), ("Lost", "Too"), ("Too", nil)]) == ["lookup: 1", "none: Lost > Too"])
        #expect(outline([("ReportCal", nil)]) == ["none: ReportCal"])
    }

    @Test func `what is wrong with a chain is told where it ends`() {
        #expect(outline([("", "Gte"), ("Get", nil)])[0] == "lookup: 1 (the next scenario Gte is not in the file)")
        #expect(outline([("", "A"), ("A", "B"), ("B", "A")]) == ["lookup: 1 > A > B (goes round: A stands above)"])
        #expect(outline([("A", "A")]) == ["none: A (goes round: A stands above)"])
    }

    @Test(arguments: [(31, false), (32, false), (33, true)])
    func `a chain is followed as far as the engine runs it`(count: Int, isCut: Bool) {
        let scenarios = (1...count).map { ($0 == 1 ? "" : "S\($0)", $0 == count ? nil : "S\($0 + 1)") }
        let first = outline(scenarios)[0]
        #expect(first.contains("the chain ends here: it has 32 scenarios") == isCut)
        #expect(first.split(separator: " > ").count == min(count, 32))
    }
}
