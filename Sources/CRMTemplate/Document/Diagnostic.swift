// What is wrong with a template, as a compiler would say it. A value.

/// One finding about a template file.
package struct Diagnostic: Sendable, Hashable {
    /// How grave a finding is.
    package enum Severity: String, Sendable, Hashable, CaseIterable {
        /// The template cannot run, or a part of it can never do what it is for.
        case error
        /// It runs, but most likely not as its author means.
        case warning
        /// Worth knowing; nothing has to change.
        case note
    }

    package let severity: Severity
    /// A stable name in kebab case, for filters and documentation: `unknown-scenario`, `undefined-variable`.
    package let code: String
    package let position: SourcePosition
    /// What was found, in one sentence; never the value of a secret.
    package let message: String
    /// What to do about it; nil when the message says it already.
    package let hint: String?

    package init(
        _ severity: Severity, _ code: String, at position: SourcePosition, _ message: String, hint: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.position = position
        self.message = message
        self.hint = hint
    }
}
