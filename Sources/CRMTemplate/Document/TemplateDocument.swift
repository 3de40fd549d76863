// A template file as a whole: what it says, and everything that is wrong with it. Immutable.

/// A template file, read. Never throws: what cannot be read is told by the diagnostics.
package struct TemplateDocument: Sendable {
    /// What the file says; nil when nothing can be run: it is no XML, it is no template, it names an authentication that
    /// does not exist, or it has no scenario. A template with errors besides is there, and runs as far as it goes.
    package let template: Template?
    /// In the order of the file.
    package let diagnostics: [Diagnostic]
    /// The file as UTF-8, which positions and ``DiagnosticText`` refer to.
    package let source: [UInt8]

    /// - Parameter bytes: the file as it is.
    package init(_ bytes: [UInt8]) {
        do throws(XMLError) {
            guard bytes.count <= XMLLimits.template.bytes else {
                // Reports it.
                _ = try XMLElement.read(bytes, limits: .template)
                self.init(source: [], template: nil, [])
                return
            }
            let source = try XMLEncoding.utf8(bytes)
            do throws(XMLError) {
                let root = try XMLElement.read(utf8: source, limits: .template)
                var reader = TemplateReader(SourceText(source))
                let template = reader.template(root)
                self.init(source: source, template: template, reader.diagnostics)
            } catch {
                self.init(source: source, template: nil, [Diagnostic(error)])
            }
        } catch {
            self.init(source: error.kind == .tooLarge ? [] : bytes, template: nil, [Diagnostic(error)])
        }
    }

    private init(source: [UInt8], template: Template?, _ diagnostics: [Diagnostic]) {
        self.source = source
        self.template = template
        self.diagnostics = diagnostics.enumerated()
            .sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }
            .map(\.element)
    }

    /// Whether a part of the template can never do what it is for.
    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

extension Diagnostic {
    fileprivate init(_ error: XMLError) {
        let code: DiagnosticCode =
            switch error.kind {
            case .empty, .notWellFormed, .encoding: .notXML
            case .documentType, .tooLarge, .tooDeep, .tooManyNodes, .tooManyAttributes: .hostileXML
            }
        self.init(.error, code, at: error.position, error.message, hint: error.hint)
    }
}
