// Counters and histograms that any thread may write, and their Prometheus text. Atomics, relaxed: each number stands
// alone, and a scrape may see one a moment before the other.

internal import Synchronization

/// A number that only grows.
package final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    package init() {}

    package func add(_ amount: UInt64 = 1) { count.wrappingAdd(amount, ordering: .relaxed) }
    package var value: UInt64 { count.load(ordering: .relaxed) }
}

/// A number that goes up and down.
package final class Gauge: Sendable {
    private let current = Atomic<Int64>(0)

    package init() {}

    package func set(_ value: Int64) { current.store(value, ordering: .relaxed) }
    package func add(_ amount: Int64) { current.wrappingAdd(amount, ordering: .relaxed) }
    package var value: Int64 { current.load(ordering: .relaxed) }
}

/// Counts of observations by size. The bounds are inclusive upper ends, ascending; above the last is one more bucket.
package final class Histogram: Sendable {
    /// At most 15 bounds and the overflow bucket: a fixed block, so that recording touches no heap.
    private static let bucketsMax = 16

    private let bounds: [UInt64]
    private let buckets: [Counter]
    private let total = Atomic<UInt64>(0)

    package init(bounds: [UInt64]) {
        precondition(bounds.count < Self.bucketsMax && bounds == bounds.sorted(), "at most 15 ascending bounds")
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Counter() }
    }

    package func record(_ value: UInt64) {
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        buckets[index].add()
        total.wrappingAdd(value, ordering: .relaxed)
    }

    /// Each bound with the count of observations up to it (cumulative), then the count and sum of all.
    package var snapshot: (cumulative: [(bound: UInt64, count: UInt64)], count: UInt64, sum: UInt64) {
        var running: UInt64 = 0
        var cumulative: [(bound: UInt64, count: UInt64)] = []
        for (bound, bucket) in zip(bounds, buckets) {
            running += bucket.value
            cumulative.append((bound, running))
        }
        return (cumulative, running + (buckets.last?.value ?? 0), total.load(ordering: .relaxed))
    }
}

/// Prometheus text exposition, version 0.0.4. Labels are the program's own words, never callers' data.
package struct MetricsText {
    package private(set) var bytes: [UInt8] = []
    private var lastName = ""

    package init() {}

    package typealias Labels = [(name: String, value: String)]

    package mutating func counter(_ name: String, help: String, labels: Labels = [], _ value: UInt64) {
        head(name, "counter", help)
        line(name, labels, String(value))
    }

    package mutating func gauge(_ name: String, help: String, labels: Labels = [], _ value: Int64) {
        head(name, "gauge", help)
        line(name, labels, String(value))
    }

    /// A histogram whose observations are `unit` of the exposed unit each: microseconds shown as seconds have
    /// `decimals` 6.
    package mutating func histogram(
        _ name: String, help: String, labels: Labels = [], decimals: Int = 0, _ histogram: Histogram
    ) {
        head(name, "histogram", help)
        let snapshot = histogram.snapshot
        for (bound, count) in snapshot.cumulative {
            line(name + "_bucket", labels + [("le", Self.scaled(bound, decimals))], String(count))
        }
        line(name + "_bucket", labels + [("le", "+Inf")], String(snapshot.count))
        line(name + "_sum", labels, Self.scaled(snapshot.sum, decimals))
        line(name + "_count", labels, String(snapshot.count))
    }

    private mutating func head(_ name: String, _ kind: String, _ help: String) {
        guard name != lastName else { return }
        lastName = name
        bytes.append(contentsOf: "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n".utf8)
    }

    private mutating func line(_ name: String, _ labels: Labels, _ value: String) {
        bytes.append(contentsOf: name.utf8)
        if !labels.isEmpty {
            let text = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
            bytes.append(contentsOf: "{\(text)}".utf8)
        }
        bytes.append(contentsOf: " \(value)\n".utf8)
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func scaled(_ value: UInt64, _ decimals: Int) -> String {
        guard decimals > 0 else { return String(value) }
        let digits = String(value)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.utf8.count)) + digits
        return padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}
