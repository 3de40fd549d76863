// `nocli secret …`: the keys that secrets of connectors and suppliers are sealed with. No key is ever printed.

import CRMMiddleware
import CommandOptions
import Glibc
import JSONText
import MiddlewareStorage
import NumbersStorage
import Platform
import SQLiteDatabase

enum SecretCommands {
    static let family = CommandFamily(
        name: "secret", summary: "the keys for secrets of connectors and suppliers", commands: [generateKey, rotateKey])

    /// The option of every command that reads or writes secrets.
    static let keyFile: Option<String?> = .optional(
        "secret-key-file", .path,
        help: "the key for secrets at rest; else the variable \(SecretKey.variable) holds it")

    private static let file: Argument<String> = .required("FILE", .path, help: "where the key goes; must not exist")
    private static let old: Option<String> = .required("old", .path, help: "the file with the present key")
    private static let new: Option<String> = .required("new", .path, help: "the file with the key to use from now on")

    private static let generateKey = Command(
        declaration: CommandDeclaration(
            "generate-key", summary: "makes a new key, in a file that only its owner may read",
            arguments: [file.declaration],
            details: ["Keep a copy apart from the backups of the database: without the key its secrets are lost."])
    ) { context throws(CommandFailure) in
        let path = context.values[file]
        let shown = terminalSafe(path)
        let raw = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard raw >= 0 else {
            let error = SystemError.last("open")
            if error.code == EEXIST {
                throw .failed("\(shown) is there already, and a key is never overwritten. Name another file.")
            }
            throw .failed("\(shown): cannot be made: \(error.reason)")
        }
        close(raw)
        try WholeFile.write(
            Array(SecretKey.generated(random: context.surroundings.random).utf8), to: path)
        context.answer { writer in
            writer.beginObject()
            writer.field("file", path)
            writer.endObject()
        } people: {
            "The key is in \(shown). Give it to the server, and to nocli connector or nocli supplier, with --secret-key-file."
        }
    }

    private static let rotateKey = Command(
        declaration: CommandDeclaration(
            "rotate-key", summary: "seals every secret with another key",
            options: [old.declaration, new.declaration],
            details: [
                """
                Of the database that --database names, LookupServer's or MiddlewareServer's. Everything is opened with \
                the old key before anything is changed, in one transaction. Stop the server before, and start it with \
                the new key after: a server that runs would go on sealing with the old one, so its database is \
                refused.
                """
            ])
    ) { context throws(CommandFailure) in
        let oldVault = try vault(of: context.values[old], context)
        let newVault = try vault(of: context.values[new], context)
        let sealed = try openSealed(context)
        let lock = try lock(sealed, context)
        let bar = ProgressBar("Sealing", on: context.console)
        let outcome: Result<Int64, Unopened>
        switch sealed {
        case .lookup(let desk):
            let total = try context.perform { () throws(DatabaseError) in try desk.sealedCount() }
            outcome = try context.perform { () throws(DatabaseError) in
                try desk.rotateSecrets(from: oldVault, to: newVault) { bar.report($0, of: total) }
            }.mapError { Unopened(what: "secret \(terminalName($0.name)) of \($0.owner)", fault: $0.fault) }
        case .middleware(let desk):
            let total = try context.perform { () throws(DatabaseError) in try desk.sealedCount() }
            outcome = try context.perform { () throws(DatabaseError) in
                try desk.rotateSecrets(from: oldVault, to: newVault) { bar.report($0, of: total) }
            }.mapError { Unopened(what: "parameter \(terminalName($0.parameter)) of \($0.connector)", fault: $0.fault) }
        }
        lock.release()
        bar.finish()
        switch outcome {
        case .success(let count):
            context.answer { writer in
                writer.beginObject()
                writer.field("rotated", Int(clamping: count))
                writer.endObject()
            } people: {
                "\(counted(Int(clamping: count), "secret")) sealed with the new key. Start the server with it."
            }
        case .failure(let unopened):
            throw .badData("nothing was changed: \(unopened.what): \(unopened.fault.sentence)")
        }
    }

    /// A secret that the old key does not open.
    private struct Unopened: Error {
        let what: String
        let fault: SecretFault
    }

    /// Whose secrets are in a database.
    private enum Sealed {
        case lookup(OperatorDesk)
        case middleware(MiddlewareDesk)
    }

    /// Opens the database that was named, whichever product it belongs to: the file says it.
    private static func openSealed(_ context: CommandContext) throws(CommandFailure) -> Sealed {
        let variables = [GlobalOptions.lookupVariable, GlobalOptions.middlewareVariable].filter {
            !(context.surroundings.environment[$0] ?? "").isEmpty
        }
        if context.values[GlobalOptions.database] == nil {
            // With both set it would be a guess whose secrets are meant.
            guard let variable = variables.first, variables.count == 1 else {
                throw .usage(
                    context.invocation.error(
                        "put --database FILE before the command: expected the database of one server, found "
                            + (variables.isEmpty ? "none" : variables.joined(separator: " and ") + " both set")))
            }
            if variable == GlobalOptions.lookupVariable { return .lookup(try context.openDesk()) }
            return .middleware(try context.openMiddleware())
        }
        do throws(CommandFailure) {
            return .lookup(try context.openDesk())
        } catch {
            guard case .cannotOpen(.otherProduct) = error else { throw error }
            return .middleware(try context.openMiddleware())
        }
    }

    /// Keeps every server away from the database. What one sealed with the old key from now on, it could not open after
    /// its next start.
    private static func lock(_ sealed: Sealed, _ context: CommandContext) throws(CommandFailure) -> DatabaseLock {
        let path =
            switch sealed {
            case .lookup: try context.databasePath()
            case .middleware: try context.middlewarePath()
            }
        do throws(DatabaseLock.Failure) {
            return try DatabaseLock(database: path, processID: getpid(), now: context.surroundings.clock.wall())
        } catch {
            guard case .held(_, let holder) = error else { throw .failed("nothing was changed: \(error)") }
            throw .failed(
                "nothing was changed: a server uses \(terminalSafe(path)) (\(holder)) and would go on sealing with the "
                    + "old key. Stop it first, and start it with the new key")
        }
    }

    private static func vault(of path: String, _ context: CommandContext) throws(CommandFailure) -> SecretVault {
        do throws(SecretKeyError) {
            return SecretVault(key: try SecretKey(file: path), random: context.surroundings.random)
        } catch {
            throw .badData(error.description)
        }
    }
}

extension CommandContext {
    /// The vault with the key that was named; without a key when there is none.
    func openVault() throws(CommandFailure) -> SecretVault {
        do throws(SecretKeyError) {
            let key = try SecretKey.find(
                file: values[SecretCommands.keyFile], environment: surroundings.environment)
            return SecretVault(key: key, random: surroundings.random)
        } catch {
            throw .badData(error.description)
        }
    }
}
