// Jobs of the writer: one that has a body of its own, and one whose order is done together with others. Confined to the
// writer's thread once they are in the queue, but for their answer.

internal import Platform

/// A write that is done together with others of its kind, which is its type: what they have in common (an account, a
/// counter, the end of a chain) is read once and written once for all of them.
///
/// An object rather than a generic body with a value, because generic classes are not specialized across modules, and
/// this is the way of every charge.
package protocol WriteOrder: AnyObject, Sendable {
    /// Does all of `orders`, in order; each is of this type. When it throws, all it did is undone and it is called again
    /// with each order alone, in a savepoint of its own; an order that throws then fails by itself. Called on the
    /// writer's thread. It must not begin or end transactions, and must not wait for anything.
    static func perform(_ orders: [any WriteOrder], on connection: Connection) throws(DatabaseError)

    /// Tells whoever waits: nil when what it wrote is durable. Called exactly once, on a thread of the writer or, when
    /// there is no place for it, on the one that hands it in; it must not wait for anything.
    func answer(_ failure: WriteFailure?)
}

/// The job of an order.
final class OrderedJob: DatabaseJob, @unchecked Sendable {
    // Sendable: changed only once it is done, by the writer's thread, which alone looks at it until then.
    private var order: (any WriteOrder)?

    init(_ order: any WriteOrder, deadline: MonotonicTime) {
        self.order = order
        super.init(deadline: deadline)
    }

    override var kind: ObjectIdentifier? { order.map { ObjectIdentifier(type(of: $0)) } }

    override func perform(_ connection: Connection) throws(DatabaseError) { try performTogether([self], connection) }

    override func performTogether(_ jobs: [DatabaseJob], _ connection: Connection) throws(DatabaseError) {
        var orders: [any WriteOrder] = []
        orders.reserveCapacity(jobs.count)
        // Only this class has a kind.
        for job in jobs {
            if let order = unsafeDowncast(job, to: OrderedJob.self).order { orders.append(order) }
        }
        guard let first = orders.first else { return }
        try type(of: first).perform(orders, on: connection)
    }

    override func answer(_ end: JobEnd) {
        guard let order else { return }
        // Only the writer's thread says so, and it is through with the order: whoever is told now has the last hold on it.
        if case .done = end { self.order = nil }
        order.answer(WriteFailure(end))
    }
}

/// A write with a body of its own, its value and its waiter.
final class WriteJob<Value: Sendable>: DatabaseJob, @unchecked Sendable {
    // Sendable: `value` is written and read by the writer's thread alone; a timeout, answered from another thread,
    // leaves it alone.
    private let body: @Sendable (Connection) throws(DatabaseError) -> Value
    private let waiter: UnsafeContinuation<Result<Value, WriteFailure>, Never>
    private var value: Value?

    init(
        deadline: MonotonicTime, body: @escaping @Sendable (Connection) throws(DatabaseError) -> Value,
        waiter: UnsafeContinuation<Result<Value, WriteFailure>, Never>
    ) {
        self.body = body
        self.waiter = waiter
        super.init(deadline: deadline)
    }

    override func perform(_ connection: Connection) throws(DatabaseError) { value = try body(connection) }

    override func answer(_ end: JobEnd) {
        if let failure = WriteFailure(end) { return waiter.resume(returning: .failure(failure)) }
        guard let value else { preconditionFailure("a job that is done has a value") }
        waiter.resume(returning: .success(value))
    }
}

extension WriteFailure {
    /// nil: the job is done.
    fileprivate init?(_ end: JobEnd) {
        switch end {
        case .done: return nil
        case .failed(let error): self = .failed(error)
        case .uncertain(let error): self = .uncertain(error)
        case .timedOut(let begun): self = .timedOut(mayCommit: begun)
        case .overloaded: self = .overloaded
        case .stopped: self = .stopped
        }
    }
}
