// The documents as they are served: whole, linked to each other, and naming the right server.

import Platform
import Testing

@testable import DocumentPages

@Suite struct DocumentSiteTests {
    private static let pages = EmbeddedDocument.allCases.filter { $0.format == .markdown }
    private let site = DocumentSite()
    private let origin = PublicOrigin(url: "https://lookup.example.net:8443") ?? .placeholder

    private func text(_ document: EmbeddedDocument) throws -> String {
        let served = try #require(site.document(at: document.servedPath))
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
    func `every guide is a page of its own with a title`(document: EmbeddedDocument) throws {
        let page = try text(document)
        #expect(page.hasPrefix("<!doctype html>"))
        #expect(page.hasSuffix("</html>\n"))
        #expect(!page.contains("<title></title>"))
        #expect(page.contains("<h1>"))
        #expect(!page.contains("<!-- raw HTML omitted -->"))
        let served = try #require(site.document(at: document.servedPath))
        #expect(served.contentType == "text/html; charset=utf-8")
        #expect(served.contentSecurityPolicy == PageShell.contentSecurityPolicy)
    }

    @Test(arguments: pages)
    func `links inside the site lead to something that is served`(document: EmbeddedDocument) throws {
        let page = try text(document)
        let others = ["/api/health", "/metrics", "/integrations/3cx/numbers-online.crm.xml"]
        let paths = Set(site.documents.map(\.path) + others)
        for target in page.split(separator: "href=\"").dropFirst().map({ $0.prefix { $0 != "\"" } }) {
            let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let path = String(parts[0])
            guard path.isEmpty || path.hasPrefix("/") else { continue }
            #expect(path.isEmpty || paths.contains(path), "\(target) in \(document.repositoryPath)")
            guard parts.count == 2 else { continue }
            let page = path.isEmpty ? page : try #require(site.document(at: path).map(body))
            #expect(page.contains("id=\"\(parts[1])\""), "\(target) in \(document.repositoryPath)")
        }
    }

    private func body(_ document: ServedDocument) -> String {
        String(decoding: document.body(origin: origin), as: UTF8.self)
    }

    @Test(arguments: pages)
    func `pages load and run nothing but the style sheet`(document: EmbeddedDocument) throws {
        let page = try text(document)
        for forbidden in ["<script", "<style", " style=", "<iframe", "<img", " onclick", "javascript:"] {
            #expect(!page.contains(forbidden))
        }
        #expect(page.contains("<link rel=\"stylesheet\" href=\"/docs/style.css\">"))
    }

    @Test(arguments: pages)
    func `the public address stands in place of the written one`(document: EmbeddedDocument) throws {
        #expect(!(try text(document)).contains("https://numbers.online"))
    }

    @Test func `the guide for 3CX names the server`() throws {
        let page = try text(.integration3CX)
        #expect(page.contains("https://lookup.example.net:8443/integrations/3cx/numbers-online.crm.xml"))
        #expect(try #require(site.document(at: "/docs/integrations/3cx")).dependsOnOrigin)
    }

    @Test func `the description is served as it is in the repository`() throws {
        let served = try #require(site.document(at: "/api/spec"))
        #expect(served.contentType == "application/json")
        #expect(!served.dependsOnOrigin)
        #expect(served.body(origin: origin) == EmbeddedDocument.openAPI.bytes)
    }

    @Test(arguments: [
        "", "/", "/docs/", "/docs/missing", "/docs/../docs", "/DOCS", "/integrations/3cx/numbers-online.crm.xml",
    ])
    func `nothing is served under other paths`(path: String) {
        #expect(site.document(at: path) == nil)
    }

    @Test func `a page escapes its title and can be kept out of search engines`() {
        let page = String(
            decoding: PageShell.page(title: "</title><script>", bodyHTML: "<p>x</p>", isIndexed: false), as: UTF8.self)
        #expect(page.contains("<title>&lt;/title&gt;&lt;script&gt;</title>"))
        #expect(page.contains("<meta name=\"robots\" content=\"noindex, nofollow\">"))
        let indexed = String(decoding: PageShell.page(title: "x", bodyHTML: ""), as: UTF8.self)
        #expect(!indexed.contains("robots"))
    }
}
