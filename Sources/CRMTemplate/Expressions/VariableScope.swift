// The variables an evaluation sees. A value.

/// A value with where it came from.
package struct Variable: Sendable, Hashable {
    package let value: Value
    package let origins: Origins

    package init(_ value: Value, _ origins: Origins) {
        self.value = value
        self.origins = origins
    }
}
