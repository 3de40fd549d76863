// Markdown to HTML through libcmark. The parse tree belongs to `MarkdownTree`, which frees it; nothing of libcmark
// leaves this file.

internal import CCMark
internal import Platform

/// A Markdown document turned into the inside of a page.
struct MarkdownPage: Hashable, Sendable {
    /// The text of the first heading, empty when there is none.
    let title: String
    let bodyHTML: HTMLFragment

    /// Renders CommonMark. Raw HTML in the source is left out, and so are links to `javascript:` and its like
    /// (libcmark's default). Every heading gets an anchor made from its text.
    ///
    /// - Parameter link: gives the served form of a link's target; nil removes the link and keeps its text.
    init(markdown: [UInt8], link: (String) -> String?) {
        let tree = MarkdownTree(markdown)
        var title: String?
        var anchors: [String: Int] = [:]
        tree.visit { node in
            switch cmark_node_get_type(node) {
            case CMARK_NODE_HEADING:
                let text = MarkdownTree.text(of: node)
                title = title ?? text
                let base = MarkdownPage.anchor(for: text)
                let repeats = anchors[base, default: 0]
                anchors[base] = repeats + 1
                MarkdownTree.prependAnchor(repeats == 0 ? base : "\(base)-\(repeats)", to: node)
            case CMARK_NODE_LINK:
                let target = cmark_node_get_url(node).map { String(cString: $0) } ?? ""
                if let served = link(target) {
                    cmark_node_set_url(node, served)
                } else {
                    MarkdownTree.replaceWithChildren(node)
                }
            default:
                break
            }
        }
        self.title = title ?? ""
        bodyHTML = HTMLFragment(trusted: tree.html())
    }

    /// The anchor of a heading, as GitHub makes it: lower case, spaces become hyphens, punctuation is left out. What is
    /// left consists of letters, digits, hyphens and underscores, so it needs no escaping.
    static func anchor(for heading: String) -> String {
        var anchor = ""
        for scalar in heading.lowercased().unicodeScalars {
            if scalar == " " || scalar == "-" {
                anchor += "-"
            } else if scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                anchor.unicodeScalars.append(scalar)
            }
        }
        return anchor
    }
}

/// The parse tree of one document, freed with it.
private struct MarkdownTree: ~Copyable {
    private let root: OpaquePointer?

    init(_ markdown: [UInt8]) {
        root = markdown.withUnsafeBytes { bytes in
            cmark_parse_document(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count,
                CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8)
        }
    }

    deinit {
        cmark_node_free(root)
    }

    /// Calls `body` with each node after all of its children; it may change, replace or free that node (cmark(3),
    /// "Iterator": nodes are modified only after their exit event).
    func visit(_ body: (OpaquePointer) -> Void) {
        let iterator = cmark_iter_new(root)
        defer { cmark_iter_free(iterator) }
        while true {
            switch cmark_iter_next(iterator) {
            case CMARK_EVENT_EXIT:
                if let node = cmark_iter_get_node(iterator) { body(node) }
            case CMARK_EVENT_DONE:
                return
            default:
                break
            }
        }
    }

    /// The document as HTML.
    func html() -> String {
        guard let text = cmark_render_html(root, CMARK_OPT_DEFAULT) else { return "" }
        defer { free(text) }
        return String(cString: text)
    }

    /// The text of a node without its markup.
    static func text(of node: OpaquePointer) -> String {
        var text = cmark_node_get_literal(node).map { String(cString: $0) } ?? ""
        var child = cmark_node_first_child(node)
        while let current = child {
            text += Self.text(of: current)
            child = cmark_node_next(current)
        }
        return text
    }

    /// Puts an element with this id before the content of a heading. libcmark writes no ids itself, and its HTML nodes
    /// are left out in safe mode; custom nodes are not.
    static func prependAnchor(_ id: String, to heading: OpaquePointer) {
        let anchor = cmark_node_new(CMARK_NODE_CUSTOM_INLINE)
        cmark_node_set_on_enter(anchor, "<span id=\"\(id)\"></span>")
        cmark_node_prepend_child(heading, anchor)
    }

    /// Moves the children of `node` to its place and frees it.
    static func replaceWithChildren(_ node: OpaquePointer) {
        while let child = cmark_node_first_child(node) {
            cmark_node_insert_before(node, child)
        }
        cmark_node_free(node)
    }
}
