// One evaluation of a tree: what it may still spend, and the walk. Confined to the call that made it.

/// What a node came to.
struct Result {
    /// The value; unused when there are ``pieces``.
    var value: Value
    var origins: Origins
    /// A text of several origins, which stay apart for redaction, authorities and later passes; else empty.
    var pieces: [EvaluatedText.Piece] = []

    init(_ value: Value, _ origins: Origins) {
        self.value = value
        self.origins = origins
    }

    /// A text in pieces.
    init(_ pieces: [EvaluatedText.Piece]) {
        switch pieces.count {
        case 0: self.init(.text(""), .template)
        case 1: self.init(.text(pieces[0].text), pieces[0].origins)
        default:
            self.init(.null, pieces.reduce(into: Origins.template) { $0.formUnion($1.origins) })
            self.pieces = pieces
        }
    }

    /// The value, with pieces put together.
    var whole: Value { pieces.isEmpty ? value : .text(pieces.map(\.text).joined()) }

    /// Bytes of a text; 0 for any other value, whose text is short.
    var byteCount: Int {
        if !pieces.isEmpty { return pieces.reduce(0) { $0 + $1.text.utf8.count } }
        if case .text(let text) = value { return text.utf8.count }
        return 0
    }

    /// The value as text.
    var text: String { pieces.isEmpty ? value.text() : pieces.map(\.text).joined() }
}

/// The state of one evaluation.
struct Evaluation {
    let limits: ExpressionLimits
    /// Of the text that is code: the template's, or a parameter's in a later pass.
    var codeOrigins: Origins = .template
    private var stepsLeft: Int

    init(_ limits: ExpressionLimits) {
        self.limits = limits
        stepsLeft = limits.steps
    }

    /// Counts one step, and one for each 64 bytes that are read or made.
    mutating func spend(bytes: Int = 0, at offset: Int = 0) throws(ExpressionError) {
        stepsLeft -= 1 + bytes / 64
        if stepsLeft < 0 {
            throw ExpressionError(
                code: "too-many-steps", message: "the evaluation takes more than \(limits.steps) steps", offset: offset)
        }
    }

    /// Refuses a text that is longer than any may be.
    func checkLength(_ byteCount: Int, at offset: Int = 0) throws(ExpressionError) {
        if byteCount > limits.outputBytes {
            throw ExpressionError(
                code: "too-long", message: "the text would be longer than \(limits.outputBytes) bytes", offset: offset)
        }
    }

    // MARK: - Texts

    mutating func text(_ tree: TextTree, _ context: EvaluationContext) throws(ExpressionError) -> EvaluatedText {
        var pieces: [EvaluatedText.Piece] = []
        pieces.reserveCapacity(tree.parts.count)
        var byteCount = 0
        for part in tree.parts {
            switch part {
            case .literal(let text):
                byteCount += text.utf8.count
                pieces.append(EvaluatedText.Piece(text, codeOrigins))
            case .opaque(let piece):
                byteCount += piece.text.utf8.count
                pieces.append(piece)
            case .value(let node):
                let result = try value(of: node, context)
                if result.pieces.isEmpty {
                    let text = result.value.text()
                    if text.isEmpty { continue }
                    byteCount += text.utf8.count
                    pieces.append(EvaluatedText.Piece(text, result.origins))
                } else {
                    byteCount += result.pieces.reduce(0) { $0 + $1.text.utf8.count }
                    pieces.append(contentsOf: result.pieces)
                }
            }
            try checkLength(byteCount)
        }
        try spend(bytes: byteCount)
        return EvaluatedText(pieces)
    }

    // MARK: - Nodes

    mutating func value(of node: Node, _ context: EvaluationContext) throws(ExpressionError) -> Result {
        try spend()
        switch node {
        case .constant(let value): return Result(value, codeOrigins)
        case .quoted(let text): return Result(.text(text), codeOrigins)
        case .quotedText(let tree): return Result(try text(tree, context).pieces)
        case .opaque(let piece): return Result(.text(piece.text), piece.origins)
        case .variable(let name):
            guard let variable = context.scope[name] else { return Result(.null, codeOrigins) }
            // Escaping is work that only the text it makes tells of.
            if name.escaped != nil, case .text(let text) = variable.value { try spend(bytes: text.utf8.count) }
            return Self.read(variable)
        case .loneDifference(let word): return try read(word, context, ignoresCase: true) ?? Result(.null, codeOrigins)
        case .word(let word, let ignoresCase):
            return try read(word, context, ignoresCase: ignoresCase) ?? Result(.text(word.name.text), codeOrigins)
        case .concatenation(let nodes): return try concatenation(nodes, context)
        case .sum(let first, let terms): return try sum(first, terms, context)
        case .comparison(let kind, let left, let right, let offset):
            return try comparison(kind, left, right, offset, context)
        case .any(let operands): return try any(operands, context)
        case .all(let operands): return try all(operands, context)
        case .choice(let condition, let then, let otherwise):
            // Only the chosen branch is evaluated.
            return try value(of: try boolean(condition, "IIf", context).value ? then : otherwise, context)
        case .calls(let base, let calls):
            var receiver = try value(of: base, context)
            for call in calls { receiver = try self.call(call, on: receiver, context) }
            return receiver
        }
    }

    /// A variable's value as expressions see it: a Boolean of a response is text to them (decision 0.9).
    private static func read(_ variable: Variable) -> Result {
        if case .boolean(let value) = variable.value {
            return Result(.text(value ? "True" : "False"), variable.origins)
        }
        return Result(variable.value, variable.origins)
    }

    /// A word as a variable, or as a difference whose left side is one (decision 0.6); nil: it is neither.
    private mutating func read(
        _ word: Node.Word, _ context: EvaluationContext, ignoresCase: Bool
    ) throws(ExpressionError) -> Result? {
        if let variable = context.scope.find(word.name, ignoresCase: ignoresCase) { return Self.read(variable) }
        guard let difference = word.difference,
            let left = try read(difference.left, context, ignoresCase: ignoresCase)
        else { return nil }
        let right: Result
        if let number = difference.number {
            right = Result(.numeral(number), codeOrigins)
        } else if let variable = context.scope.find(difference.right.name, ignoresCase: ignoresCase) {
            right = Self.read(variable)
        } else {
            return nil
        }
        return try Arithmetic.difference(left, right, at: word.offset)
    }

    private mutating func concatenation(
        _ nodes: [Node], _ context: EvaluationContext
    ) throws(ExpressionError) -> Result {
        var pieces: [EvaluatedText.Piece] = []
        var byteCount = 0
        for node in nodes { try append(try value(of: node, context), to: &pieces, &byteCount, at: 0) }
        return Result(pieces)
    }

    private mutating func append(
        _ result: Result, to pieces: inout [EvaluatedText.Piece], _ byteCount: inout Int, at offset: Int
    ) throws(ExpressionError) {
        let before = byteCount
        if result.pieces.isEmpty {
            let text = result.value.text()
            byteCount += text.utf8.count
            if !text.isEmpty { pieces.append(EvaluatedText.Piece(text, result.origins)) }
        } else {
            byteCount += result.pieces.reduce(0) { $0 + $1.text.utf8.count }
            pieces.append(contentsOf: result.pieces)
        }
        try checkLength(byteCount, at: offset)
        try spend(bytes: byteCount - before, at: offset)
    }

    private mutating func sum(
        _ first: Node, _ terms: [Node.Term], _ context: EvaluationContext
    ) throws(ExpressionError) -> Result {
        var left = try value(of: first, context)
        for term in terms {
            let right = try value(of: term.node, context)
            if term.isSubtracted {
                left = try Arithmetic.difference(left, right, at: term.offset)
            } else if let total = try Arithmetic.sum(left, right, at: term.offset) {
                left = total
            } else {
                var pieces: [EvaluatedText.Piece] = []
                var byteCount = 0
                try append(left, to: &pieces, &byteCount, at: term.offset)
                try append(right, to: &pieces, &byteCount, at: term.offset)
                left = Result(pieces)
            }
        }
        return left
    }

    // MARK: - Conditions

    private mutating func any(
        _ operands: [Node.Operand], _ context: EvaluationContext
    ) throws(ExpressionError) -> Result {
        var origins = codeOrigins
        for operand in operands {
            let (isTrue, from) = try boolean(operand, "||", context)
            origins.formUnion(from)
            if isTrue { return Result(.boolean(true), origins) }
        }
        return Result(.boolean(false), origins)
    }

    private mutating func all(
        _ operands: [Node.Operand], _ context: EvaluationContext
    ) throws(ExpressionError) -> Result {
        var origins = codeOrigins
        for operand in operands {
            let (isTrue, from) = try boolean(operand, "&&", context)
            origins.formUnion(from)
            if !isTrue { return Result(.boolean(false), origins) }
        }
        return Result(.boolean(true), origins)
    }

    /// What must be a Boolean, or the text of one in any case.
    mutating func boolean(
        _ operand: Node.Operand, _ user: String, _ context: EvaluationContext
    ) throws(ExpressionError) -> (value: Bool, origins: Origins) {
        let result = try value(of: operand.node, context)
        if let value = Self.boolean(result) { return (value, result.origins) }
        throw ExpressionError(
            code: "not-boolean",
            message: "\(user) needs true or false, found \(result.whole.describedForPeople)", offset: operand.offset)
    }

    /// The Boolean a value is or spells; nil when it is neither.
    static func boolean(_ result: Result) -> Bool? {
        switch result.whole {
        case .boolean(let value): return value
        case .text(let text):
            if Ordinal.equalIgnoringCase(text, "true") { return true }
            if Ordinal.equalIgnoringCase(text, "false") { return false }
            return nil
        case .null, .integer, .double, .numeral, .date, .span: return nil
        }
    }

    private mutating func comparison(
        _ kind: Node.Comparison, _ left: Node, _ right: Node, _ offset: Int, _ context: EvaluationContext
    ) throws(ExpressionError) -> Result {
        let first = try value(of: left, context)
        let second = try value(of: right, context)
        try spend(bytes: min(first.byteCount, second.byteCount), at: offset)
        let origins = codeOrigins.union(first.origins).union(second.origins)
        let isText = left.isQuoted || right.isQuoted
        switch kind {
        case .equal: return Result(.boolean(Self.areEqual(first, second, asText: isText)), origins)
        case .notEqual: return Result(.boolean(!Self.areEqual(first, second, asText: isText)), origins)
        case .greater: return Result(.boolean(Arithmetic.order(first.whole, second.whole) > 0), origins)
        case .less: return Result(.boolean(Arithmetic.order(first.whole, second.whole) < 0), origins)
        case .greaterOrEqual: return Result(.boolean(Arithmetic.order(first.whole, second.whole) >= 0), origins)
        case .lessOrEqual: return Result(.boolean(Arithmetic.order(first.whole, second.whole) <= 0), origins)
        }
    }

    /// As text, byte by byte; as Booleans when one side is a bare true or false and neither is quoted (decision 0.9).
    private static func areEqual(_ left: Result, _ right: Result, asText: Bool) -> Bool {
        if !asText {
            if case .boolean(let value) = left.value, left.pieces.isEmpty { return boolean(right) == value }
            if case .boolean(let value) = right.value, right.pieces.isEmpty { return boolean(left) == value }
        }
        return Ordinal.equal(left.text, right.text)
    }
}

extension Value {
    /// What it is, never its content.
    var describedForPeople: String {
        switch self {
        case .null: "nothing"
        case .text(let text): text.isEmpty ? "an empty text" : "a text"
        case .boolean: "a Boolean"
        case .integer, .double, .numeral: "a number"
        case .date: "a date"
        case .span: "a length of time"
        }
    }
}
