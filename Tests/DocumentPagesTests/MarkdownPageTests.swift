// Markdown becomes HTML that holds nothing but what the guide says.

import Platform
import Testing

@testable import DocumentPages

@Suite struct MarkdownPageTests {
    private func render(_ markdown: String, link: (String) -> String? = { $0 }) -> MarkdownPage {
        MarkdownPage(markdown: Array(markdown.utf8), link: link)
    }

    @Test(arguments: [
        ("# One *two* `three`\n\n# Four", "One two three"),
        ("Text first\n\n## Then", "Then"),
        ("No heading", ""),
        ("", ""),
    ])
    func `the title is the text of the first heading`(markdown: String, title: String) {
        #expect(render(markdown).title == title)
    }

    @Test func `headings get anchors and repeated ones a number`() {
        let html = render("## How it's billed\n\n## Errors\n\n## Errors\n").bodyHTML.html
        #expect(
            html == """
                <h2><span id="how-its-billed"></span>How it's billed</h2>
                <h2><span id="errors"></span>Errors</h2>
                <h2><span id="errors-1"></span>Errors</h2>

                """)
    }

    @Test(arguments: [
        ("a <script>alert(1)</script> b", "<script"),
        ("<img src=x onerror=alert(1)>", "<img"),
        ("[x](javascript:alert(1))", "javascript"),
        ("[x](vbscript:alert(1))", "vbscript"),
        ("# <svg onload=alert(1)>", "<svg"),
        ("# \" onclick=\"x", "onclick=\""),
    ])
    func `raw HTML and script links are left out`(markdown: String, forbidden: String) {
        #expect(!render(markdown).bodyHTML.html.contains(forbidden))
    }

    @Test func `code is shown as written`() {
        #expect(render("`<b>` &amp;").bodyHTML.html == "<p><code>&lt;b&gt;</code> &amp;</p>\n")
    }

    @Test func `a link is rewritten, and one without a served form becomes its text`() {
        let html = render("[a](x.md#y) and [**b** `c`](gone.txt)") { $0 == "x.md#y" ? "/docs/x#y" : nil }.bodyHTML.html
        #expect(html == "<p><a href=\"/docs/x#y\">a</a> and <strong>b</strong> <code>c</code></p>\n")
    }

    @Test func `bytes that are not UTF-8 become replacement characters`() {
        #expect(MarkdownPage(markdown: [0x61, 0xFF, 0x62]) { $0 }.bodyHTML.html == "<p>a\u{FFFD}b</p>\n")
    }

    @Test(arguments: [
        (EmbeddedDocument.index, "api.md", "/docs/api"),
        (.index, "./api.md#errors", "/docs/api#errors"),
        (.index, "integrations/3cx.md", "/docs/integrations/3cx"),
        (.integration3CX, "../api.md", "/docs/api"),
        (.integration3CX, "../../Templates/numbers-online.crm.xml", "/integrations/3cx/numbers-online.crm.xml"),
        (.api, "openapi/lookup.json", "/api/spec"),
        (.api, "#errors", "#errors"),
        (.api, "/metrics", "/metrics"),
        (.api, "https://example.com/a.md", "https://example.com/a.md"),
        (.api, "mailto:x@example.com", "mailto:x@example.com"),
    ])
    func `links that work in the repository work on the server`(
        document: EmbeddedDocument, target: String, served: String
    ) {
        #expect(DocumentLink.served(target, in: document, on: .lookup) == served)
    }

    @Test(arguments: [
        (EmbeddedDocument.index, "middleware.md", "/docs/middleware"),
        (.integrations, "crm-3cx.md#install", "/docs/integrations/crm-3cx#install"),
        (.crm3CX, "../../Templates/crm-middleware.crm.xml", "/integrations/3cx/crm-middleware.crm.xml"),
        (.middleware, "openapi/middleware.json", "/api/spec"),
        (.middleware, "nocli.md", "/docs/nocli"),
    ])
    func `the middleware's links lead to its own documents`(
        document: EmbeddedDocument, target: String, served: String
    ) {
        #expect(DocumentLink.served(target, in: document, on: .middleware) == served)
    }

    @Test(arguments: [
        (ServerSite.lookup, "middleware.md"), (.lookup, "openapi/middleware.json"), (.middleware, "api.md"),
        (.middleware, "openapi/lookup.json"), (.middleware, "integrations/3cx.md"),
    ])
    func `a link to what only the other server serves has no served form`(site: ServerSite, target: String) {
        #expect(DocumentLink.served(target, in: .index, on: site) == nil)
    }

    @Test(arguments: [
        (EmbeddedDocument.index, "missing.md"),
        (.index, "../README.md"),
        (.index, "../../api.md"),
        (.integration3CX, "api.md"),
        (.index, ""),
        (.index, "API.md"),
    ])
    func `a link to a file that is not served has no served form`(document: EmbeddedDocument, target: String) {
        #expect(DocumentLink.served(target, in: document, on: .lookup) == nil)
    }
}
