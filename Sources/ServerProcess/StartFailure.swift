// Why a server does not start. Immutable.

package import Platform
package import SQLiteDatabase

/// Why the server cannot start, in one line for its operator.
package struct StartFailure: Error, CustomStringConvertible {
    package let description: String
    /// What the program ends with: 1, or 65 (EX_DATAERR) for a database that no later start can take either.
    package let exitCode: Int32

    package init(description: String) {
        self.description = description
        exitCode = 1
    }

    /// A step of the start that the system refused.
    package init(_ what: String, _ error: SystemError) { self.init(description: "\(what): \(error)") }

    /// A database that was refused.
    package init(_ error: DatabaseOpenError) {
        description = error.description
        exitCode =
            switch error {
            case .notAFile, .notADatabase, .foreignDatabase, .otherProduct, .newerSchema, .corrupt: 65
            case .missing, .directoryMissing, .unreadable, .readOnly, .olderSchema, .busy, .full, .noWriteAheadLog,
                .migrationFailed, .failed, .system:
                1
            }
    }

    /// Runs a step of the start and says which one failed.
    package static func wrapping<Value: ~Copyable>(
        _ what: String, _ step: () throws(SystemError) -> Value
    ) throws(StartFailure) -> Value {
        do throws(SystemError) {
            return try step()
        } catch {
            throw StartFailure(what, error)
        }
    }
}
