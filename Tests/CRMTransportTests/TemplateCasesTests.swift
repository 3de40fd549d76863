// What a file of cases may say.

import CRMTemplate
import JSONText
import Testing

@testable import CRMTransport

@Suite struct TemplateCasesTests {
    private func read(_ text: String) throws(JSONInputError) -> TemplateCases {
        try TemplateCases(json: Array(text.utf8))
    }

    @Test func `a case has its file's parameters and settings unless it has its own`() throws {
        let cases = try read(
            #"""
            {"description": "x", "params": {"Key": "k", "Flag": true, "Count": 7}, "settings": {"maxLength": 6},
             "cases": [
              {"name": "a", "trigger": "lookup", "expect": {}},
              {"name": "b", "trigger": "report-call", "source": "documentation", "inputs": {"Number": "1", "Duration": 9},
               "params": {"Key": "other"}, "settings": {"acceptsByPhone": false},
               "responses": [
                {"source": "documentation", "method": "post", "url": "https://crm.test/", "status": 201, "body": {"b": [1, null]}},
                {"url": "https://crm.test/*", "failure": "timedOut"}],
               "expect": {"contacts": [], "requests": [{"url": "https://crm.test/"}], "failures": [], "records": [], "value": ""}}]}
            """#
        ).cases
        #expect(cases[0].parameters == ["Key": "k", "Flag": "True", "Count": "7"])
        #expect(cases[1].parameters == ["Key": "other", "Flag": "True", "Count": "7"])
        #expect(cases[0].settings.maxLength == 6)
        #expect(cases[0].settings.acceptsByPhone)
        #expect(cases[1].settings.maxLength == 6)
        #expect(!cases[1].settings.acceptsByPhone)
        #expect(
            cases[1].answers[0]
                == CaseTransport.Answer(
                    method: "POST", url: "https://crm.test/",
                    outcome: .response(
                        TemplateResponse(status: 201, headers: [], body: Array(#"{"b":[1,null]}"#.utf8)))))
        #expect(cases[1].expectation.requests?.first?.method == "GET")
        #expect(cases[0].expectation.contacts == nil)
    }

    @Test(arguments: [
        ("", "line 1, column 1"),
        ("[]", "an object"),
        ("{}", "`cases`"),
        (#"{"cases": []}"#, "`cases`"),
        (#"{"cases": [{"name": "", "trigger": "lookup", "expect": {}}]}"#, "`cases[0].name`"),
        (#"{"cases": [{"trigger": "lookup", "expect": {}}]}"#, "`cases[0].name`"),
        (#"{"cases": [{"name": "a", "trigger": "Lookup", "expect": {}}]}"#, "`cases[0].trigger`"),
        (#"{"cases": [{"name": "a", "trigger": "lookup"}]}"#, "`cases[0].expect`"),
        (#"{"cases": [{"name": "a", "trigger": "lookup", "expect": {"contact": []}}]}"#, "`contact`"),
        (#"{"cases": [{"name": "a", "trigger": "lookup", "expects": {}, "expect": {}}]}"#, "`expects`"),
        (#"{"cases": [{"name": "a", "trigger": "lookup", "inputs": {"Number": null}, "expect": {}}]}"#, "inputs"),
        (#"{"cases": [{"name": "a", "trigger": "lookup", "expect": {"contacts": [{"FirstName": 1}]}}]}"#, "contacts"),
        (#"{"cases": [{"name": "a", "trigger": "lookup", "expect": {"records": {}}}]}"#, "records"),
        (#"{"cases": [{"name": "a", "trigger": "lookup", "expect": {"requests": [{}]}}]}"#, "url"),
        (#"{"cases": [{"name": "a", "trigger": "lookup", "responses": [{"status": 200}], "expect": {}}]}"#, "url"),
        (
            #"{"cases": [{"name": "a", "trigger": "lookup", "responses": [{"url": "u", "status": 99}], "expect": {}}]}"#,
            "status"
        ),
        (
            #"{"cases": [{"name": "a", "trigger": "lookup", "responses": [{"url": "u", "failure": "x"}], "expect": {}}]}"#,
            "failure"
        ),
        (
            #"{"cases": [{"name": "a", "trigger": "lookup", "responses": [{"url": "u", "headers": {"A": 1}}], "expect": {}}]}"#,
            "headers"
        ),
        (#"{"params": {"A": []}, "cases": [{"name": "a", "trigger": "lookup", "expect": {}}]}"#, "params"),
        (#"{"settings": {"maxLength": 31}, "cases": [{"name": "a", "trigger": "lookup", "expect": {}}]}"#, "maxLength"),
        (
            #"{"settings": {"timeZone": "Mars/Olympus"}, "cases": [{"name": "a", "trigger": "lookup", "expect": {}}]}"#,
            "timeZone"
        ),
        (#"{"settings": {"zone": "UTC"}, "cases": [{"name": "a", "trigger": "lookup", "expect": {}}]}"#, "`zone`"),
    ])
    func `a file with a mistake is refused with the place of it`(text: String, place: String) {
        let error = #expect(throws: JSONInputError.self) { try read(text) }
        #expect(error?.description.contains(place) == true, "\(error?.description ?? "")")
    }
}
