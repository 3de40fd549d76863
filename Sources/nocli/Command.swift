// What a command is, and what it is given to work with.

import CommandOptions
import JSONText
import MiddlewareStorage
import NumbersStorage
import Platform
import SQLiteDatabase

/// A command with the function that does it.
struct Command: Sendable {
    let declaration: CommandDeclaration
    let run: @Sendable (CommandContext) throws(CommandFailure) -> Void
}

/// Commands about one thing, in one file.
struct CommandFamily: Sendable {
    let name: String
    let summary: String
    let commands: [Command]

    var group: CommandGroup { CommandGroup(name, summary: summary, commands: commands.map(\.declaration)) }
}

/// The outside world of a run: everything a command reads or writes besides the database.
struct ProcessSurroundings {
    let environment: [String: String]
    let console: Console
    /// Reads at most so many bytes of standard input; empty at its end.
    let readInput: (Int) -> [UInt8]
    let clock: Clock
    let random: RandomSource
}

/// One run of a command.
struct CommandContext {
    let invocation: CommandInvocation
    let surroundings: ProcessSurroundings

    var values: OptionValues { invocation.values }
    var console: Console { surroundings.console }

    /// Prints the answer: as JSON when that was asked for, else for people.
    func answer(json: (inout JSONWriter) -> Void, people: () -> String) {
        if values[GlobalOptions.json] {
            var writer = JSONWriter(reserving: 1024)
            json(&writer)
            console.write(writer.finish() + [UInt8(ascii: "\n")])
        } else {
            console.print(people())
        }
    }

    /// The database file: `--database`, else LookupServer's variable.
    func databasePath() throws(CommandFailure) -> String {
        if let path = values[GlobalOptions.database] { return path }
        if let path = surroundings.environment[GlobalOptions.lookupVariable], !path.isEmpty { return path }
        throw .usage(
            invocation.error(
                "no database was named: put --database FILE before the command, or set \(GlobalOptions.lookupVariable)")
        )
    }

    /// The administrator's operations on the database. A missing file is made, and an older one brought up to date, only
    /// when `isMaking`: another command would do it to a mistyped path, or under a running older server.
    func openDesk(isMaking: Bool = false) throws(CommandFailure) -> OperatorDesk {
        let path = try databasePath()
        do throws(DatabaseOpenError) {
            let connection = try LookupSchema.schema.open(
                path: path, options: DatabaseOptions(older: isMaking ? .migrate : .refuse))
            return OperatorDesk(connection: connection, clock: surroundings.clock, random: surroundings.random)
        } catch {
            throw .cannotOpen(error)
        }
    }

    /// The middleware's database file: `--database`, else MiddlewareServer's variable.
    func middlewarePath() throws(CommandFailure) -> String {
        if let path = values[GlobalOptions.database] { return path }
        if let path = surroundings.environment[GlobalOptions.middlewareVariable], !path.isEmpty { return path }
        throw .usage(
            invocation.error(
                "no database was named: put --database FILE before the command, or set "
                    + GlobalOptions.middlewareVariable))
    }

    /// The administrator's operations on the middleware's database. A missing file is made, and an older one brought up
    /// to date, only when `isMaking`.
    func openMiddleware(isMaking: Bool = false) throws(CommandFailure) -> MiddlewareDesk {
        let path = try middlewarePath()
        do throws(DatabaseOpenError) {
            let connection = try MiddlewareSchema.schema.open(
                path: path, options: DatabaseOptions(older: isMaking ? .migrate : .refuse))
            return MiddlewareDesk(connection: connection, clock: surroundings.clock, random: surroundings.random)
        } catch {
            throw .cannotOpen(error)
        }
    }

    /// Runs an operation of the database, its error as this program's.
    func perform<Value>(_ body: () throws(DatabaseError) -> Value) throws(CommandFailure) -> Value {
        do throws(DatabaseError) {
            return try body()
        } catch {
            throw .database(error)
        }
    }
}

/// The options that every command has.
enum GlobalOptions {
    /// The variable of LookupServer that names its database.
    static let lookupVariable = "NUMBERS_LOOKUP_DATABASE"
    /// The variable of MiddlewareServer that names its database.
    static let middlewareVariable = "NUMBERS_MIDDLEWARE_DATABASE"

    static let database: Option<String?> = .optional(
        "database", .path,
        help: "the database file; else \(lookupVariable) or \(middlewareVariable) names it")
    static let json: Option<Bool> = .flag("json", help: "answer in JSON")
}
