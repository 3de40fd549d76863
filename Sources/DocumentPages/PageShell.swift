// The one frame that every HTML page of the server has. Constant text, no state.

package import Platform

/// The frame of every page: document head, navigation, footer.
package enum PageShell {
    /// The policy that goes with every page as `Content-Security-Policy`: nothing but the server's own style sheet is
    /// loaded, nothing runs, nobody may frame it.
    package static let contentSecurityPolicy =
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'"

    /// The content type of a page.
    package static let contentType = "text/html; charset=utf-8"

    /// A whole page around `bodyHTML`.
    ///
    /// - Parameters:
    ///   - title: plain text, escaped here.
    ///   - bodyHTML: what stands inside `main`.
    ///   - site: the server that the page is on.
    ///   - isIndexed: false tells search engines to leave the page out.
    package static func page(title: String, bodyHTML: HTMLFragment, site: ServerSite, isIndexed: Bool = true) -> [UInt8]
    {
        let robots: HTMLFragment = isIndexed ? "" : "<meta name=\"robots\" content=\"noindex, nofollow\">\n"
        let page: HTMLFragment = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            \(robots)<title>\(title)</title>
            <link rel="icon" href="data:,">
            <link rel="stylesheet" href="\(EmbeddedDocument.styleSheet.servedPath)">
            </head>
            <body>
            <header>
            <nav>
            <a href="\(EmbeddedDocument.index.servedPath)">\(site.name)</a>
            <a href="\(site.guide.servedPath)">API</a>
            <a href="\(EmbeddedDocument.integrations.servedPath)">Integrations</a>
            <a href="\(EmbeddedDocument.openAPI.servedPath)">OpenAPI</a>
            </nav>
            </header>
            <main>
            \(bodyHTML)</main>
            <footer>
            <p>\(site.footer)</p>
            </footer>
            </body>
            </html>

            """
        return Array(page.html.utf8)
    }
}
