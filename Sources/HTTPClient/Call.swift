// One request of a caller, over all its hops and tries. Used by the client's thread only.

internal import Platform

/// What is known of a request that has not ended.
final class Call {
    enum Stage {
        /// In the line of its host.
        case waiting
        /// Holds a place at its host and has a transfer.
        case running(Transfer)
        /// Between two tries.
        case pausing
        case ended
    }

    let submission: Submission
    let startedAt: MonotonicTime
    var stage = Stage.waiting
    /// Where the present hop goes.
    var target: TargetURL
    /// Until the first redirect to another host or port, and never again behind it.
    var carriesCredentials = true
    var redirectCount = 0
    /// Requests sent beyond the first; redirects are not counted.
    var retryCount = 0
    var mayHaveArrived = false

    init(_ submission: Submission, startedAt: MonotonicTime) {
        self.submission = submission
        self.startedAt = startedAt
        target = submission.request.target
    }

    var request: CheckedRequest { submission.request }
}

/// The places at one host and port.
final class HostPlaces {
    /// Places taken.
    var activeCount = 0
    /// Those in line that still wait; the line itself may also hold some that have ended.
    private(set) var waitingCount = 0
    private var line: [Call] = []
    private var first = 0

    /// How many ended calls the line may hold, with their bodies, beside as many as wait.
    static let endedMax = 64

    /// Entries of the line, ended ones included; for tests.
    var lineCount: Int { line.count - first }

    /// Says that one in line has ended, and is not ``Call/Stage/waiting`` any more.
    func forgetOne() {
        waitingCount -= 1
        // Callers that give up while nothing moves here would otherwise pile up.
        guard line.count - first > 2 * waitingCount + Self.endedMax else { return }
        line = line[first...].filter { if case .waiting = $0.stage { true } else { false } }
        first = 0
    }

    func append(_ call: Call) {
        line.append(call)
        waitingCount += 1
    }

    /// The first that still waits, out of the line.
    func next() -> Call? {
        while first < line.count {
            let call = line[first]
            first += 1
            if first * 2 > line.count {
                line.removeFirst(first)
                first = 0
            }
            guard case .waiting = call.stage else { continue }
            waitingCount -= 1
            return call
        }
        return nil
    }
}
