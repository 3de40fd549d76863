// Money. Immutable integer values: no amount is ever a floating-point number.

/// An amount in millionths of a US dollar; negative amounts are debits.
package struct MicroUSD: Comparable, Hashable, Sendable, CustomStringConvertible {
    package let micros: Int64

    package init(micros: Int64) { self.micros = micros }

    package static let zero = MicroUSD(micros: 0)

    /// The largest amount that an account, a top-up or a price may have: a million dollars times a thousand. It keeps
    /// every sum of two amounts inside `Int64`.
    package static let largest = MicroUSD(micros: 1_000_000_000_000_000)

    package static func < (left: MicroUSD, right: MicroUSD) -> Bool { left.micros < right.micros }

    /// The sum; nil when it leaves the range ±`largest`.
    package func adding(_ other: MicroUSD) -> MicroUSD? {
        let (sum, overflow) = micros.addingReportingOverflow(other.micros)
        return overflow || sum.magnitude > Self.largest.micros.magnitude ? nil : MicroUSD(micros: sum)
    }

    /// The amount `count` times; nil when it leaves the range ±`largest`.
    package func times(_ count: Int) -> MicroUSD? {
        let (product, overflow) = micros.multipliedReportingOverflow(by: Int64(count))
        return overflow || product.magnitude > Self.largest.micros.magnitude ? nil : MicroUSD(micros: product)
    }

    package var negated: MicroUSD { MicroUSD(micros: -micros) }

    /// Reads dollars as people write them: `25`, `25.00`, `0.004`, `-3.5`; at most six decimals, at most `largest`.
    package init?(usd text: String) {
        var bytes = Array(text.utf8)[...]
        var sign: Int64 = 1
        if bytes.first == UInt8(ascii: "-") {
            sign = -1
            bytes = bytes.dropFirst()
        }
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, (1...10).contains(whole.count),
            parts.count == 1 || (1...6).contains(parts[1].count)
        else { return nil }
        var value: Int64 = 0
        for byte in whole {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        var fraction: Int64 = 0
        var scale: Int64 = 100_000
        if parts.count == 2 {
            for byte in parts[1] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                fraction += Int64(byte - 0x30) * scale
                scale /= 10
            }
        }
        let micros = value * 1_000_000 + fraction
        guard micros <= Self.largest.micros else { return nil }
        self.init(micros: sign * micros)
    }

    /// Dollars with at least two and at most six decimals, without a currency sign: `25.00`, `0.004`.
    package var usd: String {
        let magnitude = micros.magnitude
        let fraction = String(magnitude % 1_000_000)
        var decimals = String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
        while decimals.utf8.count > 2, decimals.hasSuffix("0") { decimals.removeLast() }
        return (micros < 0 ? "-" : "") + String(magnitude / 1_000_000) + "." + decimals
    }

    package var description: String { usd + " USD" }
}
