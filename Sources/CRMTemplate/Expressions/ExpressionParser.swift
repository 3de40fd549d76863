// Source text to a tree: string mode, and expression mode by recursive descent. A value that lives for one parse.
//
//     expr     := or
//     or       := and { "||" and }
//     and      := cmp { "&&" cmp }
//     cmp      := add [ ("=="|"!="|">"|"<"|">="|"<=") add ]
//     add      := cat { ("+"|"-") cat }
//     cat      := postfix { postfix }
//     postfix  := primary { "." name "(" [ args ] ")" }
//     primary  := "[" expr "]" | string | number | call | word | "(" expr ")"
//     call     := name "(" [ args ] ")"

/// Parses one source. Methods leave the scanner behind what they read.
struct ExpressionParser {
    /// Longer words of numbers and `-` are text: each number of a calculation looks at the rest of its word again.
    static let calculationBytesMax = 64

    var scanner: ExpressionScanner
    var references: [VariableReference] = []
    private var depth = 0
    /// Whether the last primary was a number that ends here: a `-` after it is the operator.
    private var endsInNumber = false
    /// Whether the operand to come follows `+` or `-`: `5-3` is then a calculation, not a word.
    private var followsSign = false

    init(_ scanner: ExpressionScanner) { self.scanner = scanner }

    // MARK: - Entries

    /// A source in string mode.
    mutating func text() throws(ExpressionError) -> TextTree {
        try checkLength()
        return try textToEnd()
    }

    /// A source in expression mode from its first character.
    mutating func condition() throws(ExpressionError) -> Node {
        try checkLength()
        let node = try expression()
        scanner.skipSpace()
        guard scanner.isAtEnd else {
            if scanner.isAt(UInt8(ascii: "]")) {
                throw error("unbalanced-bracket", "found ']' without a '[' before it")
            }
            throw unexpected("an operator or the end")
        }
        return node
    }

    private func checkLength() throws(ExpressionError) {
        let limit = ExpressionLimits.standard.sourceBytes
        guard scanner.bytes.count <= limit else {
            throw ExpressionError(
                code: "too-long", message: "the text has \(scanner.bytes.count) bytes; \(limit) are allowed",
                offset: limit)
        }
    }

    // MARK: - String mode

    private mutating func textToEnd(isQuoted: Bool = false) throws(ExpressionError) -> TextTree {
        var parts: [TextTree.Part] = []
        var literal: [UInt8] = []
        func flush() {
            if !literal.isEmpty { parts.append(.literal(String(decoding: literal, as: UTF8.self))) }
            literal = []
        }
        // In a quoted text a bracket that is never closed is meant as it is: `.Replace("[","(")`.
        let lastClosing =
            isQuoted ? scanner.bytes[scanner.position..<scanner.end].lastIndex(of: UInt8(ascii: "]")) ?? -1 : Int.max
        while !scanner.isAtEnd {
            let byte = scanner.peek()
            if scanner.isAt("{", "{") {
                literal.append(UInt8(ascii: "["))
                scanner.position += 2
            } else if scanner.isAt("}", "}") {
                literal.append(UInt8(ascii: "]"))
                scanner.position += 2
            } else if scanner.isAt("^", "^") {
                literal.append(UInt8(ascii: "\""))
                scanner.position += 2
            } else if byte == UInt8(ascii: "["), scanner.position < lastClosing {
                flush()
                parts.append(.value(try bracket()))
            } else if byte == ExpressionScanner.opaqueMark {
                flush()
                parts.append(.opaque(scanner.piece(at: scanner.position)))
                scanner.position += 1
            } else {
                literal.append(byte)
                scanner.position += 1
            }
        }
        flush()
        return TextTree(parts: parts)
    }

    // MARK: - Operators

    private mutating func expression() throws(ExpressionError) -> Node {
        var operands: [Node.Operand] = []
        repeat {
            if !operands.isEmpty { scanner.position += 2 }
            scanner.skipSpace()
            let offset = scanner.position
            operands.append(Node.Operand(node: try conjunction(), offset: offset))
            scanner.skipSpace()
        } while scanner.isAt("|", "|")
        return operands.count == 1 ? operands[0].node : .any(operands)
    }

    private mutating func conjunction() throws(ExpressionError) -> Node {
        var operands: [Node.Operand] = []
        repeat {
            if !operands.isEmpty { scanner.position += 2 }
            scanner.skipSpace()
            let offset = scanner.position
            operands.append(Node.Operand(node: try comparison(), offset: offset))
            scanner.skipSpace()
        } while scanner.isAt("&", "&")
        return operands.count == 1 ? operands[0].node : .all(operands)
    }

    private mutating func comparison() throws(ExpressionError) -> Node {
        let left = try sum()
        scanner.skipSpace()
        guard let (kind, length) = try comparisonOperator() else { return left }
        let offset = scanner.position
        scanner.position += length
        let right = try sum()
        scanner.skipSpace()
        if try comparisonOperator() != nil {
            throw error(
                "unexpected",
                "found a second comparison; join conditions with || or &&, or write one in parentheses of its own")
        }
        return .comparison(kind, left, right, offset: offset)
    }

    private func comparisonOperator() throws(ExpressionError) -> (Node.Comparison, Int)? {
        let next = scanner.peek(1)
        switch scanner.peek() {
        case UInt8(ascii: "="):
            guard next == UInt8(ascii: "=") else {
                throw error("unexpected", "found a single '='; '==' compares, and a text with '=' in it needs quotes")
            }
            return (.equal, 2)
        case UInt8(ascii: "!"):
            guard next == UInt8(ascii: "=") else {
                throw error("unexpected", "found a single '!'; '!=' compares, and a text with '!' in it needs quotes")
            }
            return (.notEqual, 2)
        case UInt8(ascii: ">"): return next == UInt8(ascii: "=") ? (.greaterOrEqual, 2) : (.greater, 1)
        case UInt8(ascii: "<"): return next == UInt8(ascii: "=") ? (.lessOrEqual, 2) : (.less, 1)
        case UInt8(ascii: "|") where next != UInt8(ascii: "|"):
            throw error("unexpected", "found a single '|'; '||' means or, and a text with '|' in it needs quotes")
        case UInt8(ascii: "&") where next != UInt8(ascii: "&"):
            throw error("unexpected", "found a single '&'; '&&' means and, and a text with '&' in it needs quotes")
        default: return nil
        }
    }

    private mutating func sum() throws(ExpressionError) -> Node {
        let first = try concatenation()
        var terms: [Node.Term] = []
        while true {
            scanner.skipSpace()
            let offset = scanner.position
            let isSubtracted = scanner.isMinus(afterNumber: endsInNumber)
            guard isSubtracted || scanner.isAt(UInt8(ascii: "+")) else { break }
            scanner.position += 1
            followsSign = true
            let node = try concatenation()
            terms.append(Node.Term(isSubtracted: isSubtracted, node: Self.calculated(node), offset: offset))
        }
        return terms.isEmpty ? first : .sum(Self.calculated(first), terms)
    }

    /// What is added or subtracted is a name in any case.
    private static func calculated(_ node: Node) -> Node {
        guard case .word(let word, _) = node else { return node }
        return .word(word, ignoresCase: true)
    }

    private mutating func concatenation() throws(ExpressionError) -> Node {
        scanner.skipSpace()
        var nodes = [try postfix()]
        while true {
            scanner.skipSpace()
            guard scanner.startsPrimary, !scanner.isMinus(afterNumber: endsInNumber) else { break }
            nodes.append(try postfix())
        }
        return nodes.count == 1 ? nodes[0] : .concatenation(nodes)
    }

    private mutating func postfix() throws(ExpressionError) -> Node {
        let base = try primary()
        var calls: [Node.Call] = []
        while let (name, after) = scanner.methodCall() {
            calls.append(try methodCall(name, after))
        }
        return calls.isEmpty ? base : .calls(base, calls)
    }

    // MARK: - Primaries

    private mutating func primary() throws(ExpressionError) -> Node {
        let isOperandOfSign = followsSign
        followsSign = false
        endsInNumber = false
        guard !scanner.isAtEnd else { throw unexpected("a value") }
        let byte = scanner.peek()
        if byte == UInt8(ascii: "[") { return try bracket() }
        if byte == UInt8(ascii: "\"") { return try quoted(closing: [byte]) }
        if scanner.isAt("^", "^") { return try quoted(closing: [byte, byte]) }
        if byte == ExpressionScanner.opaqueMark {
            let piece = scanner.piece(at: scanner.position)
            scanner.position += 1
            return .opaque(piece)
        }
        if byte == UInt8(ascii: "(") { return try parentheses() }
        guard scanner.startsPrimary else { throw unexpected("a value") }
        return try word(isOperandOfSign: isOperandOfSign)
    }

    private mutating func enter() throws(ExpressionError) {
        depth += 1
        let limit = ExpressionLimits.standard.nestingDepth
        guard depth <= limit else { throw error("too-deep", "the expression is nested more than \(limit) deep") }
    }

    private mutating func bracket() throws(ExpressionError) -> Node {
        let open = scanner.position
        try enter()
        defer { depth -= 1 }
        scanner.position += 1
        scanner.skipSpace()
        endsInNumber = false
        followsSign = false
        if scanner.isAt(UInt8(ascii: "]")) {
            scanner.position += 1
            return .constant(.null)
        }
        guard !scanner.isAtEnd else { throw unclosedBracket(open) }
        let node = try expression()
        scanner.skipSpace()
        guard !scanner.isAtEnd else { throw unclosedBracket(open) }
        guard scanner.isAt(UInt8(ascii: "]")) else {
            throw unexpected("an operator or ']' for a '[' before it")
        }
        scanner.position += 1
        endsInNumber = false
        guard case .word(let word, _) = node else { return node }
        return alone(word)
    }

    /// What a word means that has the brackets for itself.
    private mutating func alone(_ word: Node.Word) -> Node {
        let reference = references.removeLast()
        guard let difference = word.difference else {
            references.append(VariableReference(name: reference.name, offset: reference.offset))
            return .variable(word.name)
        }
        // `[5-3]`: between two numbers it can only be the operator; a date has a second `-`.
        if let number = difference.number, difference.left.difference == nil,
            ExpressionScanner.isNumber(Array(difference.left.name.text.utf8)[...])
        {
            return .sum(
                .constant(.numeral(difference.left.name.text)),
                [Node.Term(isSubtracted: true, node: .constant(.numeral(number)), offset: word.offset)])
        }
        references.append(
            VariableReference(name: reference.name, offset: reference.offset, minuend: difference.left.name.text))
        return .loneDifference(word)
    }

    private mutating func parentheses() throws(ExpressionError) -> Node {
        let open = scanner.position
        try enter()
        defer { depth -= 1 }
        scanner.position += 1
        let node = try expression()
        scanner.skipSpace()
        guard scanner.isAt(UInt8(ascii: ")")) else {
            throw scanner.isAtEnd
                ? ExpressionError(
                    code: "unbalanced-parenthesis", message: "expected ')' for this '(', found \(scanner.found)",
                    offset: open) : unexpected("an operator or ')' for a '(' before it")
        }
        scanner.position += 1
        endsInNumber = false
        return node
    }

    private mutating func quoted(closing: [UInt8]) throws(ExpressionError) -> Node {
        let open = scanner.position
        try enter()
        defer { depth -= 1 }
        let start = open + closing.count
        var close = start
        while close < scanner.end,
            close + closing.count > scanner.end
                || !scanner.bytes[close..<(close + closing.count)].elementsEqual(closing)
        {
            close += 1
        }
        guard close < scanner.end else {
            throw ExpressionError(
                code: "unbalanced-quote", message: "expected a closing quote for this one, found \(endName)",
                offset: open)
        }
        let end = scanner.end
        scanner.position = start
        scanner.end = close
        let tree = try textToEnd(isQuoted: true)
        scanner.end = end
        scanner.position = close + closing.count
        endsInNumber = false
        if tree.parts.isEmpty { return .quoted("") }
        if tree.parts.count == 1, case .literal(let text) = tree.parts[0] { return .quoted(text) }
        return .quotedText(tree)
    }

    private var endName: String { scanner.end < scanner.bytes.count ? "the end of the quoted text" : "the end" }

    // MARK: - Words and calls

    private mutating func word(isOperandOfSign: Bool) throws(ExpressionError) -> Node {
        let start = scanner.position
        var end = scanner.endOfWord()
        // A call: `IIf(`, or a method on a name without brackets.
        var next = end
        while next < scanner.end, ExpressionScanner.isSpace(scanner.bytes[next]) { next += 1 }
        if next < scanner.end, scanner.bytes[next] == UInt8(ascii: "(") {
            if Ordinal.equalIgnoringCase(scanner.text(start..<end), "IIf") {
                scanner.position = next + 1
                return try choice(start)
            }
            if next == end { return try methodOfWord(start..<end) }
        }
        // A number followed by the operator: `5-[A]`; after a sign also `5-3`.
        let bytes = scanner.bytes[start..<end]
        if bytes.count <= Self.calculationBytesMax, isOperandOfSign || bytes.last == UInt8(ascii: "-"),
            let dash = bytes.dropFirst().firstIndex(of: UInt8(ascii: "-")),
            ExpressionScanner.isNumber(bytes[..<dash]),
            bytes[(dash + 1)...].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
                .allSatisfy({ $0.isEmpty ? dash + 1 == end : ExpressionScanner.isNumber($0) })
        {
            scanner.position = dash
            if scanner.isMinus(afterNumber: true) { end = dash }
        }
        scanner.position = end
        return operand(start..<end)
    }

    /// A word as a value: a number, a Boolean, or a name.
    private mutating func operand(_ range: Range<Int>) -> Node {
        let bytes = scanner.bytes[range]
        if ExpressionScanner.isNumber(bytes) {
            endsInNumber = true
            return .constant(.numeral(scanner.text(range)))
        }
        let text = Self.unescaped(bytes)
        if Ordinal.equalIgnoringCase(text, "true") { return .constant(.boolean(true)) }
        if Ordinal.equalIgnoringCase(text, "false") { return .constant(.boolean(false)) }
        let word = Self.word(text, at: range.lowerBound)
        references.append(
            VariableReference(
                name: text, offset: range.lowerBound, isCertain: false, minuend: word.difference?.left.name.text))
        return .word(word, ignoresCase: false)
    }

    /// `{{`, `}}` in a bare word are undone as elsewhere; `^^` never stands in one.
    private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}"), rest.first == byte {
                rest = rest.dropFirst()
                result.append(byte == UInt8(ascii: "{") ? UInt8(ascii: "[") : UInt8(ascii: "]"))
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func word(_ text: String, at offset: Int) -> Node.Word {
        let bytes = Array(text.utf8)
        let dashes = bytes.indices.filter { bytes[$0] == UInt8(ascii: "-") && $0 > 0 && $0 < bytes.count - 1 }
        var word = Node.Word(name: VariableName(text), difference: nil, offset: offset)
        guard !dashes.isEmpty, dashes.count <= ExpressionScanner.differencesMax else { return word }
        // From the left, so that each prefix is made once: a, a-b, a-b-c.
        var left = Node.Word(
            name: VariableName(String(decoding: bytes[..<dashes[0]], as: UTF8.self)), difference: nil, offset: offset)
        for (index, dash) in dashes.enumerated() {
            let end = index + 1 < dashes.count ? dashes[index + 1] : bytes.count
            let right = bytes[(dash + 1)..<end]
            let rightText = String(decoding: right, as: UTF8.self)
            word = Node.Word(
                name: VariableName(String(decoding: bytes[..<end], as: UTF8.self)),
                difference: Node.Difference(
                    left: left,
                    right: Node.Word(name: VariableName(rightText), difference: nil, offset: offset + dash + 1),
                    number: ExpressionScanner.isNumber(right) ? rightText : nil), offset: offset)
            left = word
        }
        return word
    }

    /// `Number.Replace(…)`: 3CX refuses it, and what it means is clear.
    private mutating func methodOfWord(_ range: Range<Int>) throws(ExpressionError) -> Node {
        let bytes = scanner.bytes[range]
        guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot > range.lowerBound else {
            throw unknownFunction(range)
        }
        var base = operand(range.lowerBound..<dot)
        if case .word(let word, _) = base { base = alone(word) }
        let call = try methodCall((dot + 1)..<range.upperBound, range.upperBound + 1)
        return .calls(base, [call])
    }

    private func unknownFunction(_ range: Range<Int>) -> ExpressionError {
        let name = scanner.text(range)
        let message =
            Method(named: name.hasPrefix(".") ? String(name.dropFirst()) : name) == nil
            ? "'\(Self.shortened(name))' is no function; there is IIf(condition, then, else), and a text with "
                + "parentheses in it needs quotes"
            : "'\(name)' is called on a value: [[Name].\(name.hasPrefix(".") ? String(name.dropFirst()) : name)(…)]"
        return ExpressionError(code: "unknown-function", message: message, offset: range.lowerBound)
    }

    private mutating func choice(_ start: Int) throws(ExpressionError) -> Node {
        let offsets = scanner.position
        let arguments = try self.arguments(of: "IIf", openedAt: scanner.position - 1)
        guard arguments.count == 3 else {
            throw ExpressionError(
                code: "argument-count",
                message: "IIf takes 3 arguments (condition, then, else), found \(arguments.count)", offset: start)
        }
        return .choice(
            Node.Operand(node: arguments[0], offset: offsets), then: arguments[1], otherwise: arguments[2])
    }

    private mutating func methodCall(_ name: Range<Int>, _ after: Int) throws(ExpressionError) -> Node.Call {
        let text = scanner.text(name)
        guard let method = Method(named: text) else {
            let near = Method.nearest(to: text).map { "; did you mean '\($0)'?" } ?? ""
            throw ExpressionError(
                code: "unknown-method", message: "'\(Self.shortened(text))' is no method that is known here\(near)",
                offset: name.lowerBound)
        }
        scanner.position = after
        let arguments = try self.arguments(of: text, openedAt: after - 1)
        guard method.argumentCounts.contains(arguments.count) else {
            throw ExpressionError(
                code: "argument-count",
                message: "\(text) takes \(method.argumentCountText), found \(arguments.count)",
                offset: name.lowerBound)
        }
        return Node.Call(method: method, arguments: arguments, offset: name.lowerBound)
    }

    /// What stands between the parentheses; the scanner is behind the opening one.
    private mutating func arguments(of name: String, openedAt open: Int) throws(ExpressionError) -> [Node] {
        try enter()
        defer { depth -= 1 }
        endsInNumber = false
        followsSign = false
        scanner.skipSpace()
        if scanner.isAt(UInt8(ascii: ")")) {
            scanner.position += 1
            return []
        }
        var result: [Node] = []
        while true {
            scanner.skipSpace()
            guard !scanner.isAtEnd else { throw unclosedCall(name, open) }
            if scanner.isAt(UInt8(ascii: ",")) || scanner.isAt(UInt8(ascii: ")")) {
                result.append(.quoted(""))
            } else {
                result.append(try expression())
                scanner.skipSpace()
            }
            if scanner.isAt(UInt8(ascii: ")")) { break }
            guard !scanner.isAtEnd else { throw unclosedCall(name, open) }
            guard scanner.isAt(UInt8(ascii: ",")) else {
                throw unexpected("an operator, ',' or ')' for the '(' of \(name)")
            }
            scanner.position += 1
        }
        scanner.position += 1
        endsInNumber = false
        return result
    }

    // MARK: - Errors

    private func error(_ code: String, _ message: String) -> ExpressionError {
        ExpressionError(code: code, message: message, offset: scanner.position)
    }

    private func unclosedBracket(_ open: Int) -> ExpressionError {
        ExpressionError(
            code: "unbalanced-bracket",
            message: "expected ']' for this '[', found \(scanner.found); a literal bracket is written '{{'",
            offset: open)
    }

    private func unclosedCall(_ name: String, _ open: Int) -> ExpressionError {
        ExpressionError(
            code: "unbalanced-parenthesis", message: "expected ')' for the '(' of \(name), found \(scanner.found)",
            offset: open)
    }

    private func unexpected(_ expected: String) -> ExpressionError {
        error("unexpected", "expected \(expected), found \(scanner.found)")
    }

    private static func shortened(_ name: String) -> String {
        name.unicodeScalars.count > 40 ? String(name.unicodeScalars.prefix(40)) + "…" : name
    }
}
