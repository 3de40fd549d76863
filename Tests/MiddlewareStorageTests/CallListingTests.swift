import CRMMiddleware
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase
import TestSupport
import Testing

@Suite struct CallListingTests {
    /// Calls of all kinds, reported in no order of time.
    private func fill(_ fixture: CallFixture, _ count: Int) throws -> [PhoneCall] {
        var random = SplitMix64(seed: 4_711)
        func pick<Element>(_ elements: [Element]) -> Element { elements[Int(random.next() % UInt64(elements.count))] }
        var calls: [PhoneCall] = []
        for index in 0..<count {
            fixture.advance(.milliseconds(10))
            let start = pick([nil, Int64(random.next() % 900) * 60])
            calls.append(
                try fixture.save(
                    "+3314200\(1_000 + index)", start: start,
                    in: pick([fixture.workspace, fixture.workspace, fixture.other])
                ) {
                    $0.direction = pick(PhoneCall.Direction.allCases)
                    $0.status = pick(CallStatus.allCases).rawValue
                    $0.answered = pick([nil, true, false])
                    $0.duration = pick([nil, 0, 60, 3_600])
                    $0.endTime = pick([nil, fixture.time(Int64(random.next() % 900) * 60)])
                    if pick([true, false]) {
                        $0.numberFrom = PartyNumber(given: pick(["101", "Anonymous"]), e164: nil)
                        $0.numberTo = PartyNumber("+33142000009", country: nil, plan: .builtIn)
                    }
                    $0.agentEmail = pick([nil, "Ann@example.com", "bob@example.com"])
                    $0.queueExtension = pick([nil, "800", "801"])
                    $0.subject = pick([nil, "Order 7", "order Überfällig", "Rückruf"])
                })
        }
        return calls
    }

    /// What a list must say, worked out one call after the other.
    private func expected(_ query: CallListQuery, _ workspace: Workspace, _ calls: [PhoneCall]) -> [UniqueID] {
        func started(_ call: PhoneCall) -> UnixTime { call.report.startTime ?? call.createdAt }
        func ended(_ call: PhoneCall) -> UnixTime {
            call.report.endTime ?? call.report.duration.map { started(call) + .seconds($0) } ?? started(call)
        }
        let found = calls.enumerated().filter { _, call in
            let report = call.report
            return call.workspace == workspace.id && query.direction.map { $0 == report.direction } ?? true
                && query.statusKey.map { $0 == report.statusKey } ?? true
                && query.answered.map { $0 == report.isAnswered } ?? true
                && query.numberFrom.map { $0 == report.caller?.key } ?? true
                && query.numberTo.map { $0 == report.callee?.key } ?? true
                && query.numberDID.map { $0 == call.numberDID?.lowercased() } ?? true
                && query.agentEmail.map { $0 == report.agentEmail?.lowercased() } ?? true
                && query.startTime.map { $0.contains(started(call)) } ?? true
                && query.endTime.map { $0.contains(ended(call)) } ?? true
                && query.subjectWords.map { Set($0).isSubset(of: SubjectWords.of(report.subject ?? "")) } ?? true
        }
        let sorted = found.sorted { one, other in
            func key(_ entry: (offset: Int, element: PhoneCall)) -> (UnixTime, Int) {
                switch query.order {
                case .startTime: (started(entry.element), entry.offset)
                case .endTime: (ended(entry.element), entry.offset)
                case .createdAt: (entry.element.createdAt, entry.offset)
                case .updatedAt: (entry.element.updatedAt, entry.offset)
                }
            }
            return query.isDescending ? key(one) > key(other) : key(one) < key(other)
        }
        return sorted.map(\.element.id)
    }

    @Test func `every filter and pair of filters in every order says what looking at each call says`() async throws {
        let fixture = try CallFixture()
        let calls = try fill(fixture, 160)
        try #require(Set(calls.map(\.id)).count == calls.count)
        let changes = Self.filters(fixture)
        for one in changes.indices {
            for other in one..<changes.count {
                for order in CallListQuery.Order.allCases {
                    // Other tests of this process wait for the same threads.
                    await Task.yield()
                    for isDescending in [true, false] {
                        var query = CallListQuery()
                        query.perPage = 100
                        query.order = order
                        query.isDescending = isDescending
                        changes[one](&query)
                        changes[other](&query)
                        let page = try CallListing.page(query, of: fixture.workspace.id, on: fixture.connection)
                        let expected = expected(query, fixture.workspace, calls)
                        #expect(page.calls.map(\.call.id) == Array(expected.prefix(100)), "\(query)")
                        #expect(page.counted == expected.count, "\(query)")
                    }
                }
            }
        }
    }

    /// Every filter with one value, and none at all.
    static func filters(_ fixture: CallFixture) -> [@Sendable (inout CallListQuery) -> Void] {
        let (early, late) = (fixture.time(6_000), fixture.time(30_000))
        return [
            { _ in }, { $0.direction = .inbound }, { $0.statusKey = "notanswered" }, { $0.answered = true },
            { $0.numberFrom = "anonymous" }, { $0.numberTo = "+33142000009" }, { $0.numberDID = "800" },
            { $0.startTime = early...late }, { $0.endTime = early...late }, { $0.agentEmail = "ann@example.com" },
            { $0.subjectWords = ["order"] }, { $0.subjectWords = ["order", "uberfallig"] },
        ]
    }

    @Test func `a list is paged through without gaps or repeats`() throws {
        let fixture = try CallFixture()
        let calls = try fill(fixture, 60)
        var query = CallListQuery()
        query.perPage = 7
        var seen: [UniqueID] = []
        for page in 1...10 {
            query.page = page
            let found = try CallListing.page(query, of: fixture.workspace.id, on: fixture.connection)
            seen += found.calls.map(\.call.id)
        }
        #expect(seen == expected(query, fixture.workspace, calls))
    }

    /// Rows by SQL, as many as choosing an index by how rare a filter is takes.
    private func fillFast(_ fixture: CallFixture, _ count: Int64) throws {
        try fixture.connection.transaction { () throws(DatabaseError) in
            try fixture.connection.run(
                """
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
                INSERT INTO calls (id, workspace_id, direction, status, agent_email, number_did, subject,
                    merged_reports, created_at, updated_at, status_key, is_answered, caller, callee, started_at,
                    ended_at, merge_key)
                SELECT randomblob(16), 7, iif(n % 3, 'inbound', 'outbound'), 'completed',
                    iif(n % 4, 'ann@example.com', 'bob@example.com'), '800', 'Order', 1, n * 1000000, n * 1000000,
                    iif(n % 9, 'completed', 'notanswered'), n % 2, iif(n % 5, '+33142000009', 'anonymous'),
                    '+33142000009', ?2 + n * 1000000, ?2 + n * 1000000, '+33142000009'
                FROM numbers
                """, .integer(count), .integer(fixture.now.microseconds))
            try fixture.connection.run(
                """
                INSERT INTO call_words SELECT workspace_id, 'order', seq, started_at, ended_at, updated_at FROM calls
                """)
            try fixture.connection.run(
                """
                INSERT INTO call_days SELECT workspace_id, 'start', started_at / 86400000000, min(started_at),
                    max(started_at), min(ended_at), max(ended_at), min(seq), max(seq), min(updated_at), max(updated_at)
                FROM calls GROUP BY 1, 2, 3
                """)
            try fixture.connection.run(
                """
                INSERT INTO call_days SELECT workspace_id, 'end', day, start_min, start_max, end_min, end_max,
                    creation_min, creation_max, update_min, update_max FROM call_days
                """)
        }
    }

    @Test(.timeLimit(.minutes(3))) func `no list is read without an index, whether its filters are rare or common`()
        async throws
    {
        for count in [200, 20_000] as [Int64] {
            let fixture = try CallFixture()
            try fillFast(fixture, count)
            let changes = Self.filters(fixture)
            for one in changes.indices {
                for other in one..<changes.count {
                    for order in CallListQuery.Order.allCases {
                        await Task.yield()
                        var query = CallListQuery()
                        query.order = order
                        changes[one](&query)
                        changes[other](&query)
                        for sql in try CallListing.statements(
                            query, of: fixture.workspace.id, on: fixture.connection)
                        {
                            try check(sql, fixture, isSingle: one == 0 || one == other)
                        }
                        let page = try CallListing.page(query, of: fixture.workspace.id, on: fixture.connection)
                        #expect(page.counted <= CallListQuery.countMax + 1)
                    }
                }
            }
        }
    }

    private func check(_ sql: ComposedSQL, _ fixture: CallFixture, isSingle: Bool) throws {
        var explained = ComposedSQL("EXPLAIN QUERY PLAN")
        explained.append(sql)
        let steps = try fixture.connection.all(explained) { row throws(DatabaseError) in row.text(3) }
        for step in steps where step.hasPrefix("SCAN") {
            #expect(step.hasPrefix("SCAN (subquery"), "\(step) in \(sql.text)")
        }
        for step in steps where step.hasPrefix("SEARCH") {
            #expect(step.contains("INDEX") || step.contains("PRIMARY KEY"), "\(step) in \(sql.text)")
        }
    }
}
