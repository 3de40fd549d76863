// Every bound of a run at the limit and beside it.

import CRMTemplate
import Platform
import Testing

@Suite("Limits of a run", .timeLimit(.minutes(1)))
struct RunLimitsTests {
    @Test(arguments: [(31, true), (32, true), (33, false)])
    func `32 scenarios may be chained`(count: Int, isReached: Bool) async {
        var scenarios = (1..<count).map { number in
            scenario(
                number == 1 ? "" : "S\(number)", "https://crm.test/\(number)", rules: ["Any people.id"],
                next: "S\(number + 1)")
        }
        scenarios.append(
            scenario(
                "S\(count)", "https://crm.test/last", rules: ["Any people.id"], variables: peopleVariables,
                outputs: peopleOutputs))
        let (result, lines) = await lookup(template(scenarios), ["GET *": [.json(people(1...1))]])
        #expect(result.contacts.count == (isReached ? 1 : 0))
        #expect(result.failures.map(\.code) == (isReached ? [] : ["limit"]))
        #expect(lines.count == min(count, RunLimits.standard.chainDepth))
    }

    @Test func `a chain that leads to itself ends`() async {
        let (result, lines) = await lookup(
            template([
                scenario("", "https://crm.test/0", next: "A", allowsEmpty: true),
                scenario("A", "https://crm.test/a", next: "B", allowsEmpty: true),
                scenario("B", "https://crm.test/b", next: "A", allowsEmpty: true),
            ]), ["GET *": [.json("{}")]])
        #expect(lines.count == 32)
        #expect(result.failures.map(\.code) == ["limit"])
    }

    @Test(arguments: [(99, true), (100, true), (101, false)])
    func `a run sends 100 requests`(count: Int, isReached: Bool) async {
        let (result, lines) = await lookup(
            template([
                scenario(
                    "", "https://crm.test/find", rules: ["Any people.id"], variables: peopleVariables, next: "More"),
                scenario(
                    "More", "https://crm.test/[Pid]", rules: ["Any people.id"],
                    outputs: ["ContactUrl [Pid]", "FirstName x"]),
            ]),
            ["GET https://crm.test/find": [.json(people(1...(count - 1)))], "GET *": [.json(people(1...1))]])
        #expect(lines.count == min(count, 100))
        #expect(result.contacts.count == min(count, 100) - 1)
        #expect(result.failures.map(\.code) == (isReached ? [] : ["limit"]))
    }

    @Test(arguments: [(2, true), (3, true), (4, false)])
    func `no more records are worked on than the limit says`(count: Int, isReached: Bool) async {
        let (result, _) = await lookup(
            template([scenario(rules: ["Any people.id"], variables: peopleVariables, outputs: peopleOutputs)]),
            ["GET *": [.json(people(1...count))]], limits: limits { $0.response.records = 3 })
        #expect(result.contacts.count == min(count, 3))
        #expect(result.failures.map(\.code) == (isReached ? [] : ["limit"]))
    }

    @Test(arguments: [(2, 2), (3, 3), (4, 0)])
    func `a scenario that gives more results than the limit gives none, and ends the run`(count: Int, expected: Int)
        async
    {
        let people = people(1...count)
        let one = scenario(
            "", "https://crm.test/[FoundRecordCount]", rules: ["Any people.id"], variables: peopleVariables,
            outputs: peopleOutputs)
        let (result, lines) = await lookup(
            template([one, scenario("", "https://crm.test/next")]),
            ["GET https://crm.test/0": [.json(people)], "GET *": [.json("{}")]],
            limits: limits { $0.results = 3 })
        #expect(result.contacts.count == expected)
        #expect(result.failures.map(\.code) == (expected == 0 ? ["limit"] : []))
        #expect(lines.count == (expected == 0 ? 1 : 2))
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `an answer that is too long is not read`(more: Int, isRead: Bool) async {
        let body = people(1...1)
        let (result, _) = await lookup(
            template([scenario(rules: ["Any people.id"], variables: peopleVariables, outputs: peopleOutputs)]),
            ["GET *": [.json(body)]], limits: limits { $0.response.bytes = body.utf8.count - more })
        #expect(result.contacts.count == (isRead ? 1 : 0))
        #expect(result.failures.map(\.code) == (isRead ? [] : ["limit"]))
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `records handed to call flows are bounded together`(more: Int, isRead: Bool) async {
        let time = HeldTime()
        let transport = ScriptedTransport(["GET *": [.json(#"{"a":[{"id":1},{"id":2}]}"#)]], time: time)
        let instance = instance(
            template([scenario("LookupFromCFD_A_LookupID", "https://crm.test/", rules: ["Any a.id"])]), transport,
            time: time, limits: limits { $0.recordBytes = 16 - more })
        let result = await instance.run(.callFlow(id: "LookupFromCFD_A_LookupID"), .callFlow(entityID: "1"))
        #expect(result.records == (isRead ? [Array(#"{"id":1}"#.utf8), Array(#"{"id":2}"#.utf8)] : []))
        #expect(result.failures.map(\.code) == (isRead ? [] : ["limit"]))
    }

    @Test(arguments: [(99, 99), (100, 100), (101, 100)])
    func `no more than 100 failures are told`(count: Int, told: Int) async {
        let sample = template([
            scenario("", "https://crm.test/find", rules: ["Any people.id"], variables: peopleVariables, next: "Bad"),
            scenario(
                "Bad", "https://crm.test/bad", skipIf: "true", outputs: ["FirstName [[Never].ToString(\"F0\")]"],
                allowsEmpty: true),
        ])
        let (result, _) = await lookup(sample, ["GET *": [.json(people(1...count))]])
        #expect(result.failures.count == told)
    }
}
