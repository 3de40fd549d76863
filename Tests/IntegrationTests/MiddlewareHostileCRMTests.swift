import Foundation
import JSONText
import Platform
import TestSupport
import Testing

/// A CRM that does everything wrong harms nobody but itself.
@Suite("The middleware and a hostile CRM", .timeLimit(.minutes(5)), .serialized)
struct MiddlewareHostileCRMTests {
    /// What a search may take in these tests, in milliseconds, and what the machine may add to it.
    private static let deadline = 600
    private static let margin = 1_500

    private static let template = """
        <Crm Name="Stub" Version="1" Country="FR"><Number Prefix="Plus" MaxLength=""/>
         <Parameters><Parameter Name="Address" Type="String" Parent="General Configuration" Title="Address" Default=""/></Parameters>
         <Authentication Type="No"/>
         <Scenarios>
          <Scenario Id="" Type="REST">
           <Request Url="[Address]/find?tel=[EscapedNumber]" RequestType="Get" ResponseType="Json"/>
           <Rules><Rule Type="Any">contacts.id</Rule></Rules>
           <Variables><Variable Name="Pid" Path="contacts.id"/><Variable Name="Last" Path="contacts.last"/>
            <Variable Name="Tel" Path="contacts.tel"/></Variables>
           <Outputs><Output Type="ContactUrl" Value="https://crm.example.com/[Pid]"/>
            <Output Type="LastName" Value="[Last]"/><Output Type="PhoneBusiness" Value="[Tel]"/></Outputs>
          </Scenario>
         </Scenarios></Crm>
        """

    /// A customer with contacts of its own and one CRM, which is the stub.
    private struct Setting {
        let fixture: MiddlewareFixture
        let tenant: MiddlewareFixture.Tenant
        let connector: String

        init(_ crm: StubCRM) throws {
            // One address of loopback is open, so that a redirect to another one has to be refused.
            fixture = try MiddlewareFixture(["--allow-network", "127.0.0.2/32"])
            tenant = try fixture.tenant(
                "Hostile", settings: ["lookup_deadline_ms=\(MiddlewareHostileCRMTests.deadline)"])
            try fixture.importContacts(
                "first_name,last_name,phone_business_1\nAlice,Martin,+33142000000\n", tenant.workspace)
            let file = try fixture.folder.write("stub.crm.xml", MiddlewareHostileCRMTests.template)
            let made = try fixture.nocliJSON(
                ["connector", "add", "--workspace", tenant.workspace, "--kind", "template", "--template", file]
                    + ["--param-file", "-", "--priority", "1"], input: "Address = \(crm.url)\n")
            connector = try #require(made["connector_id"]?.string)
        }

        /// A search for a number that nobody asked for before: what is remembered is not what is tested.
        func search(_ number: Int) throws -> (answer: Answer, milliseconds: Int) {
            let start = MonotonicTime.now()
            let answer = try fixture.get(
                MiddlewareFixture.searchPath + "?phone=%2B3314200\(number)", token: tenant.token)
            return (answer, Int(start.duration(to: MonotonicTime.now()).wholeMilliseconds))
        }

        /// What the connector's part of `X-Connector-Status` says.
        func status(_ answer: Answer) -> String? {
            answer.field("X-Connector-Status")?.split(separator: ",")
                .map { $0.drop { $0 == " " } }.first { $0.hasPrefix(connector) }.map(String.init)
        }

        var descriptors: Int {
            (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(fixture.server.processID)/fd").count) ?? 0
        }
    }

    @Test("Whatever it does, a search is answered in time with what the others know, and says how it did")
    func behaviours() throws {
        let crm = try StubCRM(lastByte: 2, .answer(#"{"contacts": []}"#))
        defer { crm.stop() }
        let canary = try StubCRM(lastByte: 1, .answer(#"{"contacts": [{"id": 1, "last": "Canary", "tel": "1"}]}"#))
        defer { canary.stop() }
        let setting = try Setting(crm)
        let wellBehaved = try setting.search(1000)
        #expect(wellBehaved.answer.status == 200, "\(wellBehaved.answer.text)")
        #expect(setting.status(wellBehaved.answer)?.contains("state=none") == true)

        let rows: [(name: String, behaviour: StubCRM.Behaviour)] = [
            ("hangs", .hang),
            ("500", .status("500 Internal Server Error", type: "application/json", body: #"{"contacts": []}"#)),
            ("503 with HTML", .status("503 Unavailable", type: "text/html", body: "<html>down for maintenance")),
            ("401", .status("401 Unauthorized", type: "application/json", body: "{}")),
            ("HTML", .status("200 OK", type: "text/html", body: "<!doctype html><html><p>Please log in</html>")),
            ("broken JSON", .status("200 OK", type: "application/json", body: #"{"contacts": [{"id": 1,"#)),
            ("no UTF-8", .status("200 OK", type: "application/json", body: "{\"contacts\": \u{0}}")),
            ("deep JSON", .answer(String(repeating: "[", count: 100_000))),
            ("50 MB", .huge(50 << 20)),
            ("redirect to loopback", .redirect(canary.url + "/find")),
            ("redirect to its own port elsewhere", .redirect("http://127.0.0.3:\(crm.port)/find")),
            ("redirect to a file", .redirect("file:///etc/passwd")),
            ("redirect to itself", .redirect(crm.url + "/find")),
            ("reset", .reset),
            ("a byte a second", .trickle),
            ("cut short", .cutShort),
        ]
        for (index, row) in rows.enumerated() {
            crm.behave(row.behaviour)
            let (answer, milliseconds) = try setting.search(2000 + index)
            #expect(answer.status == 200, "\(row.name): \(answer.text)")
            #expect(milliseconds < Self.deadline + Self.margin, "\(row.name) took \(milliseconds) ms")
            let status = try #require(setting.status(answer), "\(row.name): \(answer.response.fields)")
            #expect(status.contains("state=failed") || status.contains("state=timeout"), "\(row.name): \(status)")
            #expect(!status.contains("3314200"), "\(row.name): \(status)")
            #expect(answer["contacts"]?.array?.first?.object?["dummy"] == .bool(true), "\(row.name): \(answer.text)")
        }
        #expect(canary.requests.isEmpty, "a redirect was followed to an address that is not allowed")

        // What the middleware knows itself is there, whatever the CRM does.
        crm.behave(.hang)
        let known = try setting.fixture.search("phone=%2B33142000000", setting.tenant)
        #expect(known.first?["last_name"]?.string == "Martin")
    }

    @Test("Nothing is left behind: descriptors do not grow with failures")
    func descriptors() throws {
        let crm = try StubCRM(lastByte: 2, .hang)
        defer { crm.stop() }
        let setting = try Setting(crm)
        let behaviours: [StubCRM.Behaviour] = [.hang, .reset, .trickle, .huge(50 << 20), .cutShort]
        func round(_ number: Int) throws {
            for (index, behaviour) in behaviours.enumerated() {
                crm.behave(behaviour)
                _ = try setting.search(3000 + number * 10 + index)
            }
        }
        try round(0)
        Thread.sleep(forTimeInterval: 1)
        let before = setting.descriptors
        for number in 1...4 { try round(number) }
        let isBack = try setting.fixture.eventually { setting.descriptors <= before + 2 }
        #expect(isBack, "\(before) descriptors before, \(setting.descriptors) after")
    }

    @Test("Many callers at once wait no longer than one: a hanging CRM takes nobody's time but its own")
    func crowd() throws {
        let crm = try StubCRM(lastByte: 2, .hang)
        defer { crm.stop() }
        let setting = try Setting(crm)
        let slowest = Monitor(0)
        let failures = Monitor(0)
        let (client, token) = (setting.fixture.client, setting.tenant.token)
        DispatchQueue.concurrentPerform(iterations: 24) { index in
            let start = MonotonicTime.now()
            // Whatever keeps an answer from coming counts as a failure.
            let answer = try? client.get(
                MiddlewareFixture.searchPath + "?phone=%2B3314200\(4000 + index)",
                fields: MiddlewareFixture.authorization(token))
            if answer?.status != 200 { failures.withLock { $0 += 1 } }
            let milliseconds = Int(start.duration(to: MonotonicTime.now()).wholeMilliseconds)
            slowest.withLock { $0 = max($0, milliseconds) }
        }
        #expect(failures.withLock { $0 } == 0)
        #expect(slowest.withLock { $0 } < Self.deadline + 2 * Self.margin)
        // Other customers do not notice.
        let other = try setting.fixture.tenant("Other")
        let start = MonotonicTime.now()
        _ = try setting.fixture.search("phone=%2B33142000000", other)
        #expect(start.duration(to: MonotonicTime.now()) < .milliseconds(Self.margin))
    }
}
