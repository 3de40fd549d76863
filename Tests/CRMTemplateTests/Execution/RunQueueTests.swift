// How many runs of an instance take place at once, and who comes next.

import CRMTemplate
import Platform
import Testing

@Suite("The queue of runs", .timeLimit(.minutes(1)))
struct RunQueueTests {
    private let time = HeldTime()
    private let gate = Gate()

    private func make(places: Int = 1, limits: RunLimits = .standard) -> (TemplateInstance, ScriptedTransport) {
        let transport = ScriptedTransport(
            ["GET https://crm.test/first*": [.json("{}", gate: gate)], "GET *": [.json("{}")]], time: time)
        let sample = template([scenario("", "https://crm.test/[Number]")], places: places)
        return (instance(sample, transport, time: time, limits: limits), transport)
    }

    /// Begins a run and waits until it is in the queue, or at its request.
    private func begin(
        _ name: String, _ instance: TemplateInstance, priority: RunOptions.Priority = .lookup,
        deadline: Duration? = nil, trace: Bool = false
    ) async -> Task<RunResult, Never> {
        let sleepers = time.sleeping
        let arrivals = gate.arrivals
        let task = Task {
            await instance.run(
                .lookupByNumber, RunInputs(["Number": .text(name)]),
                options: RunOptions(deadline: deadline, recordsTrace: trace, priority: priority))
        }
        await eventually { time.sleeping > sleepers || gate.arrivals > arrivals }
        return task
    }

    @Test func `lookups come before deliveries, each in the order they came`() async {
        let (instance, transport) = make()
        var tasks = [await begin("first", instance)]
        tasks.append(await begin("d1", instance, priority: .delivery))
        tasks.append(await begin("d2", instance, priority: .delivery))
        tasks.append(await begin("l1", instance))
        tasks.append(await begin("l2", instance))
        gate.open()
        for task in tasks { #expect(await task.value.failures == []) }
        #expect(
            transport.lines.map { String($0.dropFirst("GET https://crm.test/".count)) } == [
                "first", "l1", "l2", "d1", "d2",
            ])
        #expect(time.sleeping == 0)
    }

    @Test(arguments: [1, 2, 3])
    func `as many runs take place at once as the template says`(places: Int) async {
        let (instance, transport) = make(places: places)
        var tasks: [Task<RunResult, Never>] = []
        for number in 0..<4 { tasks.append(await begin("first\(number)", instance)) }
        #expect(transport.lines.count == places)
        #expect(time.sleeping == 4 - places)
        gate.open()
        for task in tasks { _ = await task.value }
        #expect(transport.lines.count == 4)
    }

    @Test func `who waits beyond its deadline or is cancelled leaves the queue, and its place goes to the next`() async
    {
        let (instance, transport) = make()
        let first = await begin("first", instance, deadline: .seconds(100))
        let late = await begin("late", instance, deadline: .seconds(2))
        let cancelled = await begin("cancelled", instance, deadline: .seconds(100))
        let next = await begin("next", instance, deadline: .seconds(100))
        cancelled.cancel()
        #expect(await cancelled.value.failures.map(\.code) == ["cancelled"])
        time.advance(by: .seconds(2))
        #expect(await late.value.failures.map(\.code) == ["deadline"])
        gate.open()
        #expect(await first.value.failures == [])
        #expect(await next.value.failures == [])
        #expect(transport.lines.map { String($0.dropFirst("GET https://crm.test/".count)) } == ["first", "next"])
    }

    @Test func `time in the queue counts, and a trace tells of it`() async {
        let (instance, _) = make()
        let first = await begin("first", instance, deadline: .seconds(100))
        let second = await begin("second", instance, deadline: .seconds(100), trace: true)
        time.advance(by: .seconds(3))
        gate.open()
        _ = await first.value
        let trace = await second.value.trace
        #expect(trace?.took == .seconds(3))
        guard case .queued? = trace?.steps.first?.event else {
            Issue.record("the first step is not the queue")
            return
        }
        #expect(trace?.steps.first?.took == .seconds(3))
    }

    @Test(arguments: [(0, false), (1, true), (2, true)])
    func `no more runs wait than the limit says`(places: Int, isAdmitted: Bool) async {
        let (instance, _) = make(limits: limits { $0.queuedRuns = places })
        let first = await begin("first", instance)
        let second: Task<RunResult, Never>
        if isAdmitted {
            second = await begin("second", instance)
        } else {
            second = Task { await instance.run(.lookupByNumber, RunInputs()) }
            #expect(await second.value.failures.map(\.code) == ["limit"])
        }
        gate.open()
        _ = await first.value
        #expect(await second.value.failures.count == (isAdmitted ? 0 : 1))
    }

    @Test func `a place is given back however a run ends`() async {
        let (instance, transport) = make()
        for _ in 0..<5 { _ = await instance.run(.reportCall, RunInputs()) }
        let cancelled = await begin("first", instance)
        cancelled.cancel()
        #expect(await cancelled.value.failures.map(\.code) == ["cancelled"])
        gate.open()
        #expect(await instance.run(.lookupByNumber, RunInputs(["Number": .text("1")])).failures == [])
        #expect(transport.lines.count == 2)
    }

    @Test func `many runs at once all end and none takes more than its place`() async {
        let (instance, transport) = make(places: 3)
        gate.open()
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<400 {
                group.addTask {
                    let options = RunOptions(priority: number.isMultiple(of: 3) ? .delivery : .lookup)
                    return await instance.run(.lookupByNumber, RunInputs(), options: options).failures.isEmpty
                }
            }
            for await isGood in group { #expect(isGood) }
        }
        #expect(transport.lines.count == 400)
        #expect(time.sleeping == 0)
    }

    @Test(arguments: [2, 3])
    func `of several places deliveries leave one to lookups`(places: Int) async {
        let (instance, transport) = make(places: places)
        var tasks: [Task<RunResult, Never>] = []
        for number in 0..<places + 1 { tasks.append(await begin("firstd\(number)", instance, priority: .delivery)) }
        #expect(transport.lines.count == places - 1)
        tasks.append(await begin("firstl", instance))
        #expect(transport.lines.count == places)
        #expect(transport.lines.last == "GET https://crm.test/firstl")
        // A lookup that ends hands its place to nobody: deliveries have all of theirs.
        #expect(time.sleeping == 2)
        gate.open()
        for task in tasks { #expect(await task.value.failures == []) }
        #expect(transport.lines.count == places + 2)
        #expect(time.sleeping == 0)
    }

    /// Two requests a run, the first of them held up.
    private func makeChain() -> (TemplateInstance, ScriptedTransport) {
        let transport = ScriptedTransport(
            ["GET https://crm.test/a/held": [.json("{}", gate: gate)], "GET *": [.json("{}")]], time: time)
        let sample = template(
            [scenario("", "https://crm.test/a/[Number]"), scenario("", "https://crm.test/b/[Number]")], places: 1)
        return (instance(sample, transport, time: time), transport)
    }

    @Test func `the only place goes from a delivery to lookups between its requests, and back before other deliveries`()
        async
    {
        let (instance, transport) = makeChain()
        var tasks = [await begin("held", instance, priority: .delivery)]
        tasks.append(await begin("d2", instance, priority: .delivery))
        tasks.append(await begin("l1", instance))
        tasks.append(await begin("l2", instance))
        gate.open()
        for task in tasks { #expect(await task.value.failures == []) }
        #expect(
            transport.lines.map { String($0.dropFirst("GET https://crm.test/".count)) } == [
                "a/held", "a/l1", "b/l1", "a/l2", "b/l2", "b/held", "a/d2", "b/d2",
            ])
        #expect(time.sleeping == 0)
    }

    @Test func `a delivery keeps its place when the lookup behind it gives up`() async {
        let (instance, transport) = makeChain()
        let delivery = await begin("held", instance, priority: .delivery, deadline: .seconds(2))
        let cancelled = await begin("l1", instance, deadline: .seconds(100))
        cancelled.cancel()
        #expect(await cancelled.value.failures.map(\.code) == ["cancelled"])
        // The lookup gave up: the delivery keeps its place.
        gate.open()
        #expect(await delivery.value.failures == [])
        #expect(transport.lines.map { String($0.dropFirst("GET https://crm.test/".count)) } == ["a/held", "b/held"])
        let next = await instance.run(
            .lookupByNumber, RunInputs(["Number": .text("next")]), options: RunOptions(deadline: .seconds(1)))
        #expect(next.failures == [])
    }

    @Test func `a delivery whose time is over while lookups have the place says so`() async {
        let slow = Gate()
        let transport = ScriptedTransport(
            [
                "GET https://crm.test/a/held": [.json("{}", gate: gate)],
                "GET https://crm.test/a/slow": [.json("{}", gate: slow)], "GET *": [.json("{}")],
            ], time: time)
        let sample = template(
            [scenario("", "https://crm.test/a/[Number]"), scenario("", "https://crm.test/b/[Number]")], places: 1)
        let instance = instance(sample, transport, time: time)
        let delivery = await begin("held", instance, priority: .delivery, deadline: .seconds(2))
        let lookup = await begin("slow", instance, deadline: .seconds(100))
        gate.open()
        await eventually { slow.arrivals == 1 && time.sleeping == 1 }
        time.advance(by: .seconds(2))
        #expect(await delivery.value.failures.map(\.code) == ["deadline"])
        slow.open()
        #expect(await lookup.value.failures == [])
        // The place was freed once: one run at a time still.
        let last = await instance.run(
            .lookupByNumber, RunInputs(["Number": .text("last")]), options: RunOptions(deadline: .seconds(1)))
        #expect(last.failures == [])
        #expect(
            transport.lines.map { String($0.dropFirst("GET https://crm.test/".count)) } == [
                "a/held", "a/slow", "b/slow", "a/last", "b/last",
            ])
    }
}
