// How a command fails, the exit code for it, and the words. Immutable.

import CommandOptions
import SQLiteDatabase

/// The exit codes of the program (BSD sysexits where they have one).
enum ExitCode: Int32 {
    case done = 0
    case failed = 1
    /// EX_USAGE: the command line was wrong.
    case usage = 64
    /// EX_DATAERR: a number, an amount, a file or the ledger is not what it has to be.
    case badData = 65
}

/// Why a command did not do what it was asked.
enum CommandFailure: Error {
    case usage(UsageError)
    /// What was given or found is wrong; the sentence says what, and what to do.
    case badData(String)
    /// It could not be done; the sentence says why, and what to do.
    case failed(String)
    case cannotOpen(DatabaseOpenError)
    case database(DatabaseError)

    var exitCode: ExitCode {
        switch self {
        case .usage: .usage
        case .badData: .badData
        case .failed: .failed
        case .cannotOpen(let error): error.isWrongFile ? .badData : .failed
        case .database(let error): error.kind == .corrupt || error.kind == .notADatabase ? .badData : .failed
        }
    }

    /// What standard error gets.
    var message: String {
        switch self {
        case .usage(let error): error.description
        case .badData(let sentence), .failed(let sentence): "nocli: \(sentence)"
        case .cannotOpen(let error): "nocli: \(error)"
        case .database(let error): "nocli: \(Self.words(error))"
        }
    }

    private static func words(_ error: DatabaseError) -> String {
        switch error.kind {
        case .busy: "the database is busy with another program's change; nothing was changed. Try again."
        case .full: "no space left on the disk; nothing was changed. Free some and try again."
        case .readOnly: "the database cannot be written by this user; nothing was changed. Run as the user who owns it."
        case .corrupt, .notADatabase:
            "the database is damaged (\(error.message)). Stop the server and restore a backup."
        case .ioError, .constraint, .interrupted, .misuse, .other:
            error.mayBeKept ? "the database failed: \(error)" : "the database failed; nothing was changed: \(error)"
        }
    }
}
