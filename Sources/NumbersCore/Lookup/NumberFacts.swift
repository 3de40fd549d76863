// What the numbering plan says about one valid number, put together once per answer. Immutable.

/// The numbering-plan part of an answer.
package struct NumberFacts: Sendable, Hashable {
    package let e164: E164
    package let national: String
    package let international: String
    package let lineType: LineType?
    /// nil for non-geographic codes.
    package let region: Region?
    /// Who the range was allocated to; not corrected for porting.
    package let carrier: String?
    package let location: String?
    package let timeZones: [String]

    /// The facts of a number; nil when the plan does not know it as valid.
    package init?(_ number: PhoneNumber, plan: NumberingPlan) {
        // One walk through the plan for all that depends on region and type.
        let (region, type) = number.classification(in: plan)
        guard let type, let e164 = number.unverifiedE164 else { return nil }
        self.e164 = e164
        national = number.formatted(.national, in: plan)
        international = number.formatted(.international, in: plan)
        lineType = type
        self.region = region.flatMap { $0.isGeographic ? $0 : nil }
        carrier = number.carrier(ofType: type, in: plan)
        location = number.location(ofType: type, in: plan)
        timeZones = number.timeZones(ofType: type, in: plan)
    }
}
