// What an answer costs. Immutable.

/// The prices of one account, each for one number.
package struct PriceList: Hashable, Sendable {
    /// A dip that returned a name.
    package let dip: MicroUSD
    /// Every other billable answer: a name from the operator's own data or the cache, or no name.
    package let enriched: MicroUSD

    package init(dip: MicroUSD, enriched: MicroUSD) {
        self.dip = dip
        self.enriched = enriched
    }

    /// The list price: 0.004 USD and 0.002 USD.
    package static let standard = PriceList(dip: MicroUSD(micros: 4_000), enriched: MicroUSD(micros: 2_000))

    /// What must be available for one number before any work: the dearest answer it can become.
    package var cover: MicroUSD { max(dip, enriched) }

    /// The price of one answer.
    package func price(_ kind: BilledEndpoint) -> MicroUSD {
        switch kind {
        case .lookup: dip
        case .lookupEnriched: enriched
        }
    }
}

/// What a billed answer was, as `X-Billing-Endpoint` names it.
package enum BilledEndpoint: String, Sendable, Hashable, CaseIterable {
    /// A dip that returned a name.
    case lookup
    /// Anything else that is billed.
    case lookupEnriched = "lookup_enriched"
}
