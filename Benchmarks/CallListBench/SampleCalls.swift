// Calls as a year of five customers has them: the same every time. A value.

import CRMMiddleware
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase

/// Makes calls and the lists that are asked for.
struct SampleCalls {
    /// The workspace with four fifths of all calls.
    static let large = WorkspaceID(value: 1)
    /// Every filter; those with common and with rare values twice.
    static let filters = [
        "none", "direction", "status", "answered", "number_from", "number_from-main", "number_to", "number_to-main",
        "number_did", "agent_email", "subject", "subject-rare", "start_time-day", "start_time-month", "end_time-day",
        "end_time-month",
    ]

    private static let start: Int64 = 1_735_689_600_000_000
    private static let year: Int64 = 365 * 86_400_000_000
    private static let numbers = 100_000
    private static let words = ["order", "invoice", "support", "sales", "question", "delivery", "complaint"]

    private let count: Int
    private var state: UInt64 = 4_711

    init(count: Int) { self.count = count }

    /// A number below a limit (xorshift).
    mutating func pick(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(limit))
    }

    private mutating func customer() -> PartyNumber {
        // A few call often, most seldom.
        number("+336", 10_000_000 + pick(pick(Self.numbers) + 1))
    }

    private mutating func main() -> PartyNumber { number("+331", 42_000_000 + pick(5)) }

    private func number(_ prefix: String, _ rest: Int) -> PartyNumber {
        let text = prefix + String(rest)
        return PartyNumber(given: text, e164: E164(text))
    }

    private mutating func agent() -> String { "agent\(pick(40))@example.com" }

    private mutating func rareWord() -> String { "case\(pick(3_000))" }

    // MARK: Filling

    /// Stores the calls, unless the file has them, and tells how long one took.
    mutating func fill(_ connection: Connection) throws(DatabaseError) {
        let present = try connection.first("SELECT max(seq) FROM calls") { row throws(DatabaseError) in
            row.optionalInteger(0)
        }
        guard (present ?? nil) == nil else { return }
        var workspaces: [Workspace] = []
        for id in 1...5 {
            let workspace = Workspace(
                id: WorkspaceID(value: Int64(id)), name: "W\(id)", settings: WorkspaceSettings(),
                createdAt: UnixTime(microseconds: Self.start))
            try WorkspaceTable.insert(workspace, on: connection)
            workspaces.append(workspace)
        }
        let began = MonotonicTime.now()
        let block = 500
        for first in stride(from: 0, to: count, by: block) {
            var reports: [(report: ReportedCall, at: UnixTime)] = []
            for index in first..<min(count, first + block) {
                let workspace = workspaces[pick(10) < 7 ? 0 : pick(5)]
                reports.append(report(index, workspace))
            }
            try connection.transaction { () throws(DatabaseError) in
                for (report, at) in reports {
                    _ = try CallTable.save(
                        report,
                        CallTable.Arrival(
                            at: at, callID: UniqueID(at: at, random: .system),
                            segmentID: UniqueID(at: at, random: .system), plan: .builtIn), on: connection)
                }
            }
        }
        let taken = began.duration(to: .now()).wholeMilliseconds
        print("stored \(count) calls, \(taken * 1_000 / Int64(max(1, count))) µs each")
        try connection.run("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    private mutating func report(_ index: Int, _ workspace: Workspace) -> (ReportedCall, UnixTime) {
        let directions: [PhoneCall.Direction] = [.inbound, .inbound, .inbound, .outbound, .outbound, .internal]
        let direction = directions[pick(directions.count)]
        let isAnswered = pick(10) < 7
        var draft = CallDraft(
            direction: direction, status: isAnswered ? "completed" : CallStatus.allCases[1 + pick(6)].rawValue)
        let (customer, main) = (customer(), main())
        draft.numberFrom = direction == .inbound ? customer : main
        draft.numberTo = direction == .inbound ? main : customer
        let start = UnixTime(microseconds: Self.start + Self.year / Int64(count) * Int64(index))
        let duration = Int64(pick(900))
        draft.startTime = start
        draft.duration = duration
        draft.endTime = start + .seconds(duration)
        draft.answered = isAnswered
        draft.agentEmail = agent()
        draft.agentFirstName = "Agent"
        draft.subject = "Call about \(Self.words[pick(Self.words.count)]) \(rareWord())"
        draft.body = "The customer asked about the state of the matter and was told."
        draft.queueExtension = "80\(pick(4))"
        // One in fifty is reported a day late.
        let late = Duration.seconds(pick(50) == 0 ? 86_400 : 2)
        return (ReportedCall(workspace: workspace, draft: draft, unreplaced: []), start + .seconds(duration) + late)
    }

    // MARK: Asking

    /// Sets one filter to some value.
    mutating func set(_ filter: String, _ query: inout CallListQuery) {
        switch filter {
        case "direction": query.direction = PhoneCall.Direction.allCases[pick(3)]
        case "status": query.statusKey = CallStatus.allCases[pick(CallStatus.allCases.count)].key
        case "answered": query.answered = pick(2) == 0
        case "number_from": query.numberFrom = customer().key
        case "number_from-main": query.numberFrom = main().key
        case "number_to": query.numberTo = customer().key
        case "number_to-main": query.numberTo = main().key
        case "number_did": query.numberDID = pick(2) == 0 ? main().key : "80\(pick(4))"
        case "agent_email": query.agentEmail = agent()
        case "subject": query.subjectWords = [pick(3) == 0 ? "call" : Self.words[pick(Self.words.count)]]
        case "subject-rare": query.subjectWords = [rareWord()]
        case "start_time-day": query.startTime = span(days: 1)
        case "start_time-month": query.startTime = span(days: 30)
        case "end_time-day": query.endTime = span(days: 1)
        case "end_time-month": query.endTime = span(days: 30)
        default: break
        }
    }

    private mutating func span(days: Int) -> ClosedRange<UnixTime> {
        let from = UnixTime(microseconds: Self.start + Int64(pick(365 - days)) * 86_400_000_000)
        return from...from + .seconds(days * 86_400)
    }
}
