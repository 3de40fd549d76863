// The outgoing side: one thread that drives all transfers. `thread` is guarded by its monitor; everything else is
// immutable or Sendable by itself.

internal import CCurl
internal import Glibc
package import Platform
internal import Synchronization

/// Sends HTTP requests; any task may call it at any time.
///
/// Connections are kept and shared by all requests to a host. What must not be shared between two users (a client
/// certificate, authorities of one's own) makes another client.
package final class HTTPClient: Sendable {
    /// What this client has done.
    package let metrics = ClientMetrics()

    private let inbox: ClientInbox
    private let passesTrace: Bool
    private let random: RandomSource
    private let lastID = Atomic<UInt64>(0)
    private let thread: Monitor<OSThread?>

    /// libcurl's own state, made once for the process; it is safe to make from any thread (since 7.84).
    private static let libraryCode = curl_global_init(Int(CURL_GLOBAL_ALL))

    /// Starts the thread.
    /// - Parameters:
    ///   - networkGuard: is asked about the address of every connection, new or kept, on every hop.
    ///   - clock: the deadlines given to ``send(_:deadline:)`` are instants of its monotonic side.
    ///   - log: gets one line a request, without paths, headers or bodies; nil: none.
    /// - Throws: when the system has no thread, descriptor or memory left.
    package init(
        settings: ClientSettings, guard networkGuard: NetworkGuard, clock: Clock, random: RandomSource, log: Logger?
    ) throws(SystemError) {
        guard Self.libraryCode == CURLE_OK else { throw SystemError(code: ENOMEM, operation: "curl_global_init") }
        passesTrace = settings.passesTrace
        self.random = random
        inbox = try ClientInbox()
        let driver = try Driver(
            settings: settings, networkGuard: networkGuard, clock: clock, random: random, log: log, metrics: metrics,
            inbox: inbox)
        thread = Monitor(try OSThread.start(name: "http-client") { driver.run() })
    }

    deinit { close() }

    /// Sends a request and reads the whole answer, whatever its status.
    ///
    /// What is sent while a request is served belongs to its trace and says so, if the settings want it.
    ///
    /// Cancelling the task stops the transfer at once: its connection is closed, or its HTTP/2 stream reset.
    package nonisolated(nonsending) func send(
        _ request: ClientRequest, deadline: MonotonicTime
    ) async throws(ClientError) -> ClientResponse {
        var checked: CheckedRequest
        do throws(ClientError) {
            checked = try CheckedRequest(request)
        } catch {
            metrics.record(.failure(error), microseconds: 0)
            throw error
        }
        if passesTrace, let trace = TraceContext.current {
            checked = checked.traced(trace, span: random.integer())
        }
        let outgoing = checked
        let id = lastID.wrappingAdd(1, ordering: .relaxed).newValue
        let isCancelled = Flag()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let submission = Submission(
                    id: id, request: outgoing, deadline: deadline, isCancelled: isCancelled, continuation: continuation)
                if !inbox.append(.start(submission)) {
                    continuation.resume(returning: .failure(ClientError(.cancelled, "The client was closed.")))
                }
            }
        } onCancel: {
            // Set first: if the request is still on its way to the thread, the item finds nothing to end.
            isCancelled.set()
            _ = inbox.append(.cancel(id))
        }
        return try outcome.get()
    }

    /// Ends everything that is under way with ``ClientError/Kind/cancelled``, closes all connections, and waits until
    /// the thread has ended. May be called more than once.
    package func close() {
        guard let running = thread.withLock({ $0.take() }) else { return }
        _ = inbox.append(.stop)
        running.join()
    }
}
