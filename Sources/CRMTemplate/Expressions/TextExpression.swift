// The three places where a template holds expressions. Immutable; parsed once when they are made.

/// A name an expression reads, for checking it without running anything.
package struct VariableReference: Sendable, Hashable {
    package let name: String
    /// In UTF-8 bytes from the start of the source.
    package let offset: Int

    package init(name: String, offset: Int) {
        self.name = name
        self.offset = offset
    }
}

/// A string expression: literal text with `[…]` in it (spec 2.2), evaluated `max(1, passes)` times.
package struct TextExpression: Sendable {
    package let source: String
    /// How often it is evaluated, 1 or more.
    package let passes: Int

    /// Parses the text; an error is kept in ``error`` and thrown by each evaluation.
    package init(_ source: String, passes: Int = 1) {
        self.source = source
        self.passes = max(1, passes)
    }

    /// Whether the source is empty, which templates mean as absent.
    package var isEmpty: Bool { source.isEmpty }
}

/// A boolean expression of `If` and `SkipIf`: expression mode from the first character (spec 2.1).
package struct ConditionExpression: Sendable {
    package let source: String

    package init(_ source: String) { self.source = source }
}

/// A number expression: `MaxLength`, `ListPageSize`, `BearerExpiration`.
package struct NumberExpression: Sendable {
    package let source: String

    package init(_ source: String) { self.source = source }
}
