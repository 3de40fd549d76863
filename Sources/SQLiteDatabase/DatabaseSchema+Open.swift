// Opening a file as a product's database: what is there is examined before anything is written.

internal import CSQLite
internal import Glibc
internal import Platform

extension DatabaseSchema {
    /// A log file is cut back to this size when it is begun anew after having grown beyond it. Below, its blocks stay
    /// allocated, which makes a sync of it about twice as fast.
    private static let logBytesKept = 64 << 20

    /// Opens a file for reading and writing as this product's database: write-ahead log, `synchronous = FULL`, foreign
    /// keys, defensive mode, and the schema of this program.
    /// - Throws: a refusal; the file is then as it was.
    package func open(path: String, options: DatabaseOptions) throws(DatabaseOpenError) -> Connection {
        switch try DatabaseFile.inspect(path) {
        case .present: break
        case .absent:
            guard options.older == .migrate else { throw .missing(path: path) }
            try DatabaseFile.create(path)
        }
        let (connection, found) = try Self.translating(path) { () throws(DatabaseError) in
            let connection = try Connection(
                path: path, mode: .readWrite, busyTimeout: options.busyTimeout, vfs: options.vfs,
                cacheBytes: options.cacheBytes)
            // Until the file is known to be ours, closing it must not move its log into it.
            _ = no_sqlite3_db_switch(connection.handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            return (connection, try Found(connection))
        }
        if let refusal = refusal(of: found, path: path, older: options.older) { throw refusal }
        _ = no_sqlite3_db_switch(connection.handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
        let mode = try Self.translating(path) { () throws(DatabaseError) in
            try connection.execute("PRAGMA journal_size_limit = \(Self.logBytesKept)")
            return try connection.first("PRAGMA journal_mode = WAL") { row throws(DatabaseError) in row.text(0) }
        }
        guard mode == "wal" else { throw .noWriteAheadLog(path: path, found: mode ?? "unknown") }
        if found.version < latestVersion { try migrate(connection) }
        return connection
    }

    /// What a file says about itself.
    struct Found {
        let applicationID: Int32
        let version: Int32
        let isEmpty: Bool

        init(_ connection: Connection) throws(DatabaseError) {
            self = try connection.readTransaction { () throws(DatabaseError) in
                try Found(inTransaction: connection)
            }
        }

        init(inTransaction connection: Connection) throws(DatabaseError) {
            let id = try connection.first("PRAGMA application_id") { row throws(DatabaseError) in row.integer(0) }
            let version = try connection.first("PRAGMA user_version") { row throws(DatabaseError) in row.integer(0) }
            let count = try connection.first("SELECT count(*) FROM sqlite_schema") { row throws(DatabaseError) in
                row.integer(0)
            }
            applicationID = Int32(truncatingIfNeeded: id ?? 0)
            self.version = Int32(truncatingIfNeeded: version ?? 0)
            isEmpty = (count ?? 0) == 0
        }
    }

    /// Why a file is not to be used, nil when it is; the product first, then the version.
    func refusal(of found: Found, path: String, older: DatabaseOptions.Older) -> DatabaseOpenError? {
        if found.applicationID != applicationID {
            if let other = otherProducts.first(where: { $0.applicationID == found.applicationID }) {
                return .otherProduct(path: path, product: other.name, expected: productName)
            }
            guard found.applicationID == 0, found.version == 0, found.isEmpty else {
                return .foreignDatabase(path: path, applicationID: found.applicationID, expected: productName)
            }
        }
        if found.version > latestVersion {
            return .newerSchema(path: path, found: found.version, known: latestVersion, product: productName)
        }
        if found.version < latestVersion, older == .refuse {
            return .olderSchema(path: path, found: found.version, known: latestVersion, product: productName)
        }
        return nil
    }

    /// Runs `body`, its SQLite errors told as refusals.
    static func translating<T>(
        _ path: String, _ body: () throws(DatabaseError) -> T
    ) throws(DatabaseOpenError) -> T {
        do throws(DatabaseError) {
            return try body()
        } catch {
            throw DatabaseFile.refusal(error, path: path)
        }
    }
}
