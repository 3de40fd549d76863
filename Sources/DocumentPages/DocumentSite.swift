// Everything that is served from the documents inside the program. Built once at start, immutable afterwards, so that
// any number of event loops may read it.

internal import Platform

/// A document as the server answers with it.
package struct ServedDocument: Hashable, Sendable {
    /// The path it answers under.
    package let path: String
    /// The value of `Content-Type`.
    package let contentType: String
    /// The value of `Content-Security-Policy`, for pages.
    package let contentSecurityPolicy: String?
    /// Whether the bytes depend on the public origin. If so and the origin was read from the request, the answer must
    /// be `Cache-Control: no-store`.
    package var dependsOnOrigin: Bool { text.namesOrigin }

    private let text: OriginText

    init(path: String, contentType: String, contentSecurityPolicy: String?, text: OriginText) {
        self.path = path
        self.contentType = contentType
        self.contentSecurityPolicy = contentSecurityPolicy
        self.text = text
    }

    /// The bytes with this origin in every place where the public address stands.
    package func body(origin: PublicOrigin) -> [UInt8] {
        // An origin has no character that HTML, CSS or JSON would read as more than text; escaping it here costs nothing
        // and keeps that true should the grammar ever be widened.
        text.filled(with: HTMLFragment(escaping: origin.url).html)
    }
}

/// The documents of one server: guides as pages, the style sheet, its OpenAPI description and its 3CX template.
package struct DocumentSite: Sendable {
    /// Every document but the files, in the order of `EmbeddedDocument`.
    package let documents: [ServedDocument]
    /// The 3CX template.
    package let template3CX: ThreeCXTemplate
    /// Files for other phone systems.
    package let pbxFiles: [PBXFile]

    /// Renders every page of the server.
    package init(_ site: ServerSite) {
        let own = EmbeddedDocument.allCases.filter { $0.sites.contains(site) }
        documents = own.compactMap { Self.serve($0, on: site) }
        pbxFiles = own.compactMap { PBXFile($0) }
        template3CX = ThreeCXTemplate(of: site)
    }

    /// The document under `path` (decoded, without query), or nil. The files that take a key are not among
    /// them: they have inputs of their own.
    package func document(at path: String) -> ServedDocument? {
        documents.first { $0.path == path }
    }

    private static func serve(_ document: EmbeddedDocument, on site: ServerSite) -> ServedDocument? {
        switch document.format {
        case .markdown:
            let rendered = MarkdownPage(markdown: document.bytes) { DocumentLink.served($0, in: document, on: site) }
            return ServedDocument(
                path: document.servedPath, contentType: PageShell.contentType,
                contentSecurityPolicy: PageShell.contentSecurityPolicy,
                text: OriginText(PageShell.page(title: rendered.title, bodyHTML: rendered.bodyHTML, site: site)))
        case .css:
            return ServedDocument(
                path: document.servedPath, contentType: "text/css; charset=utf-8", contentSecurityPolicy: nil,
                text: OriginText(document.bytes))
        case .json:
            return ServedDocument(
                path: document.servedPath, contentType: "application/json", contentSecurityPolicy: nil,
                text: OriginText(document.bytes))
        case .crmTemplate, .pbxFile:
            return nil
        }
    }
}
