import CRMMiddleware
import MiddlewareStorage
import Platform
import SQLiteDatabase
import Testing

/// That the outbox costs what is under way, whatever has been settled.
@Suite struct DeliveryWorkTests {
    /// Everything the outbox and the operator do.
    private static func doAll(_ fixture: DeliveryFixture) throws {
        let connection = fixture.connection
        let calls = try ["a", "b", "c", "d", "e", "f", "g"].map { try fixture.call($0) }
        try fixture.call("a")
        try DeliveryTable.postpone(.call(calls[6]), until: fixture.now + .seconds(1), on: connection)
        _ = try DeliveryTable.lanes(on: connection)
        let begun = try fixture.begin()
        let later = fixture.now + .seconds(1)
        let ends: [DeliverySettlement] = [
            .delivered(contact: nil), .skipped(reason: "x"), .failed(.down, dueAt: later), .dead(.down),
            .notSent(reason: "x", dueAt: later), .withoutConnector(dueAt: later),
        ]
        for (delivery, end) in zip(begun, ends) { try fixture.settle(delivery, end) }
        _ = try fixture.begin()
        try DeliveryTable.release(allBut: [], on: connection)
        _ = try fixture.begin()
        _ = try DeliveryTable.recover(at: later, on: connection)
        for call in calls { _ = try fixture.state(of: call) }
        _ = try DeliveryTable.counts(on: connection)
        _ = try DeliveryTable.list(
            of: fixture.workspace, state: nil, connector: fixture.connector, limit: 10, on: connection)
        _ = try DeliveryTable.retryDead(of: fixture.workspace, connector: nil, at: later, on: connection)
        _ = try DeliveryTable.drop(begun[2].id, at: later, on: connection)
        _ = try DeliveryTable.retry(begun[2].id, at: later, on: connection)
    }

    @Test func `no statement goes through a whole table`() throws {
        let fixture = try DeliveryFixture()
        let probe = try QueryProbe(fixture.connection) {
            try Self.doAll(fixture)
            _ = try DeliveryTable.sweep(now: fixture.now + .seconds(40 * 86_400), on: fixture.connection)
        }
        #expect(probe.statements.count > 15)
        // A workspace has a handful of connectors; their table is its owner's business.
        let small = ["deliveries_ready", "deliveries_begun", "deliveries_pending", "deliveries_dead"]
        #expect(probe.scans(but: small).filter { !$0.hasPrefix("SCAN connectors") } == [])
    }

    /// A connector with so many settled deliveries, of seven contacts.
    private static func fixture(settled: Int64) throws -> DeliveryFixture {
        let fixture = try DeliveryFixture()
        try fixture.connection.run(
            """
            INSERT INTO deliveries (workspace_id, connector_id, subject_kind, subject_id, contact_key, state,
                is_head, due_at, attempts, created_at, settled_at)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
            SELECT 7, 21, 'call', randomblob(16), char(97 + i % 7), iif(i % 9 = 0, 'skipped', 'delivered'), 0, i, 1,
                i, i FROM n WHERE i <= ?1
            """, .integer(settled))
        return fixture
    }

    @Test func `what is settled costs nothing`() throws {
        func steps(settled: Int64) throws -> Int {
            let fixture = try Self.fixture(settled: settled)
            return try QueryProbe(fixture.connection) { try Self.doAll(fixture) }.steps
        }
        let few = try steps(settled: 0)
        let many = try steps(settled: 20_000)
        // The list alone shows settled ones: ten of each state at most.
        #expect(many < few + 1_000, "\(few) steps beside none, \(many) beside 20,000")
    }

    /// How long a call takes from being stored to being settled, with the look for what is due and the counts between
    /// them: the shortest of several, since a machine with other work adds to the others.
    private static func turnTime(settled: Int64) throws -> Duration {
        let fixture = try fixture(settled: settled)
        // With what SQLite knows of the tables, as a server has it that runs for long.
        try fixture.connection.run("ANALYZE")
        var shortest = Duration.seconds(3_600)
        for turn in 0..<200 {
            let start = MonotonicTime.now()
            try fixture.call("+43\(turn % 7)")
            _ = try DeliveryTable.lanes(on: fixture.connection)
            for delivery in try fixture.begin() { try fixture.settle(delivery, .delivered(contact: nil)) }
            _ = try DeliveryTable.counts(on: fixture.connection)
            shortest = min(shortest, start.duration(to: .now()))
        }
        return shortest
    }

    @Test(.timeLimit(.minutes(5)))
    func `a connector's queue is as quick beside a hundred thousand settled deliveries as beside a thousand`() throws {
        let few = try Self.turnTime(settled: 1_000)
        let many = try Self.turnTime(settled: 100_000)
        // A hundred times as many rows make trees a level or two deeper; going through them would make it a hundred times
        // slower.
        #expect(many < few * 4, "\(few) beside 1,000, \(many) beside 100,000")
    }
}
