// Bringing a file's schema up to date, one transaction a step.

internal import Platform

extension DatabaseSchema {
    /// Applies what is missing. Two programs may do so at once: each step looks again under the write lock.
    func migrate(_ connection: Connection) throws(DatabaseOpenError) {
        let path = connection.path
        // Tables are rebuilt by drop and rename, which foreign keys would forbid; each step is checked as a whole.
        // The switch has no effect inside a transaction, so it stands outside.
        try Self.translating(path) { () throws(DatabaseError) in try connection.execute("PRAGMA foreign_keys = OFF") }
        for migration in migrations {
            let outcome = try apply(migration, to: connection)
            if let refusal = outcome { throw refusal }
        }
        try Self.translating(path) { () throws(DatabaseError) in try connection.execute("PRAGMA foreign_keys = ON") }
        connection.forgetStatements()
    }

    /// One step; a refusal when the file has meanwhile become another's.
    private func apply(
        _ migration: Migration, to connection: Connection
    ) throws(DatabaseOpenError) -> DatabaseOpenError? {
        do throws(DatabaseError) {
            return try connection.transaction { () throws(DatabaseError) in
                let found = try Found(inTransaction: connection)
                if let refusal = refusal(of: found, path: connection.path, older: .migrate) { return refusal }
                guard found.version < migration.version else { return nil }
                try connection.execute(migration.sql.description)
                guard connection.isInTransaction else {
                    throw .misuse("the migration has ended its transaction", sql: migration.sql.description)
                }
                let broken = try connection.brokenReferences(limit: 1)
                if let first = broken.first {
                    throw DatabaseError(extendedCode: Self.foreignKeyCode, message: first)
                }
                // Both numbers live in the file's header and are part of the transaction.
                try connection.execute(
                    "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(migration.version)")
                return nil
            }
        } catch {
            switch error.kind {
            case .busy, .full, .ioError, .readOnly, .corrupt, .notADatabase:
                throw DatabaseFile.refusal(error, path: connection.path)
            case .constraint, .interrupted, .misuse, .other:
                throw .migrationFailed(
                    path: connection.path, version: migration.version, summary: migration.summary.description,
                    error: error)
            }
        }
    }

    /// SQLITE_CONSTRAINT_FOREIGNKEY, 19 | (3 << 8).
    private static let foreignKeyCode: Int32 = 787
}
