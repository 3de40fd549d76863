// The documents as they are served: whole, linked to each other, and naming the right server.

import Platform
import Testing

@testable import DocumentPages

@Suite struct DocumentSiteTests {
    /// Every page of every server.
    private static let pages = ServerSite.allCases.flatMap { site in
        EmbeddedDocument.allCases.filter { $0.format == .markdown && $0.sites.contains(site) }.map { (site, $0) }
    }
    private static let sites = Dictionary(uniqueKeysWithValues: ServerSite.allCases.map { ($0, DocumentSite($0)) })
    private let origin = PublicOrigin(url: "https://lookup.example.net:8443") ?? .placeholder

    private func documents(_ site: ServerSite) throws -> DocumentSite { try #require(Self.sites[site]) }

    private func text(_ document: EmbeddedDocument, on site: ServerSite) throws -> String {
        let served = try #require(try documents(site).document(at: document.servedPath))
        return String(decoding: served.body(origin: origin), as: UTF8.self)
    }

    @Test(arguments: EmbeddedDocument.allCases)
    func `every document is embedded whole`(document: EmbeddedDocument) {
        let bytes = document.bytes
        #expect(bytes.count > 500)
        #expect(bytes.last == UInt8(ascii: "\n"))
        #expect(!bytes.contains(0))
    }

    @Test(arguments: pages)
    func `every guide is a page of its own with a title`(site: ServerSite, document: EmbeddedDocument) throws {
        let page = try text(document, on: site)
        #expect(page.hasPrefix("<!doctype html>"))
        #expect(page.hasSuffix("</html>\n"))
        #expect(!page.contains("<title></title>"))
        #expect(page.contains("<h1>"))
        #expect(!page.contains("<!-- raw HTML omitted -->"))
        let served = try #require(try documents(site).document(at: document.servedPath))
        #expect(served.contentType == "text/html; charset=utf-8")
        #expect(served.contentSecurityPolicy == PageShell.contentSecurityPolicy)
    }

    @Test(arguments: pages)
    func `links inside the site lead to something that is served`(site: ServerSite, document: EmbeddedDocument) throws {
        let page = try text(document, on: site)
        let documents = try documents(site)
        let paths = Set(
            documents.documents.map(\.path) + ["/api/health", "/metrics", documents.template3CX.path]
                + documents.pbxFiles.map(\.path))
        for target in page.split(separator: "href=\"").dropFirst().map({ $0.prefix { $0 != "\"" } }) {
            let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let path = String(parts[0])
            guard path.isEmpty || path.hasPrefix("/") else { continue }
            #expect(path.isEmpty || paths.contains(path), "\(target) in \(document.repositoryPath)")
            guard parts.count == 2 else { continue }
            let page = path.isEmpty ? page : try #require(documents.document(at: path).map(body))
            #expect(page.contains("id=\"\(parts[1])\""), "\(target) in \(document.repositoryPath)")
        }
    }

    private func body(_ document: ServedDocument) -> String {
        String(decoding: document.body(origin: origin), as: UTF8.self)
    }

    @Test(arguments: pages)
    func `pages load and run nothing but the style sheet`(site: ServerSite, document: EmbeddedDocument) throws {
        let page = try text(document, on: site)
        for forbidden in ["<script", "<style", " style=", "<iframe", "<img", " onclick", "javascript:"] {
            #expect(!page.contains(forbidden))
        }
        #expect(page.contains("<link rel=\"stylesheet\" href=\"/docs/style.css\">"))
    }

    @Test(arguments: pages)
    func `the public address stands in place of the written one`(site: ServerSite, document: EmbeddedDocument) throws {
        #expect(!(try text(document, on: site)).contains("https://numbers.online"))
    }

    @Test(arguments: [
        (ServerSite.lookup, EmbeddedDocument.integration3CX), (.middleware, .crm3CX),
    ])
    func `the guide for 3CX names the server`(site: ServerSite, guide: EmbeddedDocument) throws {
        let documents = try documents(site)
        let page = try text(guide, on: site)
        #expect(page.contains("https://lookup.example.net:8443" + documents.template3CX.path))
        #expect(try #require(documents.document(at: guide.servedPath)).dependsOnOrigin)
    }

    @Test(arguments: [(ServerSite.lookup, EmbeddedDocument.openAPI), (.middleware, .middlewareOpenAPI)])
    func `the description is served as it is in the repository`(site: ServerSite, description: EmbeddedDocument) throws
    {
        let served = try #require(try documents(site).document(at: "/api/spec"))
        #expect(served.contentType == "application/json")
        #expect(!served.dependsOnOrigin)
        #expect(served.body(origin: origin) == description.bytes)
    }

    /// Both are run, administered and read about in the same way; what speaks of one API alone is on its own server.
    @Test func `each server serves its own documents and those about both`() throws {
        let shared = [
            "/docs", "/docs/operating", "/docs/nocli", "/docs/design", "/docs/templates", "/docs/style.css",
            "/integrations", "/api/spec",
        ]
        let guides = ["3cx", "asterisk", "freepbx-superfecta", "freeswitch-fusionpbx", "microsip"]
        let lookup = shared + ["/docs/api", "/docs/spam-signal"] + guides.map { "/docs/integrations/" + $0 }
        let middleware =
            shared + [
                "/docs/middleware", "/docs/integrations/crm-3cx", "/docs/integrations/crm-freeswitch",
                "/docs/integrations/crm-asterisk",
            ]
        #expect(try documents(.lookup).documents.map(\.path).sorted() == lookup.sorted())
        #expect(try documents(.middleware).documents.map(\.path).sorted() == middleware.sorted())
        for document in EmbeddedDocument.allCases { #expect(!document.sites.isEmpty, "\(document)") }
    }

    @Test func `a page leads to the API of its own server`() throws {
        let lookup = try text(.operating, on: .lookup)
        #expect(lookup.contains(">Number lookup</a>") && lookup.contains("<a href=\"/docs/api\">API</a>"))
        let middleware = try text(.operating, on: .middleware)
        #expect(middleware.contains(">CRM middleware</a>"))
        #expect(middleware.contains("<a href=\"/docs/middleware\">API</a>"))
        #expect(!middleware.contains("/docs/api"))
    }

    @Test(arguments: ServerSite.allCases)
    func `nothing is served under other paths`(site: ServerSite) throws {
        let documents = try documents(site)
        for path in ["", "/", "/docs/", "/docs/missing", "/docs/../docs", "/DOCS", documents.template3CX.path] {
            #expect(documents.document(at: path) == nil)
        }
    }

    @Test func `a page escapes its title and can be kept out of search engines`() {
        let page = String(
            decoding: PageShell.page(title: "</title><script>", bodyHTML: "<p>x</p>", site: .lookup, isIndexed: false),
            as: UTF8.self)
        #expect(page.contains("<title>&lt;/title&gt;&lt;script&gt;</title>"))
        #expect(page.contains("<meta name=\"robots\" content=\"noindex, nofollow\">"))
        let indexed = String(decoding: PageShell.page(title: "x", bodyHTML: "", site: .lookup), as: UTF8.self)
        #expect(!indexed.contains("robots"))
    }
}
