// A gateway before a server that loses one answer on its way back. The state is guarded by its monitor.

import Platform
import TestSupport

/// Passes requests without bodies on to a server and its answers back. Told to, it reads one whole answer, which the
/// server may have charged for, and closes the connection instead.
final class LossyGateway: Sendable {
    private struct State {
        var losesNext = false
        /// Requests that the server answered.
        var answers = 0
        var lost = 0
    }

    private let listener: StubListener
    private let state: Monitor<State>
    var port: UInt16 { listener.port }
    var answers: Int { state.withLock { $0.answers } }
    var lost: Int { state.withLock { $0.lost } }

    /// The next answer on a connection that has carried one before is lost.
    func loseNextAnswer() { state.withLock { $0.losesNext = true } }

    func stop() { listener.stop() }

    init(before server: SocketEndpoint) throws {
        let state = Monitor(State())
        self.state = state
        listener = try StubListener { descriptor in
            // A server that is gone ends the connection, as a gateway's does.
            guard let upstream = try? RawConnection(server) else { return }
            var isKept = false
            while let head = StubListener.readHead(descriptor) {
                guard (try? upstream.send(head)) != nil, let answer = try? upstream.readResponse() else { return }
                let isLost = state.withLock { state in
                    state.answers += 1
                    guard isKept, state.losesNext else { return false }
                    state.losesNext = false
                    state.lost += 1
                    return true
                }
                guard !isLost, StubListener.send(descriptor, Self.bytes(answer)) else { return }
                isKept = true
            }
        }
    }

    private static func bytes(_ answer: TestResponse) -> [UInt8] {
        let fields = answer.fields.map { "\($0.name): \($0.value)\r\n" }.joined()
        return Array("HTTP/1.1 \(answer.status) \(answer.reason)\r\n\(fields)\r\n".utf8) + answer.body
    }
}
