// What one lookup or batch asks for, already checked for syntax. Immutable.

package import Platform

/// What numbers are read against.
package struct ReadingContext: Sendable, Hashable {
    /// The country that bare digits were dialled in; nil: bare digits are E.164.
    package let country: Region?
    package let input: NumberInput

    package init(country: Region?, input: NumberInput) {
        self.country = country
        self.input = input
    }
}

/// A request for one or more numbers.
package struct LookupQuery: Sendable {
    /// The bounds of `budget_ms`, in milliseconds.
    package static let budgetRange: ClosedRange<Int> = 20...10_000
    /// The longest text that is read as a number, in characters.
    package static let numberCharactersMax = 250
    /// Numbers in one batch.
    package static let batchMax = 100
    /// Characters of `reference`.
    package static let referenceMax = 64

    /// The plan the request began with; everything in its answer is from this one.
    package let plan: NumberingPlan
    package let numbers: [String]
    package let context: ReadingContext
    package let verstat: Verstat
    package let fields: AnswerFields
    package let reference: String?
    /// How old a cached answer may be, in seconds; nil: as old as the cache keeps it.
    package let maxCacheAge: Int?
    /// When the answer must leave.
    package let deadline: MonotonicTime
    /// The caller's idempotency key with the fingerprint of this request.
    package let idempotency: (key: IdempotencyKey, fingerprint: SHA256Digest)?

    package init(
        plan: NumberingPlan, numbers: [String], context: ReadingContext, verstat: Verstat, fields: AnswerFields,
        reference: String?, maxCacheAge: Int? = nil, deadline: MonotonicTime,
        idempotency: (key: IdempotencyKey, fingerprint: SHA256Digest)?
    ) {
        self.plan = plan
        self.numbers = numbers
        self.context = context
        self.verstat = verstat
        self.fields = fields
        self.reference = reference
        self.maxCacheAge = maxCacheAge
        self.deadline = deadline
        self.idempotency = idempotency
    }
}

extension LookupQuery {
    /// The idempotency key as it counts for a request with this credential.
    func idempotency(of credential: Credential) -> (key: IdempotencyKey, fingerprint: SHA256Digest)? {
        guard let (key, fingerprint) = idempotency else { return nil }
        return (credential.key.isTest ? key.inSandbox : key, fingerprint)
    }
}

/// How a lookup or batch ended.
package enum LookupOutcome: Sendable {
    /// A 200 with its body; the receipt when it was billed.
    case answered(body: [UInt8], receipt: Receipt?)
    /// The stored 200 of an earlier request under the same idempotency key.
    case replayed(body: [UInt8])
    /// The idempotency key belongs to another request, or to one still at work.
    case conflict(IdempotencyConflict)
    /// The posted balance, and what of it is on hold for requests that are still being answered.
    case insufficientBalance(balance: MicroUSD, held: MicroUSD = .zero, needed: MicroUSD)
    case spendingCapReached(cap: MicroUSD)
    /// The sandbox's number for a reached rate limit.
    case rateLimited
    /// The ledger did not answer; nothing was billed.
    case unavailable
}

/// Why an idempotency key cannot be used.
package enum IdempotencyConflict: Sendable, Hashable {
    case otherRequest
    case stillInFlight
}
