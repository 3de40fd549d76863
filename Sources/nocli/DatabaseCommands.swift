// `nocli database …`: the file itself, of either product.

import CommandOptions
import JSONText
import MiddlewareStorage
import NumbersStorage
import Platform
import SQLiteDatabase

enum DatabaseCommands {
    static let family = CommandFamily(
        name: "database", summary: "the database file", commands: [migrate, backup, check])

    /// The products that have a database.
    private enum Product: String, CaseIterable {
        case lookup
        case middleware

        var schema: DatabaseSchema {
            switch self {
            case .lookup: LookupSchema.schema
            case .middleware: MiddlewareSchema.schema
            }
        }

        /// The variable of its server that names the database.
        var variable: String {
            switch self {
            case .lookup: GlobalOptions.lookupVariable
            case .middleware: GlobalOptions.middlewareVariable
            }
        }
    }

    private static let product: Option<Product?> = .optional(
        "product", .choice(), help: "whose database it is; a file that is there says so itself")
    private static let target: Argument<String> = .required("FILE", .path, help: "where the copy goes")
    private static let replace: Option<Bool> = .flag("replace", help: "replace a file that is there, in one step")

    private static let migrate = Command(
        declaration: CommandDeclaration(
            "migrate", summary: "makes the database, or brings it to this release's schema",
            options: [product.declaration],
            details: ["A newer schema is refused with both versions. Stop an older server first."])
    ) { context throws(CommandFailure) in
        let (path, schema) = try file(context)
        do throws(DatabaseOpenError) {
            _ = try schema.open(path: path, options: DatabaseOptions(older: .migrate))
        } catch {
            throw .cannotOpen(error)
        }
        let version = schema.latestVersion
        context.answer { writer in
            writer.beginObject()
            writer.field("database", path)
            writer.field("product", schema.productName)
            writer.field("version", version)
            writer.endObject()
        } people: {
            "\(terminalSafe(path)) is a database of \(schema.productName) with schema version \(version)."
        }
    }

    private static let backup = Command(
        declaration: CommandDeclaration(
            "backup", summary: "copies the database while the server runs", arguments: [target.declaration],
            options: [replace.declaration, product.declaration],
            details: ["The copy appears under its name only when it is complete and durable."])
    ) { context throws(CommandFailure) in
        let target = context.values[target]
        let (path, schema) = try file(context)
        let connection = try open(path, schema, context)
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
            // Only the lookup service has a ledger; it proves more than that the file is whole.
            let proof = schema.applicationID == LookupSchema.applicationID ? "ledger verify" : "database check"
            return "Copied to \(terminalSafe(target)). Prove the copy with: nocli --database \(terminalSafe(target)) "
                + proof
        }
    }

    private static let check = Command(
        declaration: CommandDeclaration(
            "check", summary: "looks through the whole file for damage", options: [product.declaration],
            details: ["Exits with 65 when something is wrong."])
    ) { context throws(CommandFailure) in
        let (path, schema) = try file(context)
        let connection = try open(path, schema, context)
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

    /// The file, and the product it belongs to: the one that is named, else the one that the file says.
    private static func file(_ context: CommandContext) throws(CommandFailure) -> (path: String, DatabaseSchema) {
        let named = context.values[product]
        if let path = context.values[GlobalOptions.database] {
            return (path, (named ?? owner(of: path)).schema)
        }
        for candidate in named.map({ [$0] }) ?? Product.allCases {
            if let path = context.surroundings.environment[candidate.variable], !path.isEmpty {
                return (path, candidate.schema)
            }
        }
        let variables = (named.map { [$0] } ?? Product.allCases).map(\.variable).joined(separator: " or ")
        throw .usage(
            context.invocation.error(
                "no database was named: put --database FILE before the command, or set \(variables)"))
    }

    /// Whom a file belongs to: the lookup service, unless the file says otherwise.
    private static func owner(of path: String) -> Product {
        do throws(DatabaseOpenError) {
            _ = try LookupSchema.schema.open(path: path, options: DatabaseOptions(older: .refuse))
            return .lookup
        } catch .otherProduct(_, let name, _) where name == MiddlewareSchema.schema.productName {
            return .middleware
        } catch {
            // Whatever else is wrong with the file is found, and told, when it is opened for the command.
            return .lookup
        }
    }

    /// A connection for looking at the file as a whole, also one of an older schema: a copy is wanted just before it is
    /// brought up to date.
    private static func open(
        _ path: String, _ schema: DatabaseSchema, _ context: CommandContext
    ) throws(CommandFailure) -> Connection {
        let options = DatabaseOptions(older: .refuse)
        do throws(DatabaseOpenError) {
            return try schema.open(path: path, options: options)
        } catch .olderSchema {
            // The product was recognised before the version was compared, so the file is ours.
            return try context.perform { () throws(DatabaseError) in
                try Connection(path: path, mode: .readWrite, busyTimeout: options.busyTimeout)
            }
        } catch {
            throw .cannotOpen(error)
        }
    }
}
