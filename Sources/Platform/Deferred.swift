// A result that is either there or needs waiting for. Lets the common case finish without a task.

/// A value that is known now, or the work that will produce it.
package enum Deferred<Value: Sendable>: Sendable {
    case ready(Value)
    case pending(@Sendable () async -> Value)

    /// The value turned into another, without waiting when it is there.
    package func map<Other: Sendable>(_ transform: @escaping @Sendable (Value) -> Other) -> Deferred<Other> {
        switch self {
        case .ready(let value): .ready(transform(value))
        case .pending(let work): .pending { transform(await work()) }
        }
    }

    /// The value handed to a further step that may itself need waiting.
    package func flatMap<Other: Sendable>(
        _ transform: @escaping @Sendable (Value) -> Deferred<Other>
    ) -> Deferred<Other> {
        switch self {
        case .ready(let value): transform(value)
        case .pending(let work): .pending { await transform(await work()).value }
        }
    }

    /// The value, waited for if need be.
    package var value: Value {
        get async {
            switch self {
            case .ready(let value): value
            case .pending(let work): await work()
            }
        }
    }
}
