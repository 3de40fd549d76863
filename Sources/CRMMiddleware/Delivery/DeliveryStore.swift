// Where the outbox keeps its deliveries. A port; the body is SQLite.

package import NumbersCore
package import Platform

/// A connector with deliveries whose turn it is, due now or later.
package struct DeliveryLane: Sendable, Hashable {
    package let connector: ConnectorID
    /// When the first of them is due.
    package let dueAt: UnixTime

    package init(connector: ConnectorID, dueAt: UnixTime) {
        self.connector = connector
        self.dueAt = dueAt
    }
}

/// How many deliveries of a connector may begin.
package struct DeliveryClaim: Sendable, Hashable {
    package let connector: ConnectorID
    package let count: Int

    package init(connector: ConnectorID, count: Int) {
        self.connector = connector
        self.count = count
    }
}

/// A delivery whose attempt has durably begun, with what is to be delivered as it is now.
package struct BegunDelivery: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        case call(PhoneCall)
        case chat(Chat)
        /// It is not there any more.
        case gone
    }

    package let delivery: Delivery
    package let workspace: Workspace?
    package let content: Content

    package init(delivery: Delivery, workspace: Workspace?, content: Content) {
        self.delivery = delivery
        self.workspace = workspace
        self.content = content
    }
}

/// How many deliveries there are.
package struct DeliveryCounts: Sendable, Hashable {
    package let pending: Int64
    package let dead: Int64
    /// When the oldest pending one was stored.
    package let oldestPending: UnixTime?

    package init(pending: Int64, dead: Int64, oldestPending: UnixTime?) {
        self.pending = pending
        self.dead = dead
        self.oldestPending = oldestPending
    }
}

/// The durable side of the outbox. What is returned as done is on disk.
package protocol DeliveryStore: Sendable {
    /// The connectors that have something to deliver.
    func lanes(deadline: MonotonicTime) async -> Result<[DeliveryLane], StorageUnavailable>

    /// Begins attempts: so many of each connector as are claimed, due, and first of their contact; each counts from here
    /// on.
    func begin(
        _ claims: [DeliveryClaim], at: UnixTime, deadline: MonotonicTime
    ) async -> Result<[BegunDelivery], StorageUnavailable>

    /// Ends an attempt. The same one a second time changes nothing.
    func settle(
        _ delivery: Delivery, _ settlement: DeliverySettlement, at: UnixTime, deadline: MonotonicTime
    ) async -> Result<Void, StorageUnavailable>

    /// Attempts that an earlier run of the server began and never ended: due at once, perhaps arrived.
    /// - Returns: how many there were.
    func recover(at: UnixTime, deadline: MonotonicTime) async -> Result<Int, StorageUnavailable>

    /// Attempts that storage began but this run never heard of: nothing was sent, they are due again.
    /// - Parameter known: those under way.
    func release(allBut known: Set<DeliveryID>, deadline: MonotonicTime) async -> Result<Void, StorageUnavailable>

    func counts(deadline: MonotonicTime) async -> Result<DeliveryCounts, StorageUnavailable>
}
