// Expressions that can be read, but most likely not as their author means them: brackets without a partner, methods without
// parentheses or outside brackets, single quotes. A walk over the bytes of one text, which has parsed without an error.

extension TemplateLint {
    mutating func checkSlips() {
        for site in sites where site.error == nil {
            if isFull { return }
            for slip in ExpressionSlips(site).found {
                report(
                    .warning, .suspiciousExpression, at: site.text.position(slip.offset, in: source), slip.message,
                    hint: slip.hint)
            }
        }
    }
}

/// What looks like a slip in one expression.
private struct ExpressionSlips {
    struct Slip {
        /// Of the first byte of what is meant.
        let offset: Int
        let message: String
        let hint: String
    }

    private let bytes: [UInt8]
    private var index = 0
    /// How many brackets are open.
    private var depth = 0
    private(set) var found: [Slip] = []

    init(_ site: ExpressionSite) {
        bytes = Array(site.text.text.utf8)
        let isExpression = site.use == .condition || site.use == .number
        while index < bytes.count {
            if depth == 0, !isExpression { skipText() } else { readExpression() }
        }
    }

    /// Text up to the next bracket that opens.
    private mutating func skipText() {
        let byte = bytes[index]
        if index + 1 < bytes.count, bytes[index + 1] == byte, "{}^".utf8.contains(byte) {
            index += 2
            return
        }
        if byte == UInt8(ascii: "[") { depth += 1 }
        if byte == UInt8(ascii: "]") {
            found.append(
                Slip(
                    offset: index, message: "this ']' has no '[' before it and stays in the text",
                    hint: "write '[' before the name that is meant, or }} for the bracket itself"))
        }
        index += 1
    }

    private mutating func readExpression() {
        switch bytes[index] {
        case UInt8(ascii: "["):
            depth += 1
            index += 1
        case UInt8(ascii: "]"):
            depth -= 1
            index += 1
        case UInt8(ascii: "\""):
            index = (bytes[(index + 1)...].firstIndex(of: UInt8(ascii: "\"")) ?? bytes.count - 1) + 1
        case let byte where Self.endsWord(byte): index += 1
        default: readWord()
        }
    }

    private mutating func readWord() {
        let start = index
        while index < bytes.count, !Self.endsWord(bytes[index]) { index += 1 }
        let word = String(decoding: bytes[start..<index], as: UTF8.self)
        let isCalled = index < bytes.count && bytes[index] == UInt8(ascii: "(")
        let before = bytes[..<start].last { $0 > 0x20 }
        if word.hasPrefix("."), before == UInt8(ascii: "]") || before == UInt8(ascii: ")") {
            guard !isCalled, let method = Self.method(String(word.dropFirst())) else { return }
            found.append(
                Slip(
                    offset: start + 1,
                    message: "\(String(word.dropFirst()).cut) without parentheses is text, not a method",
                    hint: "write .\(method)\(method.hasPrefix("get_") ? "()" : "(…)")"))
        } else if isCalled, let dot = word.lastIndex(of: "."), dot > word.startIndex,
            let method = Self.method(String(word[dot...].dropFirst()))
        {
            found.append(
                Slip(
                    offset: start, message: "3CX knows no function \(word.cut): methods stand behind a bracket",
                    hint: "write [[\(String(word[..<dot]).cut)].\(method)(…)]"))
        } else if word.hasPrefix("'"), word.utf8.count > 1 || index < bytes.count,
            bytes[(start + 1)...].contains(UInt8(ascii: "'")), before.map({ "=<>(,".utf8.contains($0) }) ?? false
        {
            found.append(
                Slip(
                    offset: start, message: "single quotes are letters like any other, not the quotes of a text",
                    hint: "write double quotes, which are &quot; in an attribute"))
        }
    }

    /// The method of that name, also one that .NET has as a property.
    private static func method(_ name: String) -> String? {
        Method(named: name)?.name ?? Method(named: "get_" + name)?.name
    }

    /// The bytes that end a word: operators, brackets, quotes, white space.
    private static func endsWord(_ byte: UInt8) -> Bool { byte <= 0x20 || "[](),=!><|&+\"".utf8.contains(byte) }
}
