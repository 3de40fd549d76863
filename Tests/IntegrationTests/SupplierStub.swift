// A supplier of raw sockets that does what a test says, however wrong. The state is guarded by its monitor.

import CLinux
import Glibc
import Platform

/// Treats every request alike.
final class SupplierStub: Sendable {
    enum Conduct: String, Sendable, CaseIterable {
        case named, unnamed
        /// Reads the request and says nothing.
        case hang
        /// Breaks the connection off.
        case reset
        /// One byte of the answer every 50 ms.
        case trickle
        /// A body without end that says it has 1 GiB.
        case gigabyte
        case html, wrongJSON, tooMany, failing, redirect
    }

    private struct State {
        var conduct: Conduct
        var requests = 0
        var heads: [String] = []
    }

    private let listener: StubListener
    private let state: Monitor<State>

    var port: UInt16 { listener.port }
    var requests: Int { state.withLock { $0.requests } }
    /// The requests as they came, without bodies.
    var heads: [String] { state.withLock { $0.heads } }
    func set(_ conduct: Conduct) { state.withLock { $0.conduct = conduct } }

    init(_ conduct: Conduct) throws {
        let state = Monitor(State(conduct: conduct))
        self.state = state
        listener = try StubListener { descriptor in
            while let head = StubListener.readHead(descriptor) {
                let conduct = state.withLock { state in
                    state.requests += 1
                    state.heads.append(head)
                    return state.conduct
                }
                guard Self.act(conduct, descriptor) else { return }
            }
        }
    }

    func stop() { listener.stop() }

    /// Whether the connection goes on.
    private static func act(_ conduct: Conduct, _ descriptor: Int32) -> Bool {
        switch conduct {
        case .named: return answer(descriptor, "200 OK", "STUB,NAME   ")
        case .unnamed: return answer(descriptor, "200 OK", "")
        case .hang:
            _ = StubListener.readHead(descriptor)
            return false
        case .reset:
            var linger = CLinux.linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<CLinux.linger>.size))
            return false
        case .trickle:
            guard StubListener.send(descriptor, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n") else { return false }
            for _ in 0..<1_000 {
                usleep(50_000)
                guard StubListener.send(descriptor, "N") else { return false }
            }
            return true
        case .gigabyte:
            guard StubListener.send(descriptor, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") else {
                return false
            }
            let chunk = "10000\r\n" + String(repeating: "N", count: 65_536) + "\r\n"
            for _ in 0..<16_384 where !StubListener.send(descriptor, chunk) { return false }
            return false
        case .html: return answer(descriptor, "200 OK", "<html><body>NAME</body></html>")
        case .wrongJSON: return answer(descriptor, "200 OK", #"{"name":"NAME""#)
        case .tooMany: return answer(descriptor, "429 Too Many Requests", "NAME")
        case .failing: return answer(descriptor, "500 Internal Server Error", "NAME")
        case .redirect:
            return answer(descriptor, "302 Found", "NAME", "Location: http://127.0.0.1:9/elsewhere\r\n")
        }
    }

    private static func answer(_ descriptor: Int32, _ status: String, _ body: String, _ fields: String = "") -> Bool {
        StubListener.send(
            descriptor, "HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
}
