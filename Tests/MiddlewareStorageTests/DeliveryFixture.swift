import CRMMiddleware
import MiddlewareStorage
import Platform
import SQLiteDatabase
import TestSupport
import Testing

/// A database with a workspace and connectors that take calls and chats.
final class DeliveryFixture {
    let folder: TestFolder
    let connection: Connection
    let workspace = WorkspaceID(value: 7)
    let other = WorkspaceID(value: 8)
    let connector = ConnectorID(value: 21)
    let now = UnixTime(seconds: 1_767_323_045)

    init(vfs: String? = nil) throws {
        folder = try TestFolder()
        connection = try MiddlewareSchema.schema.open(
            path: folder.file("middleware.sqlite"), options: DatabaseOptions(older: .migrate, vfs: vfs))
        for id in [workspace, other] {
            try connection.run(
                "INSERT INTO workspaces (id, name, created_at) VALUES (?, 'W', 0)", .integer(id.value))
        }
        try add(connector)
    }

    /// Adds a connector.
    func add(
        _ id: ConnectorID, workspace: WorkspaceID? = nil, features: ConnectorFeatures = .all, isEnabled: Bool = true
    ) throws {
        try connection.run(
            """
            INSERT INTO connectors (id, workspace_id, kind, name, priority, features, enabled, revision, created_at)
            VALUES (?, ?, 'template', 'CRM', 100, ?, ?, 1, 0)
            """, .integer(id.value), .integer((workspace ?? self.workspace).value),
            .integer(Int64(features.rawValue)), .boolean(isEnabled))
    }

    /// Schedules a call of a contact; due at once unless told otherwise.
    @discardableResult
    func call(_ contact: String = "+4312345678", dueIn: Duration = .zero, at: UnixTime? = nil) throws -> UniqueID {
        let id = UniqueID(random: .system)
        _ = try DeliveryTable.schedule(
            .call(id), workspace: workspace, contactKey: contact, dueAt: (at ?? now) + dueIn, at: at ?? now,
            on: connection)
        return id
    }

    /// Begins what may begin.
    func begin(_ count: Int = 100, at: UnixTime? = nil, connector: ConnectorID? = nil) throws -> [Delivery] {
        try DeliveryTable.begin(
            DeliveryClaim(connector: connector ?? self.connector, count: count), at: at ?? now, on: connection)
    }

    func settle(_ delivery: Delivery, _ settlement: DeliverySettlement, at: UnixTime? = nil) throws {
        try DeliveryTable.settle(delivery, settlement, at: at ?? now, on: connection)
    }

    /// What is known of a call's delivery to the connector.
    func delivery(of call: UniqueID, connector: ConnectorID? = nil) throws -> Delivery {
        let all = try DeliveryTable.list(
            of: workspace, state: nil, connector: connector ?? self.connector, limit: 1_000, on: connection)
        return try #require(all.first { $0.subject.id == call })
    }

    func state(of call: UniqueID) throws -> PhoneCall.DeliveryState {
        try DeliveryTable.state(of: .call(call), on: connection)
    }
}

extension ConnectorFailure {
    static let down = ConnectorFailure(code: "http-500", message: "answered with 500")
    static let silent = ConnectorFailure(code: "timeout", message: "no answer", mayHaveArrived: true)
}
