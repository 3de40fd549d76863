import CRMMiddleware
import MiddlewareStorage
import Platform
import SQLiteDatabase
import Synchronization
import Testing

/// The outbox over the real table.
@Suite(.timeLimit(.minutes(2))) struct OutboxTests {
    private static func crm(_ id: Int64 = 21) -> FakeCRM { FakeCRM(ConnectorID(value: id)) }

    // MARK: Order and number

    @Test func `everything arrives once, each contact's in the order it was stored`() async throws {
        let crm = Self.crm()
        crm.behave { _, _ in
            // Some take longer than others.
            try? await Task.sleep(for: .microseconds(Int64.random(in: 0...500)))
            return .delivered(contact: nil)
        }
        let fixture = try OutboxFixture([crm])
        var byContact: [String: [UniqueID]] = [:]
        let outbox = fixture.start()
        for index in 0..<200 {
            let contact = "contact \(index % 7)"
            byContact[contact, default: []].append(try await fixture.call(contact, telling: outbox))
        }
        try await fixture.settled()
        await outbox.stop()
        let told = crm.told
        #expect(told.count == 200 && Set(told).count == 200)
        for calls in byContact.values { #expect(told.filter { calls.contains($0) } == calls) }
        #expect(crm.mostRunning <= DeliveryPolicy.connectorMax && crm.mostRunning > 1)
        #expect(fixture.metrics.count(of: .delivered) == 200)
    }

    @Test func `a delivery waits for the time it is due, and no longer`() async throws {
        let crm = Self.crm()
        let fixture = try OutboxFixture([crm])
        let outbox = fixture.start()
        let call = try await fixture.call("a", dueIn: .seconds(3), telling: outbox)
        try await until { fixture.time.sleepers > 0 }
        fixture.time.advance(.milliseconds(2_999))
        try await Task.sleep(for: .milliseconds(20))
        #expect(crm.told.isEmpty)
        fixture.time.advance(.milliseconds(1))
        try await fixture.settled()
        #expect(crm.told == [call])
        await outbox.stop()
    }

    @Test func `what nobody told of is found all the same`() async throws {
        let crm = Self.crm()
        let fixture = try OutboxFixture([crm])
        let outbox = fixture.start()
        try await until { fixture.time.sleepers > 0 }
        try await fixture.call("a")
        try await fixture.later(.seconds(7)) { crm.told.count == 1 }
        await outbox.stop()
    }

    @Test func `a chat is delivered as calls are`() async throws {
        let crm = Self.crm()
        let fixture = try OutboxFixture([crm])
        let (id, now) = (UniqueID(random: .system), fixture.time.now)
        try await fixture.write { connection throws(DatabaseError) in
            _ = try DeliveryTable.schedule(
                .chat(id), workspace: WorkspaceID(value: 7), contactKey: "a@example.org", dueAt: now, at: now,
                on: connection)
        }
        let outbox = fixture.start()
        try await fixture.settled()
        #expect(crm.told == [id])
        await outbox.stop()
    }

    // MARK: Failures

    @Test func `what failed is tried again, and what follows it waits`() async throws {
        let crm = Self.crm()
        let fixture = try OutboxFixture([crm])
        let first = try await fixture.call("a")
        let second = try await fixture.call("a")
        crm.behave { call, attempt in call == first && attempt < 4 ? .failed(.down) : .delivered(contact: nil) }
        let outbox = fixture.start()
        try await fixture.later { try await fixture.deliveries(.pending).isEmpty }
        #expect(crm.told == [first, first, first, first, second])
        #expect(try await fixture.delivery(of: first).attempts == 4)
        await outbox.stop()
    }

    @Test(arguments: [1, 2, 5]) func `after the last attempt it is dead, and what follows it goes`(
        attemptsMax: Int
    ) async throws {
        let crm = Self.crm()
        let fixture = try OutboxFixture([crm], attemptsMax: attemptsMax)
        let first = try await fixture.call("a")
        let second = try await fixture.call("a")
        crm.behave { call, _ in call == first ? .failed(.silent) : .delivered(contact: nil) }
        let outbox = fixture.start()
        try await fixture.later { try await fixture.deliveries(.pending).isEmpty }
        #expect(crm.told == Array(repeating: first, count: attemptsMax) + [second])
        let dead = try await fixture.delivery(of: first)
        #expect(dead.state == .dead && dead.attempts == attemptsMax && dead.mayHaveArrived)
        await outbox.stop()
    }

    @Test func `a connector that hangs holds up nobody else, and its time ends`() async throws {
        let (stuck, quick) = (Self.crm(21), FakeCRM(ConnectorID(value: 22), features: .chats))
        let hung = Atomic<Int>(0)
        stuck.behave { _, _ in
            // Ignores its deadline; ends when it is cancelled.
            hung.add(1, ordering: .relaxed)
            try? await Task.sleep(for: .seconds(600))
            return .failed(.silent)
        }
        let fixture = try OutboxFixture([stuck, quick])
        for index in 0..<20 { try await fixture.call("contact \(index)") }
        let outbox = fixture.start()
        try await until { hung.load(ordering: .relaxed) == DeliveryPolicy.connectorMax }
        let now = fixture.time.now
        for index in 0..<50 {
            try await fixture.write { connection throws(DatabaseError) in
                _ = try DeliveryTable.schedule(
                    .chat(UniqueID(random: .system)), workspace: WorkspaceID(value: 7), contactKey: "chat \(index)",
                    dueAt: now, at: now, on: connection)
            }
        }
        outbox.outbox.changed()
        try await until { quick.told.count == 50 }
        #expect(stuck.told.count == DeliveryPolicy.connectorMax)
        fixture.time.advance(DeliveryPolicy.attemptTime + .seconds(2))
        // After the failures one at a time is tried.
        try await until { stuck.running == 1 }
        try await Task.sleep(for: .milliseconds(20))
        #expect(stuck.running == 1)
        await outbox.stop(isCuttingOff: true)
    }

    @Test func `attempts of a connector grow again with its successes`() async throws {
        let crm = Self.crm()
        crm.behave { _, attempt in
            try? await Task.sleep(for: .milliseconds(2))
            return attempt == 1 ? .failed(.down) : .delivered(contact: nil)
        }
        let fixture = try OutboxFixture([crm])
        for index in 0..<40 { try await fixture.call("contact \(index)") }
        let outbox = fixture.start()
        try await fixture.later { try await fixture.deliveries(.pending).isEmpty }
        #expect(crm.told.count == 80 && crm.mostRunning == DeliveryPolicy.connectorMax)
        await outbox.stop()
    }

    // MARK: Connectors that are not there

    @Test func `a removed connector's deliveries are dropped, those of one that is off skipped`() async throws {
        let (gone, off) = (Self.crm(21), Self.crm(22))
        let fixture = try OutboxFixture([gone, off])
        let call = try await fixture.call("a")
        try await fixture.write { connection throws(DatabaseError) in
            try connection.run("DELETE FROM connectors WHERE id = 21")
            try connection.run("UPDATE connectors SET enabled = 0 WHERE id = 22")
        }
        fixture.source.set([])
        let outbox = fixture.start()
        try await fixture.settled()
        let states = Dictionary(
            uniqueKeysWithValues: try await fixture.deliveries().map { ($0.connector.value, $0.state) })
        #expect(states == [21: .dropped, 22: .skipped])
        #expect(gone.told.isEmpty && off.told.isEmpty, "\(call)")
        await outbox.stop()
    }

    @Test func `while the connectors are not known nothing is lost and nothing counts`() async throws {
        for present in [nil, [FakeCRM]()] {
            let crm = Self.crm()
            let fixture = try OutboxFixture([crm])
            fixture.source.set(present)
            let call = try await fixture.call("a")
            let outbox = fixture.start()
            try await fixture.later { fixture.metrics.count(of: .notSent) >= 3 }
            #expect(try await fixture.delivery(of: call).state == .pending)
            fixture.source.set([crm])
            try await fixture.later { try await fixture.deliveries(.pending).isEmpty }
            #expect(crm.told == [call])
            #expect(try await fixture.delivery(of: call).attempts == 1)
            await outbox.stop()
        }
    }

    @Test func `with call logging off for the workspace nothing is sent`() async throws {
        let crm = Self.crm()
        var settings = WorkspaceSettings()
        settings.callLogging = false
        let fixture = try OutboxFixture([crm], settings: settings)
        let call = try await fixture.call("a")
        let outbox = fixture.start()
        try await fixture.settled()
        #expect(try await fixture.delivery(of: call).state == .skipped)
        #expect(crm.told.isEmpty)
        await outbox.stop()
    }

    // MARK: Ends and starts

    @Test func `a stop begins nothing more, and lets what runs finish in its time`() async throws {
        let crm = Self.crm()
        let isOpen = Atomic<Bool>(false)
        crm.behave { _, _ in
            while !isOpen.load(ordering: .relaxed) { try? await Task.sleep(for: .milliseconds(1)) }
            return .delivered(contact: nil)
        }
        let fixture = try OutboxFixture([crm])
        for index in 0..<10 { try await fixture.call("contact \(index)") }
        let outbox = fixture.start()
        try await until { crm.running == DeliveryPolicy.connectorMax }
        outbox.outbox.stop()
        isOpen.store(true, ordering: .relaxed)
        await outbox.task.value
        #expect(crm.told.count == DeliveryPolicy.connectorMax)
        #expect(try await fixture.deliveries(.delivered).count == DeliveryPolicy.connectorMax)
    }

    @Test func `what the stop cut off is delivered by the next run, before what came after it`() async throws {
        let crm = Self.crm()
        crm.behave { _, _ in
            try? await Task.sleep(for: .seconds(600))
            return .failed(.silent)
        }
        let fixture = try OutboxFixture([crm])
        let first = try await fixture.call("a")
        let second = try await fixture.call("a")
        let outbox = fixture.start()
        try await until { crm.running == 1 }
        await outbox.stop(isCuttingOff: true)
        let cut = try await fixture.delivery(of: first)
        #expect(cut.state == .pending && cut.begunAt == nil && cut.mayHaveArrived && cut.reason == "interrupted")
        crm.behave { _, _ in .delivered(contact: nil) }
        let next = fixture.start()
        try await fixture.settled()
        #expect(crm.told == [first, first, second])
        await next.stop()
    }

    @Test func `what an earlier run had begun is delivered again at once`() async throws {
        let crm = Self.crm()
        let fixture = try OutboxFixture([crm])
        let call = try await fixture.call("a")
        let now = fixture.time.now
        _ = try await fixture.write { connection throws(DatabaseError) in
            try DeliveryTable.begin(DeliveryClaim(connector: crm.id, count: 1), at: now, on: connection)
        }
        let outbox = fixture.start()
        try await fixture.settled()
        #expect(crm.told == [call])
        let delivery = try await fixture.delivery(of: call)
        #expect(delivery.attempts == 2 && delivery.mayHaveArrived)
        await outbox.stop()
    }

    // MARK: A disk that fails

    @Test(arguments: [true, false]) func `a beginning that failed sends nothing and is made again`(
        isDone: Bool
    ) async throws {
        let crm = Self.crm()
        let fixture = try OutboxFixture([crm])
        let calls = [try await fixture.call("a"), try await fixture.call("b")]
        fixture.store.fail(begins: 3, afterDoing: isDone)
        let outbox = fixture.start()
        try await fixture.later { try await fixture.deliveries(.pending).isEmpty }
        #expect(Set(crm.told) == Set(calls) && crm.told.count == 2)
        for delivery in try await fixture.deliveries() {
            #expect(delivery.attempts == 1 && !delivery.mayHaveArrived)
        }
        await outbox.stop()
    }

    @Test(arguments: [true, false]) func `an end that could not be written is written later, and nothing is sent twice`(
        isDone: Bool
    ) async throws {
        let crm = Self.crm()
        let fixture = try OutboxFixture([crm])
        let first = try await fixture.call("a")
        let second = try await fixture.call("a")
        fixture.store.fail(settles: 5, afterDoing: isDone)
        let outbox = fixture.start()
        try await fixture.later {
            try await fixture.deliveries(.pending).isEmpty && fixture.store.faultsLeft <= 0
        }
        #expect(crm.told == [first, second])
        await outbox.stop()
    }

    @Test func `an outbox that stops on a disk that takes nothing stops all the same`() async throws {
        let crm = Self.crm()
        let fixture = try OutboxFixture([crm])
        let call = try await fixture.call("a")
        fixture.store.fail(settles: 1_000_000, afterDoing: false)
        let outbox = fixture.start()
        try await until { crm.told.count == 1 }
        await outbox.stop(isCuttingOff: true)
        fixture.store.fail(afterDoing: false)
        let next = fixture.start()
        try await fixture.settled()
        #expect(crm.told == [call, call], "nobody could write down that the CRM has it")
        await next.stop()
    }
}
