import CRMMiddleware
import CRMTemplate
import NumbersCore
import Platform
import Testing

/// What is bought carries a key; what is not, does not.
@Suite struct PurchaseTransportTests {
    private static func connector(_ kind: ConnectorKind, _ crm: StubCRM) -> any Connector {
        let template = SampleCRM.template(SampleCRM.lookups)
        let assembly = ConnectorAssembly(
            transport: crm, plan: PresentPlan(.builtIn), clock: .system, random: .system,
            numbersTemplate: { _ in template },
            builtIn: { record, _ in FailedConnector(record, ConnectorFailure(code: "storage", message: "")) })
        let workspace = Workspace(
            id: WorkspaceID(value: 5), name: "W", settings: WorkspaceSettings(), createdAt: ConnectorSetup.now)
        let record = ConnectorRecord(
            id: ConnectorSetup.id, workspace: workspace.id, kind: kind, name: "C", priority: 100, features: .all,
            address: "https://crm.test", template: template, createdAt: ConnectorSetup.now)
        return assembly.connector(record, of: workspace)
    }

    private static func keys(_ kind: ConnectorKind, lookups: Int) async -> [[String]] {
        let crm = StubCRM()
        let connector = connector(kind, crm)
        let query = ContactQuery(number: ConnectorSetup.number("+12025550143"), email: nil, displayName: nil)
        for _ in 0..<lookups { _ = await connector.lookup(query, deadline: MonotonicTime.now() + .seconds(30)) }
        return crm.requests.map { request in
            request.headers.filter { $0.name.lowercased() == "idempotency-key" }.map(\.value.text)
        }
    }

    @Test func `each purchase has one key, and no two have the same`() async {
        let keys = await Self.keys(.numbers, lookups: 50)
        #expect(keys.count == 50)
        #expect(keys.allSatisfy { $0.count == 1 && $0[0].utf8.count == 32 })
        #expect(Set(keys.flatMap(\.self)).count == 50)
    }

    @Test func `what a CRM is asked has none`() async {
        #expect(await Self.keys(.template, lookups: 2) == [[], []])
    }
}
