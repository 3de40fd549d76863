// Measures the list of calls: stores calls of several workspaces, then times every filter in every order beside reads by
// primary key, all on one connection.
//
//   CallListBench FILE CALLS SECONDS     FILE is made if it is not there; prints one line for each filter and order:
//                                        filter, order, calls counted, median, 99th percentile in microseconds, and the
//                                        latter over the median of a read by primary key; the worst last

import CRMMiddleware
import Glibc
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase

@main
enum CallListBench {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count == 3, let count = Int(arguments[1]), let seconds = Double(arguments[2]) else {
            fail("usage: CallListBench FILE CALLS SECONDS")
        }
        do {
            let connection = try MiddlewareSchema.schema.open(
                path: arguments[0], options: DatabaseOptions(older: .migrate))
            var calls = SampleCalls(count: count)
            try calls.fill(connection)
            try measure(&calls, connection, seconds: seconds)
        } catch {
            fail("\(error)")
        }
    }

    private static func measure(_ calls: inout SampleCalls, _ connection: Connection, seconds: Double) throws {
        let ids = try connection.all("SELECT id FROM calls WHERE seq % 997 = 0 AND workspace_id = 1 LIMIT 1000") {
            row throws(DatabaseError) in UniqueID(bytes: row.blob(0))
        }.compactMap { $0 }
        guard !ids.isEmpty else { fail("there are too few calls") }
        var next = 0
        func readOne() throws {
            next = (next + 1) % ids.count
            _ = try CallTable.find(ids[next], workspace: SampleCalls.large, on: connection)
        }
        let key = try times(seconds) { try readOne() }
        print("primary key: median \(micros(key.median)) µs, p99 \(micros(key.p99)) µs")
        var worst = (ratio: 0.0, name: "")
        for filter in SampleCalls.filters {
            for order in CallListQuery.Order.allCases {
                for isDescending in [true, false] {
                    var counted = 0
                    let taken = try times(seconds) {
                        var query = CallListQuery()
                        query.order = order
                        query.isDescending = isDescending
                        // Every tenth list is looked at far behind its first page.
                        query.page = calls.pick(10) == 0 ? calls.pick(500) + 1 : 1
                        calls.set(filter, &query)
                        counted = try CallListing.page(query, of: SampleCalls.large, on: connection).counted
                    }
                    let ratio = Double(taken.p99) / Double(key.median)
                    let name = "\(filter) \(isDescending ? "-" : "")\(order.rawValue)"
                    print("\(name) \(counted) \(micros(taken.median)) \(micros(taken.p99)) \(Int(ratio))")
                    if ratio > worst.ratio { worst = (ratio, name) }
                }
            }
        }
        let after = try times(seconds) { try readOne() }
        print("primary key afterwards: median \(micros(after.median)), p99 \(micros(after.p99)) µs")
        print("worst \(worst.name) \(Int(worst.ratio))")
    }

    /// Runs something for a while; how long the median and the slowest hundredth took, in nanoseconds.
    private static func times(_ seconds: Double, _ body: () throws -> Void) rethrows -> (median: Int64, p99: Int64) {
        for _ in 0..<3 { try body() }
        var taken: [Int64] = []
        let start = MonotonicTime.now()
        while taken.count < 100 || start.duration(to: .now()) < .seconds(seconds) {
            let before = MonotonicTime.now()
            try body()
            taken.append(before.duration(to: .now()).wholeNanoseconds)
        }
        taken.sort()
        return (taken[taken.count / 2], taken[taken.count * 99 / 100])
    }

    private static func micros(_ nanoseconds: Int64) -> String {
        "\(nanoseconds / 1_000).\(nanoseconds % 1_000 / 100)"
    }

    static func fail(_ message: String) -> Never {
        print(message)
        exit(1)
    }
}
