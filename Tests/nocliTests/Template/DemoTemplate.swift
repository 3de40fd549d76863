// A template of an invented CRM with recordings of it, for the commands about templates.

import TestSupport

/// Files in a folder of their own.
struct DemoTemplate {
    static let key = "s3cret-key-of-the-demo"
    static let number = "+4312345678"

    let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        try folder.write("demo.xml", Self.text)
        try folder.write("parameters.txt", "# of the test system\nApiKey = \(Self.key)\n")
    }

    var file: String { folder.file("demo.xml") }
    var parameters: String { folder.file("parameters.txt") }

    /// Records answers by URL, in a folder of this name.
    func record(_ name: String, _ answers: [(url: String, status: Int, body: String)]) throws -> String {
        let path = folder.file(name)
        for (index, answer) in answers.enumerated() {
            let method = answer.url.hasSuffix("/calls") ? "POST" : "GET"
            try folder.write(
                "\(name)-00\(index + 1).json",
                """
                {"request": {"method": "\(method)", "url": "\(answer.url)", "headers": []},
                 "response": {"status": \(answer.status), "headers": [], "body": \(Self.quoted(answer.body))}}
                """)
        }
        try folder.makeFolder(name, of: answers.indices.map { ("\(name)-00\($0 + 1).json", "00\($0 + 1).json") })
        return path
    }

    static let search = "https://crm.test/people?phone=%2B4312345678"
    static let company = "https://crm.test/companies/12"
    static let person = #"{"people":[{"id":7,"first":"Ann","company":12,"phones":["+43 1 2345678","12"]}]}"#

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    static let text = """
        <?xml version="1.0" encoding="utf-8"?>
        <Crm Name="Demo CRM" Version="3" Country="US" SupportsEmojis="false">
          <Number Prefix="Plus" MaxLength="" />
          <Connection MaxConcurrentRequests="2" />
          <Parameters>
            <Parameter Name="Domain" Type="String" Parent="General Configuration" Title="Address" Default="https://crm.test" />
            <Parameter Name="ApiKey" Type="Password" Parent="General Configuration" Title="API key" Default="" />
          </Parameters>
          <Authentication Type="No" />
          <Scenarios>
            <Scenario Id="" Type="REST">
              <Request Url="[Domain]/people?phone=[EscapedNumber]" RequestType="Get" ResponseType="Json" SkipIf="[CallDirection]==&quot;Outbound&quot;">
                <Headers><Value Key="X-Key">[ApiKey]</Value></Headers>
              </Request>
              <Rules><Rule Type="Number">people.phones</Rule></Rules>
              <Variables>
                <Variable Name="Pid" Path="people.id"><Filter /></Variable>
                <Variable Name="First" Path="people.first"><Filter /></Variable>
                <Variable Name="CompanyId" Path="people.company"><Filter /></Variable>
              </Variables>
              <Outputs Next="GetCompany" AllowEmpty="false" />
            </Scenario>
            <Scenario Id="GetCompany" Type="REST">
              <Request Url="[Domain]/companies/[CompanyId]" RequestType="Get" ResponseType="Json">
                <Headers><Value Key="X-Key">[ApiKey]</Value></Headers>
              </Request>
              <Rules><Rule Type="Any">name</Rule></Rules>
              <Variables><Variable Name="Company" Path="name"><Filter /></Variable></Variables>
              <Outputs AllowEmpty="true">
                <Output Type="FirstName" Value="[First]" />
                <Output Type="CompanyName" Value="[Company]" />
                <Output Type="ContactUrl" Value="[Domain]/p/[Pid]" />
                <Output Type="PhoneBusiness" Value="[Number]" />
              </Outputs>
            </Scenario>
            <Scenario Id="ReportCall" Type="REST">
              <Request Url="[Domain]/calls" RequestType="Post" RequestEncoding="Json" ResponseType="Json" SkipIf="[EntityId]==&quot;&quot;">
                <Headers><Value Key="X-Key">[ApiKey]</Value></Headers>
                <PostValues>
                  <Value Key="person">[EntityId]</Value>
                  <Value Key="seconds" Type="Integer">[DurationSeconds]</Value>
                  <Value Key="at">[[CallStartTimeUTC].ToString("yyyy-MM-ddTHH:mm:ssZ")]</Value>
                </PostValues>
              </Request>
            </Scenario>
            <Scenario Id="LookupFromCFD_People_LookupID" Type="REST">
              <Request Url="[Domain]/people/[EntityID]" RequestType="Get" ResponseType="Json" />
              <Rules><Rule Type="Any">id</Rule></Rules>
              <Variables />
              <Outputs AllowEmpty="true" />
            </Scenario>
          </Scenarios>
        </Crm>

        """
}
