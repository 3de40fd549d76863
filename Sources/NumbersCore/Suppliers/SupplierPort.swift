// What the suppliers' engine needs of the world: a way to send, a way to wait, a place to keep what was said.

package import Platform

/// One request to a supplier.
package struct SupplierRequest: Sendable {
    package let url: String
    /// Every value may be a secret.
    package let headers: [(name: String, value: String)]
    package let bodyBytesMax: Int
}

/// Why there is no answer at all.
package enum SupplierSendFailure: Error, Sendable, Hashable, CaseIterable {
    case timedOut
    /// Nobody asks any more.
    case cancelled
    /// No connection, a broken one, an answer that is too large or no HTTP.
    case failed
    /// The network guard refuses the address.
    case refusedAddress
}

/// Sends requests to suppliers.
package protocol SupplierTransport: Sendable {
    /// Returns by the deadline, whatever the other side does; at once when the task is cancelled. Follows no redirect and
    /// sends nothing twice.
    func send(
        _ request: SupplierRequest, deadline: MonotonicTime
    ) async -> Result<(status: Int, body: [UInt8]), SupplierSendFailure>
}

/// Keeps what suppliers said, beyond the memory of the process.
package protocol NameKeeper: Sendable {
    /// Takes a new answer; what cannot be written in time is lost, and the number is asked for again.
    func keep(_ cached: CachedName, for number: E164) async
}

/// Sleeping, as a parameter.
package struct SupplierTimer: Sendable {
    /// Sleeps until the instant; returns earlier when the task is cancelled.
    package let sleep: @Sendable (_ until: MonotonicTime) async -> Void

    package init(sleep: @escaping @Sendable (_ until: MonotonicTime) async -> Void) { self.sleep = sleep }

    package static let system = SupplierTimer { until in
        let left = MonotonicTime.now().duration(to: until)
        // Thrown only by a cancellation, after which nobody waits for this.
        if left > .zero { try? await Task.sleep(for: left, tolerance: .zero) }
    }
}
