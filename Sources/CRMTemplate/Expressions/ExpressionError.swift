// Why an expression could not be read or evaluated. A value.

/// An error of an expression. The sentence never holds the value of a variable, only names, types and template text.
package struct ExpressionError: Error, Sendable, Hashable {
    /// A stable name in kebab case: `unbalanced-bracket`, `unknown-function`, `null-method`, `not-boolean`, `too-long`.
    package let code: String
    /// What was found and what was expected.
    package let message: String
    /// Where in the source of the expression, in UTF-8 bytes from 0.
    package let offset: Int

    package init(code: String, message: String, offset: Int) {
        self.code = code
        self.message = message
        self.offset = offset
    }
}
