// The trace that a piece of work belongs to, for requests that are sent on its behalf (W3C Trace Context).
//
// It travels as a task-local value, because between the server that reads it and the client that sends it on lie a dozen
// layers that know nothing of HTTP, and none of them decides anything by it. Immutable.

/// The trace of a request that is being served.
package struct TraceContext: Hashable, Sendable {
    /// High and low half of the trace's 16 bytes, never both 0.
    package let traceHigh: UInt64
    package let traceLow: UInt64
    /// Bit 0: somebody up the line records this trace.
    package let flags: UInt8
    /// What other systems have noted about the trace (`tracestate`), passed on as it came; empty for nothing.
    package let state: String

    package init(traceHigh: UInt64, traceLow: UInt64, flags: UInt8, state: String) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.flags = flags
        self.state = state
    }

    /// The trace of the work at hand; nil for work of the server's own.
    @TaskLocal package static var current: TraceContext?

    /// Begins work of its own that goes on when whoever begins it has left, but belongs to the same trace: a detached task
    /// alone would forget it.
    @discardableResult
    package static func detached<Success: Sendable>(
        _ work: @escaping @Sendable () async -> Success
    ) -> Task<Success, Never> {
        guard let trace = current else { return Task.detached(operation: work) }
        return Task.detached { await $current.withValue(trace, operation: work) }
    }
}
