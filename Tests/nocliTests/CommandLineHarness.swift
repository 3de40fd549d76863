// Runs commands in process against a database in a directory of its own, with a fixed time and predictable keys.

import Glibc
import Platform
import Synchronization
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

    let directory: String
    private let random: RandomSource

    init() throws {
        var template = Array("/tmp/nocli-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        directory = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
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

    deinit {
        for name in Self.entries(of: directory) { unlink("\(directory)/\(name)") }
        rmdir(directory)
    }

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
        let code = withoutActuallyEscaping({ (bytes: [UInt8]) in output += bytes }) { write in
            withoutActuallyEscaping({ (bytes: [UInt8]) in error += bytes }) { writeError in
                withoutActuallyEscaping({ (count: Int) -> [UInt8] in
                    defer { rest = rest.dropFirst(count) }
                    return Array(rest.prefix(count))
                }) { readInput in
                    Program.run(
                        arguments,
                        ProcessSurroundings(
                            environment: environment,
                            console: Console(
                                write: write, writeError: writeError, usesColor: false, showsProgress: false),
                            readInput: readInput,
                            clock: Clock(wall: { Self.now }, monotonic: { MonotonicTime(nanoseconds: 1) }),
                            random: random))
                }
            }
        }
        return CallResult(
            output: String(decoding: output, as: UTF8.self), error: String(decoding: error, as: UTF8.self),
            code: code.rawValue)
    }

    /// Writes a file into the directory and returns its path.
    func file(_ name: String, _ content: String) throws -> String {
        let path = "\(directory)/\(name)"
        let descriptor = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let bytes = Array(content.utf8)
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
        return path
    }

    /// Opens an account and returns its identifier: always the same one in a harness where nothing else was made.
    func openAccount(tier: String = "standard") throws -> String {
        let result = run("account", "create", "--name", "Ann", "--tier", tier, "--json")
        try #require(result.code == 0, "\(result.error)")
        return "acct_0080808080808081"
    }

    private static func entries(of directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
