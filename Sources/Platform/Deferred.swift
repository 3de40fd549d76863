// A result that is either there or needs waiting for. Lets the common case finish without a task.

/// A value that is known now, or the work that will produce it. `@usableFromInline`, so that what is inlinable here is inlined
/// in other modules: every answer comes through it, and unspecialized code asks the runtime for its types at every call.
@usableFromInline
package enum Deferred<Value: Sendable>: Sendable {
    /// Makes the value, where it is wanted.
    @usableFromInline
    package typealias Make = @Sendable () -> Value

    case ready(Value)
    /// The work of a task.
    case pending(@Sendable () async -> Value)
    /// Work that others do without a task. It begins when it is given whom to tell, and tells exactly once, on any thread,
    /// also before it returns; who is told must not wait there, and calls `Make` where the value is wanted. A task, with
    /// its frames and its way back to its executor, costs a few microseconds more.
    case promised(@Sendable (_ tell: @escaping @Sendable (@escaping Make) -> Void) -> Void)

    /// The value turned into another, without waiting when it is there.
    @inlinable
    package func map<Other: Sendable>(_ transform: @escaping @Sendable (Value) -> Other) -> Deferred<Other> {
        switch self {
        case .ready(let value): .ready(transform(value))
        case .pending(let work): .pending { transform(await work()) }
        case .promised(let begin): .promised { tell in begin { make in tell { transform(make()) } } }
        }
    }

    /// The value handed to a further step that may itself need waiting.
    @inlinable
    package func flatMap<Other: Sendable>(
        _ transform: @escaping @Sendable (Value) -> Deferred<Other>
    ) -> Deferred<Other> {
        switch self {
        case .ready(let value): transform(value)
        case .pending, .promised: .pending { await transform(await self.value).value }
        }
    }

    /// The value, waited for if need be.
    @inlinable
    package var value: Value {
        get async {
            switch self {
            case .ready(let value): return value
            case .pending(let work): return await work()
            case .promised(let begin):
                // Unsafe: exactly one call is what a promise is, and a checked continuation takes a lock.
                let make = await withUnsafeContinuation { (waiter: UnsafeContinuation<Make, Never>) in
                    begin { waiter.resume(returning: $0) }
                }
                return make()
            }
        }
    }
}
