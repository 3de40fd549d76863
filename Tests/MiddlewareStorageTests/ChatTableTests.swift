import CRMMiddleware
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase
import Testing

@Suite struct ChatTableTests {
    @Test func `a chat is stored whole and delivered`() throws {
        let fixture = try CallFixture()
        try fixture.addConnector()
        var draft = ChatDraft()
        draft.email = "Ann@example.com"
        draft.source = "3cx"
        draft.name = "Ann"
        draft.startTime = fixture.time(0)
        draft.endTime = fixture.time(9)
        draft.duration = 9
        draft.subject = "S"
        draft.chatMessages = "Hello"
        draft.queueExtension = "800"
        draft.entityType = "Contacts"
        draft.entityID = "7"
        draft.agent = "101"
        draft.agentFirstName = "A"
        draft.agentLastName = "B"
        draft.agentEmail = "a@b.example"
        let id = UniqueID(naming: "chat")
        let saved = try ChatTable.save(draft, of: fixture.workspace, id: id, at: fixture.now, on: fixture.connection)
        #expect(saved.report == draft && saved.delivery == .pending && saved.createdAt == fixture.now)
        #expect(try ChatTable.find(id, workspace: fixture.workspace.id, on: fixture.connection) == saved)
        #expect(try ChatTable.find(id, workspace: fixture.other.id, on: fixture.connection) == nil)
        let key = try fixture.connection.first("SELECT contact_key FROM deliveries") {
            row throws(DatabaseError) in row.text(0)
        }
        #expect(key == "ann@example.com")
        #expect(try ChatTable.sweep(createdBefore: fixture.now, on: fixture.connection) == 0)
        // Not before it has been delivered, or given up.
        #expect(try ChatTable.sweep(createdBefore: fixture.time(1), on: fixture.connection) == 0)
        try fixture.connection.execute("DELETE FROM deliveries")
        #expect(try ChatTable.sweep(createdBefore: fixture.time(1), on: fixture.connection) == 1)
    }
}
