// Work that waits for a thread with a connection. Who settles a job is decided by one atomic step, so its waiter is
// answered exactly once, whatever deadline and completion do at the same moment.

internal import Platform
internal import Synchronization

/// How a job ended, before it is told in the words of the writer or the readers.
enum JobEnd: Sendable {
    /// The body returned, and what it wrote is durable.
    case done
    /// The body or its transaction failed; nothing is kept.
    case failed(DatabaseError)
    /// The commit failed, and so did the attempt to make sure that nothing of it is kept.
    case uncertain(DatabaseError)
    /// The deadline passed before the body began (it never will), or after.
    case timedOut(begun: Bool)
    /// The queue was full.
    case overloaded
    /// The queue takes no more work.
    case stopped
}

/// A job without its types. The subclass holds body, value and waiter.
class DatabaseJob: @unchecked Sendable {
    // Sendable: `deadline` never changes, `stage` is atomic. What subclasses add (the value) is written by the thread
    // that has begun the job and read by it alone, in `settle`.

    /// When the waiter is answered at the latest.
    let deadline: MonotonicTime

    private let stage = Atomic<UInt8>(DatabaseJob.waiting)

    private static let waiting: UInt8 = 0
    private static let begun: UInt8 = 1
    private static let settled: UInt8 = 2

    init(deadline: MonotonicTime) { self.deadline = deadline }

    /// Runs the body and keeps its value. Overridden.
    func perform(_ connection: Connection) throws(DatabaseError) {
        preconditionFailure("a job has a body")
    }

    /// The kind of job it can be done together with; nil when it is always done alone. Overridden where there is one.
    var kind: ObjectIdentifier? { nil }

    /// Does all of `jobs`, of which this is one and which are of its kind. Overridden where there is a kind.
    func performTogether(_ jobs: [DatabaseJob], _ connection: Connection) throws(DatabaseError) {
        preconditionFailure("jobs of no kind are done one by one")
    }

    /// Answers the waiter. Overridden; called once.
    func answer(_ end: JobEnd) {
        preconditionFailure("a job has a waiter")
    }

    /// Claims the job for its body; false when it has been given up meanwhile.
    final func begin() -> Bool {
        stage.compareExchange(expected: Self.waiting, desired: Self.begun, ordering: .acquiringAndReleasing).exchanged
    }

    /// Answers the waiter, unless it has been answered.
    final func settle(_ end: JobEnd) {
        guard stage.exchange(Self.settled, ordering: .acquiringAndReleasing) != Self.settled else { return }
        answer(end)
    }

    /// Answers the waiter that its time is up; false when it has been answered already.
    final func expire() -> Bool {
        if stage.compareExchange(expected: Self.waiting, desired: Self.settled, ordering: .acquiringAndReleasing)
            .exchanged
        {
            answer(.timedOut(begun: false))
            return true
        }
        if stage.compareExchange(expected: Self.begun, desired: Self.settled, ordering: .acquiringAndReleasing)
            .exchanged
        {
            answer(.timedOut(begun: true))
            return true
        }
        return false
    }

    /// Whether the waiter has been answered.
    final var isSettled: Bool { stage.load(ordering: .acquiring) == Self.settled }
}
