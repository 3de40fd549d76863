// Bytes to a value. The parser is a struct of offsets; the bytes stay with the caller and are passed to every step.

extension JSONValue {
    /// The value the bytes spell, strictly by RFC 8259 and RFC 3629: one value, white space around it, no byte order
    /// mark, no comments, no trailing commas, no lone surrogates.
    package init(
        parsing bytes: [UInt8],
        limits: JSONLimits = .standard,
        duplicateKeys: DuplicateKeys = .refuse
    ) throws(JSONSyntaxError) {
        try self.init(parsing: bytes.span, limits: limits, duplicateKeys: duplicateKeys)
    }

    /// The value the bytes of a span spell, under the same rules.
    package init(
        parsing bytes: Span<UInt8>,
        limits: JSONLimits = .standard,
        duplicateKeys: DuplicateKeys = .refuse
    ) throws(JSONSyntaxError) {
        var parser = JSONParser(limits: limits, duplicateKeys: duplicateKeys)
        self = try parser.document(bytes)
    }
}

/// Recursive descent over bytes; the depth limit bounds the recursion.
struct JSONParser {
    let limits: JSONLimits
    let duplicateKeys: DuplicateKeys
    /// Offset of the next byte to read.
    var position = 0
    private var depth = 0
    private var valueCount = 0

    /// Objects up to this many members are searched; beyond it names are hashed, so that a body full of names costs no
    /// quadratic time.
    private static let searchedMembers = 16

    init(limits: JSONLimits, duplicateKeys: DuplicateKeys) {
        self.limits = limits
        self.duplicateKeys = duplicateKeys
    }

    /// The one value of the document and nothing after it.
    mutating func document(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> JSONValue {
        skipWhiteSpace(bytes)
        let value = try self.value(bytes)
        skipWhiteSpace(bytes)
        guard position == bytes.count else {
            throw JSONSyntaxError(at: position, of: bytes, expected: "the end of the input")
        }
        return value
    }

    private mutating func value(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> JSONValue {
        valueCount += 1
        if valueCount > limits.values {
            throw JSONSyntaxError(
                at: position, of: bytes, expected: "at most \(limits.values) values", found: "one more")
        }
        guard position < bytes.count else {
            throw JSONSyntaxError(at: position, of: bytes, expected: "a value")
        }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string(try string(bytes))
        case UInt8(ascii: "{"): return .object(try object(bytes))
        case UInt8(ascii: "["): return .array(try array(bytes))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number(bytes))
        case UInt8(ascii: "t"):
            try literal("true", bytes)
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal("false", bytes)
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal("null", bytes)
            return .null
        default: throw JSONSyntaxError(at: position, of: bytes, expected: "a value")
        }
    }

    private mutating func array(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> [JSONValue] {
        try enter(bytes)
        var elements: [JSONValue] = []
        skipWhiteSpace(bytes)
        if take(UInt8(ascii: "]"), bytes) {
            depth -= 1
            return elements
        }
        while true {
            skipWhiteSpace(bytes)
            elements.append(try value(bytes))
            skipWhiteSpace(bytes)
            if take(UInt8(ascii: ","), bytes) { continue }
            guard take(UInt8(ascii: "]"), bytes) else {
                throw JSONSyntaxError(at: position, of: bytes, expected: "',' or ']'")
            }
            depth -= 1
            return elements
        }
    }

    private mutating func object(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> JSONObject {
        try enter(bytes)
        var members: [JSONObject.Member] = []
        var positions: [MemberName: Int] = [:]
        skipWhiteSpace(bytes)
        if take(UInt8(ascii: "}"), bytes) {
            depth -= 1
            return JSONObject()
        }
        while true {
            skipWhiteSpace(bytes)
            let nameStart = position
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                let expected =
                    members.isEmpty ? "a name in double quotes or '}'" : "a name in double quotes"
                throw JSONSyntaxError(at: position, of: bytes, expected: expected)
            }
            let name = try string(bytes)
            let earlier = Self.position(of: name, in: members, &positions)
            if earlier != nil, duplicateKeys == .refuse {
                throw JSONSyntaxError(
                    at: nameStart, of: bytes, expected: "each name once",
                    found: "the name \(quotedName(name)) a second time")
            }
            skipWhiteSpace(bytes)
            guard take(UInt8(ascii: ":"), bytes) else {
                throw JSONSyntaxError(at: position, of: bytes, expected: "':'")
            }
            skipWhiteSpace(bytes)
            let value = try self.value(bytes)
            if let earlier {
                members[earlier].value = value
            } else {
                members.append(JSONObject.Member(name: name, value: value))
            }
            skipWhiteSpace(bytes)
            if take(UInt8(ascii: ","), bytes) { continue }
            guard take(UInt8(ascii: "}"), bytes) else {
                throw JSONSyntaxError(at: position, of: bytes, expected: "',' or '}'")
            }
            depth -= 1
            return JSONObject(distinct: members)
        }
    }

    /// Where a name already stands; enters the name that is about to be appended when names are hashed.
    private static func position(
        of name: String,
        in members: [JSONObject.Member],
        _ positions: inout [MemberName: Int]
    ) -> Int? {
        if members.count < searchedMembers {
            return members.firstIndex { sameBytes($0.name, name) }
        }
        if positions.isEmpty {
            for (index, member) in members.enumerated() {
                positions[MemberName(text: member.name)] = index
            }
        }
        let key = MemberName(text: name)
        if let earlier = positions[key] { return earlier }
        positions[key] = members.count
        return nil
    }

    private mutating func number(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> JSONNumber {
        let start = position
        switch NumberGrammar.scan(bytes, from: start) {
        case .missingDigit(let index): throw JSONSyntaxError(at: index, of: bytes, expected: "a digit")
        case .leadingZero(let index):
            throw JSONSyntaxError(
                at: index, of: bytes, expected: "no digit after a leading zero", found: "another digit")
        case .end(let end):
            guard end - start <= limits.numberBytes else {
                throw JSONSyntaxError(
                    at: start, of: bytes, expected: "a number of at most \(limits.numberBytes) characters",
                    found: "one of \(end - start)")
            }
            position = end
            return JSONNumber(checked: text(bytes, start..<end))
        }
    }

    private mutating func literal(_ word: StaticString, _ bytes: Span<UInt8>) throws(JSONSyntaxError) {
        let start = position
        let count = word.utf8CodeUnitCount
        for index in 0..<count {
            // A StaticString of the literals above is ASCII text with a pointer, valid for `count` bytes.
            guard start + index < bytes.count, bytes[start + index] == word.utf8Start[index] else {
                throw JSONSyntaxError(at: start + index, of: bytes, expected: "`\(word)`")
            }
        }
        position = start + count
    }

    private mutating func enter(_ bytes: Span<UInt8>) throws(JSONSyntaxError) {
        guard depth < limits.depth else {
            throw JSONSyntaxError(
                at: position, of: bytes, expected: "at most \(limits.depth) levels of nesting",
                found: "one more")
        }
        depth += 1
        position += 1
    }

    private mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// RFC 8259 §2: space, tab, line feed and carriage return only.
    private mutating func skipWhiteSpace(_ bytes: Span<UInt8>) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// Bytes already known to be UTF-8, as text.
    func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        bytes.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
