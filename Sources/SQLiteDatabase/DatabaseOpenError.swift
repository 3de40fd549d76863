// Why a database file was not opened, in words for whoever starts the program. Immutable.

package import Platform

/// A database file that was refused. Its description says what was found, what was expected, and what to do.
package enum DatabaseOpenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no such file, and it was not to be made.
    case missing(path: String)
    /// The directory that should hold the file does not exist.
    case directoryMissing(path: String, directory: String)
    /// The path names something that is not a regular file.
    case notAFile(path: String)
    /// The file cannot be read by this user.
    case unreadable(path: String, reason: String)
    /// The file, or the directory in which SQLite keeps its log, cannot be written by this user.
    case readOnly(path: String, reason: String)
    /// The file is not a SQLite database.
    case notADatabase(path: String)
    /// A SQLite database that no product of this project made.
    case foreignDatabase(path: String, applicationID: Int32, expected: String)
    /// A database of another product of this project.
    case otherProduct(path: String, product: String, expected: String)
    /// A schema from a newer release.
    case newerSchema(path: String, found: Int32, known: Int32, product: String)
    /// A schema from an older release, where migrating was not asked for.
    case olderSchema(path: String, found: Int32, known: Int32, product: String)
    /// The file's content contradicts itself.
    case corrupt(path: String, error: DatabaseError)
    /// Another program held the lock for the whole busy timeout.
    case busy(path: String)
    /// The disk is full.
    case full(path: String)
    /// The file system cannot hold a write-ahead log (as network file systems cannot).
    case noWriteAheadLog(path: String, found: String)
    /// A migration failed and was undone.
    case migrationFailed(path: String, version: Int32, summary: String, error: DatabaseError)
    /// SQLite failed otherwise.
    case failed(path: String, error: DatabaseError)
    /// The system gave no thread or no file.
    case system(SystemError)

    /// Whether the file is there and is not, or not whole, what it has to be.
    package var isWrongFile: Bool {
        switch self {
        case .notAFile, .notADatabase, .foreignDatabase, .otherProduct, .corrupt: true
        case .missing, .directoryMissing, .unreadable, .readOnly, .newerSchema, .olderSchema, .busy, .full,
            .noWriteAheadLog, .migrationFailed, .failed, .system:
            false
        }
    }

    package var description: String {
        switch self {
        case .missing(let path):
            "\(path): no such database. Check the path, or create it with 'nocli --database \(path) database migrate'."
        case .directoryMissing(let path, let directory):
            "\(path): the directory \(directory) does not exist. Create it, or name another file."
        case .notAFile(let path):
            "\(path): expected a database file, found something that is not a regular file. Name a file."
        case .unreadable(let path, let reason):
            "\(path): cannot be read (\(reason)). Run as the user who owns it, or give this user access to the file."
        case .readOnly(let path, let reason):
            "\(path): cannot be written (\(reason)). The file and its directory must be writable for this user."
        case .notADatabase(let path):
            "\(path): expected a SQLite database, found another kind of file. Name another file; this one was left as "
                + "it is."
        case .foreignDatabase(let path, let applicationID, let expected):
            "\(path): expected a database of \(expected), found a SQLite database of another program "
                + "(application_id \(applicationID)). Name another file; this one was left as it is."
        case .otherProduct(let path, let product, let expected):
            "\(path): expected a database of \(expected), found one of \(product). Each product has a file of its own; "
                + "name that of \(expected)."
        case .newerSchema(let path, let found, let known, let product):
            "\(path): has schema version \(found), this release of \(product) knows versions up to \(known). Install "
                + "the release that wrote it or a newer one, or restore a backup made before."
        case .olderSchema(let path, let found, let known, let product):
            "\(path): has schema version \(found), this release of \(product) needs version \(known). Run "
                + "'nocli --database \(path) database migrate', or start \(product)."
        case .corrupt(let path, let error):
            "\(path): is damaged (\(error.message)). Stop the server and restore a backup."
        case .busy(let path):
            "\(path): is locked by another program. Wait until it is done, or end it, and try again."
        case .full(let path):
            "\(path): no space left on the disk. Free some and try again."
        case .noWriteAheadLog(let path, let found):
            "\(path): cannot use a write-ahead log here (journal mode stays '\(found)'). Put the file on a local file "
                + "system."
        case .migrationFailed(let path, let version, let summary, let error):
            "\(path): migration \(version) (\(summary)) failed and was undone: \(error)."
        case .failed(let path, let error):
            "\(path): cannot be opened: \(error)."
        case .system(let error):
            "the database could not be opened: \(error)."
        }
    }

    /// The refusal as an error of the running database, for callers that only meet those.
    var databaseError: DatabaseError {
        switch self {
        case .corrupt(_, let error), .migrationFailed(_, _, _, let error), .failed(_, let error): error
        case .missing, .directoryMissing, .notAFile, .unreadable, .system:
            DatabaseError(extendedCode: Self.cannotOpen, message: description)
        case .readOnly: DatabaseError(extendedCode: Self.readOnlyCode, message: description)
        case .notADatabase, .foreignDatabase, .otherProduct, .newerSchema, .olderSchema, .noWriteAheadLog:
            DatabaseError(extendedCode: Self.notADatabaseCode, message: description)
        case .busy: DatabaseError(extendedCode: Self.busyCode, message: description)
        case .full: DatabaseError(extendedCode: Self.fullCode, message: description)
        }
    }

    // SQLite's primary result codes (<https://sqlite.org/rescode.html>), a stable part of its interface.
    private static let busyCode: Int32 = 5
    private static let readOnlyCode: Int32 = 8
    private static let fullCode: Int32 = 13
    private static let cannotOpen: Int32 = 14
    private static let notADatabaseCode: Int32 = 26
}
