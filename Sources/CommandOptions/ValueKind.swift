// What a value given as text may be: its placeholder in help texts, the words of its rule, and its reading.

/// A kind of value, declared once for command line, environment and file.
package struct ValueKind<Value: Sendable>: Sendable {
    /// What stands for the value in a help text, such as `HOST:PORT`.
    package let placeholder: String
    /// The rule in words that follow "expected", such as `a whole number from 1 to 9`.
    package let expectation: String
    /// The value of a text, nil when the text breaks the rule.
    package let read: @Sendable (String) -> Value?

    /// A kind with a rule of the caller's own.
    package init(
        placeholder: String, expects expectation: String, read: @escaping @Sendable (String) -> Value?
    ) {
        self.placeholder = placeholder
        self.expectation = expectation
        self.read = read
    }

    /// The same rule under another placeholder.
    package func placeholder(_ placeholder: String) -> ValueKind {
        ValueKind(placeholder: placeholder, expects: expectation, read: read)
    }
}

extension ValueKind where Value == String {
    /// Any text that is not empty and has no control characters.
    package static var text: ValueKind {
        ValueKind(placeholder: "TEXT", expects: "a text that is not empty, without control characters") { text in
            let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
            return !text.isEmpty && isPlain ? text : nil
        }
    }

    /// A path in the file system; whether it exists is for its user to find out.
    package static var path: ValueKind {
        ValueKind(placeholder: "FILE", expects: "a file path") { text in
            // The kernel ends a path at NUL and refuses one of PATH_MAX (4096) bytes.
            (1..<4096).contains(text.utf8.count) && !text.utf8.contains(0) ? text : nil
        }
    }
}

extension ValueKind where Value == Bool {
    /// `true` or `false`, also `yes`, `no`, `on`, `off`, `1`, `0`.
    package static var boolean: ValueKind {
        ValueKind(placeholder: "true|false", expects: "true or false") { text in
            switch text {
            case "true", "yes", "on", "1": true
            case "false", "no", "off", "0": false
            default: nil
            }
        }
    }
}

extension ValueKind where Value: FixedWidthInteger {
    /// A whole number in a range, in decimal digits with at most a minus sign.
    package static func integer(_ range: ClosedRange<Value>) -> ValueKind {
        let words =
            switch (range.lowerBound == Value.min, range.upperBound == Value.max) {
            case (true, true): "a whole number"
            case (false, true): "a whole number from \(range.lowerBound)"
            case (true, false): "a whole number up to \(range.upperBound)"
            case (false, false): "a whole number from \(range.lowerBound) to \(range.upperBound)"
            }
        return ValueKind(placeholder: "N", expects: words) { text in
            guard DecimalText.isWholeNumber(text), let value = Value(text), range.contains(value) else {
                return nil
            }
            return value
        }
    }
}

extension ValueKind where Value == Duration {
    /// A time in a range: a whole number with `ms`, `s`, `m` or `h`; without a unit, seconds.
    package static func duration(_ range: ClosedRange<Duration>) -> ValueKind {
        let words =
            "a time from \(DurationText.short(range.lowerBound)) to \(DurationText.short(range.upperBound)), "
            + "such as 10s, 500ms or 2m"
        return ValueKind(placeholder: "TIME", expects: words) { text in
            guard let value = DurationText.read(text), range.contains(value) else { return nil }
            return value
        }
    }
}

extension ValueKind where Value: CaseIterable & RawRepresentable<String> {
    /// The raw value of one of the type's cases.
    package static func choice(_ type: Value.Type = Value.self) -> ValueKind {
        let names = Value.allCases.map(\.rawValue)
        return ValueKind(placeholder: names.joined(separator: "|"), expects: Words.oneOf(names)) {
            text in
            Value.allCases.first { $0.rawValue.utf8.elementsEqual(text.utf8) }
        }
    }
}
