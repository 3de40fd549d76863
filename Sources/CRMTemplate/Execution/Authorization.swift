// What comes of granting access (OAuth). Values.

package import Platform

/// Why access could not be asked for or granted; the sentence is for people and holds no secret.
package struct AuthorizationError: Error, Sendable, Hashable {
    package let message: String

    package init(_ message: String) { self.message = message }
}

/// What the response scenario gave.
package struct AuthorizationResult: Sendable {
    /// The parameter's new value; nil when there is none.
    package let value: Secret?
    /// Why there is no value.
    package let error: AuthorizationError?
    /// The run of the response scenario, its results left out: they are secret.
    package let run: RunResult

    package init(value: Secret?, error: AuthorizationError?, run: RunResult) {
        self.value = value
        self.error = error
        self.run = run
    }
}
