// Threads that belong to a database.

internal import Glibc
internal import Platform

/// Starts threads that nobody waits for: their ends are told by the queue they serve, which keeps deadlines.
enum DatabaseThread {
    /// SQLite keeps its work on the heap; its deepest recursion, the parser's, takes some tens of kilobytes.
    private static let stackBytes = 1 << 20

    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        _ = try OSThread.start(name: name, stackBytes: stackBytes) {
            // Its stack is given back when it ends, without a join.
            pthread_detach(pthread_self())
            body()
        }
    }
}
