// The documents of a server as it answers with them: guides, style sheet, description, files. Immutable.

package import DocumentPages
package import HTTPServer
package import HTTPWire
internal import Platform

/// What a server says under the paths of its documents. Each of them may name the address that customers reach the
/// server by.
package struct DocumentAnswers: Sendable {
    /// What a file is asked for with that takes a key.
    package struct FileKey: Sendable {
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
    private let fileKey: FileKey?
    private let refused: @Sendable (HTTPRequest) -> HTTPResponse

    /// - Parameters:
    ///   - publicOrigin: the address of the server; nil: each request's `Host` names it.
    ///   - fileKey: for files that a key can be filled into.
    ///   - refused: the server's own 400, with ``unusableHost``.
    package init(
        _ site: DocumentSite, publicOrigin: PublicOrigin?, fileKey: FileKey?,
        refused: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) {
        self.site = site
        self.publicOrigin = publicOrigin
        self.fileKey = fileKey
        self.refused = refused
    }

    /// The files that take a key first, then every document.
    package var routes: [Route] {
        let files: [(file: any KeyedFile, name: String)] =
            [(site.template3CX, "template_3cx")] + site.pbxFiles.map { ($0, "pbx_file") }
        return files.map { file, name in
            // What does not depend on the request is made now: its bytes, its compressed form, its tag.
            let plain = publicOrigin.map { response(file, origin: $0, key: nil).asArtifact() }
            return Route(.get, file.path, name: name) { .ready(serve(file, $0, plain: plain)) }
        }
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

    private func serve(_ file: any KeyedFile, _ request: HTTPRequest, plain: HTTPResponse?) -> HTTPResponse {
        guard let origin = origin(of: request) else { return refused(request) }
        // With a key in it a file is never compressed: beside it stands a `Host` that somebody has written.
        if let key = fileKey?.read(request) { return response(file, origin: origin, key: key) }
        return plain ?? response(file, origin: origin, key: nil).compressible()
    }

    private func response(_ file: any KeyedFile, origin: PublicOrigin, key: String?) -> HTTPResponse {
        var response = HTTPResponse(
            status: .ok, contentType: file.contentType, body: file.body(origin: origin, apiKey: key))
        response.add("Content-Disposition", file.contentDisposition)
        if let fileKey { response.add("Vary", fileKey.fields) }
        response.add("Cache-Control", Self.cacheControl(isShared: publicOrigin != nil && key == nil))
        return response
    }

    private static func cacheControl(isShared: Bool) -> String { isShared ? "public, max-age=300" : "no-store" }
}
