// Where a name comes from, in order: the operator's own data, the cache, the paid suppliers. Holds no state of its own.

package import Platform

/// A number's record with the name that is answered, and how it was come by.
struct ResolvedName: Sendable {
    let record: NumberRecord
    /// A supplier gave the name for this very lookup, or for one that was waited with.
    let isFresh: Bool
    /// Nothing was left out: when there is no name, nobody that may be asked knows one.
    let isFinal: Bool
}

/// The order of the sources.
package struct NameWaterfall: Sendable {
    /// What is left of the budget for making the charge durable once a supplier has answered; a quarter of it when that
    /// is less.
    private static let settlingTime: Duration = .milliseconds(60)

    private let names: CallerNameDirectory
    private let dips: SupplierDips
    private let clock: Clock

    package init(names: CallerNameDirectory, dips: SupplierDips, clock: Clock) {
        self.names = names
        self.dips = dips
        self.clock = clock
    }

    /// What can be said at once, or that suppliers are to be asked.
    enum Step: Sendable {
        case known(ResolvedName)
        /// - fallback: what is answered if nobody has anything better.
        case ask(fallback: CachedName?)
    }

    /// The next step for a number that is not suppressed.
    func step(_ record: NumberRecord, _ facts: NumberFacts, _ query: LookupQuery, _ credential: Credential) -> Step {
        let known = ResolvedName(record: record, isFresh: false, isFinal: true)
        if record.name != nil || record.isSuppressed || credential.key.isTest { return .known(known) }
        guard let cached = record.cached else { return dips.hasSuppliers ? .ask(fallback: nil) : .known(known) }
        let maxAge = credential.account.tier.isBilled ? query.maxCacheAge.map { Duration.seconds($0) } : nil
        switch NameLifetimes.standing(cached, at: clock.wall(), maxAge: maxAge) {
        case .fresh: return .known(answered(record, from: cached))
        case .stale:
            if dips.hasSuppliers {
                dips.refresh(facts.e164, country: facts.region, plan: query.plan, for: Self.payer(credential))
            }
            return .known(answered(record, from: cached))
        case .fallback:
            return dips.hasSuppliers ? .ask(fallback: cached) : .known(answered(record, from: cached))
        case .expired: return dips.hasSuppliers ? .ask(fallback: nil) : .known(known)
        }
    }

    /// Asks the suppliers; returns before the deadline of the query, with time left for the charge.
    func ask(
        _ record: NumberRecord, _ facts: NumberFacts, fallback: CachedName?, _ query: LookupQuery,
        _ credential: Credential
    ) async -> ResolvedName {
        let now = clock.monotonic()
        let left = now.duration(to: query.deadline)
        let outcome = await dips.dip(
            facts.e164, country: facts.region, plan: query.plan, for: Self.payer(credential),
            until: query.deadline - min(Self.settlingTime, left / 4))
        // Suppressed while the supplier was asked: nothing it said is told.
        if let present = names.known(facts.e164), present.isSuppressed {
            return ResolvedName(record: present, isFresh: false, isFinal: true)
        }
        func otherwise(isFinal: Bool) -> ResolvedName {
            let known = fallback.map { answered(record, from: $0).record } ?? record
            return ResolvedName(record: known, isFresh: false, isFinal: isFinal)
        }
        switch outcome {
        case .named(let cached):
            guard let name = cached.name, let supplier = cached.supplier else { return otherwise(isFinal: false) }
            let source = CallerNameSource.supplier(supplier.text)
            let known = KnownName(name: name, source: source, asOf: cached.obtainedAt.rfc3339Date())
            return ResolvedName(record: record.with(known), isFresh: true, isFinal: true)
        case .unnamed: return ResolvedName(record: record, isFresh: false, isFinal: true)
        case .failed, .late: return otherwise(isFinal: false)
        case .notAsked: return otherwise(isFinal: true)
        }
    }

    private func answered(_ record: NumberRecord, from cached: CachedName) -> ResolvedName {
        ResolvedName(record: cached.known.map { record.with($0) } ?? record, isFresh: false, isFinal: true)
    }

    private static func payer(_ credential: Credential) -> DipPayer {
        credential.isBilled ? .prepaid : .free(credential.account.id)
    }
}
