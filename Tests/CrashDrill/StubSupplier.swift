// A paid supplier that knows everybody and takes its time: an HTTP server on loopback with a thread for each connection.
// What its threads share is behind a monitor.

internal import CLinux
internal import Glibc
internal import Platform
internal import TestSupport

/// Answers every request with a name, after some milliseconds: long enough for a server to die in between.
final class StubSupplier: Sendable {
    private struct State {
        var random: SplitMix64
        var open: Set<Int32> = []
        var isStopped = false
    }

    let port: UInt16
    private let listener: Int32
    private let state: Monitor<State>

    private static let slowestMilliseconds: UInt32 = 40

    init(seed: UInt64) throws(SystemError) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw .last("socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 512) == 0
                    ? getsockname(listener, $0, &length) : -1
            }
        }
        guard code == 0 else { throw .last("bind") }
        port = UInt16(bigEndian: address.sin_port)
        let state = Monitor(State(random: SplitMix64(seed: seed)))
        self.state = state
        try OSThread.start(name: "supplier") {
            while true {
                let descriptor = accept4(listener, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
                guard descriptor >= 0 else { return }
                let isTaken = state.withLock { state -> Bool in
                    if !state.isStopped { state.open.insert(descriptor) }
                    return !state.isStopped
                }
                // Without a thread the connection ends, as it would with a supplier that is overloaded.
                let serving = isTaken ? try? OSThread.start(name: "supplied") { Self.serve(descriptor, state) } : nil
                if let serving { serving.detach() } else { close(descriptor) }
            }
        }.detach()
    }

    func stop() {
        state.withLock { state in
            state.isStopped = true
            for descriptor in state.open { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
        _ = shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func serve(_ descriptor: Int32, _ state: Monitor<State>) {
        defer {
            state.withLock { _ = $0.open.remove(descriptor) }
            close(descriptor)
        }
        let answer = Array("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\nAda Lovely".utf8)
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return }
            received += chunk.prefix(count)
            guard received.suffix(4) == Array("\r\n\r\n".utf8)[...] else { continue }
            received = []
            usleep(state.withLock { UInt32.random(in: 0...Self.slowestMilliseconds, using: &$0.random) } * 1_000)
            guard send(descriptor, answer, answer.count, Int32(MSG_NOSIGNAL)) == answer.count else { return }
        }
    }
}
