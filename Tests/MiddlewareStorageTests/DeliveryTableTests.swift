import CRMMiddleware
import MiddlewareStorage
import Platform
import SQLiteDatabase
import Testing

@Suite struct DeliveryTableTests {
    // MARK: Scheduling

    @Test func `each enabled connector with the feature gets a row, no other does`() throws {
        let fixture = try DeliveryFixture()
        try fixture.add(ConnectorID(value: 22), features: [.lookup, .calls])
        try fixture.add(ConnectorID(value: 23), features: [.lookup, .chats])
        try fixture.add(ConnectorID(value: 24), isEnabled: false)
        try fixture.add(ConnectorID(value: 25), features: [])
        try fixture.add(ConnectorID(value: 26), workspace: fixture.other)
        let call = UniqueID(random: .system)
        let chat = UniqueID(random: .system)
        for (subject, count) in [(Delivery.Subject.call(call), 2), (.chat(chat), 2)] {
            #expect(
                try DeliveryTable.schedule(
                    subject, workspace: fixture.workspace, contactKey: "k", dueAt: fixture.now, at: fixture.now,
                    on: fixture.connection) == count)
        }
        let rows = try DeliveryTable.list(
            of: fixture.workspace, state: nil, connector: nil, limit: 10, on: fixture.connection)
        #expect(Set(rows.filter { $0.subject == .call(call) }.map(\.connector.value)) == [21, 22])
        #expect(Set(rows.filter { $0.subject == .chat(chat) }.map(\.connector.value)) == [21, 23])
        #expect(
            try DeliveryTable.list(
                of: fixture.other, state: nil, connector: nil, limit: 10, on: fixture.connection
            ).isEmpty)
    }

    @Test func `without a connector nothing is scheduled, and the call's state is none`() throws {
        let fixture = try DeliveryFixture()
        let call = UniqueID(random: .system)
        #expect(
            try DeliveryTable.schedule(
                .call(call), workspace: fixture.other, contactKey: "k", dueAt: fixture.now, at: fixture.now,
                on: fixture.connection) == 0)
        #expect(try fixture.state(of: call) == .none)
    }

    @Test func `the same call is scheduled once for a connector`() throws {
        let fixture = try DeliveryFixture()
        let call = try fixture.call()
        #expect(
            try DeliveryTable.schedule(
                .call(call), workspace: fixture.workspace, contactKey: "k", dueAt: fixture.now, at: fixture.now,
                on: fixture.connection) == 0)
        #expect(try fixture.begin().count == 1)
    }

    @Test func `a merged report postpones what has not been tried, nothing else`() throws {
        let fixture = try DeliveryFixture()
        let fresh = try fixture.call("a", dueIn: .seconds(10))
        let tried = try fixture.call("b")
        let begun = try #require(try fixture.begin().first)
        try fixture.settle(begun, .failed(.down, dueAt: fixture.now + .seconds(3)))
        for call in [fresh, tried] {
            try DeliveryTable.postpone(.call(call), until: fixture.now + .seconds(20), on: fixture.connection)
        }
        #expect(try fixture.delivery(of: fresh).dueAt == fixture.now + .seconds(20))
        #expect(try fixture.delivery(of: tried).dueAt == fixture.now + .seconds(3))
    }

    // MARK: Order

    @Test func `only what is due begins, and it counts from then on`() throws {
        let fixture = try DeliveryFixture()
        let call = try fixture.call(dueIn: .seconds(10))
        #expect(try fixture.begin(at: fixture.now + .microseconds(9_999_999)).isEmpty)
        let begun = try fixture.begin(at: fixture.now + .seconds(10))
        #expect(begun.map(\.subject) == [.call(call)])
        #expect(begun[0].attempts == 1 && begun[0].begunAt == fixture.now + .seconds(10))
        #expect(try fixture.begin(at: fixture.now + .seconds(99)).isEmpty, "it is under way")
    }

    @Test func `a contact's deliveries begin one after the other, in the order they were stored`() throws {
        let fixture = try DeliveryFixture()
        // The second is due before the first, and still waits for it.
        let first = try fixture.call(dueIn: .seconds(5))
        let second = try fixture.call()
        let stranger = try fixture.call("somebody else")
        #expect(try fixture.begin().map(\.subject.id) == [stranger])
        let later = fixture.now + .seconds(5)
        let begun = try fixture.begin(at: later)
        #expect(begun.map(\.subject.id) == [first])
        #expect(try fixture.begin(at: later).isEmpty)
        try fixture.settle(begun[0], .delivered(contact: nil), at: later)
        #expect(try fixture.begin(at: later).map(\.subject.id) == [second])
    }

    @Test func `a contact waits at one connector and not at another`() throws {
        let fixture = try DeliveryFixture()
        let second = ConnectorID(value: 22)
        try fixture.add(second)
        try fixture.call()
        let call = try fixture.call()
        let begun = try fixture.begin(connector: second)
        try fixture.settle(begun[0], .delivered(contact: nil))
        #expect(try fixture.begin().count == 1)
        #expect(try fixture.begin(connector: second).map(\.subject.id) == [call])
    }

    /// How the head ends, and whether the next one of its contact may begin then.
    static let ends: [(DeliverySettlement, Delivery.State, Bool)] = [
        (.delivered(contact: nil), .delivered, true),
        (.skipped(reason: "no_scenario"), .skipped, true),
        (.dead(.down), .dead, true),
        (.gone, .dropped, true),
        (.failed(.down, dueAt: UnixTime(seconds: 1_767_323_046)), .pending, false),
        (.notSent(reason: "storage", dueAt: UnixTime(seconds: 1_767_323_046)), .pending, false),
        (.withoutConnector(dueAt: UnixTime(seconds: 1_767_323_046)), .pending, false),
    ]

    @Test(arguments: Self.ends) func `the head blocks until it has ended`(
        settlement: DeliverySettlement, state: Delivery.State, opensTheWay: Bool
    ) throws {
        let fixture = try DeliveryFixture()
        let first = try fixture.call()
        let second = try fixture.call()
        try fixture.settle(try fixture.begin()[0], settlement)
        #expect(try fixture.delivery(of: first).state == state)
        #expect(try fixture.begin().map(\.subject.id) == (opensTheWay ? [second] : []))
        if !opensTheWay {
            #expect(try fixture.begin(at: fixture.now + .seconds(1)).map(\.subject.id) == [first])
        }
    }

    @Test func `lanes are the connectors with heads, each with the first that is due`() throws {
        let fixture = try DeliveryFixture()
        #expect(try DeliveryTable.lanes(on: fixture.connection).isEmpty)
        try fixture.add(ConnectorID(value: 99))
        try fixture.add(ConnectorID(value: 3), features: .chats)
        try fixture.call("a", dueIn: .seconds(9))
        try fixture.call("b", dueIn: .seconds(4))
        try fixture.call("b", dueIn: .seconds(1))
        #expect(
            try DeliveryTable.lanes(on: fixture.connection) == [
                DeliveryLane(connector: fixture.connector, dueAt: fixture.now + .seconds(4)),
                DeliveryLane(connector: ConnectorID(value: 99), dueAt: fixture.now + .seconds(4)),
            ])
        _ = try fixture.begin(at: fixture.now + .seconds(9))
        #expect(try DeliveryTable.lanes(on: fixture.connection).map(\.connector.value) == [99])
    }

    @Test func `no more begin than are claimed, the longest due first`() throws {
        let fixture = try DeliveryFixture()
        let late = try fixture.call("a", dueIn: .seconds(3))
        let early = try fixture.call("b", dueIn: .seconds(1))
        let middle = try fixture.call("c", dueIn: .seconds(2))
        let at = fixture.now + .seconds(9)
        #expect(try fixture.begin(2, at: at).map(\.subject.id) == [early, middle])
        #expect(try fixture.begin(2, at: at).map(\.subject.id) == [late])
    }

    // MARK: Ends

    @Test func `an attempt ends once`() throws {
        let fixture = try DeliveryFixture()
        let call = try fixture.call()
        let first = try fixture.begin()[0]
        try fixture.settle(first, .failed(.down, dueAt: fixture.now))
        try fixture.settle(first, .delivered(contact: nil))
        #expect(try fixture.delivery(of: call).state == .pending)
        let second = try fixture.begin(at: fixture.now + .seconds(1))[0]
        try fixture.settle(first, .dead(.down))
        #expect(try fixture.delivery(of: call).begunAt != nil, "the second attempt is under way")
        try fixture.settle(second, .delivered(contact: nil))
        try fixture.settle(second, .dead(.down))
        #expect(try fixture.delivery(of: call).state == .delivered)
        #expect(try fixture.state(of: call) == .delivered)
    }

    @Test func `what may have arrived stays marked`() throws {
        let fixture = try DeliveryFixture()
        let call = try fixture.call()
        try fixture.settle(try fixture.begin()[0], .failed(.silent, dueAt: fixture.now))
        #expect(try fixture.delivery(of: call).mayHaveArrived)
        try fixture.settle(try fixture.begin()[0], .failed(.down, dueAt: fixture.now))
        let delivery = try fixture.delivery(of: call)
        #expect(delivery.mayHaveArrived && delivery.attempts == 2 && delivery.reason == "http-500")
    }

    @Test func `an attempt that sent nothing does not count`() throws {
        let fixture = try DeliveryFixture()
        let call = try fixture.call()
        try fixture.settle(
            try fixture.begin()[0], .notSent(reason: "storage", dueAt: fixture.now + .seconds(5)))
        let delivery = try fixture.delivery(of: call)
        #expect(delivery.attempts == 0 && !delivery.mayHaveArrived && delivery.dueAt == fixture.now + .seconds(5))
    }

    @Test func `without its connector a delivery is dropped, skipped or kept, as the connector's record says`() throws {
        for (change, state, reason) in [
            ("DELETE FROM connectors", Delivery.State.dropped, "connector_removed"),
            ("UPDATE connectors SET enabled = 0", .skipped, "connector_off"),
            ("UPDATE connectors SET features = 3", .skipped, "feature_off"),
            ("UPDATE connectors SET features = 15", .pending, "connector_unavailable"),
        ] {
            let fixture = try DeliveryFixture()
            let call = try fixture.call()
            let begun = try fixture.begin()[0]
            try fixture.connection.execute(change)
            try fixture.settle(begun, .withoutConnector(dueAt: fixture.now + .seconds(1)))
            let delivery = try fixture.delivery(of: call)
            #expect(delivery.state == state && delivery.reason == reason, "\(change)")
            #expect(delivery.attempts == (state == .pending ? 0 : 1))
        }
    }

    @Test func `a call is pending while any delivery is, then dead if any is, then delivered`() throws {
        let fixture = try DeliveryFixture()
        let others = [ConnectorID(value: 22), ConnectorID(value: 23)]
        for other in others { try fixture.add(other) }
        let call = try fixture.call()
        #expect(try fixture.state(of: call) == .pending)
        try fixture.settle(try fixture.begin()[0], .delivered(contact: nil))
        #expect(try fixture.state(of: call) == .pending)
        try fixture.settle(try fixture.begin(connector: others[0])[0], .skipped(reason: "no_scenario"))
        try fixture.settle(try fixture.begin(connector: others[1])[0], .dead(.down))
        #expect(try fixture.state(of: call) == .dead)
        _ = try DeliveryTable.drop(
            try fixture.delivery(of: call, connector: others[1]).id, at: fixture.now, on: fixture.connection)
        #expect(try fixture.state(of: call) == .delivered)
    }

    // MARK: After a crash

    @Test func `what was begun and never ended is due at once, counted, and marked as perhaps arrived`() throws {
        let fixture = try DeliveryFixture()
        let call = try fixture.call()
        let next = try fixture.call()
        _ = try fixture.begin()
        let later = fixture.now + .seconds(60)
        #expect(try DeliveryTable.recover(at: later, on: fixture.connection) == 1)
        #expect(try DeliveryTable.recover(at: later, on: fixture.connection) == 0)
        let delivery = try fixture.delivery(of: call)
        #expect(delivery.attempts == 1 && delivery.mayHaveArrived && delivery.reason == "interrupted")
        #expect(try fixture.begin(at: later).map(\.subject.id) == [call], "before \(next)")
    }

    @Test func `what was begun without anybody's knowledge is due again and does not count`() throws {
        let fixture = try DeliveryFixture()
        let known = try fixture.call("a")
        let unknown = try fixture.call("b")
        let begun = try fixture.begin()
        let keep = try #require(begun.first { $0.subject.id == known })
        try DeliveryTable.release(allBut: [keep.id], on: fixture.connection)
        #expect(try fixture.delivery(of: known).begunAt != nil)
        let released = try fixture.delivery(of: unknown)
        #expect(released.begunAt == nil && released.attempts == 0 && !released.mayHaveArrived)
    }

    // MARK: The operator

    @Test func `a dead delivery that is retried comes before what came after it`() throws {
        let fixture = try DeliveryFixture()
        let first = try fixture.call()
        let second = try fixture.call(dueIn: .seconds(1))
        try fixture.settle(try fixture.begin()[0], .dead(.down))
        let change = try DeliveryTable.retry(
            try fixture.delivery(of: first).id, at: fixture.now, on: fixture.connection)
        guard case .done(let delivery) = change else {
            Issue.record("\(change)")
            return
        }
        #expect(delivery.state == .pending && delivery.attempts == 0 && delivery.isHead)
        let later = fixture.now + .seconds(1)
        let begun = try fixture.begin(at: later)
        #expect(begun.map(\.subject.id) == [first])
        try fixture.settle(begun[0], .delivered(contact: nil))
        #expect(try fixture.begin(at: later).map(\.subject.id) == [second])
    }

    @Test func `a retried delivery waits for the attempt that is under way`() throws {
        let fixture = try DeliveryFixture()
        let first = try fixture.call()
        try fixture.call()
        try fixture.settle(try fixture.begin()[0], .dead(.down))
        let under = try fixture.begin()[0]
        _ = try DeliveryTable.retry(try fixture.delivery(of: first).id, at: fixture.now, on: fixture.connection)
        #expect(try fixture.begin().isEmpty)
        try fixture.settle(under, .failed(.down, dueAt: fixture.now))
        #expect(try fixture.begin().map(\.subject.id) == [first])
    }

    @Test func `retry and drop fit some states only`() throws {
        for (settlement, canRetry, canDrop) in [
            (DeliverySettlement.delivered(contact: nil), false, false),
            (.skipped(reason: "x"), true, false),
            (.gone, true, false),
            (.dead(.down), true, true),
            (.failed(.down, dueAt: UnixTime(seconds: 1_767_400_000)), true, true),
        ] {
            for isRetry in [true, false] {
                let fixture = try DeliveryFixture()
                let call = try fixture.call()
                try fixture.settle(try fixture.begin()[0], settlement)
                let id = try fixture.delivery(of: call).id
                let change =
                    isRetry
                    ? try DeliveryTable.retry(id, at: fixture.now, on: fixture.connection)
                    : try DeliveryTable.drop(id, at: fixture.now, on: fixture.connection)
                let state = try fixture.delivery(of: call).state
                if case .done = change {
                    #expect(isRetry ? canRetry : canDrop, "\(settlement)")
                    #expect(state == (isRetry ? .pending : .dropped))
                    #expect(try fixture.begin().count == (isRetry ? 1 : 0))
                } else {
                    #expect(change == .unfit(state))
                    #expect(!(isRetry ? canRetry : canDrop), "\(settlement)")
                }
            }
        }
        let fixture = try DeliveryFixture()
        let nobody = DeliveryID(value: 4_711)
        #expect(try DeliveryTable.retry(nobody, at: fixture.now, on: fixture.connection) == .notFound)
        #expect(try DeliveryTable.drop(nobody, at: fixture.now, on: fixture.connection) == .notFound)
    }

    @Test func `a dropped delivery lets the next one go, and counts as delivered when the CRM took it after all`()
        throws
    {
        let fixture = try DeliveryFixture()
        let first = try fixture.call()
        let second = try fixture.call()
        let under = try fixture.begin()[0]
        _ = try DeliveryTable.drop(under.id, at: fixture.now, on: fixture.connection)
        #expect(try fixture.begin().map(\.subject.id) == [second])
        try fixture.settle(under, .failed(.down, dueAt: fixture.now))
        #expect(try fixture.delivery(of: first).state == .dropped)
        try fixture.settle(under, .delivered(contact: nil))
        #expect(try fixture.delivery(of: first).state == .delivered)
    }

    @Test func `all dead of a workspace, or of one of its connectors, are retried`() throws {
        let fixture = try DeliveryFixture()
        let second = ConnectorID(value: 22)
        try fixture.add(second)
        for contact in ["a", "b", "c"] { try fixture.call(contact) }
        for connector in [fixture.connector, second] {
            for begun in try fixture.begin(connector: connector) { try fixture.settle(begun, .dead(.down)) }
        }
        #expect(
            try DeliveryTable.retryDead(
                of: fixture.other, connector: nil, at: fixture.now, on: fixture.connection) == 0)
        #expect(
            try DeliveryTable.retryDead(
                of: fixture.workspace, connector: second, at: fixture.now, on: fixture.connection) == 3)
        #expect(try fixture.begin().isEmpty)
        #expect(
            try DeliveryTable.retryDead(
                of: fixture.workspace, connector: nil, at: fixture.now, on: fixture.connection) == 3)
        #expect(try fixture.begin().count == 3)
        #expect(try fixture.begin(connector: second).count == 3)
    }

    @Test func `a list is of one workspace, newest first, and as long as asked for`() throws {
        let fixture = try DeliveryFixture()
        let calls = try ["a", "b", "c", "d"].map { try fixture.call($0) }
        let begun = try fixture.begin(2)
        try fixture.settle(begun[0], .delivered(contact: nil))
        try fixture.settle(begun[1], .dead(.down))
        func ids(_ state: Delivery.State?, _ limit: Int = 10, _ connector: ConnectorID? = nil) throws -> [UniqueID] {
            try DeliveryTable.list(
                of: fixture.workspace, state: state, connector: connector, limit: limit, on: fixture.connection
            ).map(\.subject.id)
        }
        #expect(try ids(nil) == calls.reversed())
        #expect(try ids(nil, 3) == Array(calls.reversed().prefix(3)))
        #expect(try ids(.pending) == [calls[3], calls[2]])
        #expect(try ids(.dead) == [calls[1]])
        #expect(try ids(.delivered, 1) == [calls[0]])
        #expect(try ids(nil, 10, ConnectorID(value: 99)).isEmpty)
    }

    // MARK: Figures and forgetting

    @Test func `counts tell the pending, the dead and the age of the oldest pending`() throws {
        let fixture = try DeliveryFixture()
        #expect(
            try DeliveryTable.counts(on: fixture.connection)
                == DeliveryCounts(pending: 0, dead: 0, oldestPending: nil))
        try fixture.call("a")
        try fixture.call("b", at: fixture.now + .seconds(5))
        try fixture.call("c", at: fixture.now + .seconds(6))
        try fixture.settle(try fixture.begin()[0], .dead(.down))
        #expect(
            try DeliveryTable.counts(on: fixture.connection)
                == DeliveryCounts(pending: 2, dead: 1, oldestPending: fixture.now + .seconds(5)))
    }

    @Test func `what was settled 30 days ago is forgotten, not what it means for the call, nor what is pending`() throws
    {
        let fixture = try DeliveryFixture()
        let delivered = try fixture.call("a")
        let dead = try fixture.call("b")
        let skipped = try fixture.call("c")
        let pending = try fixture.call("d", dueIn: .seconds(1))
        for begun in try fixture.begin() {
            let end: [UniqueID: DeliverySettlement] = [
                delivered: .delivered(contact: nil), dead: .dead(.down), skipped: .skipped(reason: "x"),
            ]
            try fixture.settle(begun, try #require(end[begun.subject.id]))
        }
        let limit = fixture.now + DeliveryTable.settledLifetime
        #expect(try DeliveryTable.sweep(now: limit - .microseconds(1), on: fixture.connection) == 0)
        #expect(try DeliveryTable.sweep(now: limit, on: fixture.connection) == 3)
        let left = try DeliveryTable.list(
            of: fixture.workspace, state: nil, connector: nil, limit: 10, on: fixture.connection)
        #expect(left.map(\.subject.id) == [pending])
        for (call, state) in [
            (delivered, PhoneCall.DeliveryState.delivered), (dead, .dead), (skipped, .none), (pending, .pending),
        ] {
            #expect(try fixture.state(of: call) == state)
        }
    }

    @Test func `of a call with two deliveries, the dead one decides what is remembered`() throws {
        for deadFirst in [true, false] {
            let fixture = try DeliveryFixture()
            let second = ConnectorID(value: 22)
            try fixture.add(second)
            let call = try fixture.call()
            let ends: [DeliverySettlement] =
                deadFirst
                ? [.dead(.down), .delivered(contact: nil)]
                : [
                    .delivered(contact: nil), .dead(.down),
                ]
            for (index, connector) in [fixture.connector, second].enumerated() {
                try fixture.settle(
                    try fixture.begin(connector: connector)[0], ends[index],
                    at: fixture.now + .seconds(Int64(index)))
                let now = fixture.now + DeliveryTable.settledLifetime + .seconds(Int64(index))
                #expect(try DeliveryTable.sweep(now: now, on: fixture.connection) == 1)
            }
            #expect(try fixture.state(of: call) == .dead)
        }
    }

    @Test func `a sweep forgets a block at a time`() throws {
        let fixture = try DeliveryFixture()
        try fixture.connection.transaction { () throws(DatabaseError) in
            for index in 0...DeliveryTable.sweepMax {
                _ = try DeliveryTable.schedule(
                    .call(UniqueID(random: .system)), workspace: fixture.workspace, contactKey: "\(index)",
                    dueAt: fixture.now, at: fixture.now, on: fixture.connection)
            }
            let claim = DeliveryClaim(connector: fixture.connector, count: 2_000)
            for begun in try DeliveryTable.begin(claim, at: fixture.now, on: fixture.connection) {
                try DeliveryTable.settle(begun, .delivered(contact: nil), at: fixture.now, on: fixture.connection)
            }
        }
        let now = fixture.now + DeliveryTable.settledLifetime
        #expect(try DeliveryTable.sweep(now: now, on: fixture.connection) == DeliveryTable.sweepMax)
        #expect(try DeliveryTable.sweep(now: now, on: fixture.connection) == 1)
    }
}
