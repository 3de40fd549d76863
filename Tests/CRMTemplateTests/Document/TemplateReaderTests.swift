// What a template says, as types.

import CRMTemplate
import Testing

@Suite struct TemplateReaderTests {
    @Test func `head, number, connection and parameters are read`() throws {
        var draft = Draft()
        draft.crm =
            "Name='N' Version='12' Country='AT' SupportsEmojis='true' SupportsTranscription='' ListPageSize='50'"
        draft.number = "<Number Prefix='Zeros' MaxLength='[MaxLength]'/>"
        draft.connection = "<Connection MaxConcurrentRequests='16'/>"
        draft.parameters = """
            <Parameter Name='A' Type='Password' Parent='p' Title='t' Default='d' ListValues='x, y,'/>
            <Parameter Name='B' Parent='p' ListValues='IT;US;'/>
            <Parameter Name='Host' Parent='p'/>
            """
        let template = try template(draft)
        #expect(template.name == "N")
        #expect(template.version == 12)
        #expect(template.supportsEmojis)
        #expect(!template.supportsTranscription)
        #expect(template.listPageSize.source == "50")
        #expect(template.number.prefix == .zeros)
        #expect(template.number.maxLength.source == "[MaxLength]")
        #expect(template.maxConcurrentRequests == 16)
        #expect(template.parameters.map(\.kind) == [.password, .string, .string])
        #expect(template.parameters.map(\.listValues) == [["x", "y"], ["IT", "US"], []])
        #expect(template.parameters[0].defaultValue == "d")
    }

    @Test(arguments: [
        ("", 2), ("0", 2), ("-1", 2), ("x", 2), ("1", 1), ("64", 64), ("65", 64), ("99999999999999999999", 2),
    ])
    func `lookups at once are bounded`(text: String, count: Int) throws {
        var draft = Draft()
        draft.connection = "<Connection MaxConcurrentRequests='\(text)'/>"
        #expect(try template(draft).maxConcurrentRequests == count)
    }

    @Test func `what is absent has its default`() throws {
        let text = "<Crm><Scenarios><Scenario><Request Url='https://crm.test/'/></Scenario></Scenarios></Crm>"
        let template = try #require(TemplateDocument(Array(text.utf8)).template)
        #expect(template.version == nil)
        #expect(template.number.prefix == .asIs)
        #expect(template.number.maxLength.isEmpty)
        guard case .none = template.authentication else {
            Issue.record("expected no authentication")
            return
        }
        let scenario = template.scenarios[0]
        #expect(scenario.id.isEmpty)
        #expect(scenario.kind == .rest)
        #expect(scenario.outputs == nil)
        let request = try #require(scenario.request)
        #expect(request.method == .get)
        #expect(request.encoding == .urlEncoded)
        #expect(request.responseType == .json)
        #expect(request.skipIf == nil)
        #expect(request.message == nil)
        #expect(request.postValues == nil)
    }

    @Test func `an empty attribute is an absent one`() throws {
        var draft = Draft()
        draft.scenarios = Draft.lookup(
            request:
                "Url='https://crm.test/' SkipIf='' Message='' RequestContentType='' RequestEncoding='' RequestType='' MessagePasses=''",
            content: "<PostValues/>",
            variables: "<Variable Name='Id' LookupValue='' Path=''> people.id <Filter /></Variable>",
            outputs: Draft.contact(next: " Next=''"))
        let document = draft.document
        #expect(document.diagnostics.isEmpty, "\(document.diagnostics)")
        let scenario = try #require(document.template).scenarios[0]
        #expect(scenario.request?.skipIf == nil)
        #expect(scenario.request?.message == nil)
        #expect(scenario.request?.postValues == nil)
        #expect(scenario.variables[0].path.text == "people.id")
        #expect(scenario.variables[0].filter.isEmpty)
        #expect(scenario.outputs?.next == nil)
    }

    @Test(arguments: [
        ("<Authentication Type='No'/>", "none"), ("<Authentication Type='no'/>", "none"), ("", "none"),
        ("<Authentication Type='Basic'><Value>\n  [Host]:X\n</Value></Authentication>", "basic [Host]:X"),
        ("<Authentication Type='Scenario'><Value> Auth </Value></Authentication>", "scenario Auth"),
        ("<Authentication Type='Scenario'/>", "scenario auth"),
    ])
    func `authentication is read`(text: String, expected: String) throws {
        var draft = Draft()
        draft.authentication = text
        let found =
            switch try template(draft).authentication {
            case .none: "none"
            case .basic(let value): "basic " + value.source
            case .scenario(let id): "scenario " + id
            }
        #expect(found == expected)
    }

    @Test func `a request is read with headers and a nested body`() throws {
        var draft = Draft()
        draft.scenarios += Draft.report(
            request: "RequestType='post' RequestEncoding='JSON' RequestContentType='text/x' SkipIf='[Host]==\"\"'",
            content: """
                <Headers><Value Key='X' If='[Number]!=""'>
                  a
                </Value></Headers>
                <PostValues Key='' If='[Agent]!=""'>
                  <Value Key='a' Passes='2' Type='Integer'> [Number]<!-- c -->&amp; </Value>
                  <Object Key='o' SkipIf='[Agent]==""'><Array Key='l'><Value Key=''>1</Value><Object Key=''/></Array></Object>
                </PostValues>
                """)
        let request = try #require(try template(draft).scenarios[1].request)
        #expect(request.method == .post)
        #expect(request.encoding == .json)
        #expect(request.contentType == "text/x")
        #expect(request.skipIf?.source == "[Host]==\"\"")
        #expect(request.headers.map(\.name) == ["X"])
        #expect(request.headers[0].value.source == "a")
        #expect(request.headers[0].guards.sendIf?.source == "[Number]!=\"\"")
        let body = try #require(request.postValues)
        #expect(body.guards.sendIf != nil)
        guard case .object(let parts) = body.content, case .value(let value, .integer) = parts[0].content,
            case .object(let inner) = parts[1].content, case .array(let elements) = inner[0].content
        else {
            Issue.record("\(body)")
            return
        }
        #expect(value.source == " [Number]& ")
        #expect(value.passes == 2)
        #expect(parts[1].guards.skipIf != nil)
        #expect(inner[0].key.source == "l")
        #expect(elements.count == 2)
    }

    @Test func `rules, filters and outputs are read`() throws {
        var draft = Draft()
        draft.scenarios = Draft.lookup(
            rules: """
                <Rules><Rule Type='number'> a.b </Rule><Rule Type='Equals' Ethalon='[Host]'>c</Rule></Rules>
                <Rules><Rule>d</Rule></Rules><Rules/>
                """,
            variables:
                "<Variable Name='V' Path='a.v'><Filter><Rule Type='Equals' Ethalon='w'>a.k</Rule></Filter></Variable>",
            outputs:
                "<Outputs AllowEmpty='True'><Output Type='FirstName' Value='[V]' Passes='3'/><!-- <Output/> --></Outputs>"
        )
        let scenario = try template(draft).scenarios[0]
        #expect(scenario.ruleGroups.map { $0.rules.map(\.kind) } == [[.number, .equals], [.any]])
        #expect(scenario.ruleGroups[0].rules.map(\.path.text) == ["a.b", "c"])
        #expect(scenario.ruleGroups[0].rules[1].ethalon.source == "[Host]")
        #expect(scenario.variables[0].filter.map(\.ethalon.source) == ["w"])
        #expect(scenario.outputs?.allowsEmpty == true)
        #expect(scenario.outputs?.outputs.map(\.value.passes) == [3])
    }

    @Test func `a rule of an unknown type lets nothing pass`() throws {
        var draft = Draft()
        draft.scenarios = Draft.lookup(rules: "<Rules><Rule Type='Contains'>a</Rule></Rules>")
        #expect(try template(draft).scenarios[0].ruleGroups[0].rules[0].kind == .destinationEmail)
    }

    @Test func `several Scenarios elements are taken together, in order`() throws {
        var draft = Draft()
        draft.scenarios = Draft.lookup() + "</Scenarios><Scenarios>" + Draft.report()
        let scenarios = try template(draft).scenarios
        #expect(scenarios.map(\.id) == ["", "ReportCall"])
        #expect(scenarios.map(\.index) == [0, 1])
    }

    @Test func `a scenario of a database stays in the template, as one that is not run`() throws {
        var draft = Draft()
        draft.scenarios +=
            "<Scenario Id='ReportCall' Type='SQLDatabase'><Query/></Scenario><Scenario Id='X' Type='SOAP'/>"
        #expect(try template(draft).scenarios.map(\.kind) == [.rest, .database("SQLDatabase"), .unknown("SOAP")])
    }

    private func template(_ draft: Draft) throws -> Template { try #require(draft.document.template) }
}
