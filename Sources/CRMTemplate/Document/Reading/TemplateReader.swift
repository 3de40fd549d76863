// From the tree of a file to a typed template: the file's head, parameters and authentication. A value that lives for one
// reading; it gathers the findings and the expressions on the way, for the checks that follow.

/// Reads the tree of a template.
struct TemplateReader {
    let source: SourceText
    var diagnostics: [Diagnostic] = []
    /// Every expression of the template, in the order in which they were read.
    var sites: [ExpressionSite] = []
    /// Where the values of attributes begin, and the text of an element ("#"): by where the element stands, and name.
    var places: [SourcePosition: [String: SourcePosition]] = [:]
    /// Where the Id of the authentication scenario stands, or else what has none.
    var authenticationPlace: SourcePosition?
    /// Whose expressions are being read.
    var owner = ExpressionSite.Owner.template

    init(_ source: SourceText) { self.source = source }

    /// Lookups at once when the file says nothing (spec 1.3).
    static let concurrentRequestsDefault = 2
    /// Scenarios, and parameters, of a template. The largest ones have 24; what is checked grows with the square.
    static let scenariosMax = 256
    static let parametersMax = 256
    /// More at once would be an attack on the CRM; templates ask for 16 at most.
    static let concurrentRequestsMax = 64

    /// The template; nil when nothing of it could be run.
    mutating func template(_ root: XMLElement) -> Template? {
        guard root.name == "Crm" else {
            reportRoot(root)
            return nil
        }
        check(root, .crm)
        let name = required("Name", of: root)
        let version = integer("Version", of: root)
        if root["Version"]?.value.isEmpty != false {
            report(.warning, .missingAttribute, at: root.position, "Crm has no Version", hint: "add Version=\"1\"")
        }
        if root["Country"]?.value.isEmpty != false {
            report(
                .note, .missingAttribute, at: root.position, "Crm has no Country, which 3CX calls mandatory",
                hint: "add Country=\"US\"; nothing depends on it")
        }
        let numberElement = only("Number", of: root).map { readNumber($0) }
        let connection = only("Connection", of: root)
        let elements = all("Parameters", of: root).flatMap { read($0, .parameters, "Parameter") }
        let parameters = within(Self.parametersMax, elements, "parameters").compactMap { parameter($0) }
        owner = .template
        let authentication = readAuthentication(only("Authentication", of: root))
        let scenarios = readScenarios(root)
        let template = Template(
            name: name, version: version, country: text("Country", of: root),
            supportsEmojis: boolean("SupportsEmojis", of: root),
            supportsTranscription: boolean("SupportsTranscription", of: root),
            listPageSize: number(root["ListPageSize"]),
            number: numberElement ?? NumberElement(prefix: .asIs, maxLength: NumberExpression("")),
            maxConcurrentRequests: connection.map { concurrentRequests($0) } ?? Self.concurrentRequestsDefault,
            parameters: parameters, authentication: authentication ?? .none, scenarios: scenarios)
        diagnostics += TemplateLint(template, self).diagnostics
        return authentication == nil || scenarios.isEmpty ? nil : template
    }

    private mutating func reportRoot(_ root: XMLElement) {
        let inner = Self.crm(in: root)
        let hint =
            if root.name.lowercased() == "crm" {
                "write <Crm> and </Crm>: names of elements are case-sensitive"
            } else if let inner {
                "the file has a <Crm> in line \(inner.position.line): save that element as a file of its own"
            } else {
                "a template is <Crm Name=\"…\" Version=\"1\" Country=\"US\"> with <Number>, <Connection>, <Parameters>, "
                    + "<Authentication> and <Scenarios> in it; this file has another format, which 3CX does not read"
            }
        report(
            .error, .wrongRoot, at: root.position, "expected the root element <Crm>, found <\(root.name)>", hint: hint)
    }

    /// A template inside another format's file, such as the source of an Odoo module.
    private static func crm(in element: XMLElement) -> XMLElement? {
        for child in element.elements {
            if child.name == "Crm" { return child }
            if let inner = crm(in: child) { return inner }
        }
        return nil
    }

    // MARK: - Number and connection

    private mutating func readNumber(_ element: XMLElement) -> NumberElement {
        check(element, .number)
        return NumberElement(
            prefix: enumeration("Prefix", of: element, default: .asIs), maxLength: number(element["MaxLength"]))
    }

    private mutating func concurrentRequests(_ element: XMLElement) -> Int {
        check(element, .connection)
        guard let value = integer("MaxConcurrentRequests", of: element) else { return Self.concurrentRequestsDefault }
        guard value >= 1 else {
            report(
                .warning, .unknownValue, at: element["MaxConcurrentRequests"]?.valuePosition ?? element.position,
                "MaxConcurrentRequests is \(value)",
                hint: "write a number from 1; \(Self.concurrentRequestsDefault) is used")
            return Self.concurrentRequestsDefault
        }
        return min(value, Self.concurrentRequestsMax)
    }

    // MARK: - Parameters

    private mutating func parameter(_ element: XMLElement) -> Parameter? {
        let name = text("Name", of: element).trimmed
        owner = .parameter(name)
        check(element, .parameter)
        guard !name.isEmpty else {
            report(
                .error, .missingAttribute, at: element.position, "a parameter has no Name",
                hint: "add Name=\"…\"; without it the parameter cannot be read")
            return nil
        }
        let kind: Parameter.Kind = enumeration("Type", of: element, default: .string, isUsableAnyway: true)
        let oauth = kind == .oauth ? readOAuth(element, name) : nil
        return Parameter(
            name: name, kind: kind, title: text("Title", of: element), parent: text("Parent", of: element).trimmed,
            defaultValue: text("Default", of: element), listValues: listValues(text("ListValues", of: element)),
            oauth: oauth, position: element.position)
    }

    /// Separated by commas; by semicolons when there is no comma.
    private func listValues(_ text: String) -> [String] {
        text.split(separator: text.contains(",") ? "," : ";").map { String($0).trimmed }.filter { !$0.isEmpty }
    }

    private mutating func readOAuth(_ element: XMLElement, _ name: String) -> Parameter.OAuth {
        let oauth = Parameter.OAuth(
            requestURL: expression(element["RequestUrl"], of: element, .oauth),
            requestURLParameters: expression(element["RequestUrlParameters"], of: element, .oauth),
            responseScenario: text("ResponseScenario", of: element).trimmed)
        for (attribute, value) in [
            ("RequestUrl", oauth.requestURL.source), ("ResponseScenario", oauth.responseScenario),
        ]
        where value.isEmpty {
            report(
                .error, .oauthIncomplete, at: element.position, "the OAuth parameter \(name) has no \(attribute)",
                hint: attribute == "RequestUrl"
                    ? "add the address at which the user grants access"
                    : "add the Id of the scenario that trades [code] for the value of this parameter")
        }
        return oauth
    }

    // MARK: - Authentication

    /// nil, with an error, when the type is none that exists.
    private mutating func readAuthentication(_ element: XMLElement?) -> Authentication? {
        guard let element else { return Authentication.none }
        for child in element.elements where child.name == "Scenario" {
            report(
                .error, .misplacedElement, at: child.position, "a scenario stands inside <Authentication>",
                hint: "move it to <Scenarios> and write <Value>its Id</Value> here")
        }
        check(element, .authentication, besides: ["Scenario"])
        let value = only("Value", of: element)
        if let value { check(value, .authenticationValue) }
        let type = element["Type"]
        switch type?.value.trimmed.lowercased() {
        case nil, "":
            report(
                .warning, .missingAttribute, at: type?.valuePosition ?? element.position, "Authentication has no Type",
                hint: "write Type=\"No\", \"Basic\" or \"Scenario\"; it is taken for No")
            return Authentication.none
        case "no":
            spelling(type, "No")
            return Authentication.none
        case "basic":
            spelling(type, "Basic")
            if value.map({ PlacedText(textOf: $0).trimmed.isEmpty }) ?? true {
                report(
                    .error, .missingElement, at: element.position, "Basic authentication has no <Value>",
                    hint: "add <Value>user:password</Value>, with the parameters in brackets")
            }
            return .basic(
                expression(
                    value.map { PlacedText(textOf: $0).trimmed } ?? PlacedText(absentAt: element.position), .basic))
        case "scenario":
            spelling(type, "Scenario")
            let id = value.map { PlacedText(textOf: $0).trimmed.text } ?? ""
            authenticationPlace =
                id.isEmpty ? element.position : value.map { PlacedText(textOf: $0).trimmed.start(in: source) }
            // Decision 0.7: without Value it is the scenario called auth.
            return .scenario(id: id.isEmpty ? "auth" : id)
        case .some:
            report(
                .error, .authenticationType, at: type?.valuePosition ?? element.position,
                "\"\(type?.value ?? "")\" is no type of authentication", hint: authenticationHint(type?.value ?? ""))
            return nil
        }
    }

    private func authenticationHint(_ type: String) -> String {
        let lower = type.lowercased()
        if lower.hasPrefix("no") { return "write Type=\"No\"" }
        if lower.contains("oauth") || lower.contains("bearer") || lower.contains("token") {
            return
                "write Type=\"Scenario\" with <Value>Auth</Value>, a scenario with the Id Auth that outputs Bearer, and "
                + "for OAuth a <Parameter Type=\"OAuth\"> with RequestUrl, RequestUrlParameters and ResponseScenario"
        }
        if lower.contains("key") || lower.contains("header") {
            return "write Type=\"No\", and the key into <Headers> of each request"
        }
        return "write Type=\"No\", \"Basic\" or \"Scenario\""
    }
}
