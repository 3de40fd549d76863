import CRMMiddleware
import NumbersCore
import Platform
import SQLiteDatabase
import TestSupport
import Testing

@testable import MiddlewareStorage

/// A database with two workspaces, and a vault with a key.
struct ConnectorFixture {
    let folder: TestFolder
    let connection: Connection
    let workspace = WorkspaceID(value: 1)
    let other = WorkspaceID(value: 2)
    let vault: SecretVault
    let now = UnixTime(seconds: 1_800_000_000)

    init() throws {
        folder = try TestFolder()
        connection = try MiddlewareSchema.schema.open(
            path: folder.file("middleware.sqlite"), options: DatabaseOptions(older: .migrate))
        for id in [workspace, other] {
            try connection.run(
                "INSERT INTO workspaces (id, name, created_at) VALUES (?, 'W', 0)", .integer(id.value))
        }
        vault = try Self.vault(1)
    }

    static func vault(_ byte: UInt8) throws -> SecretVault {
        let bytes = [9] + [UInt8](repeating: byte, count: 31)
        let key: SecretKey = try #require(SecretKey(bytes: bytes))
        return SecretVault(key: key, random: .system)
    }

    func record(
        _ id: Int64 = 10, priority: Int = 100, parameters: [ConnectorParameter] = [], at: UnixTime? = nil
    ) -> ConnectorRecord {
        ConnectorRecord(
            id: ConnectorID(value: id), workspace: workspace, kind: .template, name: "CRM \(id)", priority: priority,
            features: [.lookup, .calls], template: Array("<Crm/>".utf8), parameters: parameters, createdAt: at ?? now)
    }

    func insert(_ record: ConnectorRecord, vault: SecretVault? = nil) throws -> SecretKeeping {
        try connection.transaction { () throws(DatabaseError) in
            try ConnectorTable.insert(record, vault: vault ?? self.vault, at: now, on: connection)
        }
    }

    /// How many changes of the workspace's connectors were noted.
    func changes(_ workspace: WorkspaceID) throws -> Int64 {
        try connection.first(
            "SELECT count(*) FROM changes WHERE kind = 'connectors' AND subject = ?", .integer(workspace.value)
        ) { row throws(DatabaseError) in row.integer(0) } ?? 0
    }
}

@Suite struct ConnectorTableTests {
    @Test func `a connector comes back as it was kept, its secrets sealed in the file`() throws {
        let fixture = try ConnectorFixture()
        let record = fixture.record(parameters: [
            ConnectorParameter("Password", .secret(HiddenText("hunter2-in-the-clear"))),
            ConnectorParameter("Url", .plain("https://crm.example")),
        ])
        #expect(try fixture.insert(record) == .kept)
        let found = try ConnectorTable.find(
            record.id, workspace: fixture.workspace, vault: fixture.vault, on: fixture.connection)
        #expect(found == record)
        #expect(try fixture.changes(fixture.workspace) == 1)
        let stored = try fixture.connection.all("SELECT sealed FROM connector_parameters WHERE sealed IS NOT NULL") {
            row throws(DatabaseError) in String(decoding: row.blob(0), as: UTF8.self)
        }
        #expect(stored.count == 1)
        #expect(!stored[0].contains("hunter2"))
    }

    @Test func `what a workspace's connectors said is forgotten when one is changed or removed`() throws {
        let fixture = try ConnectorFixture()
        let (connection, key) = (fixture.connection, ContactKey.number("+331"))
        let record = fixture.record()
        _ = try fixture.insert(record)
        var contact = CRMContact()
        contact.lastName = "A"
        func seen(_ workspace: WorkspaceID) throws -> Int {
            try SeenContactTable.seen([key], workspace: workspace, since: UnixTime(seconds: 0), on: connection).count
        }
        for isRemoved in [false, true] {
            try SeenContactTable.apply(
                [fixture.workspace, fixture.other].map { workspace in
                    .seen(
                        SeenContacts(
                            workspace: workspace, connector: record.id, key: key, rules: AnswerRules(stored: ""),
                            contacts: [contact],
                            at: fixture.now))
                }, on: connection)
            #expect(try seen(fixture.workspace) == 1)
            if isRemoved {
                #expect(
                    try ConnectorTable.remove(
                        record.id, workspace: fixture.workspace, at: fixture.now, on: connection))
            } else {
                var change = ConnectorTable.Change()
                change.priority = 1
                #expect(
                    try ConnectorTable.set(
                        change, of: record.id, workspace: fixture.workspace, vault: fixture.vault, at: fixture.now,
                        on: connection) == .kept)
            }
            #expect(try seen(fixture.workspace) == 0)
            #expect(try seen(fixture.other) == 1)
        }
    }

    @Test func `a state that was never given costs no write, and one that was is taken once`() async throws {
        let fixture = try ConnectorFixture()
        let record = fixture.record()
        _ = try fixture.insert(record)
        let state = SHA256Digest.of("given")
        let pending = PendingAuthorization(
            workspace: fixture.workspace, connector: record.id, parameter: "Token", redirectURI: "https://a.example/",
            expiresAt: fixture.now + .seconds(1))
        try ConnectorTable.keep(pending, state: state, on: fixture.connection)
        let path = fixture.folder.file("middleware.sqlite")
        let options = DatabaseOptions(older: .migrate)
        let writer = try DatabaseWriter(
            schema: MiddlewareSchema.schema, path: path, options: options, limits: DatabaseWriter.Limits(),
            clock: .system)
        let readers = try ReaderPool(path: path, options: options, count: 1, queueLimit: 8, clock: .system)
        let store = ConnectorsStore(writer: writer, readers: readers, vault: fixture.vault)
        // Nothing here is about time; a busy machine may take its own.
        let deadline = MonotonicTime.now() + .seconds(3_600)
        func take(_ text: String) async throws -> PendingAuthorization? {
            let states = [SHA256Digest.of("other"), SHA256Digest.of(text)]
            return try await store.takeAuthorization(states: states, at: fixture.now, deadline: deadline).get()?.pending
        }
        #expect(try await take("given")?.connector == record.id)
        #expect(try await take("given") == nil)
        _ = writer.stop(deadline: deadline)
        // A write would fail now.
        #expect(try await take("never given") == nil)
        _ = readers.stop(deadline: deadline)
    }

    @Test func `connectors of another workspace are not there`() throws {
        let fixture = try ConnectorFixture()
        let record = fixture.record()
        _ = try fixture.insert(record)
        let (connection, vault, other) = (fixture.connection, fixture.vault, fixture.other)
        #expect(try ConnectorTable.find(record.id, workspace: other, vault: vault, on: connection) == nil)
        #expect(try ConnectorTable.all(of: other, vault: vault, on: connection).isEmpty)
        #expect(!(try ConnectorTable.remove(record.id, workspace: other, at: fixture.now, on: connection)))
        var change = ConnectorTable.Change()
        change.name = "mine"
        #expect(
            try ConnectorTable.set(
                change, of: record.id, workspace: other, vault: vault, at: fixture.now, on: connection)
                == .noConnector)
        #expect(try ConnectorTable.workspace(of: record.id, on: connection) == fixture.workspace)
    }

    @Test func `they come by priority, then by age, and the disabled ones only when asked for`() throws {
        let fixture = try ConnectorFixture()
        _ = try fixture.insert(fixture.record(3, priority: 5, at: fixture.now + .seconds(2)))
        _ = try fixture.insert(fixture.record(9, priority: 5, at: fixture.now))
        _ = try fixture.insert(fixture.record(4, priority: 1, at: fixture.now + .seconds(9)))
        var off = fixture.record(5, priority: 0)
        off.isEnabled = false
        _ = try fixture.insert(off)
        func ids(_ isEnabledOnly: Bool) throws -> [Int64] {
            try ConnectorTable.all(
                of: fixture.workspace, isEnabledOnly: isEnabledOnly, vault: fixture.vault, on: fixture.connection
            ).map(\.id.value)
        }
        #expect(try ids(false) == [5, 4, 9, 3])
        #expect(try ids(true) == [4, 9, 3])
    }

    @Test func `without a key no secret is kept, and nothing else of the connector`() throws {
        let fixture = try ConnectorFixture()
        let without = SecretVault(key: nil, random: .system)
        let secret = ConnectorParameter("Password", .secret(HiddenText("x")))
        #expect(try fixture.insert(fixture.record(parameters: [secret]), vault: without) == .noKey)
        #expect(try ConnectorTable.count(of: fixture.workspace, on: fixture.connection) == 0)
        #expect(try fixture.changes(fixture.workspace) == 0)
        #expect(try fixture.insert(fixture.record(), vault: without) == .kept)
        var change = ConnectorTable.Change()
        change.name = "new"
        change.parameters = [secret]
        let id = fixture.record().id
        #expect(
            try ConnectorTable.set(
                change, of: id, workspace: fixture.workspace, vault: without, at: fixture.now, on: fixture.connection)
                == .noKey)
        let found = try ConnectorTable.find(
            id, workspace: fixture.workspace, vault: without, on: fixture.connection)
        #expect(found?.name == "CRM 10")
        #expect(found?.parameters == [])
    }

    @Test func `secrets of another key leave the rest of the connector readable`() throws {
        let fixture = try ConnectorFixture()
        let record = fixture.record(parameters: [
            ConnectorParameter("Password", .secret(HiddenText("x"))), ConnectorParameter("Url", .plain("u")),
        ])
        _ = try fixture.insert(record)
        for (vault, fault) in [
            (try ConnectorFixture.vault(2), SecretFault.otherKey), (SecretVault(key: nil, random: .system), .noKey),
        ] {
            let found = try ConnectorTable.find(
                record.id, workspace: fixture.workspace, vault: vault, on: fixture.connection)
            #expect(
                found?.parameters == [
                    ConnectorParameter("Password", .unreadable(fault)), ConnectorParameter("Url", .plain("u")),
                ])
            #expect(found?.secretFault == fault)
        }
    }

    @Test func `a secret that was moved to another row does not open`() throws {
        let fixture = try ConnectorFixture()
        let (connection, vault) = (fixture.connection, fixture.vault)
        let secret = ConnectorParameter("Password", .secret(HiddenText("x")))
        _ = try fixture.insert(fixture.record(10, parameters: [secret]))
        _ = try fixture.insert(fixture.record(11))
        try connection.run("UPDATE connector_parameters SET connector_id = 11")
        #expect(
            try ConnectorTable.find(ConnectorID(value: 11), workspace: fixture.workspace, vault: vault, on: connection)?
                .secretFault == .damaged)
        try connection.run("UPDATE connector_parameters SET connector_id = 10, name = 'ApiKey'")
        #expect(
            try ConnectorTable.find(ConnectorID(value: 10), workspace: fixture.workspace, vault: vault, on: connection)?
                .secretFault == .damaged)
        // Nor after the whole connector was given to another workspace.
        try connection.run("UPDATE connector_parameters SET name = 'Password', workspace_id = 2")
        try connection.run("UPDATE connectors SET workspace_id = 2 WHERE id = 10")
        #expect(
            try ConnectorTable.find(ConnectorID(value: 10), workspace: fixture.other, vault: vault, on: connection)?
                .secretFault == .damaged)
    }

    @Test func `a change keeps what it does not name, and grows the revision`() throws {
        let fixture = try ConnectorFixture()
        let record = fixture.record(parameters: [
            ConnectorParameter("A", .plain("1")), ConnectorParameter("B", .plain("2")),
        ])
        _ = try fixture.insert(record)
        var change = ConnectorTable.Change()
        change.priority = 7
        change.isEnabled = false
        change.parameters = [ConnectorParameter("A", .secret(HiddenText("3")))]
        change.removedParameters = ["B"]
        #expect(
            try ConnectorTable.set(
                change, of: record.id, workspace: fixture.workspace, vault: fixture.vault, at: fixture.now,
                on: fixture.connection) == .kept)
        var expected = record
        expected.priority = 7
        expected.isEnabled = false
        expected.parameters = [ConnectorParameter("A", .secret(HiddenText("3")))]
        expected.revision = 2
        #expect(
            try ConnectorTable.find(
                record.id, workspace: fixture.workspace, vault: fixture.vault, on: fixture.connection) == expected)
        #expect(try fixture.changes(fixture.workspace) == 2)
    }

    @Test func `a removed connector leaves nothing behind`() throws {
        let fixture = try ConnectorFixture()
        let record = fixture.record(parameters: [ConnectorParameter("A", .secret(HiddenText("1")))])
        _ = try fixture.insert(record)
        try ConnectorTable.keep(
            PendingAuthorization(
                workspace: fixture.workspace, connector: record.id, parameter: "A", redirectURI: "https://x/",
                expiresAt: fixture.now), state: SHA256Digest.of("state"), on: fixture.connection)
        #expect(
            try ConnectorTable.remove(
                record.id, workspace: fixture.workspace, at: fixture.now, on: fixture.connection))
        let left = try fixture.connection.first(
            """
            SELECT (SELECT count(*) FROM connectors) + (SELECT count(*) FROM connector_templates)
                + (SELECT count(*) FROM connector_parameters) + (SELECT count(*) FROM oauth_states)
            """
        ) { row throws(DatabaseError) in row.integer(0) }
        #expect(left == 0)
        #expect(
            !(try ConnectorTable.remove(
                record.id, workspace: fixture.workspace, at: fixture.now, on: fixture.connection)))
    }

    @Test func `a new workspace has the built-in contacts, with all they can do`() throws {
        let fixture = try ConnectorFixture()
        let desk = MiddlewareDesk(connection: fixture.connection, clock: .system, random: .system)
        let workspace = try desk.createWorkspace(name: "New")
        let all = try ConnectorTable.all(of: workspace.id, vault: fixture.vault, on: fixture.connection)
        #expect(all.map(\.kind) == [.builtin])
        #expect(all.map(\.features) == [[.lookup, .create]])
        #expect(try fixture.changes(workspace.id) == 1)
    }
}
