// Query strings and form bodies as ordered pairs. Immutable values.

/// The pairs of a query or of a form body (`application/x-www-form-urlencoded`), in order, repeats kept.
package struct HTTPQuery: Sendable {
    /// Every pair as decoded; a name without `=` has the empty value.
    package let pairs: [(name: String, value: String)]

    /// No pairs.
    package static let empty = HTTPQuery(pairs: [])

    /// Pairs that are decoded already.
    package init(pairs: [(name: String, value: String)]) { self.pairs = pairs }

    /// Reads every pair, or says why one cannot be read.
    package init(strict bytes: Span<UInt8>) throws(HTTPDecodingError) {
        var pairs: [(name: String, value: String)] = []
        var start = 0
        while let pair = Self.next(in: bytes, from: &start) {
            let name = try PercentCoding.decode(bytes.extracting(pair.name), plusIsSpace: true)
            let value = try PercentCoding.decode(bytes.extracting(pair.value), plusIsSpace: true)
            pairs.append((name, value))
        }
        self.pairs = pairs
    }

    /// Reads the pairs that can be read and leaves out the others.
    package init(lenient bytes: Span<UInt8>) {
        var pairs: [(name: String, value: String)] = []
        var start = 0
        while let pair = Self.next(in: bytes, from: &start) {
            // A pair that does not decode is left out: that is what lenient means.
            guard let name = try? PercentCoding.decode(bytes.extracting(pair.name), plusIsSpace: true),
                let value = try? PercentCoding.decode(bytes.extracting(pair.value), plusIsSpace: true)
            else { continue }
            pairs.append((name, value))
        }
        self.pairs = pairs
    }

    /// The first value of this name. Names are compared byte by byte, with case.
    package subscript(name: String) -> String? {
        for pair in pairs where pair.name.utf8.elementsEqual(name.utf8) { return pair.value }
        return nil
    }

    /// All values of this name, in order.
    package func all(named name: String) -> [String] {
        pairs.filter { $0.name.utf8.elementsEqual(name.utf8) }.map(\.value)
    }

    /// The next non-empty pair as two ranges: the first `=` divides it, `&` ends it.
    private static func next(in bytes: Span<UInt8>, from start: inout Int) -> (name: Range<Int>, value: Range<Int>)? {
        while start < bytes.count {
            let lower = start
            var divider: Int?
            var index = lower
            while index < bytes.count, bytes[index] != UInt8(ascii: "&") {
                if divider == nil, bytes[index] == UInt8(ascii: "=") { divider = index }
                index += 1
            }
            start = index + 1
            if index == lower { continue }
            if let divider { return (lower..<divider, divider + 1..<index) }
            return (lower..<index, index..<index)
        }
        return nil
    }
}
