import CRMMiddleware
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase
import Synchronization
import TestSupport
import Testing

/// A database with two workspaces, and a time that the test sets.
final class CallFixture {
    let folder: TestFolder
    let connection: Connection
    private(set) var now = UnixTime(seconds: 1_767_323_045)
    let workspace: Workspace
    let other: Workspace

    static let schemaPath = "middleware.sqlite"

    init(_ change: (inout WorkspaceSettings) -> Void = { _ in }) throws {
        folder = try TestFolder()
        connection = try MiddlewareSchema.schema.open(
            path: folder.file(Self.schemaPath), options: DatabaseOptions(older: .migrate))
        workspace = Self.workspace(7, change)
        other = Self.workspace(8)
        for each in [workspace, other] { try WorkspaceTable.insert(each, on: connection) }
    }

    static func workspace(_ id: Int64, _ change: (inout WorkspaceSettings) -> Void = { _ in }) -> Workspace {
        var settings = WorkspaceSettings()
        settings.defaultCountry = Region("FR")
        change(&settings)
        return Workspace(
            id: WorkspaceID(value: id), name: "W", settings: settings, createdAt: UnixTime(seconds: 1_767_323_000))
    }

    /// A connector that takes calls and chats.
    func addConnector(_ id: Int64 = 21) throws {
        try connection.run(
            """
            INSERT INTO connectors (id, workspace_id, kind, name, priority, features, enabled, revision, created_at)
            VALUES (?, ?, 'template', 'C', 0, 15, 1, 0, 0)
            """, .integer(id), .integer(workspace.id.value))
    }

    func advance(_ duration: Duration) { now = now + duration }
    func time(_ seconds: Int64) -> UnixTime { UnixTime(seconds: 1_767_323_045 + seconds) }

    static func report(
        _ workspace: Workspace, _ external: String = "+33142000000", start: UnixTime?, unreplaced: [String] = [],
        _ change: (inout CallDraft) -> Void = { _ in }
    ) -> ReportedCall {
        var draft = CallDraft(direction: .inbound, status: "Missed")
        draft.numberExternal = PartyNumber(external, country: nil, plan: .builtIn)
        draft.numberInternal = PartyNumber(given: "101", e164: nil)
        draft.startTime = start
        change(&draft)
        return ReportedCall(workspace: workspace, draft: draft, unreplaced: unreplaced)
    }

    @discardableResult
    func save(
        _ external: String = "+33142000000", start: Int64? = 0, in workspace: Workspace? = nil,
        unreplaced: [String] = [], _ change: (inout CallDraft) -> Void = { _ in }
    ) throws -> PhoneCall {
        let report = Self.report(
            workspace ?? self.workspace, external, start: start.map { time($0) }, unreplaced: unreplaced, change)
        return try connection.transaction { () throws(DatabaseError) in
            try CallTable.save(report, arrival(), on: connection)
        }
    }

    func arrival() -> CallTable.Arrival {
        CallTable.Arrival(
            at: now, callID: UniqueID(at: now, random: .system), segmentID: UniqueID(at: now, random: .system),
            plan: .builtIn)
    }

    @discardableResult
    func context(
        _ start: Int64? = nil, _ data: [ContextPair] = [], in workspace: Workspace? = nil,
        _ change: (inout CallContextDraft) -> Void = { _ in }
    ) throws -> UniqueID {
        var draft = CallContextDraft(
            direction: .inbound, external: PartyNumber("+33142000000", country: nil, plan: .builtIn))
        draft.startTime = start.map { time($0) }
        draft.data = data
        change(&draft)
        let made = UniqueID(at: now, random: .system)
        return try ContextTable.save(
            draft, of: (workspace ?? self.workspace).id, id: made, at: now, on: connection)
    }

    func list(_ workspace: Workspace? = nil, _ change: (inout CallListQuery) -> Void = { _ in }) throws -> CallPage {
        var query = CallListQuery()
        query.perPage = 100
        change(&query)
        return try CallListing.page(query, of: (workspace ?? self.workspace).id, on: connection)
    }

    /// The one call of the workspace, with everything.
    func only() throws -> ListedCall {
        let page = try list {
            $0.includesLogs = true
            $0.includesSegments = true
        }
        try #require(page.calls.count == 1)
        return page.calls[0]
    }

    func integer(_ sql: StaticString) throws -> Int64 {
        try connection.first(sql) { row throws(DatabaseError) in row.integer(0) } ?? -1
    }
}
