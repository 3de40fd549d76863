import CRMMiddleware
import MiddlewareStorage
import Platform
import SQLiteDatabase
import Testing

@Suite struct TokenTableTests {
    @Test func `a token is found by its hash, and ends once`() throws {
        let office = try TokenOffice()
        let hash = try office.issue()
        let found = try #require(try TokenTable.find(hash: hash, on: office.connection))
        #expect(found.client == office.client && found.workspace == office.workspace && found.scopes == .lookup)
        #expect(found.expiresAt == found.createdAt + .seconds(60))
        #expect(try TokenTable.find(hash: AccessToken(random: .system).hash, on: office.connection) == nil)
        var ended: [Bool] = []
        let first = try office.changes { ended.append(try office.desk.endToken(found.id)) }
        let second = try office.changes { ended.append(try office.desk.endToken(found.id)) }
        #expect(ended == [true, false] && first == [.workspace(office.workspace)] && second == [])
        #expect(try TokenTable.find(hash: hash, on: office.connection) == nil)
    }

    @Test func `a client has 256 live tokens at most, and the next one ends its oldest`() throws {
        let office = try TokenOffice()
        let sibling = try #require(
            try office.desk.createClient(workspace: office.workspace, scopes: .lookup, name: nil))
        let kept = try office.issue(sibling.record.id, at: office.now - .seconds(50))
        var hashes: [SecretHash] = []
        for index in 0..<(TokenRecord.liveMax - 1) {
            hashes.append(try office.issue(at: office.now + .milliseconds(index)))
        }
        let last = office.now + .milliseconds(TokenRecord.liveMax)
        let noted = try office.changes { hashes.append(try office.issue(at: last)) }
        #expect(noted == [])
        #expect(try TokenTable.find(hash: hashes[0], on: office.connection) != nil)
        // Also when the clock went back: the new one is not the one to go.
        let early = office.now - .seconds(1)
        let further = try office.changes { hashes.append(try office.issue(at: early)) }
        #expect(further == [.workspace(office.workspace)])
        #expect(try TokenTable.find(hash: hashes[0], on: office.connection) == nil)
        #expect(try TokenTable.find(hash: hashes[1], on: office.connection) != nil)
        #expect(try TokenTable.find(hash: try #require(hashes.last), on: office.connection) != nil)
        #expect(
            try office.count("SELECT count(*) FROM access_tokens") == Int64(TokenRecord.liveMax) + 1)
        #expect(try TokenTable.find(hash: kept, on: office.connection) != nil)
    }

    @Test func `a client that was revoked, or of another workspace, gets no token`() throws {
        let office = try TokenOffice()
        let token = office.record()
        let foreign = TokenRecord(
            id: token.id, client: token.client, workspace: try office.desk.createWorkspace(name: "X").id,
            scopes: .lookup, createdAt: token.createdAt, expiresAt: token.expiresAt)
        let hash = AccessToken(random: .system).hash
        #expect(try !TokenTable.insert(foreign, hash: hash, on: office.connection))
        let live = try office.issue()
        var isRevoked = false
        let noted = try office.changes { isRevoked = try office.desk.revokeClient(office.client) }
        #expect(isRevoked && noted == [.workspace(office.workspace)])
        #expect(try TokenTable.find(hash: live, on: office.connection) == nil)
        #expect(try !TokenTable.insert(token, hash: hash, on: office.connection))
        #expect(try office.desk.clients(of: office.workspace).map { $0.revokedAt == office.now } == [true])
        #expect(try !office.desk.revokeClient(ClientID(value: 1)))
    }

    @Test func `a client ends its own tokens only`() throws {
        let office = try TokenOffice()
        let other = try #require(try office.desk.createClient(workspace: office.workspace, scopes: .lookup, name: nil))
        let hash = try office.issue()
        let noted = try office.changes {
            try TokenTable.end(hash: hash, of: other.record.id, at: office.now, on: office.connection)
        }
        #expect(try noted == [] && TokenTable.find(hash: hash, on: office.connection) != nil)
        try TokenTable.end(hash: hash, of: office.client, at: office.now, on: office.connection)
        #expect(try TokenTable.find(hash: hash, on: office.connection) == nil)
    }

    @Test func `expired tokens are not listed, and are swept in blocks`() throws {
        let office = try TokenOffice()
        let short = try (0..<5).map { _ in try office.issue(life: .seconds(60)) }
        let long = try office.issue(life: .seconds(61))
        office.time.advance(.milliseconds(59_999))
        #expect(try office.desk.tokens(of: office.workspace).count == 6)
        #expect(try TokenTable.sweep(now: office.now, limit: 3, on: office.connection) == 0)
        office.time.advance(.milliseconds(1))
        #expect(try office.desk.tokens(of: office.workspace).count == 1)
        #expect(try TokenTable.sweep(now: office.now, limit: 3, on: office.connection) == 3)
        #expect(try TokenTable.sweep(now: office.now, limit: 3, on: office.connection) == 2)
        for hash in short { #expect(try TokenTable.find(hash: hash, on: office.connection) == nil) }
        #expect(try TokenTable.find(hash: long, on: office.connection) != nil)
        let stranger = try office.desk.createWorkspace(name: "X").id
        #expect(try office.desk.tokens(of: stranger) == [] && office.desk.clients(of: stranger) == [])
    }

    @Test func `a workspace has so many clients and context tokens at most`() throws {
        let office = try TokenOffice()
        let (clients, contextTokens) = try office.connection.transaction { () throws(DatabaseError) in
            var made = (clients: 0, contextTokens: 0)
            for _ in 0...ClientRecord.countMax {
                let client = ClientRecord(
                    id: ClientID(random: .system), workspace: office.workspace, scopes: .crm, name: nil,
                    createdAt: office.now, revokedAt: nil)
                let secret = ClientSecret(random: .system).hash
                if try ClientTable.insert(client, secret: secret, on: office.connection) { made.clients += 1 }
            }
            for _ in 0...ContextTokenRecord.countMax {
                let token = ContextTokenRecord(
                    token: UniqueID(random: .system), workspace: office.workspace, createdAt: office.now,
                    expiresAt: nil, revokedAt: nil)
                let secret = ContextSecret(random: .system).hash
                if try ContextTokenTable.insert(token, secret: secret, on: office.connection) {
                    made.contextTokens += 1
                }
            }
            return made
        }
        // The office's own client is one of them.
        #expect(clients == ClientRecord.countMax - 1 && contextTokens == ContextTokenRecord.countMax)
        #expect(try office.desk.createClient(workspace: office.workspace, scopes: .crm, name: nil) == nil)
        #expect(try office.desk.createContextToken(workspace: office.workspace, life: nil) == nil)
        let other = try office.desk.createWorkspace(name: "X").id
        #expect(try office.desk.createClient(workspace: other, scopes: .crm, name: nil) != nil)
        #expect(try office.desk.createContextToken(workspace: other, life: nil) != nil)
    }

    @Test func `a context token is found with its secret, listed, and revoked for good`() throws {
        let office = try TokenOffice()
        let made = try #require(try office.desk.createContextToken(workspace: office.workspace, life: .seconds(60)))
        let found = try #require(try ContextTokenTable.find(made.record.token, on: office.connection))
        #expect(found.record == made.record && found.secret == made.secret.hash)
        #expect(found.record.isUsable(at: office.now) && !found.record.isUsable(at: office.now + .seconds(60)))
        var isRevoked = false
        let noted = try office.changes { isRevoked = try office.desk.revokeContextToken(made.record.token) }
        #expect(isRevoked && noted == [.workspace(office.workspace)])
        let first = try #require(try office.desk.contextTokens(of: office.workspace).first)
        #expect(first.revokedAt == office.now && !first.isUsable(at: office.now))
        office.time.advance(.seconds(5))
        #expect(try office.desk.revokeContextToken(made.record.token))
        #expect(try office.desk.contextTokens(of: office.workspace).first == first)
        #expect(try !office.desk.revokeContextToken(UniqueID(random: .system)))
    }
}
