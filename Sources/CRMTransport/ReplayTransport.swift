// A transport that answers from recordings, without a network. The monitor protects which of them were used.

package import CRMTemplate
package import Platform

/// Answers requests with what a ``RecordingTransport`` kept.
///
/// A request is answered by the first recording not used yet of the same method, URL and body; then by one whose body
/// differs, as bodies hold the time of day; then by the last one that was used for the same request. Secrets are not
/// compared: they are not in the recordings.
package final class ReplayTransport: TemplateTransport {
    private let exchanges: [RecordedExchange]
    private let used: Monitor<[Bool]>

    package init(_ exchanges: [RecordedExchange]) {
        self.exchanges = exchanges
        used = Monitor([Bool](repeating: false, count: exchanges.count))
    }

    /// Answers from the recordings of a folder.
    package convenience init(folder path: String) throws(RecordingError) {
        self.init(try RecordingFolder(path: path).exchanges())
    }

    package func send(
        _ request: TemplateRequest, deadline: MonotonicTime
    ) async throws(TransportFailure) -> TemplateResponse {
        guard let exchange = take(request) else {
            throw TransportFailure(
                .notRecorded,
                "there is no recording of \(request.method) \(request.url.redacted); record the run again")
        }
        switch exchange.outcome {
        case .response(let response): return response
        case .failure(let failure): throw failure
        }
    }

    private func take(_ request: TemplateRequest) -> RecordedExchange? {
        let url = RecordedSecrets.plainMarks(request.url.redacted)
        let body = request.body.redacted
        let candidates = exchanges.indices.filter {
            exchanges[$0].method == request.method && RecordedSecrets.plainMarks(exchanges[$0].url) == url
        }
        let index = used.withLock { used in
            let index =
                candidates.first { !used[$0] && exchanges[$0].body == body } ?? candidates.first { !used[$0] }
                ?? candidates.last
            if let index { used[index] = true }
            return index
        }
        return index.map { exchanges[$0] }
    }
}
