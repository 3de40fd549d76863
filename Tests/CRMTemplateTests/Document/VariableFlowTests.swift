// Which variables a scenario may read: no false alarms, and the same names as runs have.

import CRMTemplate
import Platform
import Testing

@Suite struct VariableFlowTests {
    @Test func `parents in a chain, the authentication and escaped names are known`() {
        var draft = Draft()
        draft.authentication = "<Authentication Type=\"Scenario\"><Value>AUTH</Value></Authentication>"
        draft.scenarios =
            Draft.login(id: "AUTH")
            // Set by the authentication, read by a lookup that is chained twice, from two parents that set different names.
            + Draft.lookup(variables: "<Variable Name=\"One\" Path=\"a\"/>", outputs: "<Outputs Next=\"B\"/>")
            + Draft.lookup(variables: "<Variable Name=\"Two\" Path=\"a\"/>", outputs: "<Outputs Next=\"B\"/>")
            + Draft.lookup(
                id: "B",
                request: "Url=\"https://[Host]/[Token]/[One][EscapedTwo]?n=[EscapedNumber]&amp;d=[CallDirection]\"",
                variables: "<Variable Name=\"Three\" Path=\"a\"/>", outputs: "<Outputs Next=\"C\"/>")
            + Draft.lookup(id: "C", request: "Url=\"https://[Host]/[Three][FoundRecordCount]\"")
        #expect(draft.document.diagnostics.isEmpty, "\(draft.document.diagnostics)")
    }

    @Test func `the authority may come from the authentication, but not from a lookup`() {
        var draft = Draft()
        draft.authentication = "<Authentication Type=\"Scenario\"><Value>Auth</Value></Authentication>"
        draft.scenarios = Draft.login() + Draft.lookup(request: "Url=\"[Token]/x\"")
        #expect(draft.document.diagnostics.isEmpty, "\(draft.document.diagnostics)")
        draft.scenarios =
            Draft.login()
            + Draft.lookup(variables: "<Variable Name=\"Host\" Path=\"a\"/>", outputs: "<Outputs Next=\"B\"/>")
            + Draft.lookup(id: "B", outputs: Draft.contact(url: "<Output Type=\"ContactUrl\" Value=\"x\"/>"))
        #expect(draft.document.diagnostics.map(\.summary) == ["error authority-from-data"])
    }

    @Test func `data in the path, in the query and behind the host is no authority`() {
        for url in [
            "https://[Host]/[Number]", "https://[Host]?q=[Number]", "[Host]/[Number]", "https://crm.test#[Number]",
        ] {
            var draft = Draft()
            draft.scenarios = Draft.lookup(request: "Url=\"\(url)\"")
            #expect(draft.document.diagnostics.isEmpty, "\(url): \(draft.document.diagnostics)")
        }
    }

    @Test func `in a circle every scenario sees what all of it sets, and what is set before it`() {
        func step(_ id: String, _ next: String) -> String {
            Draft.lookup(
                id: id, request: "Url=\"https://[Host]/[Root][A1][B1][C1]\"",
                variables: "<Variable Name=\"\(id)1\" Path=\"a\"/>", outputs: "<Outputs Next=\"\(next)\"/>")
        }
        var draft = Draft()
        draft.scenarios =
            step("C", "A") + step("B", "C") + step("A", "B")
            + Draft.lookup(variables: "<Variable Name=\"Root\" Path=\"a\"/>", outputs: "<Outputs Next=\"B\"/>")
        #expect(draft.document.diagnostics.map(\.summary) == ["error chain-cycle"])
    }

    @Test func `arithmetic, names with minus, numbers and constants are no unknown variables`() {
        var draft = Draft()
        draft.scenarios += Draft.lookup(
            id: "GetAllContacts",
            request: "Url=\"https://[Host]/?p=[Page+1]&amp;q=[Page-1]&amp;s=[PageSize]&amp;x=[12]&amp;e=[]\"",
            outputs: Draft.contact(
                "<Output Type=\"Email\" Value=\"[IIf([Id]==none,&quot;[Host]&quot;,other)]\"/>", phone: ""))
        #expect(draft.document.diagnostics.isEmpty, "\(draft.document.diagnostics)")
    }

    @Test func `fields of the contact are known while a call is reported, when something outputs them`() {
        var draft = Draft()
        draft.scenarios =
            Draft.lookup(outputs: Draft.contact("<Output Type=\"Rank\" Value=\"[Id]\"/>"))
            + Draft.report(
                content:
                    "<PostValues><Value Key=\"a\">[Contact::Rank][Contact::FirstName][Contact::contacturl]</Value></PostValues>"
            )
        #expect(draft.document.diagnostics.isEmpty, "\(draft.document.diagnostics)")
    }

    @Test func `the callback of OAuth may bring any name`() {
        var draft = Draft()
        draft.parameters +=
            "<Parameter Name=\"Grant\" Type=\"OAuth\" Parent=\"x\" RequestUrl=\"https://crm.test/[Host]\" "
            + "RequestUrlParameters=\"redirect_uri=[RedirectUri]?s=[State]\" ResponseScenario=\"Response\" />"
        draft.scenarios += Draft.lookup(
            id: "Response",
            request: "Url=\"https://crm.test/?c=[code]&amp;s=[state]&amp;r=[RedirectUri]&amp;x=[realmId]\"",
            outputs: "<Outputs><Output Type=\"Result\" Value=\"[Id]\" /></Outputs>")
        #expect(draft.document.diagnostics.isEmpty, "\(draft.document.diagnostics)")
    }

    /// Each occasion's Id with what a run of it is given.
    static let occasions: [(String, RunInputs)] = {
        let agent = ReportedAgent(extension: "101")
        let call = CallReport(
            kind: .inbound, number: "1", agent: agent, started: UnixTime(seconds: 1), established: UnixTime(seconds: 2),
            ended: UnixTime(seconds: 3))
        let chat = ChatReport(agent: agent, started: UnixTime(seconds: 1), ended: UnixTime(seconds: 2), messages: "")
        return [
            ("", .lookup(number: "1", direction: .inbound)), ("LookupByEmail", .email("a")),
            ("SearchContacts", .search("a")), ("GetAllContacts", .page(0, size: 1)),
            ("ReportCall", call.inputs(culture: .invariant, zone: .utc)),
            ("ReportChat", chat.inputs(culture: .invariant, zone: .utc, supportsEmojis: true)),
            ("LookupFromCFD_A_LookupID", .callFlow(entityID: "1")),
        ]
    }()

    @Test(arguments: occasions.indices)
    func `what a run is given, the scenario may read`(_ index: Int) {
        let (id, inputs) = Self.occasions[index]
        let reads = inputs.values.keys.sorted().map { "[\($0)]" }.joined()
        var draft = Draft()
        draft.scenarios += Draft.lookup(
            id: id, request: "Url=\"https://[Host]/\" RequestType=\"Post\" Message=\"\(reads)\"")
        let found = draft.document.diagnostics.filter { $0.code == DiagnosticCode.undefinedVariable.rawValue }
        #expect(found.isEmpty, "\(found)")
        #expect(!reads.isEmpty)
    }
}
