// The outgoing side: one thread that drives all transfers.

package import Platform

/// Sends HTTP requests; any task may call it at any time.
package final class HTTPClient: Sendable {
    /// - Parameter log: gets one line a request, without paths, headers or bodies; nil: none.
    package init(
        settings: ClientSettings, guard networkGuard: NetworkGuard, clock: Clock, random: RandomSource, log: Logger?
    ) throws(SystemError) {}

    /// Sends a request and reads the whole answer. Cancelling the task stops the transfer and closes its connection.
    package func send(
        _ request: ClientRequest, deadline: MonotonicTime
    ) async throws(ClientError) -> ClientResponse {
        throw ClientError(.overloaded, "Requests cannot be sent yet.")
    }

    /// Ends everything that is under way with ``ClientError/Kind/cancelled`` and waits until the thread has ended.
    package func close() {}
}
