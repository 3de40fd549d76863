import JSONText
import NumbersCore
import Platform
import Synchronization
import Testing

@Suite struct LookupServiceTests {
    private static let named = "+14155552671"
    private static let plain = "+16462345678"
    private static let hidden = "+12125551234"
    private static let enriched = Charge.Item(endpoint: .lookupEnriched, units: 1, amount: MicroUSD(micros: 2_000))

    private let ports = FakePorts()

    init() throws {
        let name = KnownName(name: try #require(CallerName("ACME")), source: .directory, asOf: "2026-01-02")
        ports.state.withLock {
            $0.names = [
                Self.named: NumberRecord(isSuppressed: false, name: name),
                Self.hidden: NumberRecord(isSuppressed: true, name: name),
            ]
        }
    }

    /// A service without anything in memory.
    private func service(nothingFoundFree: Bool = false, inFlight: RequestsInFlight = RequestsInFlight())
        -> LookupService
    {
        let clock = Clock(wall: { UnixTime(seconds: 1_000) }, monotonic: MonotonicTime.now)
        let names = CallerNameDirectory(store: ports, capacity: 100)
        let dips = SupplierDips.sample(FakeSuppliers(), names: names, suppliers: [])
        return LookupService(
            names: names, waterfall: NameWaterfall(names: names, dips: dips, clock: clock), ledger: ports,
            archive: ports, inFlight: inFlight, clock: clock, isNothingFoundFree: nothingFoundFree)
    }

    private static func query(
        _ numbers: [String], key: String? = nil, request: String = "request", fields: AnswerFields = .all
    ) -> LookupQuery {
        LookupQuery(
            plan: .builtIn, numbers: numbers, context: ReadingContext(country: nil, input: .any), verstat: .unknown,
            fields: fields,
            reference: nil, deadline: MonotonicTime(nanoseconds: .max),
            idempotency: key.flatMap { IdempotencyKey($0) }.map { ($0, SHA256Digest.of(request)) })
    }

    private static func free() -> Credential { .sample(.sample(tier: .free)) }
    private static func test() -> Credential {
        .sample(.sample(), .sample(settings: KeySettings(name: nil, useCases: .all, isTest: true)))
    }

    /// An outcome in one word and the name in its body.
    private static func word(_ outcome: LookupOutcome) -> String {
        func name(_ body: [UInt8]) -> String {
            guard let object = (try? JSONValue(parsing: body))?.object else { return "no JSON" }
            if let results = object["results"]?.array {
                return results.map { $0.object?["cnam"]?.string ?? "-" }.joined(separator: ",")
            }
            return object["cnam"]?.string ?? "-"
        }
        return switch outcome {
        case .answered(let body, nil): "free \(name(body))"
        case .answered(let body, let receipt?): "billed \(receipt.billed.micros) \(name(body))"
        case .replayed(let body): "replayed \(name(body))"
        case .conflict(.otherRequest): "other request"
        case .conflict(.stillInFlight): "still in flight"
        case .insufficientBalance(let balance, _, let needed): "needs \(needed.micros), has \(balance.micros)"
        case .spendingCapReached(let cap): "cap \(cap.micros)"
        case .rateLimited: "rate limited"
        case .unavailable: "unavailable"
        }
    }

    private static func summary(_ outcome: LookupOutcome) -> [String: Int64] {
        let body: [UInt8] =
            switch outcome {
            case .answered(let body, _), .replayed(let body): body
            case .conflict, .insufficientBalance, .spendingCapReached, .rateLimited, .unavailable: []
            }
        let summary = (try? JSONValue(parsing: body))?.object?["summary"]?.object
        return Dictionary(uniqueKeysWithValues: summary?.members.map { ($0.name, $0.value.number?.int64 ?? -1) } ?? [])
    }

    // MARK: One number

    @Test("a valid number is charged at the enriched price, under cover of the dearest, whether it has a name or not")
    func billed() async {
        let service = service()
        #expect(Self.word(await service.lookup(Self.query([Self.named]), for: .sample()).value) == "billed 2000 ACME")
        #expect(Self.word(await service.lookup(Self.query([Self.plain]), for: .sample()).value) == "billed 2000 -")
        let charge = Step.charge(cover: 4_000, items: [Self.enriched], isReplyKept: false)
        #expect(ports.steps == [.names([Self.named]), charge, .names([Self.plain]), charge])
    }

    @Test("own prices are used for cover and charge")
    func ownPrices() async {
        let account = Account.sample(
            tier: .enterprise, prices: PriceList(dip: MicroUSD(micros: 900), enriched: MicroUSD(micros: 300)))
        let outcome = await service().lookup(Self.query([Self.named]), for: .sample(account)).value
        #expect(Self.word(outcome) == "billed 300 ACME")
        #expect(
            ports.steps.last
                == .charge(
                    cover: 900,
                    items: [Charge.Item(endpoint: .lookupEnriched, units: 1, amount: MicroUSD(micros: 300))],
                    isReplyKept: false))
    }

    @Test("free accounts are answered without a charge")
    func unbilled() async {
        #expect(Self.word(await service().lookup(Self.query([Self.named]), for: Self.free()).value) == "free ACME")
        #expect(ports.steps == [.names([Self.named])])
    }

    @Test(
        "a test key sees the sandbox: no name of the operator's, no charge, eight numbers with fixed answers",
        arguments: [
            (LookupServiceTests.named, "free -"), (LookupServiceTests.hidden, "free -"), ("+14155550099", "free -"),
            ("+14155550100", "free Sandbox Caller"), ("+14155550101", "free -"), ("+14155550102", "free -"),
            ("+14155550103", "free -"), ("+14155550104", "free -"), ("+14155550105", "free Sandbox Risky"),
            ("+14155550106", "needs 4000, has 0"), ("+14155550107", "rate limited"), ("+14155550108", "free -"),
        ])
    func sandbox(number: String, word: String) async {
        let query = LookupQuery(
            plan: .builtIn, numbers: [number], context: ReadingContext(country: nil, input: .any), verstat: .unknown,
            fields: .all,
            reference: nil, deadline: MonotonicTime.now() + .milliseconds(30), idempotency: nil)
        let began = MonotonicTime.now()
        #expect(Self.word(await service().lookup(query, for: Self.test()).value) == word)
        // The slow one leaves at the budget.
        if number == "+14155550103" { #expect(began.duration(to: .now()) > .milliseconds(25)) }
        #expect(ports.steps.isEmpty)
    }

    @Test(
        "an invalid number is free and asks nobody",
        arguments: [
            "", "1", "anonymous", "+0", "+1415", "+999999999999999", "1&calc", "${x}",
            String(repeating: "9", count: 250),
        ])
    func invalid(text: String) async {
        #expect(Self.word(await service().lookup(Self.query([text]), for: .sample()).value) == "free -")
        #expect(ports.steps.isEmpty)
    }

    @Test("a suppressed number is free and nameless, though its name is known")
    func suppressed() async {
        #expect(Self.word(await service().lookup(Self.query([Self.hidden]), for: .sample()).value) == "free -")
        #expect(ports.steps == [.names([Self.hidden])])
    }

    @Test("nothing found is free when the operator says so, and only then; the balance must cover it all the same")
    func nothingFound() async {
        let service = service(nothingFoundFree: true)
        #expect(Self.word(await service.lookup(Self.query([Self.plain]), for: .sample()).value) == "free -")
        #expect(ports.steps.last == .charge(cover: 4_000, items: [], isReplyKept: false))
        #expect(Self.word(await service.lookup(Self.query([Self.named]), for: .sample()).value) == "billed 2000 ACME")
        ports.state.withLock { $0.refusal = .insufficientBalance(balance: MicroUSD(micros: 5)) }
        #expect(Self.word(await service.lookup(Self.query([Self.plain]), for: .sample()).value) == "needs 4000, has 5")
    }

    @Test(
        "what the ledger refuses is told in the words of the answer",
        arguments: [
            (ChargeRefusal.insufficientBalance(balance: MicroUSD(micros: 3_999)), "needs 4000, has 3999"),
            (.spendingCapReached(cap: MicroUSD(micros: 10_000)), "cap 10000"), (.unavailable, "unavailable"),
        ])
    func refusals(refusal: ChargeRefusal, word: String) async {
        ports.state.withLock { $0.refusal = refusal }
        #expect(Self.word(await service().lookup(Self.query([Self.named]), for: .sample()).value) == word)
        #expect(Self.word(await service().lookup(Self.query([Self.named]), for: Self.free()).value) == "free ACME")
    }

    @Test("when the operator's names cannot be read the answer is the plan's, nameless and unbilled")
    func namesDown() async {
        ports.state.withLock { $0.areNamesDown = true }
        let outcome = await service().lookup(Self.query([Self.named], key: "k"), for: .sample()).value
        #expect(Self.word(outcome) == "free -")
        let batch = await service().batch(Self.query([Self.named, "x"]), for: .sample()).value
        #expect(Self.word(batch) == "free -,-")
        #expect(Self.summary(batch)["billed_enriched"] == 0)
        #expect(ports.steps.allSatisfy { if case .names = $0 { true } else { false } })
    }

    @Test("a number that is in memory is answered at once where nothing must be written")
    func ready() async {
        let service = service()
        _ = await service.lookup(Self.query([Self.named]), for: Self.free()).value
        guard case .ready = service.lookup(Self.query([Self.named]), for: Self.free()),
            case .ready = service.callerID(Self.query([Self.named]), for: Self.free()),
            case .ready = service.lookup(Self.query(["nobody"]), for: .sample())
        else {
            Issue.record("expected answers without waiting")
            return
        }
        if case .ready = service.lookup(Self.query([Self.named]), for: .sample()) {
            Issue.record("a charge is waited for")
            return
        }
    }

    // MARK: Idempotency

    @Test("the same request is charged once and replayed byte for byte, another under its key is a conflict")
    func replay() async throws {
        let service = service()
        let first = await service.lookup(Self.query([Self.named], key: "k"), for: .sample()).value
        #expect(Self.word(first) == "billed 2000 ACME")
        #expect(ports.steps.last == .charge(cover: 4_000, items: [Self.enriched], isReplyKept: true))
        ports.forgetSteps()
        // The name has changed since; the replay is what was answered.
        ports.state.withLock { $0.names = [:] }
        let second = await service.lookup(Self.query([Self.named], key: "k"), for: .sample()).value
        guard case .answered(let body, _) = first, case .replayed(let again) = second else {
            Issue.record("expected a replay, found \(Self.word(second))")
            return
        }
        #expect(body == again)
        let other = await service.lookup(Self.query([Self.plain], key: "k", request: "other"), for: .sample()).value
        #expect(Self.word(other) == "other request")
        #expect(ports.steps.allSatisfy { if case .charge = $0 { false } else { true } })
    }

    @Test("answers that are not charged are kept for replay too")
    func unbilledReplay() async {
        let service = service()
        #expect(
            Self.word(await service.lookup(Self.query([Self.named], key: "k"), for: Self.free()).value) == "free ACME")
        #expect(
            Self.word(await service.lookup(Self.query([Self.named], key: "k"), for: Self.free()).value)
                == "replayed ACME")
        #expect(Self.word(await service.lookup(Self.query(["x"], key: "j"), for: .sample()).value) == "free -")
        #expect(ports.steps.contains(.store("j")))
    }

    @Test("a refusal is not kept: the same key can be charged once the balance allows it")
    func refusalNotKept() async {
        let service = service()
        ports.state.withLock { $0.refusal = .insufficientBalance(balance: .zero) }
        _ = await service.lookup(Self.query([Self.named], key: "k"), for: .sample()).value
        ports.state.withLock { $0.refusal = nil }
        #expect(
            Self.word(await service.lookup(Self.query([Self.named], key: "k"), for: .sample()).value)
                == "billed 2000 ACME")
    }

    @Test("a number that has become suppressed is not replayed with its name")
    func suppressedBeatsReplay() async {
        _ = await service().lookup(Self.query([Self.named], key: "k"), for: .sample()).value
        ports.state.withLock { $0.names[Self.named] = NumberRecord(isSuppressed: true, name: nil) }
        #expect(Self.word(await service().lookup(Self.query([Self.named], key: "k"), for: .sample()).value) == "free -")
    }

    @Test("a second request while the first is at work is a conflict, and the first is not disturbed")
    func stillInFlight() async {
        let service = service()
        ports.state.withLock { $0.isArchiveSlow = true }
        async let first = service.lookup(Self.query([Self.named], key: "k"), for: .sample()).value
        while !ports.steps.contains(.reply("k")) { await Task.yield() }
        #expect(
            Self.word(await service.lookup(Self.query([Self.named], key: "k"), for: .sample()).value)
                == "still in flight")
        ports.state.withLock { $0.isArchiveSlow = false }
        #expect(Self.word(await first) == "billed 2000 ACME")
        #expect(
            Self.word(await service.lookup(Self.query([Self.named], key: "k"), for: .sample()).value) == "replayed ACME"
        )
    }

    @Test("when the replies cannot be read nothing is charged: it might be for the second time")
    func archiveDown() async {
        ports.state.withLock { $0.isArchiveDown = true }
        let service = service()
        for credential in [Credential.sample(), Self.free()] {
            #expect(
                Self.word(await service.lookup(Self.query([Self.named], key: "k"), for: credential).value)
                    == "unavailable")
        }
        #expect(ports.steps.allSatisfy { if case .charge = $0 { false } else { true } })
        // What is free anyway is answered: computing it anew costs nothing.
        #expect(Self.word(await service.lookup(Self.query(["x"], key: "k"), for: .sample()).value) == "free -")
    }

    // MARK: Batches

    @Test("one hold covers all distinct billable numbers, and is settled at the true price")
    func batch() async {
        let numbers = [Self.named, "x", Self.plain, "0014155552671", Self.hidden, Self.named]
        let outcome = await service().batch(Self.query(numbers), for: .sample()).value
        #expect(Self.word(outcome) == "billed 4000 ACME,-,-,ACME,-,ACME")
        let item = Charge.Item(endpoint: .lookupEnriched, units: 2, amount: MicroUSD(micros: 4_000))
        #expect(ports.steps.last == .charge(cover: 8_000, items: [item], isReplyKept: false))
        #expect(
            Self.summary(outcome) == [
                "total": 6, "valid": 5, "invalid": 1, "suppressed": 1, "billed_fresh_cnam": 0, "billed_enriched": 2,
            ])
    }

    @Test("a hundred numbers need a hundred covers")
    func largeBatch() async {
        let numbers = (0..<100).map { "+1415555" + String(2_000 + $0) }
        _ = await service().batch(Self.query(numbers), for: .sample()).value
        let item = Charge.Item(endpoint: .lookupEnriched, units: 100, amount: MicroUSD(micros: 200_000))
        #expect(ports.steps.last == .charge(cover: 400_000, items: [item], isReplyKept: false))
    }

    @Test(
        "a batch of which nothing is billable holds nothing",
        arguments: [["x"], ["x", ""], [LookupServiceTests.hidden, LookupServiceTests.hidden]])
    func freeBatch(numbers: [String]) async {
        let outcome = await service().batch(Self.query(numbers), for: .sample()).value
        #expect(Self.word(outcome).hasPrefix("free "))
        #expect(ports.steps.allSatisfy { if case .names = $0 { true } else { false } })
    }

    @Test("in a batch, too, nothing found is free when the operator says so")
    func nothingFoundBatch() async {
        let outcome = await service(nothingFoundFree: true).batch(Self.query([Self.named, Self.plain]), for: .sample())
            .value
        #expect(Self.word(outcome) == "billed 2000 ACME,-")
        #expect(ports.steps.last == .charge(cover: 8_000, items: [Self.enriched], isReplyKept: false))
        #expect(Self.summary(outcome)["billed_enriched"] == 1)
    }

    @Test("an unbilled batch says that nothing was billed")
    func unbilledBatch() async {
        let outcome = await service().batch(Self.query([Self.named, Self.plain]), for: Self.free()).value
        #expect(Self.word(outcome) == "free ACME,-")
        #expect(Self.summary(outcome)["billed_enriched"] == 0)
    }

    @Test(
        "a charge that is refused ends the batch; nothing was set aside that would have to be given back",
        arguments: [
            (ChargeRefusal.insufficientBalance(balance: MicroUSD(micros: 7)), "needs 8000, has 7"),
            (.spendingCapReached(cap: MicroUSD(micros: 9)), "cap 9"), (.unavailable, "unavailable"),
        ])
    func batchRefusals(refusal: ChargeRefusal, word: String) async {
        let query = Self.query([Self.named, Self.plain])
        ports.state.withLock { $0.refusal = refusal }
        #expect(Self.word(await service().batch(query, for: .sample()).value) == word)
        let item = Charge.Item(endpoint: .lookupEnriched, units: 2, amount: MicroUSD(micros: 4_000))
        #expect(ports.steps.last == .charge(cover: 8_000, items: [item], isReplyKept: false))
    }

    @Test(
        "a stored batch is replayed without the names of numbers that have become suppressed, everything else as it was"
    )
    func suppressedInReplay() async {
        let numbers = [Self.named, Self.plain, Self.named]
        let name = ports.state.withLock { $0.names[Self.named]?.name }
        ports.state.withLock { $0.names[Self.plain] = NumberRecord(isSuppressed: false, name: name) }
        let first = await service().batch(Self.query(numbers, key: "k"), for: .sample()).value
        #expect(Self.word(first) == "billed 4000 ACME,ACME,ACME")
        #expect(
            Self.word(await service().batch(Self.query(numbers, key: "k"), for: .sample()).value)
                == "replayed ACME,ACME,ACME")
        ports.state.withLock { $0.names[Self.named] = NumberRecord(isSuppressed: true, name: nil) }
        ports.state.withLock { $0.names[Self.plain] = NumberRecord.none }
        let replay = await service().batch(Self.query(numbers, key: "k"), for: .sample()).value
        #expect(Self.word(replay) == "replayed -,ACME,-")
        #expect(Self.summary(replay)["billed_enriched"] == 2)
        #expect(Self.summary(replay)["suppressed"] == 2)
        let other = await service().batch(Self.query([Self.plain], key: "k", request: "other"), for: .sample()).value
        #expect(Self.word(other) == "other request")
    }

    // MARK: Plain text

    private static func word(_ outcome: LookupService.CallerIDOutcome) -> String {
        switch outcome {
        case .answered(let record, nil): "free \(record.name?.name.text ?? "-")"
        case .answered(let record, let receipt?): "billed \(receipt.billed.micros) \(record.name?.name.text ?? "-")"
        case .paymentRequired: "payment required"
        case .rateLimited: "rate limited"
        case .unavailable: "unavailable"
        }
    }

    @Test("a caller-ID request bills like a lookup, and free where that is free")
    func callerID() async {
        let service = service()
        for (number, credential, word) in [
            (Self.named, Credential.sample(), "billed 2000 ACME"), (Self.plain, .sample(), "billed 2000 -"),
            (Self.hidden, .sample(), "free -"), ("anonymous", .sample(), "free -"),
            (Self.named, Self.free(), "free ACME"),
            (Self.named, Self.test(), "free -"), ("+14155550100", Self.test(), "free Sandbox Caller"),
            ("+14155550106", Self.test(), "payment required"), ("+14155550107", Self.test(), "rate limited"),
        ] {
            #expect(Self.word(await service.callerID(Self.query([number]), for: credential).value) == word)
        }
        #expect(
            Self.word(
                await self.service(nothingFoundFree: true).callerID(Self.query([Self.plain]), for: .sample()).value)
                == "free -")
    }

    @Test("a caller-ID request that the ledger refuses has no name")
    func callerIDRefusals() async {
        for (refusal, word) in [
            (ChargeRefusal.insufficientBalance(balance: MicroUSD(micros: 7)), "payment required"),
            (.spendingCapReached(cap: .zero), "payment required"), (.unavailable, "unavailable"),
        ] {
            ports.state.withLock { $0.refusal = refusal }
            #expect(Self.word(await service().callerID(Self.query([Self.named]), for: .sample()).value) == word)
        }
        ports.state.withLock { $0.areNamesDown = true }
        #expect(Self.word(await service().callerID(Self.query([Self.named]), for: .sample()).value) == "unavailable")
    }
}
