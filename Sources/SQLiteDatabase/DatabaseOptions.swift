// How a database file is opened. A value.

internal import Platform

/// The choices of whoever opens a product's database.
package struct DatabaseOptions: Sendable {
    /// What to do with a file that is not there, or whose schema is older than the program's.
    package enum Older: Hashable, Sendable {
        /// Make it, or bring it up to date.
        case migrate
        /// Refuse it.
        case refuse
    }

    package var older: Older
    /// How long a statement waits for another connection's lock.
    package var busyTimeout: Duration
    /// How much of the file a connection may keep in memory.
    package var cacheBytes: Int
    /// The name of a registered SQLite VFS; nil is the system's.
    package var vfs: String?

    /// - Parameter busyTimeout: the other writer is the administrator's tool, whose transactions take milliseconds.
    package init(
        older: Older, busyTimeout: Duration = .seconds(5), cacheBytes: Int = Connection.defaultCacheBytes,
        vfs: String? = nil
    ) {
        self.older = older
        self.busyTimeout = busyTimeout
        self.cacheBytes = cacheBytes
        self.vfs = vfs
    }
}
