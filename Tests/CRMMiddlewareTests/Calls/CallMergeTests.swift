import CRMMiddleware
import Platform
import Testing

@Suite struct CallMergeTests {
    private typealias Samples = CallSamples

    /// The first report's record, and a second report.
    struct Row: Sendable, CustomTestStringConvertible {
        let rule: String
        let first: CallDraft
        let second: CallDraft
        var secondsBetweenArrivals = 0.0
        let isSame: Bool

        var testDescription: String { rule }

        init(_ rule: String, _ first: CallDraft, _ second: CallDraft, after: Double = 0, isSame: Bool) {
            self.rule = rule
            self.first = first
            self.second = second
            secondsBetweenArrivals = after
            self.isSame = isSame
        }
    }

    static let rows: [Row] = [
        Row("the same start", Samples.call(), Samples.call(), isSame: true),
        Row("2.000 s apart", Samples.call(), Samples.call(start: 2), isSame: true),
        Row("2.000 s before", Samples.call(), Samples.call(start: -2), isSame: true),
        Row("2.001 s apart", Samples.call(), Samples.call(start: 2.001), isSame: false),
        Row("2.001 s before", Samples.call(), Samples.call(start: -2.001), isSame: false),
        Row("the same start, an hour later", Samples.call(), Samples.call(), after: 3_600, isSame: true),
        Row("other starts, at the same time", Samples.call(), Samples.call(start: 60), isSame: false),
        Row("no start, 5.000 s later", Samples.call(start: nil), Samples.call(start: nil), after: 5, isSame: true),
        Row("no start, 5.001 s later", Samples.call(start: nil), Samples.call(start: nil), after: 5.001, isSame: false),
        Row("only one start, 5 s later", Samples.call(start: nil), Samples.call(), after: 5, isSame: true),
        Row("only the other start, 5 s later", Samples.call(), Samples.call(start: nil), after: 5, isSame: true),
        Row("only one start, 6 s later", Samples.call(), Samples.call(start: nil), after: 6, isSame: false),
        Row("withheld with starts that agree", Samples.call(nil), Samples.call(nil, start: 1), isSame: true),
        Row("withheld without starts", Samples.call(nil, start: nil), Samples.call(nil, start: nil), isSame: false),
        Row("withheld with one start", Samples.call(nil), Samples.call(nil, start: nil), isSame: false),
        Row(
            "anonymous without starts", Samples.call("anonymous", start: nil), Samples.call("anonymous", start: nil),
            isSame: false),
        Row(
            "two agents one after the other",
            Samples.answered(by: "101", end: 60, duration: 50),
            Samples.answered(by: "102", start: 1, end: 120, duration: 60), isSame: false),
        Row(
            "two agents, the second at once",
            Samples.answered(by: "101", end: 1), Samples.answered(by: "102", start: 1, end: 60), isSame: false),
        Row(
            "two agents at the same time",
            Samples.answered(by: "101", end: 60, duration: 50),
            Samples.answered(by: "102", end: 120, duration: 90), isSame: true),
        Row(
            "one agent twice",
            Samples.answered(by: "101", end: 60, duration: 50),
            Samples.answered(by: "101", end: 120, duration: 50), isSame: true),
        Row(
            "an agent, and nobody knows who",
            Samples.answered(by: "101", end: 60, duration: 50),
            Samples.answered(by: nil, end: 120, duration: 50), isSame: true),
        Row(
            "two agents, nobody knows when",
            Samples.answered(by: "101"), Samples.answered(by: "102"), isSame: true),
        Row(
            "only ends, a minute apart", Samples.call(start: nil) { $0.endTime = CallSamples.time(0) },
            Samples.call(start: nil) { $0.endTime = CallSamples.time(60) }, isSame: true),
        Row(
            "only ends, 61 s apart", Samples.call(start: nil) { $0.endTime = CallSamples.time(0) },
            Samples.call(start: nil) { $0.endTime = CallSamples.time(61) }, isSame: false),
        Row(
            "one end, which the other's talk reaches",
            Samples.call(start: nil) { $0.endTime = CallSamples.time(600) },
            Samples.call(start: 0) { $0.duration = 540 }, isSame: true),
        Row(
            "one end, long after the other's talk",
            Samples.call(start: nil) { $0.endTime = CallSamples.time(600) },
            Samples.call(start: 0) { $0.duration = 539 }, isSame: false),
        Row(
            "calls of two days, flushed together",
            Samples.call(start: nil) {
                $0.endTime = CallSamples.time(-86_400)
                $0.duration = 600
            },
            Samples.call(start: nil) {
                $0.endTime = CallSamples.time(0)
                $0.duration = 120
            }, isSame: false),
        Row(
            "an agent, and a phone that only rang",
            Samples.answered(by: "101", end: 60, duration: 50),
            Samples.call { $0.endTime = CallSamples.time(5) }, isSame: true),
    ]

    @Test(arguments: rows) func `reports of one call are told from those of two`(_ row: Row) {
        let record = MergeCandidate(
            start: row.first.startTime, span: row.first.span, arrival: CallSamples.now,
            segments: [CallSegment(id: UniqueID(naming: "1"), of: row.first)])
        let arrival = CallSamples.time(row.secondsBetweenArrivals)
        #expect(CallMerge.isSameCall(row.second, at: arrival, record) == row.isSame)
    }

    @Test func `the external number decides, an internal call's caller`() {
        let inbound = CallSamples.call()
        let other = CallSamples.call("+33142000001")
        #expect(inbound.mergeKey == "+33142000000" && inbound.mergeKey != other.mergeKey)
        var written = CallSamples.call(nil) {
            $0.numberFrom = inbound.numberExternal
            $0.numberTo = other.numberExternal
        }
        #expect(written.mergeKey == inbound.mergeKey)
        written.direction = .outbound
        #expect(written.mergeKey == other.mergeKey)
        written.direction = .internal
        #expect(written.mergeKey == inbound.mergeKey)
    }

    @Test func `answered beats missed and the longest lasts, in either order`() {
        let missed = CallSamples.call(start: 0) {
            $0.duration = 90
            $0.answered = false
            $0.subject = "missed"
            $0.agentFirstName = "Nobody"
            $0.endTime = CallSamples.time(70)
        }
        let answered = CallSamples.call(start: 1) {
            $0.status = "completed"
            $0.duration = 30
            $0.agentEmail = "a@b.example"
            $0.body = "notes"
            $0.endTime = CallSamples.time(60)
        }
        for merged in [CallMerge.merged(missed, with: answered), CallMerge.merged(answered, with: missed)] {
            #expect(merged.status == "completed" && merged.isAnswered && merged.answered == nil)
            #expect(merged.duration == 90 && merged.subject == "missed" && merged.body == "notes")
            #expect(merged.startTime == CallSamples.now && merged.endTime == CallSamples.time(70))
            // Two agents are not mixed into a third.
            #expect(merged.agentEmail == "a@b.example" && merged.agentFirstName == nil)
        }
    }

    @Test func `of two answered ones the longer leads, of two equal ones the first`() {
        let short = CallSamples.answered(by: "101", duration: 10)
        let long = CallSamples.answered(by: "102", duration: 20)
        for merged in [CallMerge.merged(short, with: long), CallMerge.merged(long, with: short)] {
            #expect(merged.numberInternal?.text == "102" && merged.duration == 20)
        }
        let same = CallSamples.answered(by: "103", duration: 20)
        #expect(CallMerge.merged(long, with: same).numberInternal?.text == "102")
    }
}
