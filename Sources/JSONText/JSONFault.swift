// What the scanner can find wrong, small enough to be thrown from its loop; the words are made afterwards. A value.

/// The first fault of a document: what and where.
struct JSONFault: Error, Equatable {
    enum Reason: Equatable {
        case value, name, nameOrEnd, colon, elementSeparator, memberSeparator, end
        case null, yes, no
        case digit, leadingZero
        case longNumber(Int)
        case unterminated, control, escapeEnd, escape, hexDigits, loneSurrogate, utf8
        case bytes, values, depth
    }

    let reason: Reason
    /// In bytes from 0.
    let offset: Int

    init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONSyntaxError {
    /// The fault in words; the place is counted in the bytes before it.
    init(_ fault: JSONFault, in bytes: Span<UInt8>, limits: JSONLimits) {
        let offset = fault.offset
        var found: String?
        let expected: String
        switch fault.reason {
        case .value: expected = "a value"
        case .name: expected = "a name in double quotes"
        case .nameOrEnd: expected = "a name in double quotes or '}'"
        case .colon: expected = "':'"
        case .elementSeparator: expected = "',' or ']'"
        case .memberSeparator: expected = "',' or '}'"
        case .end: expected = "the end of the input"
        case .null: expected = "`null`"
        case .yes: expected = "`true`"
        case .no: expected = "`false`"
        case .digit: expected = "a digit"
        case .leadingZero: (expected, found) = ("no digit after a leading zero", "another digit")
        case .longNumber(let length):
            (expected, found) = ("a number of at most \(limits.numberBytes) characters", "one of \(length)")
        case .unterminated: expected = "'\"' to end the string that was begun"
        case .control: expected = "control characters in strings to be escaped"
        case .escapeEnd: expected = "an escape"
        case .escape: expected = "one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u"
        case .hexDigits: expected = "four hexadecimal digits after \\u"
        case .loneSurrogate: (expected, found) = ("a surrogate pair", "a lone surrogate")
        case .utf8: (expected, found) = ("valid UTF-8", "the byte 0x" + hexadecimal(bytes[offset]))
        case .bytes: (expected, found) = ("at most \(JSONScanner.mostBytes) bytes", "\(bytes.count)")
        case .values: (expected, found) = ("at most \(limits.values) values", "one more")
        case .depth: (expected, found) = ("at most \(limits.depth) levels of nesting", "one more")
        }
        if let found {
            self.init(at: offset, of: bytes, expected: expected, found: found)
        } else {
            self.init(at: offset, of: bytes, expected: expected)
        }
    }
}
