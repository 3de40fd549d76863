// What a run came to. A value.

/// The outcome of one run. A run never throws: whatever fails is told here, and the call goes on.
package struct RunResult: Sendable {
    /// One request that was sent, or would have been.
    package struct Exchange: Sendable, Hashable {
        package let method: String
        /// Secrets are `<redacted>`.
        package let url: String
        /// nil when no answer came.
        package let status: Int?

        package init(method: String, url: String, status: Int?) {
            self.method = method
            self.url = url
            self.status = status
        }
    }

    /// A scenario that ended without doing what it is for.
    package struct Failure: Sendable, Hashable {
        /// A stable name in kebab case: `http-status`, `transport`, `expression`, `authentication`, `not-supported`,
        /// `unknown-scenario`, `request`, `response`, `deadline`, `cancelled`, `limit`.
        package let code: String
        /// The scenario's Id, or `scenario N` (from 1) for one without.
        package let scenario: String
        package let message: String
        /// Of `http-status`: what the CRM answered.
        package let status: Int?
        /// Of `transport`: why no answer came.
        package let transport: TransportFailure.Kind?

        package init(
            code: String, scenario: String, message: String, status: Int? = nil,
            transport: TransportFailure.Kind? = nil
        ) {
            self.code = code
            self.scenario = scenario
            self.message = message
            self.status = status
            self.transport = transport
        }
    }

    /// Accepted results, in order, one for each ContactUrl.
    package var contacts: [Contact]
    /// Of a call-flow lookup: each record's subtree as JSON text.
    package var records: [[UInt8]]
    /// Outputs of the scenarios as they came, before acceptance: what authorisation and tests look at.
    package var results: [Contact]
    package var exchanges: [Exchange]
    package var failures: [Failure]
    /// Whether the CRM may have done what a request other than GET asked of it: one was answered, not with a refusal
    /// (4xx), or may have arrived without an answer. Requests of a login do not count.
    package var mayHaveWritten = false
    /// The same of GETs.
    package var mayHaveRead = false
    /// There when it was asked for.
    package var trace: Trace?

    package init() {
        contacts = []
        records = []
        results = []
        exchanges = []
        failures = []
        trace = nil
    }
}
