import CRMMiddleware
import MiddlewareStorage
import Platform
import SQLiteDatabase
import Testing

@Suite struct DeliveryCommandsTests {
    /// A workspace with a connector, and deliveries in several states.
    private static func harness() throws -> CommandLineHarness {
        let harness = try CommandLineHarness()
        let now = CommandLineHarness.now
        let connection = try MiddlewareSchema.schema.open(
            path: harness.database, options: DatabaseOptions(older: .migrate))
        let workspace = WorkspaceID(value: 7)
        for id in [workspace, WorkspaceID(value: 8)] {
            try WorkspaceTable.insert(
                Workspace(id: id, name: "W", settings: WorkspaceSettings(), createdAt: now), on: connection)
        }
        try connection.run(
            """
            INSERT INTO connectors (id, workspace_id, kind, name, priority, features, enabled, revision, created_at)
            VALUES (21, 7, 'template', 'CRM', 100, 15, 1, 1, 0)
            """)
        func schedule(_ subject: Delivery.Subject, _ contact: String) throws {
            _ = try DeliveryTable.schedule(
                subject, workspace: workspace, contactKey: contact, dueAt: now, at: now - .seconds(60), on: connection)
        }
        func begin(_ count: Int) throws -> [Delivery] {
            try DeliveryTable.begin(
                DeliveryClaim(connector: ConnectorID(value: 21), count: count), at: now - .seconds(0), on: connection)
        }
        for (index, contact) in ["+4312345678", "ann@example.org"].enumerated() {
            try schedule(.call(UniqueID(naming: "call \(index)")), contact)
        }
        let begun = try begin(2)
        let down = ConnectorFailure(code: "http-500", message: "m", mayHaveArrived: true)
        try DeliveryTable.settle(begun[0], .dead(down), at: now, on: connection)
        try DeliveryTable.settle(begun[1], .delivered(contact: nil), at: now, on: connection)
        let chat = UniqueID(naming: "chat")
        try schedule(.chat(chat), chat.description)
        try schedule(.call(UniqueID(naming: "last")), chat.description)
        return harness
    }

    @Test func `a list is a table, or JSON, with what is private masked`() throws {
        let harness = try Self.harness()
        let list = harness.run("delivery", "list", "--workspace", "ws_0000000000000007")
        #expect(list.code == 0)
        #expect(!list.output.contains("4312345678") && !list.output.contains("ann@"))
        #expect(list.output.contains("+43…78") && list.output.contains("…@example.org"))
        let lines = list.output.split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines[1].contains("after an earlier one") && lines[2].contains("due 2026-01-02T03:04:05Z"))
        let dead = harness.run("delivery", "list", "--workspace", "ws_0000000000000007", "--state", "dead", "--json")
        #expect(
            dead.output == """
                {"workspace_id":"ws_0000000000000007","deliveries":[{"delivery_id":"dlv_0000000000000001",\
                "workspace_id":"ws_0000000000000007","connector_id":"conn_0000000000000015","kind":"call",\
                "id":"\(UniqueID(naming: "call 0"))","contact":"+43…78","state":"dead","attempts":1,"due_at":null,\
                "attempt_began_at":null,"waits_for_earlier":false,"may_have_arrived":true,"reason":"http-500",\
                "created_at":"2026-01-02T03:03:05Z","settled_at":"2026-01-02T03:04:05Z"}]}

                """)
    }

    @Test func `filters and the limit narrow a list`() throws {
        let harness = try Self.harness()
        for (arguments, count) in [
            (["--limit", "2"], 2), (["--state", "pending"], 2), (["--state", "delivered"], 1),
            (["--state", "dropped"], 0), (["--connector", "conn_0000000000000015"], 4),
            (["--connector", "conn_0000000000000016"], 0),
        ] {
            let result = harness.call(
                ["--database", harness.database, "delivery", "list", "--workspace", "ws_0000000000000007"] + arguments
                    + ["--json"])
            #expect(result.output.split(separator: "\"delivery_id\"").count - 1 == count, "\(arguments)")
        }
        let other = harness.run("delivery", "list", "--workspace", "ws_0000000000000008")
        #expect(other.output == "ws_0000000000000008 has no such deliveries.\n")
    }

    @Test func `a dead delivery is tried again, a delivered one is not`() throws {
        let harness = try Self.harness()
        #expect(
            harness.run("delivery", "retry", "dlv_0000000000000001").output
                == "dlv_0000000000000001 is tried again.\n")
        let refused = harness.run("delivery", "retry", "dlv_0000000000000002")
        #expect(refused.code == 1)
        #expect(refused.error == "nocli: dlv_0000000000000002 is delivered already; nothing was changed\n")
    }

    @Test func `all that are dead are tried again`() throws {
        let harness = try Self.harness()
        let all = ["delivery", "retry", "--workspace", "ws_0000000000000007", "--all-dead"]
        let arguments = ["--database", harness.database]
        #expect(
            harness.call(arguments + all + ["--json"]).output
                == "{\"workspace_id\":\"ws_0000000000000007\",\"retried\":1}\n")
        #expect(harness.call(arguments + all).output == "ws_0000000000000007 has no dead deliveries.\n")
    }

    @Test func `a dropped delivery says so`() throws {
        let harness = try Self.harness()
        #expect(harness.run("delivery", "drop", "dlv_0000000000000003").output == "dlv_0000000000000003 is dropped.\n")
        let json = harness.run("delivery", "list", "--workspace", "ws_0000000000000007", "--state", "dropped", "--json")
        #expect(json.output.contains("\"reason\":\"operator\""))
        #expect(harness.run("delivery", "drop", "dlv_0000000000000003").code == 1)
    }

    static let refusals: [([String], Int32)] = [
        (["list"], 64), (["list", "--workspace", "7"], 64), (["list", "--workspace", "ws_0000000000000009"], 1),
        (["list", "--workspace", "ws_0000000000000007", "--state", "lost"], 64),
        (["list", "--workspace", "ws_0000000000000007", "--limit", "0"], 64),
        (["list", "--workspace", "ws_0000000000000007", "--limit", "1001"], 64),
        (["retry"], 64), (["retry", "--all-dead"], 64), (["retry", "--workspace", "ws_0000000000000007"], 64),
        (["retry", "dlv_0000000000000001", "--all-dead"], 64),
        (["retry", "dlv_0000000000000001", "--connector", "conn_0000000000000015"], 64),
        (["retry", "dlv_00000000000000ff"], 1), (["retry", "1"], 64),
        (["retry", "--workspace", "ws_0000000000000009", "--all-dead"], 1),
        (["drop"], 64), (["drop", "dlv_00000000000000ff"], 1), (["drop", "call"], 64),
    ]

    @Test(arguments: Self.refusals) func `what cannot be is refused`(arguments: [String], code: Int32) throws {
        let harness = try Self.harness()
        let result = harness.call(["--database", harness.database, "delivery"] + arguments)
        #expect(result.code == code && result.output.isEmpty && !result.error.isEmpty, "\(result.error)")
    }
}
