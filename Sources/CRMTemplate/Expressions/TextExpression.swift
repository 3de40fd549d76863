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
package struct TextExpression: Sendable {
    package let source: String
    /// How often it is evaluated, 1 or more.
    package let passes: Int
    /// What is wrong with the source; every evaluation throws it.
    package let error: ExpressionError?
    /// The names that the first pass may read, in order of their offsets.
    package let references: [VariableReference]

    /// Parses the text; an error is kept in ``error`` and thrown by each evaluation.
    package init(_ source: String, passes: Int = 1) {
        self.source = source
        self.passes = max(1, passes)
        error = nil
        references = []
    }

    /// Whether the source is empty, which templates mean as absent.
    package var isEmpty: Bool { source.isEmpty }

    /// The text with everything in brackets replaced by its value, each part with where it came from.
    package func evaluate(_ context: EvaluationContext) throws(ExpressionError) -> EvaluatedText {
        var result = EvaluatedText()
        var literal: [UInt8] = []
        var name: [UInt8]?
        for byte in source.utf8 {
            if var open = name {
                if byte == UInt8(ascii: "]") {
                    if let variable = context.scope[String(decoding: open, as: UTF8.self)] {
                        result.append(variable.value.text(in: context.culture), variable.origins)
                    }
                    name = nil
                } else {
                    open.append(byte)
                    name = open
                }
            } else if byte == UInt8(ascii: "[") {
                result.append(String(decoding: literal, as: UTF8.self), .template)
                literal = []
                name = []
            } else {
                literal.append(byte)
            }
        }
        if name != nil {
            throw ExpressionError(
                code: "unbalanced-bracket", message: "expected ']', found the end", offset: source.utf8.count)
        }
        result.append(String(decoding: literal, as: UTF8.self), .template)
        return result
    }

    /// The value with its type when the whole source is one bracket (`[CallStartTimeUTC]`), else its text.
    package func evaluateValue(_ context: EvaluationContext) throws(ExpressionError) -> Variable {
        let text = try evaluate(context)
        return Variable(.text(text.text), text.origins)
    }
}

/// A boolean expression of `If` and `SkipIf`: expression mode from the first character (spec 2.1).
package struct ConditionExpression: Sendable {
    package let source: String
    /// What is wrong with the source; every evaluation throws it.
    package let error: ExpressionError?
    /// The names it may read, in order of their offsets.
    package let references: [VariableReference]

    package init(_ source: String) {
        self.source = source
        error = nil
        references = []
    }

    /// Whether the condition holds.
    ///
    /// - Throws: also when the value is neither a Boolean nor the text of one.
    package func evaluate(_ context: EvaluationContext) throws(ExpressionError) -> Bool {
        throw ExpressionError(code: "not-supported", message: "conditions are not evaluated yet", offset: 0)
    }
}

/// A number expression: `MaxLength`, `ListPageSize`, `BearerExpiration`.
package struct NumberExpression: Sendable {
    package let source: String
    /// What is wrong with the source; every evaluation throws it.
    package let error: ExpressionError?
    /// The names it may read, in order of their offsets.
    package let references: [VariableReference]

    package init(_ source: String) {
        self.source = source
        error = nil
        references = []
    }

    /// Whether the source is empty, which templates mean as absent.
    package var isEmpty: Bool { source.isEmpty }

    /// The whole number, a fraction cut off; nil when the value is empty or no number.
    package func evaluate(_ context: EvaluationContext) throws(ExpressionError) -> Int64? {
        Int64(try TextExpression(source).evaluate(context).text)
    }
}
