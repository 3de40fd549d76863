// What can be known about a template without running it. A value; everything is computed by its parts.

/// Checks a template that was read.
struct TemplateLint {
    /// Findings of one file; what is more helps nobody.
    static let diagnosticsMax = 2_000

    let template: Template
    let sites: [ExpressionSite]
    let source: SourceText

    init(_ template: Template, _ sites: [ExpressionSite], _ source: SourceText) {
        self.template = template
        self.sites = sites
        self.source = source
    }

    var diagnostics: [Diagnostic] { [] }
}
