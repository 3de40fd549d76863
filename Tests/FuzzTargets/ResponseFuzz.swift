internal import CRMTemplate
internal import JSONText

/// XML answers: a text that is read gives a tree whose records can be told as JSON.
enum ResponseFuzz {
    static func failure(_ bytes: [UInt8]) -> String? {
        let parts = FuzzParts(bytes)
        guard let tree = try? ResponseTree(xml: parts[0], limits: RulesFuzz.limits) else { return nil }
        return RulesFuzz.failure(tree, RulesFuzz.rules(parts.lines(1)), isJSON: false)
    }
}
