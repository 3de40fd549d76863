import CRMMiddleware
import Glibc
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase
import Testing

@Suite struct SteadyWorkTests {
    /// Notes what it is told.
    private final class Listener: MiddlewareChangeListener {
        let heard = Monitor<(subjects: [MiddlewareChanges.Subject], forgotten: Int)>(([], 0))

        func apply(_ subjects: [MiddlewareChanges.Subject], revision: Int64) {
            heard.withLock { $0.subjects += subjects }
        }

        func forgetAll(revision: Int64) { heard.withLock { $0.forgotten += 1 } }
    }

    @Test func `every change reaches every listener, and expired tokens go`()
        async throws
    {
        let office = try TokenOffice()
        let expired = try office.issue(life: .seconds(60))
        office.time.advance(.seconds(60))
        let live = try office.issue(life: .seconds(60))
        let options = DatabaseOptions(older: .refuse)
        let writer = try DatabaseWriter(
            schema: MiddlewareSchema.schema, path: office.path, options: options, limits: DatabaseWriter.Limits(),
            clock: .system)
        let readers = try ReaderPool(path: office.path, options: options, count: 1, queueLimit: 64, clock: .system)
        let log = open("/dev/null", O_WRONLY | O_CLOEXEC)
        let sink = try LogSink(descriptor: log, capacityBytes: 65_536)
        let listeners = [Listener(), Listener()]
        let clock = Clock(wall: { [time = office.time] in time.now }, monotonic: MonotonicTime.now)
        let keeper = SteadyWork(
            writer: writer, readers: readers, listeners: listeners, sweeps: [TokenTable.expired], settlingTime: .zero,
            clock: clock,
            logger: Logger(sink: sink, clock: clock))
        let running = Task { await keeper.run() }
        func eventually(_ condition: () throws -> Bool) async throws -> Bool {
            for _ in 0..<2_000 {
                if try condition() { return true }
                try await Task.sleep(for: .milliseconds(5))
            }
            return try condition()
        }
        // What was read before the first look at the feed may be old.
        #expect(try await eventually { listeners.allSatisfy { $0.heard.withLock { $0.forgotten } == 1 } })
        #expect(try await eventually { try TokenTable.find(hash: expired, on: office.connection) == nil })
        #expect(try TokenTable.find(hash: live, on: office.connection) != nil)
        let subjects: [MiddlewareChanges.Subject] = [
            .workspace(office.workspace), .connectors(office.workspace), .contacts(office.workspace),
            .delivery(office.workspace),
        ]
        for subject in subjects { try MiddlewareChanges.note(subject, at: office.now, on: office.connection) }
        #expect(try await eventually { listeners.allSatisfy { $0.heard.withLock { $0.subjects } == subjects } })
        #expect(keeper.database.isUp)
        keeper.stop()
        await running.value
        keeper.waitForEnd(deadline: MonotonicTime.now() + .seconds(20))
        sink.close()
        close(log)
        #expect(writer.stop(deadline: MonotonicTime.now() + .seconds(20)))
        #expect(readers.stop(deadline: MonotonicTime.now() + .seconds(20)))
    }
}
