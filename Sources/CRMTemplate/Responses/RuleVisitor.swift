// Finds where a rule passes. Lives during one walk.

internal import JSONText

/// Collects the places where a rule passes.
struct RuleVisitor: PathVisitor {
    private let test: RuleTest
    private let content: ResponseTree.Content
    private let view: JSONView
    private let account: RuleAccount?
    private let most: Int
    private(set) var hits = Hits()
    /// Whether there were more places than may be remembered.
    private(set) var isFull = false

    /// - Parameter most: how much may be remembered, as ``Hits/size`` counts it.
    init(
        _ test: RuleTest, in content: ResponseTree.Content, _ view: JSONView, account: RuleAccount? = nil, most: Int
    ) {
        self.test = test
        self.content = content
        self.view = view
        self.account = account
        self.most = most
    }

    mutating func visit(_ node: JSONDocument.Node, _ choices: UnsafeBufferPointer<ArrayChoice>) -> Bool {
        let passes = test.passes(node, in: content, view)
        account?.add(node, view, passes)
        guard passes else { return true }
        isFull = hits.size + choices.count >= most
        if !isFull { hits.append(choices) }
        return !isFull
    }
}
