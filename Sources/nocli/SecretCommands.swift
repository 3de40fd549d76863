// `nocli secret …`: the key that secrets of connectors are sealed with. No key is ever printed.

import CRMMiddleware
import CommandOptions
import Glibc
import JSONText
import MiddlewareStorage
import Platform
import SQLiteDatabase

enum SecretCommands {
    static let family = CommandFamily(
        name: "secret", summary: "the key for secrets of connectors", commands: [generateKey, rotateKey])

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
            "The key is in \(shown). Give it to MiddlewareServer and to nocli connector with --secret-key-file."
        }
    }

    private static let rotateKey = Command(
        declaration: CommandDeclaration(
            "rotate-key", summary: "seals every secret with another key",
            options: [old.declaration, new.declaration],
            details: [
                """
                Everything is opened with the old key before anything is changed, in one transaction. Stop the server \
                before, and start it with the new key after: in between it could not open what it needs.
                """
            ])
    ) { context throws(CommandFailure) in
        let oldVault = try vault(of: context.values[old], context)
        let newVault = try vault(of: context.values[new], context)
        let desk = try context.openMiddleware()
        let total = try context.perform { () throws(DatabaseError) in try desk.sealedCount() }
        let bar = ProgressBar("Sealing", on: context.console)
        let outcome = try context.perform { () throws(DatabaseError) in
            try desk.rotateSecrets(from: oldVault, to: newVault) { bar.report($0, of: total) }
        }
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
            throw .badData(
                "nothing was changed: parameter \(terminalName(unopened.parameter)) of \(unopened.connector): "
                    + unopened.fault.sentence)
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
