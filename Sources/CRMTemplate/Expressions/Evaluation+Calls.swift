// Methods called on a value: which type answers, what the arguments must be, and .NET's result.

extension Evaluation {
    /// Calls a method on a value.
    mutating func call(
        _ call: Node.Call, on receiver: Result, _ context: EvaluationContext
    ) throws(ExpressionError) -> Result {
        var arguments: [Result] = []
        arguments.reserveCapacity(call.arguments.count)
        var origins = receiver.origins
        for node in call.arguments {
            let argument = try value(of: node, context)
            origins.formUnion(argument.origins)
            arguments.append(argument)
        }
        let invocation = Invocation(
            method: call.method, arguments: arguments, offset: call.offset, culture: context.culture,
            zone: context.zone, limit: limits.outputBytes)
        let subject = receiver.whole
        if case .text(let text) = subject { try spend(bytes: text.utf8.count, at: call.offset) }
        for argument in arguments {
            if case .text(let text) = argument.value { try spend(bytes: text.utf8.count, at: call.offset) }
        }
        // Formats work more than their length tells: the exact digits of a double are a thousand multiplications.
        if case .value(.toString) = call.method, !arguments.isEmpty { try spend(bytes: 4_096, at: call.offset) }
        let value = try invocation.value(of: subject)
        if case .text(let text) = value {
            try checkLength(text.utf8.count, at: call.offset)
            try spend(bytes: text.utf8.count, at: call.offset)
        }
        return Result(value, origins)
    }
}
