// What the parser makes of an expression. Immutable; as deep as ``ExpressionLimits/nestingDepth`` allows: what can be
// repeated side by side is a list, so that nothing recurses by length.

/// A text in parts: string mode (spec 2.2).
struct TextTree: Sendable {
    enum Part: Sendable {
        /// Text of the template, with `{{`, `}}` and `^^` undone.
        case literal(String)
        /// `[…]`
        case value(Node)
        /// A text of an earlier pass that is no code.
        case opaque(EvaluatedText.Piece)
    }

    let parts: [Part]
}

/// An expression (spec 2.3).
indirect enum Node: Sendable {
    /// A number, `true`, `false`, or nothing.
    case constant(Value)
    /// A quoted text without brackets in it.
    case quoted(String)
    /// A quoted text with brackets in it (A3).
    case quotedText(TextTree)
    /// A text of an earlier pass that is no code.
    case opaque(EvaluatedText.Piece)
    /// A name alone in brackets: empty when there is no such variable.
    case variable(VariableName)
    /// A name with `-` in it, alone in brackets.
    case loneDifference(Word)
    /// A bare word of a larger expression: a variable if there is one, else text. Constants are written so (`lead`), and
    /// are not taken for a variable that differs in case (`Lead`), unless they are added or subtracted (`[page+1]`).
    case word(Word, ignoresCase: Bool)
    case concatenation([Node])
    case sum(Node, [Term])
    case comparison(Comparison, Node, Node, offset: Int)
    case any([Operand])
    case all([Operand])
    /// `IIf(condition, then, else)`
    case choice(Operand, then: Node, otherwise: Node)
    case calls(Node, [Call])

    /// A bare word.
    struct Word: Sendable {
        let name: VariableName
        /// The word before and after its last `-` (decision 0.6), when neither is empty.
        let difference: Difference?
        let offset: Int
    }

    final class Difference: Sendable {
        let left: Word
        let right: Word
        /// The right side, when it is a number.
        let number: String?

        init(left: Word, right: Word, number: String?) {
            self.left = left
            self.right = right
            self.number = number
        }
    }

    enum Comparison: String, Sendable {
        case equal = "=="
        case notEqual = "!="
        case greater = ">"
        case less = "<"
        case greaterOrEqual = ">="
        case lessOrEqual = "<="
    }

    /// What is added or subtracted.
    struct Term: Sendable {
        let isSubtracted: Bool
        let node: Node
        /// Of the operator.
        let offset: Int
    }

    /// What must be a Boolean.
    struct Operand: Sendable {
        let node: Node
        let offset: Int
    }

    struct Call: Sendable {
        let method: Method
        let arguments: [Node]
        let offset: Int
    }

    /// Whether it is written in quotes, which compares as text (decision 0.9).
    var isQuoted: Bool {
        switch self {
        case .quoted, .quotedText: true
        case .constant, .opaque, .variable, .loneDifference, .word, .concatenation, .sum, .comparison, .any, .all,
            .choice, .calls:
            false
        }
    }
}
