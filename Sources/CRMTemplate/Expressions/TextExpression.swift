// The places where a template holds expressions. Immutable; parsed once when they are made.

/// A name an expression reads, for checking it without running anything.
package struct VariableReference: Sendable, Hashable {
    package let name: String
    /// In UTF-8 bytes from the start of the source.
    package let offset: Int
    /// Whether the name is meant as a variable for certain: it stands alone in brackets or a method is called on it.
    /// Otherwise it is a bare word in a larger expression, which is text when no variable has that name.
    package let isCertain: Bool
    /// `Page` of `[Page-1]`: what is read when there is no variable of the whole name; nil without such a minus.
    package let minuend: String?

    package init(name: String, offset: Int, isCertain: Bool = true, minuend: String? = nil) {
        self.name = name
        self.offset = offset
        self.isCertain = isCertain
        self.minuend = minuend
    }
}

/// A string expression: literal text with `[…]` in it (spec 2.2), evaluated `max(1, passes)` times.
///
/// Later passes read the result of the one before, but only what came from the template and from plain parameters is
/// code to them: everything else stands as it is, whatever is in it (decision 0.1).
package struct TextExpression: Sendable {
    package let source: String
    /// How often it is evaluated, 1 or more.
    package let passes: Int
    /// What is wrong with the source; every evaluation throws it.
    package let error: ExpressionError?
    /// The names that the first pass may read, in order of their offsets.
    package let references: [VariableReference]
    private let tree: TextTree

    /// Parses the text; an error is kept in ``error`` and thrown by each evaluation.
    package init(_ source: String, passes: Int = 1) {
        self.source = source
        self.passes = max(1, passes)
        guard passes <= ExpressionLimits.standard.passes else {
            error = ExpressionError(
                code: "too-many-passes",
                message: "a text is evaluated \(ExpressionLimits.standard.passes) times at the most, found \(passes)",
                offset: 0)
            references = []
            tree = TextTree(parts: [])
            return
        }
        var parser = ExpressionParser(ExpressionScanner(source))
        do {
            tree = try parser.text()
            error = nil
        } catch {
            tree = TextTree(parts: [])
            self.error = error
        }
        references = parser.references
    }

    /// Whether the source is empty, which templates mean as absent.
    package var isEmpty: Bool { source.isEmpty }

    /// The text with everything in brackets replaced by its value, each part with where it came from.
    package func evaluate(_ context: EvaluationContext) throws(ExpressionError) -> EvaluatedText {
        if let error { throw error }
        var evaluation = Evaluation(context.limits)
        var text = try evaluation.text(tree, context)
        if passes > 1 { try Self.evaluateAgain(&text, passes, &evaluation, context) }
        return text
    }

    /// The value with its type when the whole source is one bracket (`[CallStartTimeUTC]`), else its text.
    package func evaluateValue(_ context: EvaluationContext) throws(ExpressionError) -> Variable {
        if error == nil, tree.parts.count == 1, case .value(let node) = tree.parts[0] {
            var evaluation = Evaluation(context.limits)
            let result = try evaluation.value(of: node, context)
            let isText =
                switch result.value {
                case .text: true
                case .null: !result.pieces.isEmpty
                case .boolean, .integer, .double, .numeral, .date, .span: false
                }
            // What is no text has nothing in it that a later pass could read.
            if passes == 1 || !isText {
                // A Boolean of a response keeps its type where it is passed on, not compared.
                if case .variable(let name) = node, let variable = context.scope[name] { return variable }
                return Variable(result.whole, result.origins)
            }
        }
        let text = try evaluate(context)
        return Variable(.text(text.text), text.origins)
    }

    /// The passes after the first. They end early when nothing is left to be read.
    private static func evaluateAgain(
        _ text: inout EvaluatedText, _ passes: Int, _ evaluation: inout Evaluation, _ context: EvaluationContext
    ) throws(ExpressionError) {
        for pass in 2...passes {
            let code = text.pieces.filter(\.origins.isExpandable)
            guard code.contains(where: { hasCode($0.text) }) else { return }
            do {
                var parser = ExpressionParser(ExpressionScanner(text))
                let tree = try parser.text()
                evaluation.codeOrigins = code.reduce(into: Origins.template) { $0.formUnion($1.origins) }
                let next = try evaluation.text(tree, context)
                if next == text { return }
                text = next
            } catch {
                throw ExpressionError(
                    code: error.code, message: "pass \(pass), byte \(error.offset) of its text: \(error.message)",
                    offset: 0)
            }
        }
    }

    /// Whether there is anything in a text that string mode does not copy.
    private static func hasCode(_ text: String) -> Bool {
        text.utf8.contains {
            $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "^")
        }
    }
}

/// A boolean expression of `If` and `SkipIf`: expression mode from the first character (spec 2.1).
package struct ConditionExpression: Sendable {
    package let source: String
    /// What is wrong with the source; every evaluation throws it.
    package let error: ExpressionError?
    /// The names it may read, in order of their offsets.
    package let references: [VariableReference]
    private let root: Node

    package init(_ source: String) {
        self.source = source
        var parser = ExpressionParser(ExpressionScanner(source))
        do {
            root = try parser.condition()
            error = nil
        } catch {
            root = .constant(.null)
            self.error = error
        }
        references = parser.references
    }

    /// Whether the condition holds.
    ///
    /// - Throws: also when the value is neither a Boolean nor the text of one.
    package func evaluate(_ context: EvaluationContext) throws(ExpressionError) -> Bool {
        if let error { throw error }
        var evaluation = Evaluation(context.limits)
        return try evaluation.boolean(Node.Operand(node: root, offset: 0), "a condition", context).value
    }
}

/// A number expression: `MaxLength`, `ListPageSize`. Expression mode from the first character, as conditions.
package struct NumberExpression: Sendable {
    package let source: String
    /// What is wrong with the source; every evaluation throws it.
    package let error: ExpressionError?
    /// The names it may read, in order of their offsets.
    package let references: [VariableReference]
    private let root: Node

    package init(_ source: String) {
        self.source = source
        var parser = ExpressionParser(ExpressionScanner(source))
        guard !source.utf8.allSatisfy(ExpressionScanner.isSpace) else {
            root = .constant(.null)
            error = nil
            references = []
            return
        }
        do {
            root = try parser.condition()
            error = nil
        } catch {
            root = .constant(.null)
            self.error = error
        }
        references = parser.references
    }

    /// Whether the source is empty, which templates mean as absent.
    package var isEmpty: Bool { source.isEmpty }

    /// The whole number, a fraction cut off; nil when the value is empty, no number, or too large for one.
    package func evaluate(_ context: EvaluationContext) throws(ExpressionError) -> Int64? {
        if let error { throw error }
        var evaluation = Evaluation(context.limits)
        switch Arithmetic.number(try evaluation.value(of: root, context).whole) {
        case .integer(let value): return value
        case .double(let value): return Int64(exactly: value.rounded(.towardZero))
        case nil: return nil
        }
    }
}
