// What whoever runs templates decides: for all runs of an instance, and for one run. Values.

/// What holds for every run of an instance.
package struct InstanceSettings: Sendable {
    /// How dates are written where a template does not say how.
    package var culture: Culture
    /// The clock of the place, for `…Local` variables.
    package var zone: CivilZone
    /// `[MaxLength]`: how many digits of a number have to agree, counted from the right; 0: all of them (A10).
    package var maxLength: Int
    /// How long a run may take when it is not said, authentication included.
    package var runDeadline: Duration
    package var limits: RunLimits

    package init(
        culture: Culture = .invariant, zone: CivilZone = .utc, maxLength: Int = 0,
        runDeadline: Duration = .seconds(10), limits: RunLimits = .standard
    ) {
        self.culture = culture
        self.zone = zone
        self.maxLength = maxLength
        self.runDeadline = runDeadline
        self.limits = limits
    }
}

/// How much a run may do.
package struct RunLimits: Sendable, Hashable {
    /// Scenarios chained by `Next`, the first one included.
    package var chainDepth: Int
    /// Requests of one run, those of a login counted apart; of a phone book: of one page.
    package var requests: Int
    /// Results of one run: contacts are kept in memory, and no PBX shows more.
    package var results: Int
    /// Bytes of the results of one run: a text of an answer may be in each of them.
    package var resultBytes = 67_108_864
    /// Pages of a phone book.
    package var pages: Int
    /// Bytes of the records that a call-flow lookup hands over.
    package var recordBytes: Int
    /// Runs that wait for a place; more are turned away at once.
    package var queuedRuns: Int
    /// How long a login may take that goes on by itself after the run that began it has ended.
    package var loginDeadline: Duration
    package var response: ResponseLimits
    package var expression: ExpressionLimits
    package var trace: TraceRecorder.Limits

    package init(
        chainDepth: Int, requests: Int, results: Int, pages: Int, recordBytes: Int, queuedRuns: Int,
        loginDeadline: Duration, response: ResponseLimits, expression: ExpressionLimits, trace: TraceRecorder.Limits
    ) {
        self.chainDepth = chainDepth
        self.requests = requests
        self.results = results
        self.pages = pages
        self.recordBytes = recordBytes
        self.queuedRuns = queuedRuns
        self.loginDeadline = loginDeadline
        self.response = response
        self.expression = expression
        self.trace = trace
    }

    /// What every instance uses unless a test wants to see a limit reached.
    package static let standard = RunLimits(
        chainDepth: 32, requests: 100, results: 50_000, pages: 1_000, recordBytes: 16_777_216, queuedRuns: 1_000,
        loginDeadline: .seconds(60), response: .standard, expression: .standard, trace: .standard)
}

/// What holds for one run.
package struct RunOptions: Sendable, Hashable {
    /// Who waits for the run: lookups overtake deliveries that are queued.
    package enum Priority: Sendable, Hashable {
        case lookup
        case delivery
    }

    /// nil: the instance's.
    package var deadline: Duration?
    /// Whether a lookup by number accepts only contacts one of whose telephone numbers is the searched one. That they
    /// need a ContactUrl and a name holds always.
    package var acceptsByPhone: Bool
    package var recordsTrace: Bool
    package var priority: Priority

    package init(
        deadline: Duration? = nil, acceptsByPhone: Bool = false, recordsTrace: Bool = false,
        priority: Priority = .lookup
    ) {
        self.deadline = deadline
        self.acceptsByPhone = acceptsByPhone
        self.recordsTrace = recordsTrace
        self.priority = priority
    }
}
