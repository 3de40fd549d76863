// The account of what a rule looked at, bounded and fit for people. Confined to the search it is made for.

internal import JSONText

/// Collects the first nodes of a rule and counts the rest.
final class RuleAccount {
    private let content: ResponseTree.Content?
    private let matching: MatchingContext
    private var nodes: [Trace.RuleNode] = []
    private var more = 0

    init(_ tree: ResponseTree, _ matching: MatchingContext) {
        content = tree.content
        self.matching = matching
    }

    func add(_ node: JSONDocument.Node, _ view: JSONView, _ passed: Bool) {
        guard let content, nodes.count < ResponseTree.explainedNodes else {
            more += 1
            return
        }
        let text: TraceText
        if matching.isSecret {
            text = TraceText("<redacted>")
        } else {
            text =
                content.withLeafText(of: node, view) { Self.cut(String(decoding: $0, as: UTF8.self)) }
                ?? TraceText("{…}")
        }
        nodes.append(
            Trace.RuleNode(place: content.document.place(of: node), text: text, passed: passed))
    }

    func event(of rule: RuleTemplate, _ test: RuleTest, group: Int) -> Trace.Event {
        .rule(
            group: group, kind: rule.kind, path: rule.path.text, ethalon: test.ethalon.map(Self.cut), nodes: nodes,
            moreNodes: more)
    }

    /// A text of no more bytes than an account may hold, cut between characters.
    private static func cut(_ text: String) -> TraceText {
        guard text.utf8.count > ResponseTree.explainedBytes else { return TraceText(text) }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: ResponseTree.explainedBytes)
        while end > text.startIndex, String.Index(end, within: text) == nil { end = text.utf8.index(before: end) }
        return TraceText(String(text[..<end]), cutFrom: text.utf8.count)
    }
}
