// What a case that does not hold is told.

import CRMTemplate
import Testing

@testable import CRMTransport

@Suite struct CaseRunTests {
    private static let xml = """
        <Crm Name="T" Version="1" Country="US"><Number Prefix="Plus" MaxLength=""/>
         <Parameters><Parameter Name="Key" Type="Password" Parent="General Configuration" Title="Key" Default=""/></Parameters>
         <Authentication Type="No"/>
         <Scenarios>
          <Scenario Id=""><Request Url="https://crm.test/find?n=[EscapedNumber]" RequestType="Get" ResponseType="Json">
            <Headers><Value Key="X-Key">[Key]</Value></Headers></Request>
           <Rules><Rule Type="Any">people.id</Rule></Rules>
           <Variables><Variable Name="Id" Path="people.id"/><Variable Name="First" Path="people.first"/></Variables>
           <Outputs><Output Type="FirstName" Value="[First]"/><Output Type="PhoneBusiness" Value="[Number]"/>
            <Output Type="ContactUrl" Value="https://crm.test/[Id]"/></Outputs></Scenario>
          <Scenario Id="ReportCall"><Request Url="https://crm.test/calls" RequestType="Post" RequestEncoding="Json">
            <PostValues><Value Key="type">[CallType]</Value><Value Key="s" Type="Integer">[[DurationTimespan].get_TotalSeconds()]</Value>
            <Value Key="end">[[CallEndTimeUTC].ToString("HH:mm")]</Value></PostValues></Request></Scenario>
          <Scenario Id="LookupFromCFD_People_LookupID"><Request Url="https://crm.test/people/[EntityID]"/>
           <Rules><Rule Type="Any">id</Rule></Rules><Outputs AllowEmpty="true"/></Scenario>
         </Scenarios></Crm>
        """

    private func differences(_ members: String) async throws -> [String] {
        let template = try #require(TemplateDocument(Array(Self.xml.utf8)).template)
        let file = try TemplateCases(
            json: Array(#"{"params": {"Key": "k"}, "cases": [{"name": "x", \#(members)}]}"#.utf8))
        return await file.cases[0].run(on: template).differences
    }

    private static let lookup = #""trigger": "lookup", "inputs": {"number": "004315550100"}"#
    private static let answer =
        #"{"url": "https://crm.test/find?n=%2B4315550100", "body": {"people": [{"id": 1, "first": "Ann"}]}}"#
    private static let ann =
        #"{"FirstName": "Ann", "PhoneBusiness": "+4315550100", "ContactUrl": "https://crm.test/1"}"#

    @Test(arguments: [
        #""trigger": "lookup", "inputs": {"Number": "+43 1 5550100"}, "responses": [\#(answer)], "expect": {"contacts": [\#(ann)], "failures": []}"#,
        #"\#(lookup), "responses": [\#(answer)], "expect": {"requests": [{"url": "https://crm.test/find*", "headers": {"x-key": "k"}}]}"#,
        #"\#(lookup), "responses": [], "expect": {"requests": [{"url": "https://crm.test/find*"}]}"#,
        #"\#(lookup), "responses": [{"url": "https://crm.test/*", "status": 500}], "expect": {"contacts": [], "failures": ["http-status"]}"#,
        #"\#(lookup), "responses": [{"url": "https://crm.test/*", "failure": "timedOut"}], "expect": {"contacts": [], "failures": ["transport"]}"#,
        #""trigger": "report-call", "inputs": {"CallDirection": "Outbound", "Duration": "1:05"}, "responses": [], "expect": {"requests": [{"method": "POST", "url": "https://crm.test/calls", "body": {"end": "15:06", "s": 65, "type": "Outbound"}}]}"#,
        #""trigger": "report-call", "inputs": {"CallType": "Missed", "CallEndTimeUTC": "2026-03-04T01:02:03Z"}, "responses": [], "expect": {"requests": [{"method": "POST", "url": "https://crm.test/calls", "body": "{\"type\":\"Missed\",\"s\":0,\"end\":\"01:02\"}"}]}"#,
        #""trigger": "report-call", "inputs": {"CallType": "Missed", "Duration": 20, "CallEndTimeUTC": "2026-03-04T01:02:03Z"}, "responses": [], "expect": {"requests": [{"method": "POST", "url": "https://crm.test/calls", "body": "{\"type\":\"Missed\",\"s\":20,\"end\":\"01:02\"}"}]}"#,
        #""trigger": "cfd", "inputs": {"entity-id": 7}, "responses": [{"url": "https://crm.test/people/7", "body": {"id": 7}}], "expect": {"records": [{"id": 7}]}"#,
    ])
    func `a case that holds has no differences`(members: String) async throws {
        #expect(try await differences(members) == [])
    }

    @Test(arguments: [
        (#"\#(lookup), "responses": [\#(answer)], "expect": {"contacts": []}"#, "contacts: expected 0, found 1"),
        (
            #"\#(lookup), "responses": [\#(answer)], "expect": {"contacts": [\#(ann), {}]}"#,
            "contacts: expected 2, found 1"
        ),
        (
            #"\#(lookup), "responses": [\#(answer)], "expect": {"contacts": [{"FirstName": "Anna", "PhoneBusiness": "+4315550100", "ContactUrl": "https://crm.test/1"}]}"#,
            #"contacts[0].FirstName: expected "Anna", found "Ann""#
        ),
        (
            #"\#(lookup), "responses": [\#(answer)], "expect": {"contacts": [{"FirstName": "Ann", "PhoneBusiness": "+4315550100"}]}"#,
            #"contacts[0].ContactUrl: expected nothing, found "https://crm.test/1""#
        ),
        (
            #"\#(lookup), "responses": [], "expect": {"contacts": []}"#,
            "the case has no response for GET https://crm.test/find"
        ),
        (
            #"\#(lookup), "responses": [{"url": "https://crm.test/find?n=+4315550100"}], "expect": {"contacts": []}"#,
            "nobody asked for the response of GET https://crm.test/find?n=+4315550100"
        ),
        (#"\#(lookup), "responses": [\#(answer)], "expect": {"requests": []}"#, "requests: expected 0, found 1"),
        (
            #"\#(lookup), "responses": [\#(answer)], "expect": {"requests": [{"method": "POST", "url": "https://crm.test/find*"}]}"#,
            "requests[0].method: expected POST, found GET"
        ),
        (
            #"\#(lookup), "responses": [\#(answer)], "expect": {"requests": [{"url": "https://crm.test/find*", "headers": {"X-Key": "other"}}]}"#,
            #"requests[0].headers.X-Key: expected "other", found "k""#
        ),
        (
            #"\#(lookup), "responses": [\#(answer)], "expect": {"requests": [{"url": "https://crm.test/find*", "headers": {"X-Other": "1"}}]}"#,
            "found no such header"
        ),
        (
            #"\#(lookup), "responses": [\#(answer)], "expect": {"failures": ["http-status"]}"#,
            "failures: expected http-status, found none"
        ),
        (
            #"\#(lookup), "params": {"Kye": "1"}, "responses": [\#(answer)], "expect": {}"#,
            "params.Kye: the template has no such parameter"
        ),
        (
            #""trigger": "report-call", "inputs": {"CallType": "Inbound"}, "responses": [], "expect": {"requests": [{"method": "POST", "url": "https://crm.test/calls", "body": {"type": "Inbound", "s": "0", "end": "15:05"}}]}"#,
            #"requests[0].body.s: expected "0", found 0"#
        ),
        (
            #""trigger": "report-call", "inputs": {"CallType": "Inbound"}, "responses": [], "expect": {"requests": [{"method": "POST", "url": "https://crm.test/calls", "body": {"type": "Inbound", "more": 1}}]}"#,
            "requests[0].body.more: expected 1, found no such member"
        ),
        (
            #""trigger": "report-call", "inputs": {"CallType": "Ringing"}, "expect": {}"#,
            "inputs.CallType: expected Inbound"
        ),
        (
            #""trigger": "report-call", "inputs": {"Duration": "1m"}, "expect": {}"#,
            "inputs.Duration: expected seconds or hh:mm:ss"
        ),
        (
            #""trigger": "report-call", "inputs": {"CallStartTimeUTC": "now"}, "expect": {}"#,
            "inputs.CallStartTimeUTC: expected a time"
        ),
        (
            #""trigger": "report-call", "inputs": {"CallEndTimeUTC": "soon"}, "expect": {}"#,
            "inputs.CallEndTimeUTC: expected a time"
        ),
        (
            #""trigger": "lookup", "inputs": {"CallDirection": "Inward"}, "expect": {}"#,
            "inputs.CallDirection: expected Inbound or Outbound"
        ),
        (#""trigger": "authorize", "inputs": {"parameter": "Key"}, "expect": {"value": "x"}"#, "Key"),
    ])
    func `a case that does not hold tells what is other than expected`(members: String, sentence: String) async throws {
        let differences = try await differences(members)
        #expect(differences.contains { $0.contains(sentence) }, "\(differences)")
    }

    @Test func `a login of a case is never late`() async throws {
        let template = try #require(
            TemplateDocument(
                Array(
                    """
                    <Crm Name="T" Version="1" Country="US"><Authentication Type="Scenario"><Value>In</Value></Authentication>
                     <Scenarios>
                      <Scenario Id="In"><Request Url="https://crm.test/in" RequestType="Post"/>
                       <Rules><Rule Type="Any">token</Rule></Rules>
                       <Variables><Variable Name="Token" Path="token"/></Variables>
                       <Outputs><Output Type="Bearer" Value="[Token]"/></Outputs></Scenario>
                      <Scenario Id=""><Request Url="https://crm.test/find"/></Scenario>
                     </Scenarios></Crm>
                    """.utf8)
            ).template)
        let file = try TemplateCases(
            json: Array(
                #"""
                {"cases": [{"name": "x", "trigger": "lookup", "inputs": {"Number": "1"}, "responses": [
                  {"method": "POST", "url": "https://crm.test/in", "body": {"token": "t"}},
                  {"url": "https://crm.test/find", "body": {}}],
                 "expect": {"requests": [{"method": "POST", "url": "https://crm.test/in"},
                  {"url": "https://crm.test/find", "headers": {"Authorization": "Bearer t"}}], "failures": []}}]}
                """#.utf8))
        for _ in 0..<100 {
            #expect(await file.cases[0].run(on: template).differences == [])
        }
    }
}
