// Runs commands in process against a database in a directory of its own, with a fixed time and predictable keys.

import Platform
import Synchronization
import TestSupport
import Testing

@testable import nocli

/// What one call printed and returned.
struct CallResult {
    let output: String
    let error: String
    let code: Int32
}

/// A directory with a database, removed at the end. The commands of one test run in it one after another.
final class CommandLineHarness {
    /// 2026-01-02T03:04:05Z.
    static let now = UnixTime(seconds: 1_767_323_045)

    private let folder: TestFolder
    private let random: RandomSource

    init() throws {
        folder = try TestFolder()
        let counter = Mutex<UInt8>(0)
        random = RandomSource { buffer in
            // Every request for bytes gets the next byte, repeated: keys and identifiers that a test can write down.
            let byte = counter.withLock { counter in
                counter += 1
                return counter
            }
            for index in buffer.indices { buffer[index] = byte }
        }
    }

    var directory: String { folder.path }
    var database: String { "\(directory)/lookup.db" }

    /// Runs a command on the database; `arguments` without `--database`.
    @discardableResult
    func run(_ arguments: String..., input: String = "") -> CallResult {
        call(["--database", database] + arguments, input: Array(input.utf8))
    }

    /// Runs a command line as it is.
    func call(_ arguments: [String], environment: [String: String] = [:], input: [UInt8] = []) -> CallResult {
        var output: [UInt8] = []
        var error: [UInt8] = []
        var rest = input[...]
        let console = Console(
            write: { output += $0 }, writeError: { error += $0 }, usesColor: false, showsProgress: false)
        let surroundings = ProcessSurroundings(
            environment: environment, console: console,
            readInput: { count in
                defer { rest = rest.dropFirst(count) }
                return Array(rest.prefix(count))
            },
            clock: Clock(wall: { Self.now }, monotonic: { MonotonicTime(nanoseconds: 1) }), random: random)
        let code = nocli.Program.run(arguments, surroundings)
        return CallResult(
            output: String(decoding: output, as: UTF8.self), error: String(decoding: error, as: UTF8.self),
            code: code.rawValue)
    }

    /// Writes a file into the directory and returns its path.
    func file(_ name: String, _ content: String) throws -> String { try folder.write(name, content) }

    /// Opens an account and returns its identifier: always the same one in a harness where nothing else was made.
    func openAccount(tier: String = "standard") throws -> String {
        let result = run("account", "create", "--name", "Ann", "--tier", tier, "--json")
        try #require(result.code == 0, "\(result.error)")
        return "acct_0080808080808081"
    }
}
