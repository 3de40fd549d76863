internal import CRMTemplate
internal import JSONText

/// JSON text: what is accepted is what RFC 8259 calls JSON, and what is read is what was written.
enum JSONFuzz {
    private static let limits = JSONLimits(depth: 24, numberBytes: 64, values: 500)

    static func failure(_ bytes: [UInt8]) -> String? {
        let reference = ReferenceJSON.accepts(bytes, depth: limits.depth)
        let value = try? JSONValue(parsing: bytes, limits: limits, duplicateKeys: .keepLast)
        let document = try? JSONDocument(parsing: bytes, limits: limits, reading: .strict)
        if (value == nil) != (document == nil) { return "the two readers do not agree" }
        if value != nil, reference == false { return "what is no JSON was read" }
        if value == nil, reference == true, !exceedsLimits(bytes) { return "JSON was refused" }
        if let value {
            var writer = JSONWriter()
            writer.value(value)
            let written = writer.finish()
            guard let again = try? JSONValue(parsing: written, limits: limits) else {
                return "what was written cannot be read"
            }
            if again != value { return "what was written reads differently" }
            if let strict = try? JSONValue(parsing: bytes, limits: limits), strict != value {
                return "without repeated names the two ways of reading differ"
            }
        }
        if let document, let failure = failure(document, document.root, depth: 0) { return failure }
        if document != nil, (try? JSONDocument(parsing: bytes, limits: limits, reading: .tolerant)) == nil {
            return "tolerant reading refuses what strict reading takes"
        }
        return nil
    }

    /// Every value stands where the document says, one after the other.
    private static func failure(_ document: JSONDocument, _ node: JSONDocument.Node, depth: Int) -> String? {
        let range = document.range(of: node)
        guard range.lowerBound >= 0, range.upperBound <= document.bytes.count, !range.isEmpty else {
            return "a value stands outside of the text"
        }
        switch document.kind(of: node) {
        case .null, .boolean, .number, .string:
            let part = Array(document.bytes[range])
            return (try? JSONDocument(parsing: part, limits: limits)) == nil ? "a value's range is none" : nil
        case .array, .object:
            let isObject = document.kind(of: node) == .object
            var child = document.first(in: node)
            var reached = range.lowerBound
            while child < document.end(of: node) {
                if isObject { child = child.value }
                let inner = document.range(of: child)
                if inner.lowerBound < reached || inner.upperBound > range.upperBound { return "values overlap" }
                reached = inner.upperBound
                if let failure = failure(document, child, depth: depth + 1) { return failure }
                child = document.next(after: child)
            }
            return nil
        }
    }

    /// Whether a text may be refused for its size: many values, or a long number.
    private static func exceedsLimits(_ bytes: [UInt8]) -> Bool {
        var run = 0
        for byte in bytes {
            run = (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte) ? run + 1 : 0
            if run > limits.numberBytes { return true }
        }
        // Each value but the first stands behind a comma, a colon or a bracket.
        return bytes.count { [0x2C, 0x3A, 0x5B, 0x7B].contains($0) } + 1 > limits.values
    }
}

/// A second reader of JSON, written from RFC 8259 alone and as plainly as can be.
private struct ReferenceJSON {
    private let bytes: [UInt8]
    private let depthMax: Int
    private var index = 0
    private var isTooDeep = false

    /// Whether the bytes are JSON; nil: cannot say, because it is nested too deeply.
    static func accepts(_ bytes: [UInt8], depth: Int) -> Bool? {
        var reader = ReferenceJSON(bytes: bytes, depthMax: depth)
        guard String(validating: bytes, as: UTF8.self) != nil else { return false }
        reader.skipSpace()
        let isValue = reader.value(0)
        if reader.isTooDeep { return nil }
        reader.skipSpace()
        return isValue && reader.index == bytes.count
    }

    private init(bytes: [UInt8], depthMax: Int) {
        self.bytes = bytes
        self.depthMax = depthMax
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let expected = Array("\(text)".utf8)
        guard bytes[index...].starts(with: expected) else { return false }
        index += expected.count
        return true
    }

    private mutating func value(_ depth: Int) -> Bool {
        switch next {
        case UInt8(ascii: "{"): container(depth, close: "}", isObject: true)
        case UInt8(ascii: "["): container(depth, close: "]", isObject: false)
        case UInt8(ascii: "\""): string()
        case UInt8(ascii: "t"): take("true")
        case UInt8(ascii: "f"): take("false")
        case UInt8(ascii: "n"): take("null")
        case .some, .none: number()
        }
    }

    private mutating func container(_ depth: Int, close: StaticString, isObject: Bool) -> Bool {
        if depth >= depthMax {
            isTooDeep = true
            return false
        }
        index += 1
        skipSpace()
        if take(close) { return true }
        while true {
            if isObject {
                guard next == UInt8(ascii: "\""), string() else { return false }
                skipSpace()
                guard take(":") else { return false }
                skipSpace()
            }
            guard value(depth + 1) else { return false }
            skipSpace()
            if take(close) { return true }
            guard take(",") else { return false }
            skipSpace()
        }
    }

    private mutating func string() -> Bool {
        index += 1
        /// A high surrogate that waits for its low one.
        var isHigh = false
        while let byte = next {
            index += 1
            if byte == UInt8(ascii: "\\") {
                guard let escape = next else { return false }
                index += 1
                if escape == UInt8(ascii: "u") {
                    let digits = String(decoding: bytes[index...].prefix(4), as: UTF8.self)
                    guard digits.utf8.count == 4, digits.utf8.allSatisfy({ $0 != 0x2B && $0 != 0x2D }),
                        let unit = UInt16(digits, radix: 16)
                    else { return false }
                    index += 4
                    let isLow = (0xDC00...0xDFFF).contains(unit)
                    // Strict reading refuses a surrogate without its other half.
                    if isHigh != isLow { return false }
                    isHigh = (0xD800...0xDBFF).contains(unit)
                    continue
                }
                if isHigh || !Array("\"\\/bfnrt".utf8).contains(escape) { return false }
                continue
            }
            if isHigh { return false }
            if byte == UInt8(ascii: "\"") { return true }
            if byte < 0x20 { return false }
        }
        return false
    }

    private mutating func number() -> Bool {
        _ = take("-")
        guard let first = next, (0x30...0x39).contains(first) else { return false }
        if !take("0") { digits() }
        if take(".") {
            guard let digit = next, (0x30...0x39).contains(digit) else { return false }
            digits()
        }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard let digit = next, (0x30...0x39).contains(digit) else { return false }
            digits()
        }
        return true
    }

    private mutating func digits() {
        while let byte = next, (0x30...0x39).contains(byte) { index += 1 }
    }
}
