// What the parts of a body have in common: guards, texts, notes, bounds. Confined to the call that makes a request.

/// Evaluates the nodes of a body within the limits of a request.
struct RequestBody {
    let context: EvaluationContext
    let limits: RequestLimits
    let recorder: TraceRecorder?

    /// The text of a node's key or value.
    func text(_ expression: TextExpression, _ place: String) throws(RequestError) -> EvaluatedText {
        do {
            return try expression.evaluate(context)
        } catch {
            throw RequestError(.expression(error), "\(place): \(error.message)")
        }
    }

    /// Whether a part is sent: `If` is true or absent, and `SkipIf` is not true.
    func isSent(
        _ guards: NodeGuards, _ place: String, at position: SourcePosition?
    ) throws(RequestError) -> Bool {
        if let condition = guards.sendIf, try !ask(condition, "If", place, position) { return false }
        if let condition = guards.skipIf, try ask(condition, "SkipIf", place, position) { return false }
        return true
    }

    private func ask(
        _ condition: ConditionExpression, _ name: String, _ place: String, _ position: SourcePosition?
    ) throws(RequestError) -> Bool {
        let result: Bool
        do {
            result = try condition.evaluate(context)
        } catch {
            throw RequestError(.expression(error), "\(name) of \(place): \(error.message)")
        }
        recorder?.record(.condition(name: name, source: condition.source, result: result, position: position))
        return result
    }

    /// Refuses a body that grew too long.
    func check(_ byteCount: Int) throws(RequestError) {
        if byteCount > limits.bodyBytes {
            throw RequestError(.tooLarge, "the body is longer than \(limits.bodyBytes) bytes")
        }
    }

    /// A place in the body for people: a value with its key as the template writes it.
    static func place(_ node: BodyNode) -> String {
        node.key.isEmpty ? "a value without a key" : "the value '\(node.key.source)'"
    }
}
