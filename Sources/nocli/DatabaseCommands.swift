// `nocli database …`: the file itself.

import CommandOptions
import JSONText
import NumbersStorage
import Platform
import SQLiteDatabase

enum DatabaseCommands {
    static let family = CommandFamily(
        name: "database", summary: "the database file", commands: [migrate, backup, check])

    private static let target: Argument<String> = .required("FILE", .path, help: "where the copy goes")
    private static let replace: Option<Bool> = .flag("replace", help: "replace a file that is there, in one step")

    private static let migrate = Command(
        declaration: CommandDeclaration(
            "migrate", summary: "makes the database, or brings it to this release's schema",
            details: ["A newer schema is refused with both versions. Stop an older server first."])
    ) { context throws(CommandFailure) in
        let path = try context.databasePath()
        _ = try context.openDesk(isMaking: true)
        let version = LookupSchema.schema.latestVersion
        context.answer { writer in
            writer.beginObject()
            writer.field("database", path)
            writer.field("product", LookupSchema.schema.productName)
            writer.field("version", version)
            writer.endObject()
        } people: {
            "\(terminalSafe(path)) is a database of \(LookupSchema.schema.productName) with schema version \(version)."
        }
    }

    private static let backup = Command(
        declaration: CommandDeclaration(
            "backup", summary: "copies the database while the server runs", arguments: [target.declaration],
            options: [replace.declaration],
            details: ["The copy appears under its name only when it is complete and durable."])
    ) { context throws(CommandFailure) in
        let target = context.values[target]
        let connection = try context.openFile()
        let bar = ProgressBar("Copying", on: context.console)
        var pages = 0
        do throws(BackupError) {
            try connection.backup(
                to: target, existing: context.values[replace] ? .replaceExisting : .refuseExisting
            ) { done, total in
                pages = total
                bar.report(Int64(done), of: Int64(total))
            }
            bar.finish()
        } catch {
            bar.finish()
            throw .failed(error.description)
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("backup", target)
            writer.field("pages", pages)
            writer.endObject()
        } people: {
            "Copied to \(terminalSafe(target)). Prove the copy with: nocli --database \(terminalSafe(target)) ledger verify"
        }
    }

    private static let check = Command(
        declaration: CommandDeclaration(
            "check", summary: "looks through the whole file for damage",
            details: ["Exits with 65 when something is wrong."])
    ) { context throws(CommandFailure) in
        let path = try context.databasePath()
        let connection = try context.openFile()
        let problems = try context.perform { () throws(DatabaseError) in try connection.integrityCheck() }
        context.answer { writer in
            writer.beginObject()
            writer.field("ok", problems.isEmpty)
            writer.field("problems", problems)
            writer.endObject()
        } people: {
            problems.isEmpty
                ? context.console.styled("No problem found.", .green)
                : problems.map(terminalSafe).joined(separator: "\n")
        }
        if !problems.isEmpty {
            throw .badData("\(path): \(problems.count) problems. Stop the server and restore a backup.")
        }
    }
}
