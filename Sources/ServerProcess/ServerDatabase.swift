// The database of a server while it runs: the lock that keeps other servers away, the writer and the readers. Owned by
// the main thread.

internal import Glibc
package import Platform
package import SQLiteDatabase

/// An opened database, brought up to date.
package final class ServerDatabase {
    /// Readers share two cores with the loops; more of them would only wait for each other.
    private static let readerCount = 2
    /// Writes that may wait for the writer: more than the default of connections would be lost to their deadlines.
    private static let writeQueue = 32_768
    private static let readQueue = 32_768
    /// Writes in one transaction: bounds the time between two commits.
    private static let writeBatch = 512
    /// How long the end waits for writes that have been taken.
    package static let endTime: Duration = .seconds(10)

    package let writer: DatabaseWriter
    package let readers: ReaderPool
    private let lock: DatabaseLock

    /// Takes the lock, migrates, has `prepare` end what an earlier server left behind, and opens the pools.
    /// - Parameter settle: everything else that may refuse the start, run under the lock and before the file is touched:
    ///   a release that cannot start leaves the database to the one before.
    package init(
        schema: DatabaseSchema, path: String, clock: Clock, settle: () throws(StartFailure) -> Void,
        prepare: (Connection) throws(StartFailure) -> Void
    ) throws(StartFailure) {
        do throws(DatabaseLock.Failure) {
            lock = try DatabaseLock(database: path, processID: getpid(), now: clock.wall())
        } catch {
            throw StartFailure(description: error.description)
        }
        try settle()
        let options = DatabaseOptions(older: .migrate)
        let connection: Connection
        do throws(DatabaseOpenError) {
            connection = try schema.open(path: path, options: options)
        } catch {
            throw StartFailure(error)
        }
        try prepare(connection)
        do throws(DatabaseOpenError) {
            writer = try DatabaseWriter(
                schema: schema, path: path, options: options,
                limits: DatabaseWriter.Limits(queue: Self.writeQueue, batch: Self.writeBatch), clock: clock)
            readers = try ReaderPool(
                path: path, options: options, count: Self.readerCount, queueLimit: Self.readQueue, clock: clock)
        } catch {
            throw StartFailure(error)
        }
    }

    /// Finishes the writes that have been taken.
    /// - Returns: whether all of them were written.
    package func stop(deadline: MonotonicTime) -> Bool {
        let isWritten = writer.stop(deadline: deadline)
        _ = readers.stop(deadline: deadline)
        return isWritten
    }
}
