import CRMMiddleware
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase
import TestSupport
import Testing

@Suite struct CallTableTests {
    @Test func `a report is a call with a segment and a log`() throws {
        let fixture = try CallFixture()
        let saved = try fixture.save(unreplaced: ["subject"]) {
            $0.answered = true
            $0.duration = 75
            $0.endTime = fixture.time(80)
            $0.body = "B"
            $0.agentEmail = "A@b.example"
            $0.queueExtension = "800"
        }
        let listed = try fixture.only()
        #expect(listed.call == saved && saved.delivery == .none && saved.mergedReports == 1)
        #expect(saved.numberDID == "800" && saved.createdAt == fixture.now && saved.updatedAt == fixture.now)
        #expect(listed.segments?.map(\.numberInternal) == ["101"] && listed.segments?.first?.duration == 75)
        #expect(listed.logs?.map(\.event) == ["accepted", "unreplaced"] && listed.logs?.last?.detail == "subject")
        #expect(try CallTable.find(saved.id, workspace: fixture.workspace.id, on: fixture.connection) == saved)
        #expect(try CallTable.find(saved.id, workspace: fixture.other.id, on: fixture.connection) == nil)
    }

    @Test func `reports of a ring group become one call under one id`() throws {
        let fixture = try CallFixture()
        let first = try fixture.save { $0.subject = "Ring group" }
        fixture.advance(.seconds(30))
        let second = try fixture.save(start: 1) {
            $0.numberInternal = PartyNumber(given: "102", e164: nil)
            $0.status = "completed"
            $0.duration = 20
            $0.agentFirstName = "Ann"
        }
        #expect(second.id == first.id && second.mergedReports == 2 && second.report.status == "completed")
        #expect(second.createdAt == first.createdAt && second.updatedAt == fixture.now)
        let listed = try fixture.only()
        #expect(listed.call == second && listed.call.report.subject == "Ring group")
        #expect(listed.segments?.map(\.numberInternal) == ["101", "102"])
        #expect(listed.logs?.map(\.event) == ["accepted", "merged"])
        // What the lists are read by has followed.
        #expect(try fixture.list { $0.answered = true }.counted == 1)
        #expect(try fixture.list { $0.statusKey = "missed" }.counted == 0)
        #expect(try fixture.list { $0.subjectWords = ["group", "ring"] }.counted == 1)
    }

    @Test func `other numbers, directions, times and workspaces are other calls`() throws {
        let fixture = try CallFixture()
        try fixture.save()
        try fixture.save("+33142000001")
        try fixture.save(start: 3)
        try fixture.save { $0.direction = .outbound }
        try fixture.save(in: fixture.other)
        #expect(try fixture.list().counted == 4 && fixture.list(fixture.other).counted == 1)
    }

    @Test func `a second conversation of the same moment is a call of its own, and keeps its reports`() throws {
        let fixture = try CallFixture()
        let ids = try [("101", 60, 50), ("102", 120, 60), ("102", 120, 60), ("101", 60, 50)].map { agent, end, length in
            try fixture.save {
                $0.numberInternal = PartyNumber(given: agent, e164: nil)
                $0.status = "completed"
                $0.endTime = fixture.time(Int64(end))
                $0.duration = Int64(length)
            }.id
        }
        #expect(ids[0] != ids[1] && ids[1] == ids[2] && ids[0] == ids[3])
    }

    @Test func `without a start time arrivals decide`() throws {
        let fixture = try CallFixture()
        let first = try fixture.save(start: nil)
        fixture.advance(.seconds(5))
        let second = try fixture.save(start: 0)
        #expect(second.id == first.id && second.report.startTime == fixture.time(0))
        fixture.advance(.seconds(1))
        #expect(try fixture.save(start: nil).id != first.id)
        // From now on the record has a start time, which other reports are compared with.
        fixture.advance(.seconds(100))
        #expect(try fixture.save(start: 2).id == first.id)
    }

    @Test func `so many segments and entries are kept, and all reports counted`() throws {
        let fixture = try CallFixture()
        for _ in 0..<CallSegment.callMax + 1 { try fixture.save() }
        let listed = try fixture.only()
        #expect(listed.call.mergedReports == CallSegment.callMax + 1)
        #expect(listed.segments?.count == CallSegment.callMax && listed.logs?.count == CallLogEntry.callMax)
        #expect(listed.logs?.first?.event == "merged")
    }

    // MARK: Deliveries

    @Test func `a delivery waits for the last report`() throws {
        let fixture = try CallFixture { $0.mergeSeconds = 10 }
        try fixture.addConnector()
        #expect(try fixture.save().delivery == .pending)
        fixture.advance(.seconds(8))
        #expect(try fixture.save().delivery == .pending)
        #expect(try fixture.integer("SELECT due_at FROM deliveries") == (fixture.now + .seconds(10)).microseconds)
        #expect(try fixture.integer("SELECT count(*) FROM deliveries") == 1)
        #expect(try fixture.only().call.delivery == .pending)
    }

    @Test func `a report after the delivery is merged, logged and not delivered`() throws {
        let fixture = try CallFixture()
        try fixture.addConnector()
        try fixture.save()
        try fixture.connection.run("UPDATE deliveries SET state = 'delivered', is_head = 0, settled_at = 1")
        #expect(try fixture.save().delivery == .delivered)
        #expect(try fixture.only().logs?.map(\.event) == ["accepted", "merged", "merged_after_delivery"])
        #expect(try fixture.integer("SELECT count(*) FROM deliveries") == 1)
    }

    @Test func `a missed call that was answered after all is delivered again, as it was, and once`() throws {
        let fixture = try CallFixture { $0.mergeSeconds = 10 }
        try fixture.addConnector()
        let missed = try fixture.save { $0.status = "Missed" }
        try fixture.connection.run(
            "UPDATE deliveries SET state = 'delivered', is_head = 0, attempts = 1, settled_at = 1")
        fixture.advance(.seconds(600))
        // Another phone that only rang changes nothing.
        #expect(try fixture.save { $0.status = "Missed" }.delivery == .delivered)
        let answered = try fixture.save {
            $0.status = "completed"
            $0.duration = 600
        }
        #expect(answered.id == missed.id && answered.delivery == .pending)
        #expect(try fixture.only().call.report.duration == 600)
        #expect(try fixture.integer("SELECT count(*) FROM deliveries WHERE state = 'pending' AND is_head = 1") == 1)
        #expect(try fixture.integer("SELECT due_at FROM deliveries") == (fixture.now + .seconds(10)).microseconds)
        #expect(try fixture.integer("SELECT attempts FROM deliveries") == 0)
        #expect(try fixture.only().logs?.map(\.event).contains("reopened") == true)
        try fixture.connection.run("UPDATE deliveries SET state = 'delivered', is_head = 0, settled_at = 1")
        // The same once more is no news.
        #expect(
            try fixture.save {
                $0.status = "completed"
                $0.duration = 601
            }.delivery == .delivered)
    }

    @Test func `an internal call is stored and not delivered`() throws {
        let fixture = try CallFixture()
        try fixture.addConnector()
        #expect(try fixture.save { $0.direction = .internal }.delivery == .none)
    }

    @Test func `deliveries are ordered by the number, those of withheld callers by nothing`() throws {
        let fixture = try CallFixture()
        try fixture.addConnector()
        let withheld = try fixture.save("anonymous")
        try fixture.save()
        let keys = try fixture.connection.all("SELECT contact_key FROM deliveries ORDER BY id") {
            row throws(DatabaseError) in row.text(0)
        }
        #expect(keys == [withheld.id.description, "+33142000000"])
    }

    @Test func `what others note of a call is in its log`() throws {
        let fixture = try CallFixture()
        let call = try fixture.save()
        let contact = UniqueID(naming: "contact")
        try CallTable.note(
            call.id, workspace: fixture.workspace.id, connector: ConnectorID(value: 9), event: "delivered",
            detail: "attempt 1", at: fixture.time(5), on: fixture.connection)
        try CallTable.setContact(
            call.id, workspace: fixture.workspace.id, contact: contact, on: fixture.connection)
        for wrong in [(call.id, fixture.other.id), (contact, fixture.workspace.id)] {
            try CallTable.note(
                wrong.0, workspace: wrong.1, connector: nil, event: "dead", detail: "", at: fixture.now,
                on: fixture.connection)
            try CallTable.setContact(
                wrong.0, workspace: wrong.1, contact: UniqueID(naming: "other"), on: fixture.connection)
        }
        let listed = try fixture.only()
        #expect(listed.call.contactID == contact && listed.call.updatedAt == call.updatedAt)
        #expect(
            listed.logs?.last
                == CallLogEntry(
                    at: fixture.time(5), connector: ConnectorID(value: 9), event: "delivered", detail: "attempt 1"))
    }

    // MARK: Contexts

    @Test func `a call takes its context, once`() throws {
        let fixture = try CallFixture()
        let id = try fixture.context(0, [ContextPair("subject", "Ticket 7")])
        #expect(try fixture.context(30, [ContextPair("did", "0142000005"), ContextPair("ticket", "7")]) == id)
        let call = try fixture.save()
        #expect(call.report.subject == "Ticket 7" && call.numberDID == "+33142000005")
        #expect(try fixture.only().logs?.map(\.detail).contains("subject") == true)
        #expect(try fixture.list { $0.subjectWords = ["ticket"] }.counted == 1)
        // Taken: the next report opens another one.
        #expect(try fixture.context(0) != id)
    }

    @Test func `a further report's own words come before the context's`() throws {
        let fixture = try CallFixture()
        try fixture.context(0, [ContextPair("subject", "From context"), ContextPair("body", "Notes")])
        #expect(try fixture.save().report.subject == "From context")
        let merged = try fixture.save { $0.subject = "Reported" }
        #expect(merged.report.subject == "Reported" && merged.report.body == "Notes")
        #expect(try fixture.list { $0.subjectWords = ["context"] }.counted == 0)
    }

    @Test func `a context is open for four hours and kept for a day`() throws {
        let fixture = try CallFixture()
        try fixture.context(nil, [ContextPair("subject", "old")])
        fixture.advance(CallContext.openTime)
        #expect(try fixture.save().report.subject == nil)
        #expect(try ContextTable.sweep(now: fixture.now, on: fixture.connection) == 0)
        fixture.advance(ContextTable.lifetime)
        #expect(try ContextTable.sweep(now: fixture.now, on: fixture.connection) == 1)
    }

    @Test func `contexts of other workspaces, directions and numbers stay where they are`() throws {
        let fixture = try CallFixture()
        try fixture.context(0, [ContextPair("subject", "x")], in: fixture.other)
        try fixture.context(0, [ContextPair("subject", "x")]) { $0.direction = .outbound }
        try fixture.context(0, [ContextPair("subject", "x")]) {
            $0.external = PartyNumber("+33142000001", country: nil, plan: .builtIn)
        }
        #expect(try fixture.save().report.subject == nil)
        #expect(try fixture.integer("SELECT count(*) FROM call_contexts WHERE taken_by IS NULL") == 3)
    }

    // MARK: Forgetting

    @Test func `old calls go with everything of theirs, young ones stay`() throws {
        let fixture = try CallFixture()
        try fixture.save { $0.subject = "Two words" }
        fixture.advance(.seconds(100))
        let young = try fixture.save(start: 100) { $0.subject = "Two words" }
        #expect(try CallTable.sweep(createdBefore: fixture.now, on: fixture.connection) == 1)
        #expect(try fixture.only().call.id == young.id)
        #expect(try fixture.integer("SELECT count(*) FROM call_words") == 2)
        #expect(try fixture.integer("SELECT count(*) FROM call_segments") == 1)
        #expect(try fixture.integer("SELECT count(*) FROM call_logs") == 1)
    }

    @Test func `an old call stays until it is delivered or given up, and its days go with it`() throws {
        let fixture = try CallFixture()
        let old = try fixture.save(start: 0)
        fixture.advance(.seconds(3 * 86_400))
        try fixture.save(start: 3 * 86_400)
        #expect(try fixture.integer("SELECT count(*) FROM call_days") == 4)
        try fixture.connection.run(
            """
            INSERT INTO deliveries (workspace_id, connector_id, subject_kind, subject_id, contact_key, state, is_head,
                due_at, created_at)
            VALUES (?, 1, 'call', ?, 'x', 'pending', 1, 0, 0)
            """, .integer(fixture.workspace.id.value), .blob(old.id.bytes))
        #expect(try CallTable.sweep(createdBefore: fixture.now, on: fixture.connection) == 0)
        try fixture.connection.execute("UPDATE deliveries SET state = 'dead', is_head = 0, settled_at = 1")
        #expect(try CallTable.sweep(createdBefore: fixture.now, on: fixture.connection) == 1)
        #expect(try fixture.integer("SELECT count(*) FROM call_days") == 2)
    }
}
