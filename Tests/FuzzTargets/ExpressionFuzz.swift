internal import CRMTemplate
internal import Platform

/// Expressions. The first byte says how many passes, the rest of the first part is the source; the second part is the
/// value of `[D]`, which is data, the third that of `[P]`, a parameter.
enum ExpressionFuzz {
    /// What no text may show that is not marked as secret, and what data may never get at.
    private static let secret = "q7Secret~Wm"
    private static let hidden = "q8Hidden~Vk"
    /// The name of the variable that only data names.
    private static let hiddenName = "Zq9w"

    static func failure(_ bytes: [UInt8]) -> String? {
        let parts = FuzzParts(bytes)
        let first = parts[0].first ?? 0
        let passes = Int(first & 3) + 1
        let source = String(decoding: parts[0].dropFirst(), as: UTF8.self)
        let data = parts.text(1)
        let parameter = parts.text(2)
        var scope = VariableScope()
        scope.set("D", Variable(.text(data), .data))
        scope.set("P", Variable(.text(parameter), .parameter))
        scope.set("K", Variable(.text(secret), [.parameter, .secret]))
        scope.set(hiddenName, Variable(.text(hidden), .data))
        scope.set("Steer", Variable(.text("[\(hiddenName)]{{^^[K]"), .data))
        scope.set("N", Variable(.integer(-7), .data))
        scope.set("F", Variable(.double(90.45), .data))
        scope.set("B", Variable(.boolean(true), .data))
        scope.set("L", Variable(.numeral("12345678901234567890.50"), .data))
        scope.set("T", Variable(.date(.utc(UnixTime(seconds: 1_772_600_767))), .data))
        scope.set("S", Variable(.span(TimeSpanValue(seconds: 90_061)), .data))
        let limits = ExpressionLimits(
            sourceBytes: 16_384, nestingDepth: 64, steps: 20_000, outputBytes: 65_536, passes: 4)
        let context = EvaluationContext(scope: scope.child(), limits: limits)
        let code = (source + parameter).lowercased()

        let text = TextExpression(source, passes: passes)
        if let failure = failure(text.error, source, text.references) { return failure }
        do throws(ExpressionError) {
            let result = try text.evaluate(context)
            if let error = text.error { return "an expression with an error was evaluated: \(error.code)" }
            if result != (try text.evaluate(context)) { return "two evaluations differ" }
            if result.text.utf8.count > limits.outputBytes { return "a text is longer than it may be" }
            if result.pieces.contains(where: \.text.isEmpty) { return "a piece is empty" }
            for piece in result.pieces where !piece.origins.contains(.secret) && piece.text.contains(secret) {
                return "a secret is not marked as one"
            }
            // Data is never code: what only data names must not be found.
            if !code.contains("zq"), result.text.contains(hidden) { return "data was read as code" }
            if !code.contains("k"), result.text.contains(secret) { return "data got at a secret" }
            let value = try text.evaluateValue(context)
            if value.value.text() != result.text, passes == 1 { return "the value and the text differ" }
        } catch {
            if error.message.contains(secret) || error.message.contains(hidden) { return "an error shows a value" }
        }
        let condition = ConditionExpression(source)
        if let failure = failure(condition.error, source, condition.references) { return failure }
        do throws(ExpressionError) {
            _ = try condition.evaluate(context)
        } catch {
            if error.message.contains(secret) || error.message.contains(hidden) { return "an error shows a value" }
        }
        let number = NumberExpression(source)
        if let failure = failure(number.error, source, number.references) { return failure }
        _ = try? number.evaluate(context)
        return nil
    }

    private static func failure(
        _ error: ExpressionError?, _ source: String, _ references: [VariableReference]
    ) -> String? {
        let count = source.utf8.count
        if let error, !(0...count).contains(error.offset) { return "an error stands outside of the source" }
        if references.contains(where: { !(0...count).contains($0.offset) }) {
            return "a reference stands outside of the source"
        }
        if zip(references, references.dropFirst()).contains(where: { $0.offset > $1.offset }) {
            return "references are out of order"
        }
        return nil
    }
}
