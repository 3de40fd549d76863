// The documents of a server as it answers with them: guides, style sheet, description, template. Immutable.

package import DocumentPages
package import HTTPServer
package import HTTPWire
internal import Platform

/// What a server says under the paths of its documents. Each of them may name the address that customers reach the
/// server by.
package struct DocumentAnswers: Sendable {
    /// What a template is asked for with.
    package struct TemplateKey: Sendable {
        /// The request fields that decide what is filled in.
        let fields: String
        let read: @Sendable (HTTPRequest) -> String?

        /// - Parameters:
        ///   - fields: the value of `Vary`.
        ///   - read: the key that a request carries in a header.
        package init(fields: String, read: @escaping @Sendable (HTTPRequest) -> String?) {
            self.fields = fields
            self.read = read
        }
    }

    /// What a request is told whose `Host` cannot be filled into a document.
    package static let unusableHost = "The Host field must be `host` or `host:port` for this document."

    private let site: DocumentSite
    private let publicOrigin: PublicOrigin?
    private let templateKey: TemplateKey?
    private let refused: @Sendable (HTTPRequest) -> HTTPResponse

    /// - Parameters:
    ///   - publicOrigin: the address of the server; nil: each request's `Host` names it.
    ///   - templateKey: for a template that a key can be filled into.
    ///   - refused: the server's own 400, with ``unusableHost``.
    package init(
        _ site: DocumentSite, publicOrigin: PublicOrigin?, templateKey: TemplateKey?,
        refused: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) {
        self.site = site
        self.publicOrigin = publicOrigin
        self.templateKey = templateKey
        self.refused = refused
    }

    /// The template first, then every document.
    package var routes: [Route] {
        // What does not depend on the request is made now: its bytes, its compressed form, its tag.
        let plainTemplate = publicOrigin.map { template(origin: $0, key: nil).asArtifact() }
        return [
            Route(.get, site.template3CX.path, name: "template_3cx") { .ready(template($0, plain: plainTemplate)) }
        ]
            + site.documents.map { document in
                let artifact =
                    isShared(document)
                    ? response(document, origin: publicOrigin ?? .placeholder).asArtifact() : nil
                return Route(.get, document.path, name: "document") { .ready(serve(document, $0, artifact)) }
            }
    }

    /// Where customers reach this server: as configured, or as the request names it. nil when its `Host` is unusable.
    package func origin(of request: HTTPRequest) -> PublicOrigin? {
        publicOrigin
            ?? request.authority.flatMap { PublicOrigin(scheme: request.isEncrypted ? .https : .http, host: $0) }
    }

    /// Whether every client gets the same bytes.
    private func isShared(_ document: ServedDocument) -> Bool { publicOrigin != nil || !document.dependsOnOrigin }

    private func serve(
        _ document: ServedDocument, _ request: HTTPRequest, _ artifact: HTTPResponse?
    ) -> HTTPResponse {
        guard let origin = origin(of: request) else { return refused(request) }
        return artifact ?? response(document, origin: origin).compressible()
    }

    private func response(_ document: ServedDocument, origin: PublicOrigin) -> HTTPResponse {
        var response = HTTPResponse(
            status: .ok, contentType: document.contentType, body: document.body(origin: origin))
        if let policy = document.contentSecurityPolicy { response.add("Content-Security-Policy", policy) }
        response.add("Cache-Control", Self.cacheControl(isShared: isShared(document)))
        return response
    }

    private func template(_ request: HTTPRequest, plain: HTTPResponse?) -> HTTPResponse {
        guard let origin = origin(of: request) else { return refused(request) }
        // With a key in it the template is never compressed: beside it stands a `Host` that somebody has written.
        if let key = templateKey?.read(request) { return template(origin: origin, key: key) }
        return plain ?? template(origin: origin, key: nil).compressible()
    }

    private func template(origin: PublicOrigin, key: String?) -> HTTPResponse {
        var response = HTTPResponse(
            status: .ok, contentType: ThreeCXTemplate.contentType,
            body: site.template3CX.body(origin: origin, apiKey: key))
        response.add("Content-Disposition", site.template3CX.contentDisposition)
        if let templateKey { response.add("Vary", templateKey.fields) }
        response.add("Cache-Control", Self.cacheControl(isShared: publicOrigin != nil && key == nil))
        return response
    }

    private static func cacheControl(isShared: Bool) -> String { isShared ? "public, max-age=300" : "no-store" }
}
