// How dates and numbers are written somewhere. Immutable.

/// A culture as .NET has it: names, patterns and separators.
package struct Culture: Sendable {
    /// `de-AT`; empty for the invariant culture.
    package let name: String

    private init(invariant name: String) { self.name = name }

    /// .NET's invariant culture: English names, `MM/dd/yyyy`, `HH:mm:ss`, a decimal point.
    package static let invariant = Culture(invariant: "")

    /// The culture of that name (`de-AT`, `de_AT`, `de`), as ICU knows it; nil when it knows none.
    package init?(_ name: String) {
        guard !name.isEmpty else { return nil }
        self.name = name
    }
}
