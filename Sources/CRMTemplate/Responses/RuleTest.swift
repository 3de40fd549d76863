// One rule made ready to be asked of many nodes. A value.

internal import JSONText

/// What a rule asks of a node (spec 4.3).
struct RuleTest {
    private enum Question {
        case any
        case number(PhoneMatch)
        case equals([UInt8])
        case never
    }

    private let question: Question
    /// What ``RuleTemplate/Kind/equals`` compares with, as people may see it.
    let ethalon: String?

    init(_ rule: RuleTemplate, _ matching: MatchingContext) throws(ExpressionError) {
        switch rule.kind {
        case .any: (question, ethalon) = (.any, nil)
        case .number: (question, ethalon) = (.number(PhoneMatch(matching.number, maxLength: matching.maxLength)), nil)
        case .equals:
            let text = try rule.ethalon.evaluate(matching.evaluation)
            (question, ethalon) = (.equals(Array(text.text.utf8)), text.redacted)
        case .destinationEmail: (question, ethalon) = (.never, nil)
        }
    }

    /// Whether the node passes.
    func passes(_ node: JSONDocument.Node, in content: ResponseTree.Content, _ view: JSONView) -> Bool {
        let kind = view.kind(of: node)
        switch question {
        // A6: an empty text, false and {} are there, null is not.
        case .any: return kind != .null
        case .never: return false
        case .equals(let bytes):
            return content.withLeafText(of: node, view) { $0.count == bytes.count && $0.elementsEqual(bytes) } ?? false
        case .number(let number):
            switch kind {
            // A number written with a point or an exponent is no telephone number.
            case .number, .string, .object:
                return content.withLeafText(of: node, view) { text in
                    (kind != .number || text.allSatisfy { (0x30...0x39).contains($0) }) && number.matches(text)
                } ?? false
            case .null, .boolean, .array: return false
            }
        }
    }
}
