// What can be known about a template without running it. A value; the parts of the check are extensions, one subject each.

/// Checks a template that was read.
struct TemplateLint {
    /// Findings of one file; what is more helps nobody.
    static let diagnosticsMax = 500

    let template: Template
    let sites: [ExpressionSite]
    let source: SourceText
    let flow: VariableFlow
    /// Where the Id of the authentication scenario stands.
    let authenticationPlace: SourcePosition?
    /// Where the values of attributes begin, by the place of their element.
    private let places: [SourcePosition: [String: SourcePosition]]
    private(set) var diagnostics: [Diagnostic] = []
    /// Whether nothing more is said.
    var isFull: Bool { diagnostics.count >= Self.diagnosticsMax }

    /// - Parameter reader: what has read the template.
    init(_ template: Template, _ reader: TemplateReader) {
        self.template = template
        sites = reader.sites
        places = reader.places
        authenticationPlace = reader.authenticationPlace
        source = reader.source
        flow = VariableFlow(template)
        checkParameters()
        checkScenarios()
        checkOutputs()
        checkExpressions()
        checkSlips()
        checkURLs()
        checkVariables()
        checkPasses()
    }

    mutating func report(
        _ severity: Diagnostic.Severity, _ code: DiagnosticCode, at position: SourcePosition, _ message: String,
        hint: String? = nil
    ) {
        guard !isFull else { return }
        diagnostics.append(Diagnostic(severity, code, at: position, message, hint: hint))
    }

    /// Where the value of an attribute begins; where the element stands when it has none.
    func place(_ element: SourcePosition, _ attribute: String) -> SourcePosition {
        places[element]?[attribute] ?? element
    }

    /// How a message calls a scenario: by its Id, or by what runs it.
    func name(_ index: Int) -> String {
        let scenario = template.scenarios[index]
        return scenario.id.isEmpty ? "the lookup in line \(scenario.position.line)" : scenario.id.cut
    }
}
