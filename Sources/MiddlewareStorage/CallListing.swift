// How a list of calls is read: which index leads, and in which order it is walked. Functions over one connection in a
// read transaction.
//
// Every filter has an index for each order, so one filter alone is a walk over its index that stops when the page is
// full. Several filters are led by the rarest of them, and so is a span of time in the order of another time; how rare
// each is, is counted in the index, never further than a list can be paged.

package import CRMMiddleware
import Platform
package import SQLiteDatabase

/// Reads pages of calls.
package enum CallListing {
    /// One page of a workspace's calls, with how many there are in all.
    package static func page(
        _ query: CallListQuery, of workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) -> CallPage {
        let plan = try Plan(query, workspace, on: connection)
        let counted: Int
        if let known = plan.counted {
            counted = known
        } else {
            counted = try count(plan.all(limit: CallListQuery.countMax + 1), on: connection)
        }
        guard query.offset < counted else { return CallPage(calls: [], counted: counted) }
        let found = try connection.all(plan.page(limit: query.perPage, offset: query.offset)) {
            row throws(DatabaseError) in row.integer(0)
        }
        var calls: [ListedCall] = []
        for seq in found {
            guard let record = try CallRows.record(seq, workspace: workspace, on: connection) else { continue }
            calls.append(
                ListedCall(
                    call: record.call,
                    segments: query.includesSegments ? try CallParts.segments(of: record, on: connection) : nil,
                    logs: query.includesLogs ? try CallParts.logs(of: record, on: connection) : nil))
        }
        return CallPage(calls: calls, counted: counted)
    }

    /// The statements that ``page(_:of:on:)`` would run, for a test of their plans.
    package static func statements(
        _ query: CallListQuery, of workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) -> [ComposedSQL] {
        let plan = try Plan(query, workspace, on: connection)
        var statements = Plan.countings(query, workspace)
        statements.append(plan.all(limit: CallListQuery.countMax + 1))
        statements.append(plan.page(limit: query.perPage, offset: query.offset))
        return statements
    }

    /// How many rows a statement gives; its own limit bounds it.
    private static func count(_ rows: ComposedSQL, on connection: Connection) throws(DatabaseError) -> Int {
        var sql = ComposedSQL("SELECT count(*) FROM (")
        sql.append(rows)
        sql.append(")")
        return try connection.first(sql) { row throws(DatabaseError) in Int(row.integer(0)) } ?? 0
    }
}

// MARK: - Plans

extension CallListing {
    /// The times that calls are ordered by and found by spans of.
    fileprivate enum Axis: Sendable {
        case start, end, creation, update

        init(_ order: CallListQuery.Order) {
            switch order {
            case .startTime: self = .start
            case .endTime: self = .end
            case .createdAt: self = .creation
            case .updatedAt: self = .update
            }
        }

        var column: StaticString {
            switch self {
            case .start: "started_at"
            case .end: "ended_at"
            case .creation: "seq"
            case .update: "updated_at"
            }
        }

        var index: StaticString {
            switch self {
            case .start: "calls_by_start"
            case .end: "calls_by_end"
            case .creation: "calls_by_creation"
            case .update: "calls_by_update"
            }
        }
    }

    /// A filter with one value, each with four indexes.
    fileprivate enum Equality: Sendable {
        case direction(String)
        case status(String)
        case answered(Bool)
        case caller(String)
        case callee(String)
        case did(String)
        case agent(String)
        case word(String)

        /// Those of a query; what is expected to be rarest comes first.
        static func all(of query: CallListQuery) -> [Equality] {
            var all: [Equality] = []
            if let number = query.numberFrom { all.append(.caller(number)) }
            if let number = query.numberTo { all.append(.callee(number)) }
            if let words = query.subjectWords { all += words.map { .word($0) } }
            if let email = query.agentEmail { all.append(.agent(email)) }
            if let number = query.numberDID { all.append(.did(number)) }
            if let status = query.statusKey { all.append(.status(status)) }
            if let direction = query.direction { all.append(.direction(direction.rawValue)) }
            if let answered = query.answered { all.append(.answered(answered)) }
            return all
        }

        var isWord: Bool { if case .word = self { true } else { false } }

        /// The condition on a row of calls.
        var condition: ComposedSQL {
            switch self {
            case .direction(let value): ComposedSQL("AND direction = ?", .text(value))
            case .status(let value): ComposedSQL("AND status_key = ?", .text(value))
            case .answered(let value): ComposedSQL("AND is_answered = ?", .boolean(value))
            case .caller(let value): ComposedSQL("AND caller = ?", .text(value))
            case .callee(let value): ComposedSQL("AND callee = ?", .text(value))
            case .did(let value): ComposedSQL("AND number_did = ?", .text(value))
            case .agent(let value): ComposedSQL("AND agent_email = ?", .text(value))
            case .word(let value): ComposedSQL("AND word = ?", .text(value))
            }
        }

        /// The index of the filter in an order.
        func index(_ axis: Axis) -> StaticString {
            switch (self, axis) {
            case (.direction, .start): "calls_by_direction_start"
            case (.direction, .end): "calls_by_direction_end"
            case (.direction, .creation): "calls_by_direction_creation"
            case (.direction, .update): "calls_by_direction_update"
            case (.status, .start): "calls_by_status_start"
            case (.status, .end): "calls_by_status_end"
            case (.status, .creation): "calls_by_status_creation"
            case (.status, .update): "calls_by_status_update"
            case (.answered, .start): "calls_by_answered_start"
            case (.answered, .end): "calls_by_answered_end"
            case (.answered, .creation): "calls_by_answered_creation"
            case (.answered, .update): "calls_by_answered_update"
            case (.caller, .start): "calls_by_caller_start"
            case (.caller, .end): "calls_by_caller_end"
            case (.caller, .creation): "calls_by_caller_creation"
            case (.caller, .update): "calls_by_caller_update"
            case (.callee, .start): "calls_by_callee_start"
            case (.callee, .end): "calls_by_callee_end"
            case (.callee, .creation): "calls_by_callee_creation"
            case (.callee, .update): "calls_by_callee_update"
            case (.did, .start): "calls_by_did_start"
            case (.did, .end): "calls_by_did_end"
            case (.did, .creation): "calls_by_did_creation"
            case (.did, .update): "calls_by_did_update"
            case (.agent, .start): "calls_by_agent_start"
            case (.agent, .end): "calls_by_agent_end"
            case (.agent, .creation): "calls_by_agent_creation"
            case (.agent, .update): "calls_by_agent_update"
            case (.word, .start): "call_words_by_start"
            case (.word, .end): "call_words_by_end"
            case (.word, .creation): ""
            case (.word, .update): "call_words_by_update"
            }
        }
    }

    /// A span of one time, both ends included.
    fileprivate struct Span: Sendable {
        let axis: Axis
        let range: ClosedRange<Int64>

        init(_ axis: Axis, _ times: ClosedRange<UnixTime>) {
            self.init(axis, times.lowerBound.microseconds...times.upperBound.microseconds)
        }

        init(_ axis: Axis, _ range: ClosedRange<Int64>) {
            self.axis = axis
            self.range = range
        }

        static func all(of query: CallListQuery) -> [Span] {
            var all: [Span] = []
            if let times = query.startTime { all.append(Span(.start, times)) }
            if let times = query.endTime { all.append(Span(.end, times)) }
            return all
        }
    }

    /// The way through one index.
    fileprivate struct Way: Sendable {
        let workspace: WorkspaceID
        /// What the index begins with after the workspace; nil: nothing.
        let leader: Equality?
        /// The time that the index continues with.
        let axis: Axis

        /// Everything after `SELECT …`, up to the conditions that the index answers.
        /// - Parameter spans: conditions on times, whichever of them the index has.
        func rows(_ spans: [Span]) -> ComposedSQL {
            var sql: ComposedSQL
            if let leader, leader.isWord {
                sql = ComposedSQL("FROM call_words")
                // The order of arrival is the table's own.
                if case .creation = axis {} else { sql.append(indexedBy(leader.index(axis))) }
                sql.append("WHERE workspace_id = ?", .integer(workspace.value))
                sql.append(leader.condition)
            } else {
                sql = ComposedSQL("FROM calls")
                sql.append(indexedBy(leader?.index(axis) ?? axis.index))
                sql.append("WHERE workspace_id = ?", .integer(workspace.value))
                if let leader { sql.append(leader.condition) }
            }
            for span in spans {
                sql.append("AND")
                sql.append(ComposedSQL(column(span.axis)))
                sql.append("BETWEEN ? AND ?", .integer(span.range.lowerBound), .integer(span.range.upperBound))
            }
            return sql
        }

        private func indexedBy(_ name: StaticString) -> ComposedSQL {
            var sql = ComposedSQL("INDEXED BY")
            sql.append(name)
            return sql
        }

        /// The name of a time in the leading table.
        func column(_ axis: Axis) -> StaticString {
            if case .creation = axis, leader?.isWord == true { return "call_seq" }
            return axis.column
        }

        /// How many rows it has, counted no further than the bound.
        func count(_ spans: [Span]) -> ComposedSQL {
            var sql = ComposedSQL("SELECT count(*) FROM (SELECT 1")
            sql.append(rows(spans))
            sql.append("LIMIT ?)", .integer(Int64(CallListQuery.countMax) + 1))
            return sql
        }
    }

    /// How one query is answered.
    fileprivate struct Plan {
        let way: Way
        let spans: [Span]
        /// Filters that the way does not answer.
        let rest: [Equality]
        let order: Axis
        let isDescending: Bool
        /// How many calls there are, if choosing the way has told.
        var counted: Int?

        init(
            _ query: CallListQuery, _ workspace: WorkspaceID, on connection: Connection
        ) throws(DatabaseError) {
            let candidates = Self.candidates(query, workspace)
            order = Axis(query.order)
            isDescending = query.isDescending
            let equalities = Equality.all(of: query)
            let spans = Span.all(of: query)
            var rarest = (index: 0, count: Int.max)
            for (index, candidate) in candidates.enumerated() where candidates.count > 1 || candidate.isWhole {
                let count = try connection.first(candidate.way.count(candidate.spans)) {
                    row throws(DatabaseError) in Int(row.integer(0))
                }
                if let count, count < rarest.count { rarest = (index, count) }
            }
            let leader = candidates[rarest.index]
            counted = leader.isWhole ? rarest.count : nil
            rest = equalities.enumerated().filter { $0.offset != leader.position }.map(\.element)
            if rarest.count <= CallListQuery.countMax {
                // Few enough to be put in order, unless the index has them in order already.
                way =
                    leader.spans.isEmpty
                    ? Way(workspace: workspace, leader: leader.way.leader, axis: order) : leader.way
                self.spans = spans
            } else {
                // Many: walking them in the order of the list comes to the end of the page soon.
                way = Way(workspace: workspace, leader: leader.way.leader, axis: order)
                self.spans = try Self.bounded(spans, order, workspace, on: connection)
            }
        }

        /// An index that could lead, and what it would answer.
        private struct Candidate {
            let way: Way
            let spans: [Span]
            /// Which of the equalities it answers.
            let position: Int?
            /// Whether it answers the whole query.
            let isWhole: Bool
        }

        private static func candidates(_ query: CallListQuery, _ workspace: WorkspaceID) -> [Candidate] {
            let equalities = Equality.all(of: query)
            let spans = Span.all(of: query)
            let filters = equalities.count + spans.count
            var candidates: [Candidate] = []
            for (position, leader) in equalities.map(Optional.some).enumerated() {
                if spans.isEmpty {
                    candidates.append(
                        Candidate(
                            way: Way(workspace: workspace, leader: leader, axis: .creation), spans: [],
                            position: position, isWhole: filters == 1))
                }
                for span in spans {
                    candidates.append(
                        Candidate(
                            way: Way(workspace: workspace, leader: leader, axis: span.axis), spans: [span],
                            position: position, isWhole: filters == 2))
                }
            }
            if equalities.isEmpty {
                for span in spans {
                    candidates.append(
                        Candidate(
                            way: Way(workspace: workspace, leader: nil, axis: span.axis), spans: [span],
                            position: nil, isWhole: filters == 1))
                }
            }
            if candidates.isEmpty {
                candidates.append(
                    Candidate(
                        way: Way(workspace: workspace, leader: nil, axis: .creation), spans: [], position: nil,
                        isWhole: true))
            }
            return candidates
        }

        /// The statements that choosing a way may run.
        static func countings(_ query: CallListQuery, _ workspace: WorkspaceID) -> [ComposedSQL] {
            candidates(query, workspace).map { $0.way.count($0.spans) }
        }

        /// The spans, and one of the order itself, as far as the days of the calls tell where they lie in it: a walk
        /// from the latest call to those of last year would pass by all others.
        private static func bounded(
            _ spans: [Span], _ order: Axis, _ workspace: WorkspaceID, on connection: Connection
        ) throws(DatabaseError) -> [Span] {
            guard let span = spans.first, !spans.contains(where: { $0.axis == order }) else { return spans }
            var sql = ComposedSQL("SELECT")
            switch order {
            case .start: sql.append("min(start_min), max(start_max)")
            case .end: sql.append("min(end_min), max(end_max)")
            case .creation: sql.append("min(creation_min), max(creation_max)")
            case .update: sql.append("min(update_min), max(update_max)")
            }
            let days =
                UnixTime(microseconds: span.range.lowerBound)
                .dayNumber...UnixTime(
                    microseconds: span.range.upperBound
                ).dayNumber
            sql.append(
                "FROM call_days WHERE workspace_id = ? AND axis = ? AND day BETWEEN ? AND ?", .integer(workspace.value),
                .text(span.axis == .start ? "start" : "end"), .integer(days.lowerBound), .integer(days.upperBound))
            let found = try connection.first(sql) { row throws(DatabaseError) in
                (earliest: row.optionalInteger(0), latest: row.optionalInteger(1))
            }
            guard let earliest = found?.earliest, let latest = found?.latest, earliest <= latest else { return spans }
            return spans + [Span(order, earliest...latest)]
        }

        // MARK: Statements

        /// The calls of the list, in any order.
        func all(limit: Int) -> ComposedSQL {
            var sql = ComposedSQL("SELECT 1")
            sql.append(conditions)
            sql.append("LIMIT ?", .integer(Int64(limit)))
            return sql
        }

        /// One page of the list.
        func page(limit: Int, offset: Int) -> ComposedSQL {
            let isWord = way.leader?.isWord == true
            var sql = ComposedSQL("SELECT")
            sql.append(isWord ? "call_seq" : "seq")
            sql.append(conditions)
            sql.append("ORDER BY")
            sql.append(ComposedSQL(way.column(order)))
            sql.append(isDescending ? "DESC," : "ASC,")
            sql.append(isWord ? "call_seq" : "seq")
            sql.append(isDescending ? "DESC" : "ASC")
            sql.append("LIMIT ? OFFSET ?", .integer(Int64(limit)), .integer(Int64(offset)))
            return sql
        }

        private var conditions: ComposedSQL {
            var sql = way.rows(spans)
            let words = rest.filter(\.isWord)
            let others = rest.filter { !$0.isWord }
            let seq: StaticString = way.leader?.isWord == true ? "call_words.call_seq" : "calls.seq"
            if way.leader?.isWord == true, !others.isEmpty {
                sql.append("AND EXISTS (SELECT 1 FROM calls WHERE seq = call_words.call_seq")
                sql.append("AND workspace_id = ?", .integer(way.workspace.value))
                for other in others { sql.append(other.condition) }
                sql.append(")")
            } else {
                for other in others { sql.append(other.condition) }
            }
            for word in words {
                sql.append("AND EXISTS (SELECT 1 FROM call_words AS others WHERE others.call_seq =")
                sql.append(ComposedSQL(seq))
                sql.append("AND others.workspace_id = ?", .integer(way.workspace.value))
                if case .word(let text) = word { sql.append("AND others.word = ?", .text(text)) }
                sql.append(")")
            }
            return sql
        }
    }
}
