import NumbersCore
import Platform
import Synchronization
import Testing

@Suite struct SupplierDipsTests {
    private let fake = FakeSuppliers()

    private func script(_ scripts: [String: FakeSuppliers.Script]) { fake.state.withLock { $0.scripts = scripts } }

    @Test("the cheapest is asked first, and a name ends it")
    func price() async throws {
        script(["dear": .answer("DEAR"), "cheap": .answer("CHEAP")])
        let dips = SupplierDips.sample(
            fake, suppliers: [try .sample("dear", micros: 5_000), try .sample("cheap", micros: 1_000)])
        #expect(try await dips.ask().word == "cheap CHEAP")
        #expect(fake.asked == ["cheap"])
    }

    @Test("the operator's position comes before the price")
    func position() async throws {
        script(["dear": .answer("DEAR"), "cheap": .answer("CHEAP")])
        let dips = SupplierDips.sample(
            fake, suppliers: [try .sample("dear", micros: 5_000, position: 1), try .sample("cheap", micros: 1_000)])
        #expect(try await dips.ask().word == "dear DEAR")
    }

    @Test("of two, the one whose names cost less is asked first once that is known")
    func hitRate() async throws {
        script(["never": .answer(""), "often": .answer("OFTEN")])
        let dips = SupplierDips.sample(
            fake, suppliers: [try .sample("never", micros: 1_000), try .sample("often", micros: 2_000)])
        for last in 0..<8 { _ = try await dips.ask("+1415555267\(last)") }
        fake.state.withLock { $0.asked = [] }
        #expect(try await dips.ask("+14155552680").word == "often OFTEN")
        #expect(fake.asked == ["often"])
    }

    @Test(
        "no name, a failure or an unreadable answer leads to the next supplier",
        arguments: [
            (FakeSuppliers.Script.answer(""), "two NAME"), (.fail(.failed), "two NAME"),
            (.answer("<html>"), "two NAME"), (.answer("X", status: 500), "two NAME"),
        ])
    func next(first: FakeSuppliers.Script, word: String) async throws {
        script(["one": first, "two": .answer("NAME")])
        let dips = SupplierDips.sample(
            fake, suppliers: [try .sample("one", position: 1), try .sample("two", position: 2)])
        #expect(try await dips.ask().word == word)
        #expect(fake.asked == ["one", "two"])
    }

    @Test(
        "only when everybody answered is no name known, and only that is kept",
        arguments: [
            (FakeSuppliers.Script.answer(""), "unnamed"), (.fail(.timedOut), "failed"), (.answer("{}"), "failed"),
            (.answer("", status: 429), "failed"),
        ])
    func unnamed(second: FakeSuppliers.Script, word: String) async throws {
        script(["one": .answer(""), "two": second])
        let dips = SupplierDips.sample(
            fake, suppliers: [try .sample("one", position: 1), try .sample("two", position: 2)])
        #expect(try await dips.ask().word == word)
        if word == "unnamed" { try await eventually { fake.state.withLock { $0.kept.count } == 1 } }
        #expect(fake.state.withLock { $0.kept.count } == (word == "unnamed" ? 1 : 0))
    }

    @Test("a supplier that takes longer than usual is overtaken by the next, and the first name counts")
    func hedge() async throws {
        script(["slow": .answer("SLOW", after: .seconds(3)), "quick": .answer("QUICK")])
        let dips = SupplierDips.sample(
            fake,
            suppliers: [try .sample("slow", timeout: 4_000, position: 1), try .sample("quick", position: 2)])
        async let outcome = dips.ask()
        // The slow one, the hedge and the one who waits.
        try await eventually { fake.time.sleepers == 3 }
        // Without measured times the second is asked at half of the first one's time-out.
        fake.time.advance(.milliseconds(1_999))
        #expect(fake.asked == ["slow"])
        fake.time.advance(.milliseconds(1))
        #expect(try await outcome.word == "quick QUICK")
        #expect(fake.asked == ["slow", "quick"])
    }

    @Test("who waits is answered at the deadline, and the late answer is kept")
    func late() async throws {
        script(["one": .answer("LATE", after: .milliseconds(150))])
        let dips = SupplierDips.sample(fake, suppliers: [try .sample("one")])
        async let outcome = dips.ask(until: fake.time.now + .milliseconds(40))
        try await eventually { fake.time.sleepers == 3 }
        fake.time.advance(.milliseconds(40))
        #expect(try await outcome.word == "late")
        #expect(dips.present.flights == 1)
        fake.time.advance(.milliseconds(110))
        try await eventually { fake.state.withLock { $0.kept.values.first?.name?.text } == "LATE" }
        #expect(dips.present.flights == 0)
    }

    @Test("not even a transport that neither ends nor can be cancelled delays who waits")
    func stuck() async throws {
        script(["one": .stuck(.seconds(600)), "two": .answer("TWO")])
        let dips = SupplierDips.sample(
            fake, suppliers: [try .sample("one", timeout: 40, position: 1), try .sample("two", position: 2)])
        async let outcome = dips.ask()
        try await eventually { fake.time.sleepers == 3 }
        fake.time.advance(.milliseconds(20))
        #expect(try await outcome.word == "two TWO")
        fake.time.advance(.seconds(600))
    }

    @Test("simultaneous lookups of one number share one dip")
    func shared() async throws {
        script(["one": .answer("ACME", after: .milliseconds(50))])
        let dips = SupplierDips.sample(fake, suppliers: [try .sample("one")])
        let words = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<100 { group.addTask { try await dips.ask().word } }
            try await eventually { fake.time.sleepers == 102 }
            fake.time.advance(.milliseconds(50))
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(words == ["one ACME"] && fake.asked == ["one"] && dips.joined.value == 99)
    }

    @Test("no supplier gets more requests at a time than it may")
    func concurrency() async throws {
        script(["one": .answer("ACME", after: .milliseconds(60))])
        let dips = SupplierDips.sample(fake, suppliers: [try .sample("one", concurrent: 3)])
        let words = try await withThrowingTaskGroup(of: String.self) { group in
            for last in 10..<30 { group.addTask { try await dips.ask("+141555526\(last)").word } }
            // Three are asked about; the others are told that nobody could be asked.
            try await eventually { fake.time.sleepers == 9 && dips.present.flights == 3 }
            fake.time.advance(.milliseconds(60))
            return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        #expect(words == ["one ACME": 3, "failed": 17] && fake.state.withLock { $0.mostActive } == 3)
    }

    @Test("a supplier for other countries, or one that is switched off, is not asked")
    func countries() async throws {
        let germany = try #require(Region("DE"))
        let dips = SupplierDips.sample(
            fake, suppliers: [try .sample("de", countries: [germany]), try .sample("off", isEnabled: false)])
        #expect(try await dips.ask().word == "not asked")
        #expect(fake.asked.isEmpty)
        dips.replace([(try .sample("off", isEnabled: false), .none)])
        #expect(!dips.hasSuppliers)
    }

    @Test("a free account causes so many dips a day and no more; joining one is none")
    func freeDips() async throws {
        script(["one": .answer("ACME")])
        let dips = SupplierDips.sample(fake, suppliers: [try .sample("one")], freeDips: 2)
        let (mine, other) = (AccountID(random: .system), AccountID(random: .system))
        #expect(try await dips.ask("+14155552670", for: .free(mine)).word == "one ACME")
        #expect(try await dips.ask("+14155552671", for: .free(mine)).word == "one ACME")
        #expect(try await dips.ask("+14155552672", for: .free(mine)).word == "not asked")
        #expect(try await dips.ask("+14155552672", for: .free(other)).word == "one ACME")
        #expect(try await dips.ask("+14155552672", for: .prepaid).word == "one ACME")
        fake.time.advance(.seconds(86_400))
        #expect(try await dips.ask("+14155552672", for: .free(mine)).word == "one ACME")
    }

    @Test("the day's spending ends at the cap, hedges and misses counted, and begins again the next day")
    func spending() async throws {
        script(["one": .answer(""), "two": .answer("ACME")])
        let dips = SupplierDips.sample(
            fake,
            suppliers: [
                try .sample("one", micros: 1_000, position: 1), try .sample("two", micros: 2_000, position: 2),
            ],
            cap: MicroUSD(micros: 3_500))
        #expect(try await dips.ask("+14155552670").word == "two ACME")
        #expect(try await dips.ask("+14155552671").word == "not asked")
        #expect(dips.present.spentToday == 3_000)
        let tallies = dips.takeSpending().tallies
        #expect(tallies.reduce(0) { $0 + $1.tally.spent } == 3_000)
        #expect(dips.takeSpending().isEmpty)
        fake.time.advance(.seconds(86_400))
        #expect(try await dips.ask("+14155552672").word == "two ACME")
    }

    @Test("a supplier that changes the form of its answers fails, and is left alone")
    func changedForm() async throws {
        script(["one": .answer(#"{"result":"ACME"}"#)])
        let dips = SupplierDips.sample(fake, suppliers: [try .sample("one", form: .json(["name"]))])
        for last in 10..<20 { #expect(try await dips.ask("+141555526\(last)").word == "failed") }
        #expect(dips.standings().map(\.breaker) == [.open] && fake.state.withLock { $0.kept.isEmpty })
    }

    @Test("what was spent before a restart counts")
    func resumed() async throws {
        script(["one": .answer("ACME")])
        let dips = SupplierDips.sample(
            fake, suppliers: [try .sample("one", micros: 1_000)], freeDips: 1, cap: MicroUSD(micros: 2_000))
        let account = AccountID(random: .system)
        dips.resume(day: fake.time.clock.wall().dayNumber, spent: 1_000, freeDips: [account: 1])
        #expect(try await dips.ask("+14155552670", for: .free(account)).word == "not asked")
        #expect(try await dips.ask("+14155552670").word == "one ACME")
        #expect(try await dips.ask("+14155552671").word == "not asked")
    }

    @Test("a supplier that keeps failing is left alone")
    func breaker() async throws {
        script(["one": .fail(.failed)])
        let dips = SupplierDips.sample(fake, suppliers: [try .sample("one")])
        for last in 10..<20 { #expect(try await dips.ask("+141555526\(last)").word == "failed") }
        #expect(fake.asked.count == CircuitBreaker.failuresMax)
        #expect(dips.standings().map(\.breaker) == [.open])
        // Another address may be what makes it work.
        dips.replace([(try .sample("one", micros: 1), .none)])
        #expect(dips.standings().map(\.breaker) == [.closed])
    }
}

@Suite struct CircuitBreakerTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    @Test("it opens after so many failures in a row, and not after one fewer", arguments: [4, 5])
    func inRow(failures: Int) {
        var breaker = CircuitBreaker()
        for _ in 0..<failures { breaker.failed(at: Self.start, spread: 0, isFinal: false) }
        #expect(breaker.wouldAdmit(at: Self.start) == (failures < CircuitBreaker.failuresMax))
    }

    @Test("it opens when half of the last requests failed")
    func half() {
        var breaker = CircuitBreaker()
        for turn in 0..<CircuitBreaker.window {
            #expect(breaker.state == .closed)
            if turn.isMultiple(of: 2) {
                breaker.succeeded()
            } else {
                breaker.failed(at: Self.start, spread: 0, isFinal: false)
            }
        }
        #expect(breaker.state == .open)
    }

    @Test("one probe is let through after the pause; its outcome decides, and each failed one doubles the pause")
    func probe() {
        var breaker = CircuitBreaker()
        breaker.failed(at: Self.start, spread: 0, isFinal: true)
        var now = Self.start
        var pause = CircuitBreaker.firstPause
        for _ in 0..<8 {
            #expect(!breaker.wouldAdmit(at: now + pause - .nanoseconds(1)))
            now = now + pause
            #expect(breaker.wouldAdmit(at: now))
            breaker.begin()
            #expect(breaker.state == .halfOpen && !breaker.wouldAdmit(at: now + .seconds(100)))
            breaker.failed(at: now, spread: 0, isFinal: false)
            pause = min(pause * 2, CircuitBreaker.longestPause)
        }
        now = now + pause
        breaker.begin()
        breaker.succeeded()
        #expect(breaker == CircuitBreaker())
    }

    @Test("a probe that was given up gives its turn to the next")
    func abandoned() {
        var breaker = CircuitBreaker()
        breaker.failed(at: Self.start, spread: 1, isFinal: true)
        #expect(!breaker.wouldAdmit(at: Self.start + .seconds(6)))
        breaker.begin()
        breaker.abandoned(at: Self.start + .seconds(10))
        #expect(breaker.wouldAdmit(at: Self.start + .seconds(10)))
    }
}

@Suite struct NameLifetimesTests {
    @Test(
        "a name and no name have lives of their own, and the request's own bound is kept",
        arguments: [
            (true, 0, nil, .fresh), (true, 2_591_999, nil, .fresh), (true, 2_592_000, nil, .stale),
            (true, 3_196_799, nil, .stale), (true, 3_196_800, nil, .fallback), (true, 10_367_999, nil, .fallback),
            (true, 10_368_000, nil, .expired), (false, 86_399, nil, .fresh), (false, 86_400, nil, .stale),
            (false, 107_999, nil, .stale), (false, 108_000, nil, .expired), (true, 0, 0, .expired),
            (true, 0, 1, .fresh),
            (true, 10, 10, .expired), (true, 9, 10, .fresh), (true, 2_592_000, 9_999_999, .expired),
            (true, -5, nil, .fresh),
        ] as [(Bool, Int64, Int64?, NameLifetimes.Standing)])
    func standing(isNamed: Bool, age: Int64, maxAge: Int64?, expected: NameLifetimes.Standing) {
        let cached = CachedName(
            name: isNamed ? CallerName("ACME") : nil, raw: nil, supplier: nil,
            obtainedAt: UnixTime(seconds: 100_000_000))
        let now = UnixTime(seconds: 100_000_000 + age)
        #expect(NameLifetimes.standing(cached, at: now, maxAge: maxAge.map { .seconds($0) }) == expected)
    }
}
