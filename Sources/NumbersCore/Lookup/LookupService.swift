// The lookup use case, top to bottom: read the number, answer what is free, replay, hold, find the name, settle; and the
// parts of it that batches share. Holds no mutable state of its own.

internal import JSONText
package import Platform

/// Answers lookups, batches and caller-ID requests.
package struct LookupService: Sendable {
    let names: CallerNameDirectory
    let waterfall: NameWaterfall
    let ledger: any Ledger
    let archive: any ReplyArchive
    private let inFlight: RequestsInFlight
    let clock: Clock
    /// The operator's choice not to charge an answer without a name.
    private let isNothingFoundFree: Bool

    package init(
        names: CallerNameDirectory, waterfall: NameWaterfall, ledger: any Ledger, archive: any ReplyArchive,
        inFlight: RequestsInFlight, clock: Clock, isNothingFoundFree: Bool
    ) {
        self.names = names
        self.waterfall = waterfall
        self.ledger = ledger
        self.archive = archive
        self.inFlight = inFlight
        self.clock = clock
        self.isNothingFoundFree = isNothingFoundFree
    }

    // MARK: One number

    /// `GET /v1/lookup/{number}`.
    package func lookup(_ query: LookupQuery, for credential: Credential) -> Deferred<LookupOutcome> {
        guard let facts = facts(query.numbers.first ?? "", query) else {
            return free(query, render(nil, .none, query), for: credential)
        }
        if credential.key.isTest {
            return sandbox([facts.e164], query) { lookup(query, facts, $0.first ?? .none, for: credential) }
        }
        if let record = names.known(facts.e164) {
            return lookup(query, facts, record, for: credential)
        }
        return .pending {
            switch await names.records(for: [facts.e164], deadline: query.deadline) {
            case .success(let records):
                await lookup(query, facts, records.first ?? .none, for: credential).value
            case .failure:
                // The operator's own data cannot be read: answer with what the plan knows. Whether the listing is
                // private is unknown too, so nothing is named and nothing is billed.
                .answered(body: render(facts, .none, query), receipt: nil)
            }
        }
    }

    private func lookup(
        _ query: LookupQuery, _ facts: NumberFacts, _ record: NumberRecord, for credential: Credential
    ) -> Deferred<LookupOutcome> {
        if record.isSuppressed { return free(query, render(facts, record, query), for: credential) }
        let found: ResolvedName
        switch waterfall.step(record, facts, query, credential) {
        case .known(let known): found = known
        case .ask(let fallback): return lookup(query, facts, record, fallback: fallback, for: credential)
        }
        let body = render(facts, found.record, query)
        guard query.idempotency != nil || credential.isBilled else {
            return .ready(.answered(body: body, receipt: nil))
        }
        guard query.idempotency != nil else {
            let prices = credential.account.prices
            return charged(query, found, for: credential).map { Self.outcome($0, body, prices, numbers: 1) }
        }
        return .pending {
            await once(query, for: credential, refresh: nil) { reply in
                guard credential.isBilled else { return await keep(reply(body), body, query) }
                let result = await ledger.charge(
                    charge(query, credential, numbers: 1), items: items([found], credential), reply: reply(body),
                    deadline: query.deadline
                ).value
                return Self.outcome(result, body, credential.account.prices, numbers: 1)
            }
        }
    }

    /// The charge for a name that is there already.
    private func charged(
        _ query: LookupQuery, _ found: ResolvedName, for credential: Credential
    ) -> Deferred<Result<Receipt, ChargeRefusal>> {
        ledger.charge(
            charge(query, credential, numbers: 1), items: items([found], credential), reply: nil,
            deadline: query.deadline)
    }

    /// A lookup that has to ask suppliers: what it may cost is set aside before the work.
    private func lookup(
        _ query: LookupQuery, _ facts: NumberFacts, _ record: NumberRecord, fallback: CachedName?,
        for credential: Credential
    ) -> Deferred<LookupOutcome> {
        .pending {
            await once(query, for: credential, refresh: nil) { reply in
                guard credential.isBilled else {
                    let found = await waterfall.ask(record, facts, fallback: fallback, query, credential)
                    let body = render(facts, found.record, query)
                    return await keep(reply(body), body, query)
                }
                let charge = charge(query, credential, numbers: 1)
                switch await ledger.hold(charge, deadline: query.deadline) {
                case .failure(let refusal):
                    return Self.outcome(.failure(refusal), [], credential.account.prices, numbers: 1)
                case .success(let hold):
                    let found = await waterfall.ask(record, facts, fallback: fallback, query, credential)
                    let body = render(facts, found.record, query)
                    return await settle(hold, charge, [found], body, reply(body), query, credential)
                }
            }
        }
    }

    // MARK: Plain text for PBXs

    /// What a caller-ID request got.
    package enum CallerIDOutcome: Sendable {
        /// What is recorded, a name or none; the receipt when it was billed.
        case answered(NumberRecord, receipt: Receipt?)
        /// The balance or the key's spending cap does not cover it.
        case paymentRequired
        /// The sandbox's number for a reached rate limit.
        case rateLimited
        /// The ledger did not answer: the call goes on without a name, unbilled.
        case unavailable
    }

    /// `GET /v1/cid/{number}`.
    package func callerID(_ query: LookupQuery, for credential: Credential) -> Deferred<CallerIDOutcome> {
        guard let facts = facts(query.numbers.first ?? "", query) else {
            return .ready(.answered(.none, receipt: nil))
        }
        let number = facts.e164
        if credential.key.isTest {
            return sandbox([number], query) { .ready(.answered($0.first ?? .none, receipt: nil)) }
        }
        if let record = names.known(number) { return callerID(query, facts, record, for: credential) }
        return .pending {
            switch await names.records(for: [number], deadline: query.deadline) {
            case .success(let records): await callerID(query, facts, records.first ?? .none, for: credential).value
            case .failure: .unavailable
            }
        }
    }

    private func callerID(
        _ query: LookupQuery, _ facts: NumberFacts, _ record: NumberRecord, for credential: Credential
    ) -> Deferred<CallerIDOutcome> {
        if record.isSuppressed { return .ready(.answered(record, receipt: nil)) }
        switch waterfall.step(record, facts, query, credential) {
        case .known(let found):
            guard credential.isBilled else { return .ready(.answered(found.record, receipt: nil)) }
            return charged(query, found, for: credential).map { Self.callerID($0, found) }
        case .ask(let fallback):
            return .pending {
                guard credential.isBilled else {
                    let found = await waterfall.ask(record, facts, fallback: fallback, query, credential)
                    return .answered(found.record, receipt: nil)
                }
                let charge = charge(query, credential, numbers: 1)
                switch await ledger.hold(charge, deadline: query.deadline) {
                case .failure(let refusal): return Self.callerID(.failure(refusal), nil)
                case .success(let hold):
                    let found = await waterfall.ask(record, facts, fallback: fallback, query, credential)
                    let result = await ledger.settle(
                        hold, charge, items: items([found], credential), reply: nil, deadline: query.deadline
                    ).value
                    if case .failure = result { ledger.release(hold, account: charge.account) }
                    return Self.callerID(result, found)
                }
            }
        }
    }

    private static func callerID(_ result: Result<Receipt, ChargeRefusal>, _ found: ResolvedName?) -> CallerIDOutcome {
        switch result {
        case .success(let receipt):
            .answered(found?.record ?? .none, receipt: receipt.endpoints.isEmpty ? nil : receipt)
        case .failure(.insufficientBalance), .failure(.spendingCapReached): .paymentRequired
        case .failure(.unavailable): .unavailable
        }
    }

    // MARK: Sandbox

    /// Answers a test key: the fixed refusals at once, everything else through `work` with the sandbox's records.
    func sandbox<Outcome: SandboxOutcome>(
        _ numbers: [E164], _ query: LookupQuery,
        _ work: @escaping @Sendable ([NumberRecord]) -> Deferred<Outcome>
    ) -> Deferred<Outcome> {
        let behaviours = numbers.map { Sandbox($0) }
        if behaviours.contains(.insufficientBalance) { return .ready(.sandboxPaymentRequired) }
        if behaviours.contains(.rateLimited) { return .ready(.sandboxRateLimited) }
        let today = clock.wall().rfc3339Date()
        let records = behaviours.map { $0.record(today: today) }
        guard behaviours.contains(.slow) else { return work(records) }
        return .pending {
            // As a supplier that does not answer would: the answer leaves at the budget. Cancelled only together with
            // the whole server.
            try? await Task.sleep(for: clock.monotonic().duration(to: query.deadline))
            return await work(records).value
        }
    }

    // MARK: Parts

    func facts(_ text: String, _ query: LookupQuery) -> NumberFacts? {
        let (context, plan) = (query.context, query.plan)
        return NumberReading.read(text, country: context.country, input: context.input, plan: plan)
            .flatMap { NumberFacts($0, plan: plan) }
    }

    /// An answer that costs nothing and comes before replay; under an idempotency key it is kept like any other 200.
    func free(_ query: LookupQuery, _ body: [UInt8], for credential: Credential) -> Deferred<LookupOutcome> {
        guard let idempotency = query.idempotency(of: credential) else {
            return .ready(.answered(body: body, receipt: nil))
        }
        return .pending {
            let reply = StoredReply(
                account: credential.account.id, key: idempotency.key, fingerprint: idempotency.fingerprint, body: body,
                at: clock.wall())
            // The answer is the same whether it could be kept or not: it is computed anew at no cost.
            _ = await archive.store(reply, deadline: query.deadline)
            return .answered(body: body, receipt: nil)
        }
    }

    /// Runs the work of a request once per idempotency key: replays, refuses, or does it.
    /// - Parameter refresh: takes out of a stored body what may not be shown any more.
    func once(
        _ query: LookupQuery, for credential: Credential, refresh: (@Sendable ([UInt8]) -> [UInt8])?,
        _ work: @Sendable (_ reply: @Sendable ([UInt8]) -> StoredReply?) async -> LookupOutcome
    ) async -> LookupOutcome {
        guard let (key, fingerprint) = query.idempotency(of: credential) else { return await work { _ in nil } }
        let account = credential.account.id
        guard inFlight.begin(account: account, key: key) else { return .conflict(.stillInFlight) }
        defer { inFlight.end(account: account, key: key) }
        let now = clock.wall()
        switch await archive.reply(account: account, key: key, now: now, deadline: query.deadline) {
        case .failure: return .unavailable
        case .success(let stored?):
            guard stored.fingerprint == fingerprint else { return .conflict(.otherRequest) }
            return .replayed(body: refresh.map { $0(stored.body) } ?? stored.body)
        case .success(nil):
            return await work { body in
                StoredReply(account: account, key: key, fingerprint: fingerprint, body: body, at: now)
            }
        }
    }

    /// Keeps an unbilled 200 for replay and answers it.
    func keep(_ reply: StoredReply?, _ body: [UInt8], _ query: LookupQuery) async -> LookupOutcome {
        guard let reply else { return .answered(body: body, receipt: nil) }
        switch await archive.store(reply, deadline: query.deadline) {
        case .success: return .answered(body: body, receipt: nil)
        case .failure: return .unavailable
        }
    }

    /// Makes the true charge in place of a hold.
    func settle(
        _ hold: Hold, _ charge: Charge, _ found: [ResolvedName], _ body: [UInt8], _ reply: StoredReply?,
        _ query: LookupQuery, _ credential: Credential
    ) async -> LookupOutcome {
        let result = await ledger.settle(
            hold, charge, items: items(found, credential), reply: reply, deadline: query.deadline
        ).value
        if case .failure = result { ledger.release(hold, account: charge.account) }
        return Self.outcome(result, body, credential.account.prices, numbers: found.count)
    }

    func charge(_ query: LookupQuery, _ credential: Credential, numbers: Int) -> Charge {
        Charge(
            account: credential.account.id, key: credential.key.id,
            cover: credential.account.prices.cover.times(numbers) ?? .largest, dailyCap: credential.key.dailyCap,
            reference: query.reference, at: clock.wall())
    }

    /// The lines of a charge: names that suppliers have just given at their price, everything else at the other; what
    /// nobody knows not at all when the operator says so. Numbers suppressed meanwhile are free.
    func items(_ found: [ResolvedName], _ credential: Credential) -> [Charge.Item] {
        let billable = found.filter { name in
            !name.record.isSuppressed && !(isNothingFoundFree && name.isFinal && name.record.name == nil)
        }
        return BilledEndpoint.allCases.compactMap { endpoint in
            let units = billable.count { $0.isFresh == (endpoint == .lookup) }
            guard units > 0 else { return nil }
            let price = credential.account.prices.price(endpoint)
            return Charge.Item(endpoint: endpoint, units: units, amount: price.times(units) ?? .largest)
        }
    }

    static func outcome(
        _ result: Result<Receipt, ChargeRefusal>, _ body: [UInt8], _ prices: PriceList, numbers: Int
    ) -> LookupOutcome {
        switch result {
        case .success(let receipt): .answered(body: body, receipt: receipt.endpoints.isEmpty ? nil : receipt)
        case .failure(.insufficientBalance(let balance, let held)):
            .insufficientBalance(
                balance: balance, held: held, needed: prices.cover.times(numbers) ?? .largest)
        case .failure(.spendingCapReached(let cap)): .spendingCapReached(cap: cap)
        case .failure(.unavailable): .unavailable
        }
    }

    private func render(_ facts: NumberFacts?, _ record: NumberRecord, _ query: LookupQuery) -> [UInt8] {
        // An answer with every field is under 900 bytes with all but the longest names.
        var writer = JSONWriter(reserving: 1024)
        LookupAnswer(facts: facts, record: record, verstat: query.verstat, at: clock.wall())
            .write(to: &writer, fields: query.fields, includesVersion: true)
        return writer.finish()
    }
}

/// The refusals that the sandbox has numbers for.
protocol SandboxOutcome: Sendable {
    static var sandboxPaymentRequired: Self { get }
    static var sandboxRateLimited: Self { get }
}

extension LookupOutcome: SandboxOutcome {
    static var sandboxPaymentRequired: LookupOutcome {
        .insufficientBalance(balance: .zero, needed: PriceList.standard.cover)
    }
    static var sandboxRateLimited: LookupOutcome { .rateLimited }
}

extension LookupService.CallerIDOutcome: SandboxOutcome {
    static var sandboxPaymentRequired: Self { .paymentRequired }
    static var sandboxRateLimited: Self { .rateLimited }
}
