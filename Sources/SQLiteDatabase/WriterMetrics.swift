// Numbers about a writer, for the operator. Atomics, written by the writer's thread and read by anybody.

package import Platform
internal import Synchronization

/// What a writer has done and what it is doing.
package final class WriterMetrics: Sendable {
    /// Jobs a transaction.
    package let batchSize = Histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
    /// Microseconds from the begin of a transaction to the end of its sync.
    package let commitMicroseconds = Histogram(
        bounds: [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000])
    /// Microseconds of copying the log into the database.
    package let checkpointMicroseconds = Histogram(
        bounds: [500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000])
    /// Transactions that failed as a whole.
    package let failures = Counter()
    /// Times the connection was opened anew after an error.
    package let reopenings = Counter()
    /// Frames in the log after the latest commit.
    package let logFrames = Gauge()

    private let queue: JobQueue
    private let clock: Clock
    /// When the running transaction began, 0 when there is none.
    private let busySince = Atomic<UInt64>(0)

    init(queue: JobQueue, clock: Clock) {
        self.queue = queue
        self.clock = clock
    }

    /// Jobs that wait.
    package var queueDepth: Int { queue.depth }
    /// Jobs whose deadline passed.
    package var timeouts: UInt64 { queue.expired.value }
    /// Jobs that found the queue full.
    package var overloads: UInt64 { queue.refused.value }

    /// How long the running transaction has been going on; zero when there is none. A disk that stalls shows here.
    package var busyFor: Duration {
        let since = busySince.load(ordering: .relaxed)
        return since == 0 ? .zero : MonotonicTime(nanoseconds: since).duration(to: clock.monotonic())
    }

    func began(at instant: MonotonicTime) { busySince.store(instant.nanoseconds, ordering: .relaxed) }
    func ended() { busySince.store(0, ordering: .relaxed) }

    /// Adds the numbers to a scrape.
    package func append(to text: inout MetricsText) {
        text.gauge("numbers_writer_queue_depth", help: "Writes that wait for the writer.", Int64(queueDepth))
        text.histogram("numbers_writer_batch_size", help: "Writes a transaction.", batchSize)
        text.histogram(
            "numbers_writer_commit_seconds", help: "Begin of a transaction to the end of its sync.", decimals: 6,
            commitMicroseconds)
        text.gauge(
            "numbers_writer_busy_milliseconds", help: "Age of the running transaction; grows while the disk stalls.",
            busyFor.wholeMilliseconds)
        text.counter("numbers_writer_failures_total", help: "Transactions that failed.", failures.value)
        text.counter("numbers_writer_timeouts_total", help: "Writes whose deadline passed.", timeouts)
        text.counter("numbers_writer_overloads_total", help: "Writes that found the queue full.", overloads)
        text.counter("numbers_writer_reopenings_total", help: "Connections opened anew.", reopenings.value)
        text.gauge("numbers_writer_log_frames", help: "Pages in the write-ahead log.", logFrames.value)
        text.histogram(
            "numbers_writer_checkpoint_seconds", help: "Copies of the log into the database.", decimals: 6,
            checkpointMicroseconds)
    }
}
