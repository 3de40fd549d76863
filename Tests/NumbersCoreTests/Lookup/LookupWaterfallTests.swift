import JSONText
import NumbersCore
import Platform
import Synchronization
import Testing

@Suite struct LookupWaterfallTests {
    private static let number = "+14155552671"
    private static let fresh = Charge.Item(endpoint: .lookup, units: 1, amount: MicroUSD(micros: 4_000))
    private static let enriched = Charge.Item(endpoint: .lookupEnriched, units: 1, amount: MicroUSD(micros: 2_000))

    private let ports = FakePorts()
    private let suppliers = FakeSuppliers()
    private var time: VirtualTime { suppliers.time }
    private let names: CallerNameDirectory

    init() { names = CallerNameDirectory(store: ports, capacity: 100) }

    private func service(_ script: FakeSuppliers.Script, nothingFoundFree: Bool = false, freeDips: Int = 50) throws
        -> LookupService
    {
        suppliers.state.withLock { $0.scripts = ["one": script] }
        let dips = SupplierDips.sample(
            suppliers, names: names, suppliers: [try .sample("one")], freeDips: freeDips)
        return LookupService(
            names: names, waterfall: NameWaterfall(names: names, dips: dips, clock: time.clock), ledger: ports,
            archive: ports, inFlight: RequestsInFlight(), clock: time.clock, isNothingFoundFree: nothingFoundFree)
    }

    private func query(
        _ numbers: [String] = [number], maxCacheAge: Int? = nil, budget: Duration = .seconds(5), key: String? = nil
    ) -> LookupQuery {
        LookupQuery(
            plan: .builtIn, numbers: numbers, context: ReadingContext(country: nil, input: .any), verstat: .unknown,
            fields: .all, reference: nil, maxCacheAge: maxCacheAge, deadline: time.now + budget,
            idempotency: key.flatMap { IdempotencyKey($0) }.map { ($0, SHA256Digest.of("request")) })
    }

    /// What was billed, and the name with its source.
    private static func word(_ outcome: LookupOutcome) -> String {
        guard case .answered(let body, let receipt) = outcome else { return "\(outcome)".prefix(12).description }
        let object = (try? JSONValue(parsing: body))?.object
        let source = object?["sources"]?.object?["cnam"]?.string ?? "-"
        let cached = object?["cached"]?.bool == true ? " cached" : ""
        return "\(receipt?.billed.micros ?? 0) \(object?["cnam"]?.string ?? "-") \(source)\(cached)"
    }

    @Test(
        "a dip that returned a name costs the dip, everything else the lower price",
        arguments: [
            (FakeSuppliers.Script.answer("ACME"), "4000 ACME supplier:one", LookupWaterfallTests.fresh),
            (.answer(""), "2000 - -", LookupWaterfallTests.enriched),
            (.fail(.failed), "2000 - -", LookupWaterfallTests.enriched),
            (.hang, "2000 - -", LookupWaterfallTests.enriched),
        ])
    func price(script: FakeSuppliers.Script, word: String, item: Charge.Item) async throws {
        let service = try service(script)
        async let outcome = service.lookup(query(budget: .milliseconds(300)), for: .sample()).value
        if case .hang = script {
            try await eventually { time.sleepers == 3 }
            time.advance(.milliseconds(240))
        }
        #expect(Self.word(await outcome) == word)
        #expect(
            ports.steps == [.names([Self.number]), .hold(4_000), .settle(4_000, items: [item], isReplyKept: false)])
    }

    @Test("what a supplier said is answered from the cache, at the lower price, without asking anybody")
    func cached() async throws {
        let service = try service(.answer("SMITH,JOHN   "))
        #expect(Self.word(await service.lookup(query(), for: .sample()).value) == "4000 JOHN SMITH supplier:one")
        #expect(Self.word(await service.lookup(query(), for: .sample()).value) == "2000 JOHN SMITH cache cached")
        #expect(suppliers.asked == ["one"])
        // A cached name is charged in one step, as a name of the operator's own is.
        #expect(ports.steps.last == .charge(cover: 4_000, items: [Self.enriched], isReplyKept: false))
    }

    @Test("max_cache_age 0 forces a dip; free accounts cannot")
    func maxAge() async throws {
        let service = try service(.answer("ACME"))
        _ = await service.lookup(query(), for: .sample()).value
        let free = Credential.sample(.sample(tier: .free))
        #expect(Self.word(await service.lookup(query(maxCacheAge: 0), for: free).value) == "0 ACME cache cached")
        #expect(
            Self.word(await service.lookup(query(maxCacheAge: 0), for: .sample()).value)
                == "4000 ACME supplier:one")
        #expect(suppliers.asked.count == 2)
    }

    @Test("an old answer is given while a new one is fetched")
    func stale() async throws {
        let service = try service(.answer("OLD"))
        _ = await service.lookup(query(), for: .sample()).value
        time.advance(.seconds(31 * 86_400))
        suppliers.state.withLock { $0.scripts = ["one": .answer("NEW")] }
        #expect(Self.word(await service.lookup(query(), for: .sample()).value) == "2000 OLD cache cached")
        try await eventually { suppliers.state.withLock { $0.kept.values.first?.name?.text } == "NEW" }
        #expect(Self.word(await service.lookup(query(), for: .sample()).value) == "2000 NEW cache cached")
    }

    @Test("a very old name is given when nobody answers, and not when somebody says there is none")
    func fallback() async throws {
        let service = try service(.answer("OLD"))
        _ = await service.lookup(query(), for: .sample()).value
        time.advance(.seconds(60 * 86_400))
        suppliers.state.withLock { $0.scripts = ["one": .fail(.failed)] }
        #expect(Self.word(await service.lookup(query(), for: .sample()).value) == "2000 OLD cache cached")
        suppliers.state.withLock { $0.scripts = ["one": .answer("")] }
        #expect(Self.word(await service.lookup(query(), for: .sample()).value) == "2000 - -")
    }

    @Test("the answer leaves before the budget, whatever the supplier does", arguments: [20, 60, 200, 10_000])
    func budget(milliseconds: Int) async throws {
        let service = try service(.stuck(.seconds(600)))
        async let outcome = service.lookup(query(budget: .milliseconds(milliseconds)), for: .sample()).value
        try await eventually { time.sleepers == 3 }
        // What is left is for the charge: a quarter of the budget, 60 ms at most.
        time.advance(.milliseconds(milliseconds - min(60, milliseconds / 4)))
        #expect(Self.word(await outcome) == "2000 - -")
        time.advance(.seconds(600))
    }

    @Test(
        "nothing found is free only when everybody was asked",
        arguments: [(FakeSuppliers.Script.answer(""), "0 - -"), (.fail(.failed), "2000 - -"), (.hang, "2000 - -")])
    func nothingFound(script: FakeSuppliers.Script, word: String) async throws {
        let service = try service(script, nothingFoundFree: true)
        async let outcome = service.lookup(query(budget: .milliseconds(200)), for: .sample()).value
        if case .hang = script {
            try await eventually { time.sleepers == 3 }
            time.advance(.milliseconds(200))
        }
        #expect(Self.word(await outcome) == word)
    }

    @Test("an own name, a suppressed number and a test key ask no supplier")
    func notAsked() async throws {
        let name = KnownName(name: try #require(CallerName("OWN")), source: .directory, asOf: "2026-01-02")
        ports.state.withLock {
            $0.names = [
                Self.number: NumberRecord(isSuppressed: false, name: name),
                "+16462345678": NumberRecord(isSuppressed: true, name: name),
            ]
        }
        let service = try service(.answer("ACME"))
        #expect(Self.word(await service.lookup(query(), for: .sample()).value) == "2000 OWN directory")
        #expect(Self.word(await service.lookup(query(["+16462345678"]), for: .sample()).value) == "0 - -")
        let test = Credential.sample(.sample(), .sample(settings: KeySettings(name: nil, useCases: .all, isTest: true)))
        #expect(Self.word(await service.lookup(query(["+12125551234"]), for: test).value) == "0 - -")
        #expect(suppliers.asked.isEmpty)
    }

    @Test("a number suppressed while its supplier is asked is answered without a name, free")
    func suppressedMeanwhile() async throws {
        let service = try service(.answer("ACME", after: .milliseconds(150)))
        async let outcome = service.lookup(query(), for: .sample()).value
        try await eventually { time.sleepers == 3 }
        ports.state.withLock { $0.names = [Self.number: NumberRecord(isSuppressed: true, name: nil)] }
        names.apply(changedNumbers: [try #require(E164(Self.number))], revision: 1)
        _ = await names.records(for: [try #require(E164(Self.number))], deadline: MonotonicTime(nanoseconds: .max))
        time.advance(.milliseconds(150))
        #expect(Self.word(await outcome) == "0 - -")
    }

    @Test("a dip of a free account is free, and ends at its daily number")
    func free() async throws {
        let service = try service(.answer("ACME"), freeDips: 1)
        let free = Credential.sample(.sample(tier: .free))
        #expect(Self.word(await service.lookup(query(), for: free).value) == "0 ACME supplier:one")
        #expect(Self.word(await service.lookup(query(["+14155552672"]), for: free).value) == "0 - -")
    }

    @Test("a batch asks about all of its numbers inside one budget and bills each at its price")
    func batch() async throws {
        let service = try service(.answer("ACME"))
        _ = await service.lookup(query(), for: .sample()).value
        ports.forgetSteps()
        suppliers.state.withLock { $0.scripts = ["one": .answer("ACME", after: .milliseconds(100))] }
        let numbers = [Self.number, "+14155552672", "+14155552673", "+14155552672", "nonsense"]
        async let batch = service.batch(query(numbers), for: .sample()).value
        try await eventually { time.sleepers == 6 }
        time.advance(.milliseconds(100))
        let outcome = await batch
        guard case .answered(let body, let receipt) = outcome, let object = (try? JSONValue(parsing: body))?.object
        else {
            return #expect(Bool(false), "\(outcome)")
        }
        #expect(receipt?.billed.micros == 10_000)
        #expect(
            object["results"]?.array?.map { $0.object?["cnam"]?.string ?? "-" } == [
                "ACME", "ACME", "ACME", "ACME", "-",
            ])
        let summary = object["summary"]?.object
        #expect(summary?["billed_fresh_cnam"]?.number?.int64 == 2 && summary?["billed_enriched"]?.number?.int64 == 1)
        #expect(
            ports.steps.last
                == .settle(
                    12_000,
                    items: [
                        Charge.Item(endpoint: .lookup, units: 2, amount: MicroUSD(micros: 8_000)), Self.enriched,
                    ], isReplyKept: false))
    }

    @Test("a batch of which one number is asked about is held whole before, and given back when it cannot be settled")
    func batchHold() async throws {
        let service = try service(.answer("ACME"))
        _ = await service.lookup(query(), for: .sample()).value
        let asked = suppliers.asked.count
        ports.forgetSteps()
        let both = query([Self.number, "+14155552672"])
        ports.state.withLock { $0.refusal = .spendingCapReached(cap: .zero) }
        guard case .spendingCapReached = await service.batch(both, for: .sample()).value else {
            return #expect(Bool(false))
        }
        #expect(ports.steps.last == .hold(8_000))
        #expect(suppliers.asked.count == asked)
        ports.state.withLock { ($0.refusal, $0.settleRefusal) = (nil, .unavailable) }
        guard case .unavailable = await service.batch(both, for: .sample()).value else { return #expect(Bool(false)) }
        #expect(ports.steps.last == .release(8_000))
        // By now both are in the cache: nobody is asked, and nothing is held.
        ports.state.withLock { $0.settleRefusal = nil }
        _ = await service.batch(both, for: .sample()).value
        let items = [Charge.Item(endpoint: .lookupEnriched, units: 2, amount: MicroUSD(micros: 4_000))]
        #expect(ports.steps.last == .charge(cover: 8_000, items: items, isReplyKept: false))
    }

    @Test("a refused hold asks nobody, and a settlement that fails releases the hold")
    func refused() async throws {
        let service = try service(.answer("ACME"))
        ports.state.withLock { $0.refusal = .insufficientBalance(balance: .zero) }
        guard case .insufficientBalance = await service.lookup(query(), for: .sample()).value else {
            return #expect(Bool(false))
        }
        #expect(suppliers.asked.isEmpty)
        ports.state.withLock {
            $0.refusal = nil
            $0.settleRefusal = .unavailable
        }
        guard case .unavailable = await service.lookup(query(), for: .sample()).value else {
            return #expect(Bool(false))
        }
        #expect(ports.steps.last == .release(4_000))
    }

    @Test("a replay asks nobody")
    func replayed() async throws {
        let service = try service(.answer("ACME"))
        _ = await service.lookup(query(key: "k"), for: .sample()).value
        guard case .replayed = await service.lookup(query(maxCacheAge: 0, key: "k"), for: .sample()).value else {
            return #expect(Bool(false))
        }
        #expect(suppliers.asked.count == 1)
    }

    @Test("a PBX gets the name, billed as a lookup is")
    func callerID() async throws {
        let service = try service(.answer("ACME"))
        guard case .answered(let record, let receipt) = await service.callerID(query(), for: .sample()).value
        else {
            return #expect(Bool(false))
        }
        #expect(record.name?.name.text == "ACME" && receipt?.billed.micros == 4_000)
        guard case .answered(let again, let second) = await service.callerID(query(), for: .sample()).value else {
            return #expect(Bool(false))
        }
        #expect(again.name?.source == .cache && second?.billed.micros == 2_000)
    }
}
