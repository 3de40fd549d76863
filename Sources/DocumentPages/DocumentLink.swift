// Where a link in a document leads once the document is served. Pure functions.

/// Turns links that work in the repository into links that work on the server.
enum DocumentLink {
    /// The served form of `target`, a link as it stands in `document`, on one of the servers.
    ///
    /// Links to other sites, to served paths and inside the page stay as they are. A relative link to a document of the
    /// same server becomes its served path, with its fragment; one to any other file of the repository has no served
    /// form (nil).
    static func served(_ target: String, in document: EmbeddedDocument, on site: ServerSite) -> String? {
        if target.hasPrefix("#") || target.hasPrefix("/") || hasScheme(target) { return target }
        let path = target.prefix { $0 != "#" }
        let fragment = target.dropFirst(path.count)
        let folder = document.repositoryPath.split(separator: "/").dropLast()
        guard let resolved = resolve(String(path), in: Array(folder)) else { return nil }
        return EmbeddedDocument.allCases.first { $0.repositoryPath == resolved && $0.sites.contains(site) }
            .map { $0.servedPath + fragment }
    }

    /// Joins a relative path to a folder; nil when it leaves the repository.
    private static func resolve(_ path: String, in folder: [Substring]) -> String? {
        var steps = folder
        for step in path.split(separator: "/") {
            switch step {
            case ".": continue
            case "..": if steps.popLast() == nil { return nil }
            default: steps.append(step)
            }
        }
        return steps.joined(separator: "/")
    }

    /// Whether the text starts with a URI scheme (RFC 3986 §3.1).
    private static func hasScheme(_ text: String) -> Bool {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), colon != text.startIndex else { return false }
        return text.utf8[..<colon].allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
    }
}
