import CRMMiddleware
import Platform
import Testing

@Suite struct URLConnectorTests {
    private func contact(_ pattern: String, _ query: ContactQuery) async throws -> CRMContact? {
        let connector = URLConnector(
            id: ConnectorID(value: 3), features: .all, priority: 1, pattern: try URLPattern(pattern))
        return try await connector.lookup(query, deadline: .now()).get().first
    }

    @Test(arguments: [
        ("https://crm.test/?p={phone}", "https://crm.test/?p=%2B12025550143"),
        ("https://crm.test/{digits}/x", "https://crm.test/12025550143/x"),
        (
            "http://crm.test/?m={email}&n={display_name}",
            "http://crm.test/?m=ann%40example.com&n=Ann%20%26%20%2F%20B%C3%B6"
        ),
        ("HTTPS://crm.test:8443/#/{phone}{phone}", "HTTPS://crm.test:8443/#/%2B12025550143%2B12025550143"),
    ]) func `a pattern is filled, everything encoded`(_ pattern: String, _ expected: String) async throws {
        let query = ContactQuery(
            number: ConnectorSetup.number("+1 202 555 0143"), email: "ann@example.com", displayName: "Ann & / Bö")
        let found = try #require(try await contact(pattern, query))
        #expect(found.entityURL == expected)
        #expect(found.lastName == "Ann & / Bö")
        #expect(found.lines == [.phoneBusiness1: "+1 202 555 0143"])
        #expect(found.connector == ConnectorID(value: 3))
        let again = try await contact(pattern, query)
        #expect(found.id == again?.id)
    }

    @Test func `nothing that the pattern needs is nobody, and a name is found for everybody else`() async throws {
        let pattern = "https://crm.test/?p={phone}"
        let nobody = ContactQuery(number: nil, email: "ann@example.com", displayName: "Ann")
        #expect(try await contact(pattern, nobody) == nil)
        let unnamed = ContactQuery(number: ConnectorSetup.number("+12025550143"), email: nil, displayName: nil)
        let found = try await contact(pattern, unnamed)
        #expect(found?.lastName == "+12025550143")
    }

    @Test(arguments: [
        "", "crm.test/{phone}", "ftp://crm.test/{phone}", "https://", "https:///{phone}", "https://{phone}.test/",
        "https://{phone}", "https://user@crm.test/{phone}", "https://crm.test/", "https://crm.test/{number}",
        "https://crm.test/{}", "https://crm.test/{phone", "https://crm.test/phone}", "https://crm.test/{Phone}",
        "https://crm.test/{ phone }", "https://crm.test/{{phone}}", "https://crm.test/a b{phone}",
        "https://crm.test/ü{phone}", "https://crm.test/\n{phone}", "javascript:alert({phone})",
        "https://crm.test/{phone}" + String(repeating: "x", count: 2_048),
    ]) func `what is no pattern is refused with a reason`(_ text: String) throws {
        let refusal = try #require(throws: URLPattern.Refusal.self) { _ = try URLPattern(text) }
        #expect(!refusal.sentence.isEmpty)
    }

    @Test(arguments: [2_047, 2_048, 2_049]) func `a pattern has at most 2048 bytes`(_ count: Int) {
        let head = "https://crm.test/{phone}"
        let text = head + String(repeating: "x", count: count - head.utf8.count)
        #expect(((try? URLPattern(text)) != nil) == (count <= 2_048))
    }

    @Test func `a link creates nothing and is told nothing`() async throws {
        let connector = URLConnector(
            id: ConnectorID(value: 3), features: .all, priority: 1,
            pattern: try URLPattern("https://crm.test/{phone}"))
        #expect(connector.features == .lookup)
        let setup = ConnectorSetup("")
        #expect(await connector.deliver(setup.call(), deadline: .now()) == .skipped)
        #expect(await connector.deliver(setup.chat(), deadline: .now()) == .skipped)
        let made = await connector.create(ContactDraft(lastName: "A"), deadline: .now())
        #expect(throws: ConnectorFailure.self) { try made.get() }
    }
}
