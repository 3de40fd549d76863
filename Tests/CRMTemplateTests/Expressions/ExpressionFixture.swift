// What the tests of expressions share: the variables of the vectors, and one way to evaluate each kind.

import CRMTemplate
import Platform

enum Fixture {
    /// 2026-03-04T05:06:07Z
    static let instant = UnixTime(seconds: 1_772_600_767)
    static let date = DateTimeValue.utc(instant)

    /// A date of ISO 8601; the first of all where the text is none, which no row expects.
    static func date(_ iso: String) -> DateTimeValue { DateTimeValue(iso: iso) ?? DateTimeValue(ticks: 0, kind: .utc) }

    static func scope(_ values: [String: Value], _ origins: Origins = .data) -> VariableScope {
        var scope = VariableScope()
        for (name, value) in values.sorted(by: { $0.key < $1.key }) { scope.set(name, Variable(value, origins)) }
        return scope
    }

    /// The variables of the documentation's vectors, and some of each type.
    static let scope = scope([
        "Number": .text("+4312"), "Page": .integer(0), "A": .text("x"), "D": .date(date),
        "TS": .span(TimeSpanValue(ticks: 904_000_000)), "Flag": .text("True"), "Dir": .text("Inbound"),
        "Five": .text("5"), "Three": .integer(3), "Half": .double(0.5), "Sent": .numeral("12345678901234567890"),
        "Yes": .boolean(true), "No": .boolean(false), "Empty": .text(""), "Null": .null, "S": .text("no-answer"),
        "Name": .text("Ann Example"), "Emoji": .text("a😀b"), "Umlaut": .text("Grüße"), "Contact::Id": .text("77"),
        "FirstName": .text("Ann"), "Mail": .text("ann+x@crm.test"), "L": .text("lead"),
    ])

    static let context = EvaluationContext(scope: scope)

    static func text(
        _ source: String, passes: Int = 1, _ context: EvaluationContext = context
    ) throws(ExpressionError) -> String {
        try TextExpression(source, passes: passes).evaluate(context).text
    }

    static func condition(
        _ source: String, _ context: EvaluationContext = context
    ) throws(ExpressionError) -> Bool {
        try ConditionExpression(source).evaluate(context)
    }

    /// The code of the error, or the text there was instead.
    static func failure(_ source: String, passes: Int = 1, _ context: EvaluationContext = context) -> String {
        do {
            return "no error: " + (try text(source, passes: passes, context))
        } catch {
            return error.code
        }
    }

    static func conditionFailure(_ source: String, _ context: EvaluationContext = context) -> String {
        do {
            return "no error: " + (try condition(source, context) ? "true" : "false")
        } catch {
            return error.code
        }
    }
}
