// The parameters of an instance as variables. Immutable.

internal import Platform

/// What the administrator has set, with the defaults for the rest.
struct ParameterValues: Sendable {
    /// Every parameter, `MaxLength` and the reserved `DestinationEmail`.
    let scope: VariableScope
    /// What must never be shown.
    let secrets: [String]
    /// Finds them in texts.
    let search: SecretSearch
    /// Given names that the template does not have, sorted.
    let unknown: [String]
    /// Names that nothing from outside may take, in lower case.
    let reservedNames: Set<String>

    /// Words in the name of a parameter that holds a secret although its type does not say so: templates declare
    /// client secrets and API keys as plain text.
    private static let secretWords = [
        "secret", "password", "passwd", "passphrase", "token", "apikey", "api_key", "privatekey", "accesskey",
    ]

    /// Names that the engine itself sets.
    static let predefined = [
        "Number", "MaxLength", "FoundRecordCount", "DestinationEmail", "RedirectUri", "Page", "PageSize",
    ]

    init(_ template: Template, _ given: [String: String], maxLength: Int) {
        var scope = VariableScope()
        var secrets: [String] = []
        for parameter in template.parameters {
            let text = given[parameter.name] ?? parameter.defaultValue
            let isSecret = Self.isSecret(parameter, text)
            if isSecret, !text.isEmpty { secrets.append(text) }
            scope.set(
                parameter.name,
                Variable(
                    .text(parameter.kind == .boolean ? Self.boolean(text) : text), isSecret ? .secret : .parameter))
        }
        scope.set("MaxLength", Variable(.integer(Int64(max(0, maxLength))), .template))
        scope.set("DestinationEmail", Variable(.text(""), .template))
        self.scope = scope
        self.secrets = secrets
        search = SecretSearch(secrets)
        let names = Set(template.parameters.map(\.name))
        unknown = given.keys.filter { !names.contains($0) }.sorted()
        reservedNames = Set((Self.predefined + names).map { $0.lowercased() })
    }

    /// By its type; else by its name, unless the text has to be read as an expression later, which a secret never is.
    private static func isSecret(_ parameter: Parameter, _ text: String) -> Bool {
        if parameter.kind.isSecret { return true }
        guard parameter.kind == .string, !text.utf8.contains(UInt8(ascii: "[")) else { return false }
        let name = parameter.name.lowercased()
        return secretWords.contains { name.contains($0) }
            && !["url", "uri", "host", "endpoint", "enabled"].contains { name.hasSuffix($0) }
    }

    /// `True` and `False` as conditions of templates expect them, whatever the case in which they were set.
    private static func boolean(_ text: String) -> String {
        switch text.lowercased() {
        case "true": "True"
        case "false": "False"
        default: text
        }
    }
}
