// A JSON text as a value, made from its tape.

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
        var builder = JSONValueBuilder(
            tape: try JSONDocument.tape(of: bytes, limits: limits, reading: .strict).0, duplicateKeys: duplicateKeys)
        self = try builder.value(bytes)
    }
}

/// Recursive over the tape; the depth limit of the scanner bounds the recursion.
private struct JSONValueBuilder {
    let tape: [TapeWord]
    let duplicateKeys: DuplicateKeys
    /// Place on the tape of the next node to read.
    private var place = 0

    /// Objects up to this many members are searched; beyond it names are hashed, so that a body full of names costs no
    /// quadratic time.
    private static let searchedMembers = 16

    init(tape: [TapeWord], duplicateKeys: DuplicateKeys) {
        self.tape = tape
        self.duplicateKeys = duplicateKeys
    }

    mutating func value(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> JSONValue {
        let word = tape[place]
        place += 1
        switch word.kind {
        case .null: return .null
        case .yes: return .bool(true)
        case .no: return .bool(false)
        case .number: return .number(JSONNumber(checked: text(word, bytes)))
        case .string, .escapedString: return .string(text(word, bytes))
        case .array: return .array(try array(word, bytes))
        case .object: return .object(try object(word, bytes))
        }
    }

    private mutating func array(_ word: TapeWord, _ bytes: Span<UInt8>) throws(JSONSyntaxError) -> [JSONValue] {
        var elements: [JSONValue] = []
        while place < word.length { elements.append(try value(bytes)) }
        return elements
    }

    private mutating func object(_ word: TapeWord, _ bytes: Span<UInt8>) throws(JSONSyntaxError) -> JSONObject {
        var members: [JSONObject.Member] = []
        var positions: [MemberName: Int] = [:]
        while place < word.length {
            let nameWord = tape[place]
            let name = text(nameWord, bytes)
            let earlier = Self.position(of: name, in: members, &positions)
            if earlier != nil, duplicateKeys == .refuse {
                throw JSONSyntaxError(
                    at: nameWord.offset - 1, of: bytes, expected: "each name once",
                    found: "the name \(quotedName(name)) a second time")
            }
            place += 1
            let value = try self.value(bytes)
            if let earlier {
                members[earlier].value = value
            } else {
                members.append(JSONObject.Member(name: name, value: value))
            }
        }
        return JSONObject(distinct: members)
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

    private func text(_ word: TapeWord, _ bytes: Span<UInt8>) -> String {
        bytes.withUnsafeBufferPointer { text in
            if word.kind == .escapedString {
                return String(decoding: JSONEscapes.removed(text, word.offset, word.length), as: UTF8.self)
            }
            return String(decoding: text[word.offset..<word.offset + word.length], as: UTF8.self)
        }
    }
}
