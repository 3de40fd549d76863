// The lookup use case, top to bottom: read the numbers, answer what is free, replay, hold, find names, settle.
// Holds no mutable state of its own.

internal import JSONText
package import Platform

/// Answers lookups, batches and caller-ID requests.
package struct LookupService: Sendable {
    private let names: CallerNameDirectory
    private let ledger: any Ledger
    private let archive: any ReplyArchive
    private let inFlight: RequestsInFlight
    private let clock: Clock
    /// The operator's choice not to charge an answer without a name.
    private let isNothingFoundFree: Bool

    package init(
        names: CallerNameDirectory, ledger: any Ledger, archive: any ReplyArchive, inFlight: RequestsInFlight,
        clock: Clock, isNothingFoundFree: Bool
    ) {
        self.names = names
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
        let body = render(facts, record, query)
        if record.isSuppressed { return free(query, body, for: credential) }
        guard query.idempotency != nil || credential.isBilled else {
            return .ready(.answered(body: body, receipt: nil))
        }
        return .pending {
            await once(query, for: credential, refresh: nil) { reply in
                guard credential.isBilled else { return await keep(reply(body), body, query) }
                let items = items(named: record.name == nil ? 0 : 1, of: 1, credential)
                let result = await ledger.charge(
                    charge(query, credential, numbers: 1), items: items, reply: reply(body), deadline: query.deadline)
                return outcome(result, body, credential, numbers: 1)
            }
        }
    }

    // MARK: Many numbers

    /// One number of a batch on its way.
    private struct Line: Sendable {
        let facts: NumberFacts?
        let record: NumberRecord
        /// Whether an earlier line is the same number, so that this one is free.
        let isRepeated: Bool
    }

    /// `POST /v1/lookup/batch`.
    package func batch(_ query: LookupQuery, for credential: Credential) -> Deferred<LookupOutcome> {
        .pending {
            var seen: Set<E164> = []
            let read = query.numbers.map { text -> Line in
                let facts = facts(text, query)
                let isRepeated = facts.map { !seen.insert($0.e164).inserted } ?? false
                return Line(facts: facts, record: .none, isRepeated: isRepeated)
            }
            // Suppressions decide what is billable, so the operator's own data is read before the hold.
            let numbers = read.compactMap { $0.facts?.e164 }
            if credential.key.isTest {
                return await sandbox(numbers, query) { batch(read, $0, query, for: credential) }.value
            }
            guard case .success(let records) = await names.records(for: numbers, deadline: query.deadline) else {
                return .answered(body: render(read, query.verstat, billed: 0), receipt: nil)
            }
            return await batch(read, records, query, for: credential).value
        }
    }

    /// - Parameter records: of the valid numbers, in their order.
    private func batch(
        _ read: [Line], _ records: [NumberRecord], _ query: LookupQuery, for credential: Credential
    ) -> Deferred<LookupOutcome> {
        .pending {
            var next = records.makeIterator()
            let lines = read.map { line in
                Line(
                    facts: line.facts, record: line.facts == nil ? .none : next.next() ?? .none,
                    isRepeated: line.isRepeated)
            }
            let billableLines = lines.filter { $0.facts != nil && !$0.record.isSuppressed && !$0.isRepeated }
            let billable = billableLines.count
            let items = items(named: billableLines.count { $0.record.name != nil }, of: billable, credential)
            let billed = credential.isBilled ? items.reduce(0) { $0 + $1.units } : 0
            let body = render(lines, query.verstat, billed: billed)
            guard billable > 0 else { return await free(query, body, for: credential).value }
            return await once(query, for: credential, refresh: { self.refreshed($0, lines, query.verstat) }) { reply in
                guard credential.isBilled else { return await keep(reply(body), body, query) }
                return await settle(items, of: billable, body, reply(body), query, credential)
            }
        }
    }

    /// Holds the cover of all numbers, then settles at the true price.
    private func settle(
        _ items: [Charge.Item], of billable: Int, _ body: [UInt8], _ reply: StoredReply?, _ query: LookupQuery,
        _ credential: Credential
    ) async -> LookupOutcome {
        let charge = charge(query, credential, numbers: billable)
        switch await ledger.hold(charge, deadline: query.deadline) {
        case .failure(let refusal): return outcome(.failure(refusal), body, credential, numbers: billable)
        case .success(let hold):
            let result = await ledger.settle(hold, charge, items: items, reply: reply, deadline: query.deadline)
            if case .failure = result { ledger.release(hold, account: charge.account) }
            return outcome(result, body, credential, numbers: billable)
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
        guard let number = facts(query.numbers.first ?? "", query)?.e164 else {
            return .ready(.answered(.none, receipt: nil))
        }
        if credential.key.isTest {
            return sandbox([number], query) { .ready(.answered($0.first ?? .none, receipt: nil)) }
        }
        if let record = names.known(number) { return callerID(query, record, for: credential) }
        return .pending {
            switch await names.records(for: [number], deadline: query.deadline) {
            case .success(let records): await callerID(query, records.first ?? .none, for: credential).value
            case .failure: .unavailable
            }
        }
    }

    private func callerID(
        _ query: LookupQuery, _ record: NumberRecord, for credential: Credential
    ) -> Deferred<CallerIDOutcome> {
        guard credential.isBilled, !record.isSuppressed else { return .ready(.answered(record, receipt: nil)) }
        return .pending {
            let items = items(named: record.name == nil ? 0 : 1, of: 1, credential)
            let result = await ledger.charge(
                charge(query, credential, numbers: 1), items: items, reply: nil, deadline: query.deadline)
            return switch result {
            case .success(let receipt): .answered(record, receipt: receipt.endpoints.isEmpty ? nil : receipt)
            case .failure(.insufficientBalance), .failure(.spendingCapReached): .paymentRequired
            case .failure(.unavailable): .unavailable
            }
        }
    }

    // MARK: Sandbox

    /// Answers a test key: the fixed refusals at once, everything else through `work` with the sandbox's records.
    private func sandbox<Outcome: SandboxOutcome>(
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

    private func facts(_ text: String, _ query: LookupQuery) -> NumberFacts? {
        let (context, plan) = (query.context, query.plan)
        return NumberReading.read(text, country: context.country, input: context.input, plan: plan)
            .flatMap { NumberFacts($0, plan: plan) }
    }

    /// An answer that costs nothing and comes before replay; under an idempotency key it is kept like any other 200.
    private func free(_ query: LookupQuery, _ body: [UInt8], for credential: Credential) -> Deferred<LookupOutcome> {
        guard let idempotency = query.idempotency else { return .ready(.answered(body: body, receipt: nil)) }
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
    private func once(
        _ query: LookupQuery, for credential: Credential, refresh: (@Sendable ([UInt8]) -> [UInt8])?,
        _ work: @Sendable (_ reply: @Sendable ([UInt8]) -> StoredReply?) async -> LookupOutcome
    ) async -> LookupOutcome {
        guard let (key, fingerprint) = query.idempotency else { return await work { _ in nil } }
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
    private func keep(_ reply: StoredReply?, _ body: [UInt8], _ query: LookupQuery) async -> LookupOutcome {
        guard let reply else { return .answered(body: body, receipt: nil) }
        switch await archive.store(reply, deadline: query.deadline) {
        case .success: return .answered(body: body, receipt: nil)
        case .failure: return .unavailable
        }
    }

    private func charge(_ query: LookupQuery, _ credential: Credential, numbers: Int) -> Charge {
        Charge(
            account: credential.account.id, key: credential.key.id,
            cover: credential.account.prices.cover.times(numbers) ?? .largest, dailyCap: credential.key.dailyCap,
            reference: query.reference, at: clock.wall())
    }

    /// The lines of a charge: every name here is the operator's own, so all are billed alike; those without a name
    /// not at all when the operator says so.
    private func items(named: Int, of billable: Int, _ credential: Credential) -> [Charge.Item] {
        let units = isNothingFoundFree ? named : billable
        guard units > 0 else { return [] }
        let price = credential.account.prices.price(.lookupEnriched)
        return [Charge.Item(endpoint: .lookupEnriched, units: units, amount: price.times(units) ?? .largest)]
    }

    private func outcome(
        _ result: Result<Receipt, ChargeRefusal>, _ body: [UInt8], _ credential: Credential, numbers: Int
    ) -> LookupOutcome {
        switch result {
        case .success(let receipt): .answered(body: body, receipt: receipt.endpoints.isEmpty ? nil : receipt)
        case .failure(.insufficientBalance(let balance)):
            .insufficientBalance(
                balance: balance, needed: credential.account.prices.cover.times(numbers) ?? .largest)
        case .failure(.spendingCapReached(let cap)): .spendingCapReached(cap: cap)
        case .failure(.unavailable): .unavailable
        }
    }

    private func render(_ facts: NumberFacts?, _ record: NumberRecord, _ query: LookupQuery) -> [UInt8] {
        // An answer with every field is under 900 bytes with all but the longest names.
        var writer = JSONWriter(reserving: 1024)
        LookupAnswer(facts: facts, record: record, verstat: query.verstat)
            .write(to: &writer, fields: query.fields, includesVersion: true)
        return writer.finish()
    }
}

/// The refusals that the sandbox has numbers for.
private protocol SandboxOutcome: Sendable {
    static var sandboxPaymentRequired: Self { get }
    static var sandboxRateLimited: Self { get }
}

extension LookupOutcome: SandboxOutcome {
    fileprivate static var sandboxPaymentRequired: LookupOutcome {
        .insufficientBalance(balance: .zero, needed: PriceList.standard.cover)
    }
    fileprivate static var sandboxRateLimited: LookupOutcome { .rateLimited }
}

extension LookupService.CallerIDOutcome: SandboxOutcome {
    fileprivate static var sandboxPaymentRequired: Self { .paymentRequired }
    fileprivate static var sandboxRateLimited: Self { .rateLimited }
}

// MARK: - Batch bodies

extension LookupService {
    private func render(_ lines: [Line], _ verstat: Verstat, billed: Int) -> [UInt8] {
        var writer = JSONWriter(reserving: 700 * lines.count + 256)
        writer.beginObject()
        writer.key("schema_version")
        writer.token(LookupAnswer.schemaVersion)
        writer.key("results")
        writer.beginArray()
        for line in lines {
            LookupAnswer(facts: line.facts, record: line.record, verstat: verstat)
                .write(to: &writer, includesVersion: false)
        }
        writer.endArray()
        let valid = lines.count { $0.facts != nil }
        writer.key("summary")
        writer.beginObject()
        writer.field("total", lines.count)
        writer.field("valid", valid)
        writer.field("invalid", lines.count - valid)
        writer.field("suppressed", lines.count { $0.record.isSuppressed })
        writer.field("billed_fresh_cnam", 0)
        writer.field("billed_enriched", billed)
        writer.endObject()
        writer.endObject()
        return writer.finish()
    }

    /// A stored batch without the names of listings that have become private since: suppression beats replay.
    private func refreshed(_ stored: [UInt8], _ lines: [Line], _ verstat: Verstat) -> [UInt8] {
        guard lines.contains(where: \.record.isSuppressed) else { return stored }
        let present = render(lines, verstat, billed: 0)
        // Both are our own writer's work and parse; were one not to, the present answer is the one without the names.
        guard let old = try? JSONValue(parsing: stored), let new = try? JSONValue(parsing: present),
            case .object(var object) = old, let oldResults = object["results"]?.array,
            let newResults = new.object?["results"]?.array, oldResults.count == lines.count,
            newResults.count == lines.count
        else { return present }
        object["results"] = .array(
            lines.indices.map { lines[$0].record.isSuppressed ? newResults[$0] : oldResults[$0] })
        if case .object(var summary)? = object["summary"] {
            summary["suppressed"] = new.object?["summary"]?.object?["suppressed"]
            object["summary"] = .object(summary)
        }
        var writer = JSONWriter(reserving: stored.count)
        writer.value(.object(object))
        return writer.finish()
    }
}
