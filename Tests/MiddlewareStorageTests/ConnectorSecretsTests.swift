import CRMMiddleware
import MiddlewareStorage
import Platform
import SQLiteDatabase
import Testing

@Suite struct ConnectorSecretsTests {
    private func filled() throws -> (ConnectorFixture, MiddlewareDesk) {
        let fixture = try ConnectorFixture()
        for id: Int64 in 10..<13 {
            _ = try fixture.insert(
                fixture.record(
                    id,
                    parameters: [
                        ConnectorParameter("Password", .secret(HiddenText("secret \(id)"))),
                        ConnectorParameter("Url", .plain("u")),
                    ]))
        }
        return (fixture, MiddlewareDesk(connection: fixture.connection, clock: .system, random: .system))
    }

    private func secrets(_ fixture: ConnectorFixture, _ vault: SecretVault) throws -> [ConnectorParameter.Value] {
        try ConnectorTable.all(of: fixture.workspace, vault: vault, on: fixture.connection)
            .map { $0.parameters[0].value }
    }

    @Test func `every secret is sealed with the new key, and opens with the old one no more`() throws {
        let (fixture, desk) = try filled()
        let new = try ConnectorFixture.vault(2)
        let before = try secrets(fixture, fixture.vault)
        let changes = try fixture.changes(fixture.workspace)
        var steps: [Int64] = []
        #expect(try desk.rotateSecrets(from: fixture.vault, to: new) { steps.append($0) } == .success(3))
        #expect(steps == [1, 2, 3])
        #expect(try secrets(fixture, new) == before)
        #expect(try secrets(fixture, fixture.vault).allSatisfy { $0 == .unreadable(.otherKey) })
        #expect(try fixture.changes(fixture.workspace) == changes + 1)
    }

    @Test func `one that does not open leaves all as they were`() throws {
        let (fixture, desk) = try filled()
        try fixture.connection.run(
            "UPDATE connector_parameters SET sealed = zeroblob(60) WHERE connector_id = 12 AND sealed IS NOT NULL")
        let before = try secrets(fixture, fixture.vault)
        let outcome = try desk.rotateSecrets(from: fixture.vault, to: try ConnectorFixture.vault(2)) { _ in }
        #expect(
            outcome
                == .failure(
                    UnopenedSecret(connector: ConnectorID(value: 12), parameter: "Password", fault: .damaged)))
        #expect(try secrets(fixture, fixture.vault) == before)
        // With the wrong old key nothing opens.
        let wrong = try desk.rotateSecrets(from: try ConnectorFixture.vault(3), to: fixture.vault) { _ in }
        #expect(throws: UnopenedSecret.self) { try wrong.get() }
        #expect(try secrets(fixture, fixture.vault) == before)
    }

    @Test func `connectors are refused beyond the bound, to nobody, twice built in, or without a key for secrets`()
        throws
    {
        let fixture = try ConnectorFixture()
        let desk = MiddlewareDesk(connection: fixture.connection, clock: .system, random: .system)
        func add(_ record: ConnectorRecord, _ vault: SecretVault? = nil) throws -> MiddlewareDesk.ConnectorRefusal? {
            switch try desk.addConnector(record, vault: vault ?? fixture.vault) {
            case .success: nil
            case .failure(let refusal): refusal
            }
        }
        let nowhere = ConnectorRecord(
            id: ConnectorID(value: 1), workspace: WorkspaceID(value: 99), kind: .url, name: "x", priority: 1,
            features: .lookup, createdAt: fixture.now)
        #expect(try add(nowhere) == .noWorkspace)
        let secret = fixture.record(1, parameters: [ConnectorParameter("P", .secret(HiddenText("x")))])
        #expect(try add(secret, SecretVault(key: nil, random: .system)) == .noKey)
        func builtIn(_ id: Int64) -> ConnectorRecord {
            ConnectorRecord(
                id: ConnectorID(value: id), workspace: fixture.workspace, kind: .builtin, name: "x", priority: 1,
                features: .lookup, createdAt: fixture.now)
        }
        #expect(try add(builtIn(50)) == nil)
        #expect(try add(builtIn(51)) == .secondBuiltIn)
        for id in 100..<100 + Int64(ConnectorTable.countMax) - 1 { #expect(try add(fixture.record(id)) == nil) }
        #expect(try add(fixture.record(999)) == .tooMany)
    }

    @Test func `old states are swept, and a new one takes the place of the last of its parameter`() throws {
        let fixture = try ConnectorFixture()
        _ = try fixture.insert(fixture.record())
        func keep(_ parameter: String, _ state: String, expires: Duration) throws {
            try ConnectorTable.keep(
                PendingAuthorization(
                    workspace: fixture.workspace, connector: fixture.record().id, parameter: parameter,
                    redirectURI: "https://x/", expiresAt: fixture.now + expires), state: SHA256Digest.of(state),
                on: fixture.connection)
        }
        func count() throws -> Int64 {
            try fixture.connection.first("SELECT count(*) FROM oauth_states") { row throws(DatabaseError) in
                row.integer(0)
            } ?? 0
        }
        try keep("A", "1", expires: .seconds(1))
        try keep("A", "2", expires: .seconds(1))
        try keep("B", "3", expires: .seconds(2))
        #expect(try count() == 2)
        #expect(try ConnectorTable.sweepStates(now: fixture.now, on: fixture.connection) == 0)
        #expect(try ConnectorTable.sweepStates(now: fixture.now + .seconds(1), on: fixture.connection) == 1)
        #expect(try count() == 1)
    }
}
