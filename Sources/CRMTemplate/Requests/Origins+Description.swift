// Origins in words. Pure functions.

extension Origins {
    /// Where a text comes from, for the sentences of errors: "a parameter".
    var description: String {
        if contains(.data) { return "a value of the call, the contact or a response" }
        if contains(.authentication) { return "a value of the authentication" }
        return isEmpty ? "the template" : "a parameter"
    }
}
