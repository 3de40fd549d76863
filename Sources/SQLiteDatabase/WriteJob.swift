// Jobs of the writer: one that has a body of its own, and one that shares its body with others. Confined to the writer's
// thread once they are in the queue, but for their answer.

internal import Platform

/// A body that is handed many orders at once: what they have in common (an account, a counter, the end of a chain) it
/// reads once and writes once for all of them.
package final class SharedWrite<Order: Sendable, Value: Sendable>: Sendable {
    /// Gives as many values as it gets orders, in their order. When it throws, all it did is undone and it is called
    /// again with each order alone, in a savepoint of its own; an order that throws then fails by itself.
    let body: @Sendable ([Order], Connection) throws(DatabaseError) -> [Value]

    /// - Parameter body: must not begin or end transactions, and must not wait for anything.
    package init(_ body: @escaping @Sendable ([Order], Connection) throws(DatabaseError) -> [Value]) {
        self.body = body
    }
}

/// A write with its value and waiter.
class AnsweredWriteJob<Value: Sendable>: DatabaseJob, @unchecked Sendable {
    // Sendable: `value` is written and read by the writer's thread alone; a timeout, answered from another thread,
    // leaves it alone.
    private let waiter: UnsafeContinuation<Result<Value, WriteFailure>, Never>
    final var value: Value?

    init(deadline: MonotonicTime, waiter: UnsafeContinuation<Result<Value, WriteFailure>, Never>) {
        self.waiter = waiter
        super.init(deadline: deadline)
    }

    final override func answer(_ end: JobEnd) {
        switch end {
        case .done:
            guard let value else { preconditionFailure("a job that is done has a value") }
            waiter.resume(returning: .success(value))
        case .failed(let error): waiter.resume(returning: .failure(.failed(error)))
        case .uncertain(let error): waiter.resume(returning: .failure(.uncertain(error)))
        case .timedOut(let begun): waiter.resume(returning: .failure(.timedOut(mayCommit: begun)))
        case .overloaded: waiter.resume(returning: .failure(.overloaded))
        case .stopped: waiter.resume(returning: .failure(.stopped))
        }
    }
}

/// A write with a body of its own.
final class WriteJob<Value: Sendable>: AnsweredWriteJob<Value>, @unchecked Sendable {
    // Sendable: immutable but for what the superclass has.
    private let body: @Sendable (Connection) throws(DatabaseError) -> Value

    init(
        deadline: MonotonicTime, body: @escaping @Sendable (Connection) throws(DatabaseError) -> Value,
        waiter: UnsafeContinuation<Result<Value, WriteFailure>, Never>
    ) {
        self.body = body
        super.init(deadline: deadline, waiter: waiter)
    }

    override func perform(_ connection: Connection) throws(DatabaseError) { value = try body(connection) }
}

/// One order for a shared body.
final class SharedWriteJob<Order: Sendable, Value: Sendable>: AnsweredWriteJob<Value>, @unchecked Sendable {
    // Sendable: immutable but for what the superclass has.
    private let order: Order
    private let shared: SharedWrite<Order, Value>

    init(
        deadline: MonotonicTime, order: Order, body: SharedWrite<Order, Value>,
        waiter: UnsafeContinuation<Result<Value, WriteFailure>, Never>
    ) {
        self.order = order
        shared = body
        super.init(deadline: deadline, waiter: waiter)
    }

    override var sharing: AnyObject? { shared }

    override func perform(_ connection: Connection) throws(DatabaseError) { try performTogether([self], connection) }

    override func performTogether(_ jobs: [DatabaseJob], _ connection: Connection) throws(DatabaseError) {
        // Jobs of one SharedWrite are of one class: only `write(_:to:)` makes them. Unchecked, because a checked cast
        // of a generic class takes a lock and a walk through the runtime's tables for each job.
        let mates = jobs.map { unsafeDowncast($0, to: SharedWriteJob<Order, Value>.self) }
        let values = try shared.body(mates.map(\.order), connection)
        precondition(values.count == mates.count, "a shared body gives a value for each order")
        for (mate, value) in zip(mates, values) { mate.value = value }
    }
}
