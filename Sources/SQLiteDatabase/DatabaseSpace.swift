// How much room a database takes, and how much is left on its disk. A value.

internal import Glibc

/// The sizes of a database's files and of what is free beside them, in bytes.
package struct DatabaseSpace: Sendable, Hashable {
    /// The file and its write-ahead log.
    package let used: Int64
    /// What this user may still write on the file system of the file.
    package let free: Int64

    /// Looks at the files; nil when the system does not tell. May wait for the disk.
    package static func measured(of path: String) -> DatabaseSpace? {
        var system = statvfs()
        guard let file = size(of: path), statvfs(path, &system) == 0 else { return nil }
        let (free, isBeyond) = Int64(clamping: system.f_bavail).multipliedReportingOverflow(
            by: Int64(clamping: system.f_frsize))
        return DatabaseSpace(used: file + (size(of: path + "-wal") ?? 0), free: isBeyond ? .max : free)
    }

    private static func size(of path: String) -> Int64? {
        var information = stat()
        return stat(path, &information) == 0 ? Int64(information.st_size) : nil
    }
}
