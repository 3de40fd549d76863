import CRMMiddleware
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase
import Testing

@Suite struct WorkspaceTableTests {
    @Test func `a workspace comes back as it was made, with its settings`() throws {
        let office = try TokenOffice()
        let made = try office.desk.createWorkspace(name: "Häuser & Söhne")
        #expect(made.settings == WorkspaceSettings() && made.createdAt == office.now)
        #expect(try office.desk.workspace(made.id) == made)
        #expect(try Set(office.desk.workspaces().map(\.id)) == [office.workspace, made.id])
        #expect(try office.desk.workspace(WorkspaceID(value: 1)) == nil)
    }

    @Test func `every setting is kept, noted as a change, and only of the workspace named`() throws {
        let office = try TokenOffice()
        let other = try office.desk.createWorkspace(name: "X")
        let values: [WorkspaceSettings.Name: String] = [
            .contactLookup: "off", .contactCreation: "off", .callLogging: "off", .chatLogging: "off", .dummy: "off",
            .chatsWithoutEmail: "on", .dummyURL: "https://crm.example/new", .defaultCountry: "FR", .suffixDigits: "9",
            .mergeSeconds: "0", .culture: "de-AT", .timeZone: "Europe/Vienna", .maxLength: "8", .lookupDeadline: "1500",
        ]
        #expect(values.count == WorkspaceSettings.Name.allCases.count)
        var settings = WorkspaceSettings()
        for (name, value) in values { try settings.set(name, to: value) }
        let noted = try office.changes { _ = try office.desk.set(office.workspace) { $0 = settings } }
        #expect(noted == [.workspace(office.workspace)])
        let found = try #require(try office.desk.workspace(office.workspace))
        for (name, value) in values { #expect(found.settings[name] == value, "\(name)") }
        #expect(try office.desk.workspace(other.id) == other)
        _ = try office.desk.set(office.workspace) { $0 = WorkspaceSettings() }
        #expect(try office.count("SELECT count(*) FROM workspace_settings") == 0, "defaults are not stored")
        let unknown = try office.changes { _ = try office.desk.set(WorkspaceID(value: 1)) { _ in } }
        #expect(unknown == [])
    }

    @Test func `a setting, or a value, that this release does not know stays at its default`() throws {
        let office = try TokenOffice()
        for (name, value) in [("future", "1"), ("merge_seconds", "soon"), ("default_country", "AT")] {
            try office.connection.run(
                "INSERT INTO workspace_settings (workspace_id, name, value) VALUES (?, ?, ?)",
                .integer(office.workspace.value), .text(name), .text(value))
        }
        let found = try #require(try office.desk.workspace(office.workspace)).settings
        #expect(found.mergeSeconds == 10 && found.defaultCountry == Region("AT"))
    }
}
