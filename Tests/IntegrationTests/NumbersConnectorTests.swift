import Foundation
import JSONText
import Platform
import TestSupport
import Testing

/// The paid source, from end to end: a real MiddlewareServer that asks a real LookupServer.
@Suite("The numbers connector of the real middleware", .timeLimit(.minutes(3)))
struct NumbersConnectorTests {
    private static let key = String(repeating: "0123456789abcdef", count: 4)
    private static let named = "+12025550143"
    private static let alsoNamed = "+12025550198"
    private static let unnamed = "+13125550176"

    /// Both servers, and a workspace whose connector asks the one for the other's account.
    private struct Setup {
        let lookup: LookupFixture
        let middleware: MiddlewareFixture
        let tenant: MiddlewareFixture.Tenant
        let account: (id: String, key: String, cidKey: String)
        let connector: String
        let gateway: LossyGateway?
        private let keyFile: String

        /// - Parameters:
        ///   - usd: what the account has.
        ///   - key: another key than the account's, if one is given.
        ///   - throughGateway: whether the middleware asks through a gateway that can lose answers.
        init(usd: String? = "1.00", key: String? = nil, throughGateway: Bool = false) throws {
            lookup = try LookupFixture()
            account = try lookup.account(usd: usd)
            try lookup.importNames(
                "\(NumbersConnectorTests.named),Analytical Engines,2026-01-01\n"
                    + "\(NumbersConnectorTests.alsoNamed),Difference Engines,2026-01-01\n")
            let folder = try TestFolder()
            keyFile = try folder.write("key", NumbersConnectorTests.key + "\n")
            #expect(chmod(keyFile, 0o600) == 0)
            middleware = try MiddlewareFixture(
                ["--secret-key-file", keyFile, "--allow-network", "127.0.0.0/8"], folder: folder)
            // The deadline is no part of what is tested, on a machine that has other work.
            tenant = try middleware.tenant(settings: ["lookup_deadline_ms=10000", "default_country=FR"])
            let line = try JSONValue(parsing: Array(lookup.server.firstLine.utf8))
            gateway = throughGateway ? try LossyGateway(before: lookup.client.endpoint) : nil
            let url = try gateway.map { "http://127.0.0.1:\($0.port)" } ?? #require(line.object?["url"]?.string)
            let added = try middleware.nocliJSON(
                "connector", "add", "--workspace", tenant.workspace, "--kind", "numbers", "--lookup-url", url,
                "--key-file",
                try folder.write("api.key", (key ?? account.key) + "\n"), "--secret-key-file", keyFile)
            connector = try #require(added["connector_id"]?.string)
        }

        func search(_ number: String) throws -> Answer {
            try middleware.get(
                "/api/crm/lookup/contacts/search?phone=" + MiddlewareFixture.encoded(number), token: tenant.token)
        }

        /// What the connector is reported to have done.
        func state(_ answer: Answer) -> String {
            answer.field("X-Connector-Status")?.split(separator: ", ").map(String.init)
                .first { $0.hasPrefix(connector) } ?? ""
        }

        func balance() throws -> Int64 {
            let answer = try lookup.get("/v1/account", key: account.key)
            return try #require(answer["account"]?.object?["balance_micros"]?.number?.int64, "\(answer.text)")
        }
    }

    @Test func `a name is bought once and pops for all who call again`() throws {
        let setup = try Setup()
        let before = try setup.balance()
        let first = try setup.search(Self.named)
        let contact = try #require(first["contacts"]?.array?.first?.object, "\(first.text)")
        #expect(first["contacts"]?.array?.count == 1)
        #expect(contact["company"]?.string == "Analytical Engines")
        #expect(contact["phone_business_1"]?.string == Self.named)
        #expect(contact["connector"]?.string == setup.connector)
        #expect(contact["match"]?.string == "exact")
        #expect(contact["dummy"]?.bool == false)
        #expect(setup.state(first).contains("state=ok"), "\(setup.state(first))")
        let price = before - (try setup.balance())
        #expect(price > 0)
        // However it is written, from memory.
        for text in [Self.named, "+1 202-555-0143", "001 (202) 555 0143"] {
            let again = try setup.search(text)
            #expect(again["contacts"]?.array?.first?.object?["id"] == contact["id"], "\(text): \(again.text)")
            #expect(setup.state(again).contains("state=cached"), "\(text): \(setup.state(again))")
            #expect(try setup.balance() == before - price, "\(text)")
        }
        // Nor does a restart buy it again, once it is written down.
        setup.middleware.server.signal(SIGTERM)
        #expect(setup.middleware.server.waitForExit() == 0)
        try setup.middleware.restart()
        let after = try setup.search(Self.named)
        #expect(after["contacts"]?.array?.first?.object?["id"] == contact["id"], "\(after.text)")
        #expect(setup.state(after).contains("state=cached"), "\(setup.state(after))")
        let left = try setup.balance()
        #expect(left == before - price, "it cost \(price) at first")
    }

    @Test func `an answer lost on the way is asked for again and paid once`() throws {
        let setup = try Setup(throughGateway: true)
        let gateway = try #require(setup.gateway)
        defer { gateway.stop() }
        let before = try setup.balance()
        // The first purchase leaves a kept connection behind, on which the second one's answer is lost.
        let first = try setup.search(Self.named)
        #expect(first["contacts"]?.array?.first?.object?["company"]?.string == "Analytical Engines", "\(first.text)")
        let price = before - (try setup.balance())
        #expect(price > 0)
        gateway.loseNextAnswer()
        let second = try setup.search(Self.alsoNamed)
        #expect(second["contacts"]?.array?.first?.object?["company"]?.string == "Difference Engines", "\(second.text)")
        #expect(gateway.lost == 1)
        #expect(gateway.answers == 3)
        #expect(try setup.balance() == before - 2 * price)
    }

    @Test func `a number without a name is answered by the placeholder, and told so`() throws {
        let setup = try Setup()
        let answer = try setup.search(Self.unnamed)
        #expect(answer.status == 200)
        #expect(answer["contacts"]?.array?.map { $0.object?["dummy"]?.bool } == [true], "\(answer.text)")
        #expect(setup.state(answer).contains("state=none"), "\(setup.state(answer))")
    }

    @Test func `who is in a CRM is not bought`() throws {
        let setup = try Setup()
        let before = try setup.balance()
        let made = try setup.middleware.post(
            "/api/crm/lookup/contacts", #"{"last_name": "Known", "phone": "\#(Self.named)"}"#,
            token: setup.tenant.token)
        #expect(made.status == 201, "\(made.text)")
        let answer = try setup.search(Self.named)
        #expect(answer["contacts"]?.array?.first?.object?["last_name"]?.string == "Known", "\(answer.text)")
        #expect(setup.state(answer).isEmpty)
        #expect(try setup.balance() == before)
    }

    @Test(
        arguments: [(nil, "num_live_0000000000000000000000000000000", "401"), ("0.00", nil, "402")]
            as [(
                String?, String?, String
            )])
    func `a wrong key and an empty account cost the name, not the search`(
        _ usd: String?, _ key: String?, _ status: String
    ) throws {
        let setup = try Setup(usd: usd == "0.00" ? nil : "1.00", key: key)
        let answer = try setup.search(Self.named)
        #expect(answer.status == 200)
        #expect(answer["contacts"]?.array?.map { $0.object?["dummy"]?.bool } == [true], "\(answer.text)")
        #expect(setup.state(answer).contains("state=failed;code=http-\(status)"), "\(setup.state(answer))")
    }
}
