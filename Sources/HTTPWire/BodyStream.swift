// Content that is made while it is sent, and the place between the one who makes it and the one who sends it. The place
// is guarded by its monitor; the rest is immutable.

internal import Platform

/// What makes the content of an answer whose length nobody knows yet.
package final class BodyStream: Sendable {
    /// Writes the content piece by piece and returns behind the last one. Whatever it throws ends the answer in the
    /// middle, in a way the client can tell from its end. Runs in a task on the connection's loop, so it must not block;
    /// everything it waits for has a deadline of its own, because the connection has none while nothing is there to be
    /// sent.
    package typealias Producer = @Sendable (BodyWriter) async throws -> Void

    /// What makes the content; called once, and not at all when nobody wants it.
    package let produce: Producer

    package init(_ produce: @escaping Producer) { self.produce = produce }
}

/// Nobody takes the content any more: the client has gone, was too slow, or the server ends.
package struct BodyAbandoned: Error, Sendable {
    package init() {}
}

/// Where a producer leaves its pieces, and where it waits while the client does not read.
package final class BodyWriter: Sendable {
    /// What waits to be sent at most. With it the producer's own piece and what has been taken out and not yet been sent,
    /// again as much, is all that an answer costs in memory, however long it is.
    package static let waitingBytesMax = 65_536

    /// How the content ended.
    package enum End: Sendable { case whole, failed }

    private struct State {
        var bytes: [UInt8] = []
        var end: End?
        var isAbandoned = false
        /// Whether the one who sends knows that there is something.
        var isAnnounced = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private enum Step { case done, wait, abandoned }

    private let state = Monitor(State())
    private let announce: @Sendable () -> Void

    /// - Parameter announce: is called when there is something to take, once until it has been taken; from any thread.
    package init(announce: @escaping @Sendable () -> Void) { self.announce = announce }

    // MARK: For the producer

    /// Leaves a piece of any length, and returns when all of it has found room. One task writes at a time.
    /// - Throws: when nobody takes it any more; the producer then ends.
    package func write(_ bytes: [UInt8]) async throws(BodyAbandoned) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let (step, announces) = state.withLock { state -> (Step, Bool) in
                guard !state.isAbandoned else { return (.abandoned, false) }
                let room = Self.waitingBytesMax - state.bytes.count
                guard room > 0 else { return (.wait, false) }
                state.bytes.append(contentsOf: rest.prefix(room))
                rest = rest.dropFirst(room)
                defer { state.isAnnounced = true }
                return (.done, !state.isAnnounced)
            }
            if announces { announce() }
            switch step {
            case .done: break
            case .wait: await room()
            case .abandoned: throw BodyAbandoned()
            }
        }
    }

    /// Returns when something has been taken out, or nothing will be any more.
    private func room() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state -> Bool in
                guard !state.isAbandoned, state.bytes.count >= Self.waitingBytesMax else { return true }
                state.waiter = continuation
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Says that nothing will follow; the first word counts.
    package func finish(_ end: End) {
        let announces = state.withLock { state -> Bool in
            guard state.end == nil, !state.isAbandoned else { return false }
            state.end = end
            defer { state.isAnnounced = true }
            return !state.isAnnounced
        }
        if announces { announce() }
    }

    // MARK: For the one who sends

    /// Takes out what waits; `end` is there when nothing will follow it.
    package func take() -> (bytes: [UInt8], end: End?) {
        let (taken, waiter) = state.withLock { state in
            let taken = (state.bytes, state.end)
            state.bytes = []
            state.isAnnounced = false
            return (taken, state.waiter.take())
        }
        waiter?.resume()
        return taken
    }

    /// Says that nothing will be taken any more: what waits is dropped, and whoever writes is told.
    package func abandon() {
        let waiter = state.withLock { state in
            state.isAbandoned = true
            state.bytes = []
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// What waits at this moment.
    package var waitingBytes: Int { state.withLock { $0.bytes.count } }
}
