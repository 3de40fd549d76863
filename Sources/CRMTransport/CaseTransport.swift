// A transport that answers from a case's list. The monitor protects what was used and what could not be answered.

package import CRMTemplate
package import Platform

/// Answers requests with the responses of a test case.
///
/// The first response not used yet of the same method and URL answers; when all of them were used, the last one answers
/// again. A URL that ends with `*` stands for every URL that begins like it.
package final class CaseTransport: TemplateTransport {
    /// One prepared answer.
    package struct Answer: Sendable, Hashable {
        package let method: String
        package let url: String
        package let outcome: RecordedExchange.Outcome

        package init(method: String, url: String, outcome: RecordedExchange.Outcome) {
            self.method = method
            self.url = url
            self.outcome = outcome
        }

        fileprivate func answers(_ method: String, _ url: String) -> Bool {
            self.method == method && CaseTransport.matches(url, self.url)
        }
    }

    private struct State {
        var isUsed: [Bool]
        var sent: [TemplateRequest] = []
        var unanswered: [TemplateRequest] = []
    }

    private let answers: [Answer]
    private let state: Monitor<State>

    package init(_ answers: [Answer]) {
        self.answers = answers
        state = Monitor(State(isUsed: [Bool](repeating: false, count: answers.count)))
    }

    /// Requests in the order they were sent.
    package var sent: [TemplateRequest] { state.withLock { $0.sent } }
    /// Requests for which there was no answer.
    package var unanswered: [TemplateRequest] { state.withLock { $0.unanswered } }
    /// Answers nobody asked for.
    package var unused: [Answer] {
        state.withLock { state in zip(answers, state.isUsed).filter { !$1 }.map(\.0) }
    }

    package func send(
        _ request: TemplateRequest, deadline: MonotonicTime
    ) async throws(TransportFailure) -> TemplateResponse {
        let url = request.url.text
        let answer: Answer? = state.withLock { state in
            state.sent.append(request)
            let candidates = answers.indices.filter { answers[$0].answers(request.method, url) }
            guard let index = candidates.first(where: { !state.isUsed[$0] }) ?? candidates.last else {
                state.unanswered.append(request)
                return nil
            }
            state.isUsed[index] = true
            return answers[index]
        }
        guard let answer else {
            throw TransportFailure(.notRecorded, "the case has no response for \(request.method) \(url)")
        }
        switch answer.outcome {
        case .response(let response): return response
        case .failure(let failure): throw failure
        }
    }

    /// Whether a URL is the one expected, or begins like one that ends with `*`.
    static func matches(_ url: String, _ expected: String) -> Bool {
        expected.hasSuffix("*") ? url.hasPrefix(String(expected.dropLast())) : url == expected
    }
}
