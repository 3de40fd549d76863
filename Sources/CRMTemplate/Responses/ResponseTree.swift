// The answer of a CRM as a tree of arrays, objects and leaves. Immutable.

/// An answer, JSON or XML, as one tree.
package struct ResponseTree: Sendable {
    /// The tree of an empty body: no records, no values.
    package static let empty = ResponseTree()

    private init() {}

    /// The tree of a JSON body; one that is empty or only white space is the empty tree.
    package init(json: [UInt8], limits: ResponseLimits = .standard) throws(ResponseError) {
        self = .empty
    }

    /// The tree of an XML body; one that is empty or only white space is the empty tree.
    package init(xml: [UInt8], limits: ResponseLimits = .standard) throws(ResponseError) {
        self = .empty
    }

    /// The records that pass one rule of every group, in the order of the document.
    /// - Parameter explains: whether to tell of every rule which nodes it looked at.
    package func records(
        passing groups: [RuleGroup], matching: MatchingContext, explains: Bool
    ) throws(ExpressionError) -> RuleOutcome {
        RuleOutcome(records: [], rules: [], isCut: false)
    }

    /// The value of a variable in a record; without a record it is empty.
    package func value(
        of variable: VariableTemplate, in record: Record?, matching: MatchingContext
    ) throws(ExpressionError) -> VariableReading {
        VariableReading(value: .null)
    }

    /// The part of the answer that is the record, as JSON text.
    package func json(of record: Record) -> [UInt8] { Array("null".utf8) }
}
