// A transport that keeps what another one sends and receives. The monitor protects the count and the first error.

package import CRMTemplate
package import Platform

/// Sends through another transport and writes each exchange to a folder, without secrets.
package final class RecordingTransport: TemplateTransport {
    private struct State {
        var written = 0
        /// Secrets of all requests so far: an answer may repeat one that it was not sent.
        var secrets = SecretSearch()
        var error: RecordingError?
    }

    private let folder: RecordingFolder
    private let wrapped: any TemplateTransport
    private let state = Monitor(State())

    /// A transport that records into `folder`, which is made when it is not there.
    ///
    /// - Throws: when the folder cannot be used, or has recordings in it already.
    package init(folder path: String, wrapping wrapped: any TemplateTransport) throws(RecordingError) {
        folder = RecordingFolder(path: path)
        self.wrapped = wrapped
        try folder.prepare()
    }

    /// Why a recording is missing; nil when all were written. A run goes on without them: ask when it is over.
    package var error: RecordingError? { state.withLock { $0.error } }

    /// Exchanges written so far.
    package var count: Int { state.withLock { $0.written } }

    package func send(
        _ request: TemplateRequest, deadline: MonotonicTime
    ) async throws(TransportFailure) -> TemplateResponse {
        do throws(TransportFailure) {
            let response = try await wrapped.send(request, deadline: deadline)
            let secrets = state.withLock { state in
                for secret in request.secrets { state.secrets.add(secret) }
                return state.secrets
            }
            keep(RecordedExchange(request, .response(RecordedSecrets.removed(from: response, of: request, secrets))))
            return response
        } catch {
            keep(RecordedExchange(request, .failure(error)))
            throw error
        }
    }

    private func keep(_ exchange: RecordedExchange) {
        state.withLock { state in
            guard state.error == nil else { return }
            guard state.written < RecordingFolder.exchangesMax else {
                state.error = RecordingError(
                    path: folder.path, reason: "more than \(RecordingFolder.exchangesMax) exchanges; the rest is lost")
                return
            }
            // The lock is held over the write, so that numbers follow the order of answers and no two share one.
            do throws(RecordingError) {
                try folder.write(exchange, number: state.written + 1)
                state.written += 1
            } catch {
                state.error = error
            }
        }
    }
}
