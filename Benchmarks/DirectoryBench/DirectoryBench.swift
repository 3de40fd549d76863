// Measures the look-up of a number that is not in memory: in a directory of ten thousand names and in a larger one, by
// turns, through the path that a server reads by.
//
//   DirectoryBench SMALL LARGE NAMES SECONDS   the files are made if they are not there, LARGE with so many names; prints
//                                              the median microseconds of SMALL and of LARGE in three runs each, and on
//                                              standard error what else was seen

import Glibc
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

@main
enum DirectoryBench {
    private static let smallNames = 10_000
    private static let firstNumber: UInt64 = 14_150_000_000
    private static let runs = 3

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count == 4, let names = Int(arguments[2]), names > 0, let seconds = Double(arguments[3]) else {
            fail("usage: DirectoryBench SMALL LARGE NAMES SECONDS")
        }
        do {
            try fill(arguments[0], smallNames)
            try fill(arguments[1], names)
            let small = try Reading(arguments[0], names: smallNames)
            let large = try Reading(arguments[1], names: names)
            let before = residentBytes()
            for _ in 0..<runs {
                let ours = try await small.times(seconds)
                let theirs = try await large.times(seconds)
                print("\(micros(ours.median)) \(micros(theirs.median))")
                note("p99 \(micros(ours.p99)) and \(micros(theirs.p99)) µs; \(theirs.count) look-ups of the larger")
            }
            note("resident memory grew by \((residentBytes() - before) / 1_024) KiB while reading")
        } catch {
            fail("\(error)")
        }
    }

    /// Puts the names in, in blocks as an import does, unless they are there.
    private static func fill(_ path: String, _ names: Int) throws {
        let connection = try LookupSchema.schema.open(path: path, options: DatabaseOptions(older: .migrate))
        let desk = OperatorDesk(connection: connection, clock: .system, random: .system)
        guard try desk.nameCounts().directory != Int64(names) else { return }
        let start = MonotonicTime.now()
        for first in stride(from: 0, to: names, by: OperatorDesk.importBlock) {
            try desk.importNames(
                (first..<min(first + OperatorDesk.importBlock, names)).compactMap { index in
                    guard let number = E164(firstNumber + UInt64(index)), let name = CallerName("Harbor Light \(index)")
                    else { return nil }
                    return DirectoryName(number: number, name: name, asOf: "2026-01-15")
                })
        }
        note("\(names) names stored in \(start.duration(to: .now()).wholeMilliseconds / 1_000) s")
    }

    /// One directory with the readers of a server.
    private struct Reading {
        private let store: SQLiteCallerNames
        private let readers: ReaderPool
        private let names: Int

        init(_ path: String, names: Int) throws {
            self.names = names
            readers = try ReaderPool(
                path: path, options: DatabaseOptions(older: .refuse), count: 1, queueLimit: 64, clock: .system)
            store = SQLiteCallerNames(readers: readers)
        }

        /// Looks up numbers at random for a while, in nanoseconds each.
        func times(_ seconds: Double) async throws -> (median: Int64, p99: Int64, count: Int) {
            var taken: [Int64] = []
            let start = MonotonicTime.now()
            while taken.count < 1_000 || start.duration(to: .now()) < .seconds(seconds) {
                guard let number = E164(firstNumber + UInt64.random(in: 0..<UInt64(names))) else { continue }
                let before = MonotonicTime.now()
                let found = await store.records(for: [number], deadline: before + .seconds(10))
                taken.append(before.duration(to: .now()).wholeNanoseconds)
                guard case .success((let records, _)) = found, records.first?.name != nil else {
                    fail("\(number) was not found")
                }
            }
            taken.sort()
            return (taken[taken.count / 2], taken[taken.count * 99 / 100], taken.count)
        }
    }

    /// Bytes of memory that the process has at present (proc(5), `statm`).
    private static func residentBytes() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var text = [CChar](repeating: 0, count: 128)
        guard fgets(&text, 128, file) != nil else { return 0 }
        let fields = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
            separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    private static func micros(_ nanoseconds: Int64) -> String {
        "\(nanoseconds / 1_000).\(nanoseconds % 1_000 / 100)"
    }

    private static func note(_ message: String) {
        let line = Array("directory: \(message)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }

    static func fail(_ message: String) -> Never {
        note(message)
        exit(1)
    }
}
