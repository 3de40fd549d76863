// Under what a connector's answer stays true. A value.

internal import NumbersCore

/// What an answer depends on besides the connector that gave it: it counts only for who asks under the same rules.
package struct AnswerRules: Sendable, Hashable {
    /// As storage keeps them.
    package let text: String
    /// Whether the answer was paid for: precisely the number was asked about, so nothing that is set, made or changed in
    /// the workspace makes it less true, and asking again would cost again.
    package let isBought: Bool

    private static let boughtMark = "bought from "
    /// What ``text`` of bought answers matches, and no other (`GLOB` of SQLite).
    package static let boughtPattern = boughtMark + "*"

    /// As ``text`` had them.
    package init(stored text: String) {
        self.text = text
        isBought = text.utf8.starts(with: Self.boughtMark.utf8)
    }

    /// Of a connector that is asked for nothing: what matches is decided by the workspace.
    init(matchingBy settings: WorkspaceSettings) {
        text = "\(settings.defaultCountry?.code ?? "-") \(settings.suffixDigits)"
        isBought = false
    }

    /// Of a connector whose answers are paid for.
    /// - Parameter source: who sells them; at another one they are asked for anew.
    init(boughtFrom source: String) {
        text = Self.boughtMark + source
        isBought = true
    }
}
