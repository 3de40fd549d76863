// A CRM that answers as a test has written down. Its state is behind a monitor.

import CRMTemplate
import Platform

/// Answers by method and URL; each answer once, the last one again and again.
final class ScriptedTransport: TemplateTransport {
    struct Answer: Sendable {
        var status = 200
        var body = ""
        var headers: [(name: String, value: String)] = []
        var failure: TransportFailure?
        /// By how much the held time moves on while the answer is made.
        var takes = Duration.zero
        /// Held up until it opens.
        var gate: Gate?

        static func json(_ body: String, status: Int = 200, takes: Duration = .zero, gate: Gate? = nil) -> Answer {
            Answer(status: status, body: body, takes: takes, gate: gate)
        }

        static func status(_ status: Int, _ body: String = "") -> Answer { Answer(status: status, body: body) }

        static func failure(_ kind: TransportFailure.Kind, takes: Duration = .zero) -> Answer {
            Answer(failure: TransportFailure(kind, "no answer from crm.test:443"), takes: takes)
        }
    }

    private let time: HeldTime
    private let script: Monitor<[String: [Answer]]>
    private let log = Monitor<[TemplateRequest]>([])

    /// - Parameter script: `GET https://crm.test/a` to its answers; of a key that ends in `*` the rest of the URL does
    ///   not matter.
    init(_ script: [String: [Answer]], time: HeldTime = HeldTime()) {
        self.time = time
        self.script = Monitor(script)
    }

    /// All requests so far.
    var requests: [TemplateRequest] { log.withLock { $0 } }

    /// All requests so far: `GET https://crm.test/a`.
    var lines: [String] { requests.map { "\($0.method) \($0.url.text)" } }

    func send(_ request: TemplateRequest, deadline: MonotonicTime) async throws(TransportFailure) -> TemplateResponse {
        log.withLock { $0.append(request) }
        let line = "\(request.method) \(request.url.text)"
        let answer = script.withLock { script -> Answer? in
            let key = script.keys.filter {
                $0 == line || $0.hasSuffix("*") && line.hasPrefix($0.dropLast())
            }.max { $0.count < $1.count }
            guard let key, let answers = script[key], let first = answers.first else { return nil }
            if answers.count > 1 { script[key] = Array(answers.dropFirst()) }
            return first
        }
        guard let answer else { throw TransportFailure(.notRecorded, "no answer is written for \(line)") }
        if let gate = answer.gate, await !gate.pass() { throw TransportFailure(.cancelled, "cancelled") }
        time.advance(by: answer.takes)
        if let failure = answer.failure { throw failure }
        if time.now >= deadline { throw TransportFailure(.timedOut, "no answer from crm.test:443 in time") }
        return TemplateResponse(status: answer.status, headers: answer.headers, body: Array(answer.body.utf8))
    }
}
