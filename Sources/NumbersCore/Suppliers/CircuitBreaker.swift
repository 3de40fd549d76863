// When a supplier that fails is left alone, and when it is tried again. A value; whoever owns it guards it.

package import Platform

/// Keeps requests away from a supplier that does not answer.
///
/// Closed until it fails `failuresMax` times in a row, or half of the last 20 times. Then open: nobody asks, for five
/// seconds at first and twice as long after each failed probe, a minute at most. Then half open: one request may probe.
package struct CircuitBreaker: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        case closed, open
        case halfOpen = "half_open"
    }

    /// Failures in a row after which it opens.
    package static let failuresMax = 5
    /// How many of the last outcomes count for the rate; below that only failures in a row do.
    package static let window = 20
    package static let firstPause: Duration = .seconds(5)
    package static let longestPause: Duration = .seconds(60)

    private enum Phase: Sendable, Hashable {
        case closed
        case open(until: MonotonicTime)
        case probing
    }

    private var phase = Phase.closed
    private var failuresInRow = 0
    /// The last outcomes, the newest in bit 0; 1 is a failure.
    private var outcomes: UInt32 = 0
    private var outcomeCount = 0
    private var pause = firstPause

    package init() {}

    package var state: State {
        switch phase {
        case .closed: .closed
        case .open: .open
        case .probing: .halfOpen
        }
    }

    /// Whether a request may be sent now, without sending one.
    package func wouldAdmit(at now: MonotonicTime) -> Bool {
        switch phase {
        case .closed: true
        case .open(let until): now >= until
        case .probing: false
        }
    }

    /// Notes that a request is sent; when the breaker was open, it is the probe.
    package mutating func begin() {
        if case .open = phase { phase = .probing }
    }

    /// A request was answered, with a name or without one.
    package mutating func succeeded() {
        note(isFailure: false)
        failuresInRow = 0
        guard phase != .closed else { return }
        self = CircuitBreaker()
    }

    /// A request failed.
    /// - Parameters:
    ///   - spread: 0 to 1: makes the pause up to a quarter longer, so that several servers do not probe together.
    ///   - isFinal: the supplier said itself that it takes nothing (429): it opens at once.
    package mutating func failed(at now: MonotonicTime, spread: Double, isFinal: Bool) {
        note(isFailure: true)
        failuresInRow += 1
        switch phase {
        case .open: return
        case .probing: pause = min(pause * 2, Self.longestPause)
        case .closed:
            let isHalf = outcomeCount >= Self.window && outcomes.nonzeroBitCount * 2 >= Self.window
            guard isFinal || failuresInRow >= Self.failuresMax || isHalf else { return }
            pause = Self.firstPause
        }
        phase = .open(until: now + pause + pause * (spread / 4))
    }

    /// A request ended without telling anything: it was given up. A probe gives its turn to the next.
    package mutating func abandoned(at now: MonotonicTime) {
        if phase == .probing { phase = .open(until: now) }
    }

    private mutating func note(isFailure: Bool) {
        outcomes = (outcomes << 1 | (isFailure ? 1 : 0)) & (1 << UInt32(Self.window) - 1)
        outcomeCount = min(outcomeCount + 1, Self.window)
    }
}
