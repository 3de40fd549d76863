// Text compared and searched byte by byte, as .NET's ordinal methods do: Swift's own `==` takes "é" and its decomposed
// form for equal. Pure functions.

/// Ordinal text operations.
enum Ordinal {
    /// Whether both are the same bytes.
    static func equal(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        let same = left.utf8.withContiguousStorageIfAvailable { first in
            right.utf8.withContiguousStorageIfAvailable { second in first.elementsEqual(second) }
        }
        return (same ?? nil) ?? left.utf8.elementsEqual(right.utf8)
    }

    /// Whether both are the same when case is left aside.
    static func equalIgnoringCase(_ left: String, _ right: String) -> Bool {
        // Most names are ASCII, and differ in their first letters if at all: nothing is made for them.
        var others = right.utf8.makeIterator()
        for byte in left.utf8 {
            guard let other = others.next() else {
                return byte >= 0x80 && folded(left).elementsEqual(folded(right))
            }
            if byte >= 0x80 || other >= 0x80 { return folded(left).elementsEqual(folded(right)) }
            if lower(byte) != lower(other) { return false }
        }
        guard let rest = others.next() else { return true }
        return rest >= 0x80 && folded(left).elementsEqual(folded(right))
    }

    /// -1, 0 or 1, by UTF-16 code units as .NET orders them.
    static func compare(_ left: String, _ right: String) -> Int {
        if equal(left, right) { return 0 }
        return left.utf16.lexicographicallyPrecedes(right.utf16) ? -1 : 1
    }

    /// A number that is the same for all spellings of a name that differ in case only.
    static func caselessHash(_ name: String) -> UInt32 {
        // FNV-1a; what meets in one number is compared whole.
        var hash: UInt32 = 2_166_136_261
        for byte in name.utf8 {
            if byte >= 0x80 {
                hash = 2_166_136_261
                for byte in folded(name) { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
                return hash
            }
            hash = (hash ^ UInt32(lower(byte))) &* 16_777_619
        }
        return hash
    }

    /// The bytes of the text in lower case.
    private static func folded(_ text: String) -> [UInt8] {
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        return isASCII ? text.utf8.map(lower) : Array(text.lowercased().utf8)
    }

    static func lower(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

    /// The first place of `pattern` in `text` at or after `start`; linear whatever the two are.
    static func firstIndex(of pattern: [UInt8], in text: [UInt8], from start: Int = 0) -> Int? {
        var search = ByteSearch(pattern)
        return search.next(in: text, from: start)
    }
}

/// Looks for one pattern again and again (Knuth, Morris and Pratt), so that no text makes it slower than its length.
struct ByteSearch: Sendable {
    private let pattern: [UInt8]
    private let fallback: [Int]

    init(_ pattern: [UInt8]) {
        self.pattern = pattern
        var fallback = [Int](repeating: 0, count: pattern.count)
        var matched = 0
        for index in pattern.indices.dropFirst() {
            while matched > 0, pattern[index] != pattern[matched] { matched = fallback[matched - 1] }
            if pattern[index] == pattern[matched] { matched += 1 }
            fallback[index] = matched
        }
        self.fallback = fallback
    }

    /// Calls `body` with every place that begins before `limit`, overlapping ones too, in order.
    func forEachPlace(in text: [UInt8], before limit: Int, _ body: (Int) -> Void) {
        guard let first = pattern.first else { return }
        // A place that begins just before the limit ends so far behind it.
        let end = min(text.count, limit + pattern.count - 1)
        text.withUnsafeBufferPointer { text in
            var matched = 0
            var index = 0
            while index < end {
                let byte = text[index]
                if matched == 0, byte != first {
                    index += 1
                    continue
                }
                while matched > 0, byte != pattern[matched] { matched = fallback[matched - 1] }
                if byte == pattern[matched] { matched += 1 }
                index += 1
                if matched == pattern.count {
                    body(index - matched)
                    matched = fallback[matched - 1]
                }
            }
        }
    }

    /// The next place at or after `start`; the pattern must not be empty for there to be more than one.
    mutating func next(in text: [UInt8], from start: Int) -> Int? {
        guard !pattern.isEmpty else { return start <= text.count ? start : nil }
        var matched = 0
        var index = start
        while index < text.count {
            let byte = text[index]
            while matched > 0, byte != pattern[matched] { matched = fallback[matched - 1] }
            if byte == pattern[matched] { matched += 1 }
            index += 1
            if matched == pattern.count { return index - matched }
        }
        return nil
    }
}

extension String {
    /// Percent-encoded but for RFC 3986's unreserved characters, as .NET's `Uri.EscapeDataString` does.
    package var escapedAsURIComponent: String {
        let isUnreserved: (UInt8) -> Bool = { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
            default: false
            }
        }
        if utf8.allSatisfy(isUnreserved) { return self }
        let hex = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        result.reserveCapacity(utf8.count * 3)
        for byte in utf8 {
            if isUnreserved(byte) {
                result.append(byte)
            } else {
                result.append(0x25)
                result.append(hex[Int(byte >> 4)])
                result.append(hex[Int(byte & 15)])
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
