// A contact as scenarios give it. A value.

/// The outputs of one result: `FirstName`, `ContactUrl`, `PhoneBusiness`, … and an author's own, in the order of the
/// template, without empty ones.
package struct Contact: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package let fields: [Field]

    package init(_ fields: [Field]) { self.fields = fields }

    /// The value of an output; nil when it is absent or empty.
    package subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
}
