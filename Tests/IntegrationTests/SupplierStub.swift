// A supplier of raw sockets that does what a test says, however wrong. One thread a connection; the state is guarded by
// its monitor.

import CLinux
import Glibc
import Platform

/// Listens on 127.0.0.1 and treats every request alike.
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
        var open: Set<Int32> = []
        var isStopped = false
    }

    let port: UInt16
    private let listener: Int32
    private let state: Monitor<State>
    private let thread: Monitor<OSThread?>

    var requests: Int { state.withLock { $0.requests } }
    /// The requests as they came, without bodies.
    var heads: [String] { state.withLock { $0.heads } }
    func set(_ conduct: Conduct) { state.withLock { $0.conduct = conduct } }

    init(_ conduct: Conduct) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
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
        guard code == 0 else { throw SystemError.last("bind") }
        port = UInt16(bigEndian: address.sin_port)
        let state = Monitor(State(conduct: conduct))
        self.state = state
        thread = Monitor(
            try OSThread.start(name: "supplier") {
                while true {
                    let descriptor = accept4(listener, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
                    guard descriptor >= 0 else { return }
                    let isTaken = state.withLock { state -> Bool in
                        if state.isStopped { return false }
                        state.open.insert(descriptor)
                        return true
                    }
                    let serving =
                        isTaken ? try? OSThread.start(name: "supplied") { Self.serve(descriptor, state) } : nil
                    guard let serving else {
                        _ = close(descriptor)
                        continue
                    }
                    serving.detach()
                }
            })
    }

    deinit { stop() }

    func stop() {
        state.withLock { state in
            state.isStopped = true
            for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
        guard let running = thread.withLock({ $0.take() }) else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        running.join()
        _ = close(listener)
    }

    private static func serve(_ descriptor: Int32, _ state: Monitor<State>) {
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        while let head = readHead(descriptor) {
            let conduct = state.withLock { state in
                state.requests += 1
                state.heads.append(head)
                return state.conduct
            }
            guard act(conduct, descriptor) else { break }
        }
        state.withLock { _ = $0.open.remove(descriptor) }
        _ = close(descriptor)
    }

    /// Whether the connection goes on.
    private static func act(_ conduct: Conduct, _ descriptor: Int32) -> Bool {
        switch conduct {
        case .named: return answer(descriptor, "200 OK", "STUB,NAME   ")
        case .unnamed: return answer(descriptor, "200 OK", "")
        case .hang:
            _ = readHead(descriptor)
            return false
        case .reset:
            var linger = CLinux.linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<CLinux.linger>.size))
            return false
        case .trickle:
            guard send(descriptor, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n") else { return false }
            for _ in 0..<1_000 {
                usleep(50_000)
                guard send(descriptor, "N") else { return false }
            }
            return true
        case .gigabyte:
            guard send(descriptor, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") else { return false }
            let chunk = "10000\r\n" + String(repeating: "N", count: 65_536) + "\r\n"
            for _ in 0..<16_384 where !send(descriptor, chunk) { return false }
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
        send(descriptor, "HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    private static func readHead(_ descriptor: Int32) -> String? {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while recv(descriptor, &byte, 1, 0) == 1 {
            head.append(byte)
            if head.suffix(4) == [13, 10, 13, 10] { return String(decoding: head, as: UTF8.self) }
        }
        return nil
    }

    private static func send(_ descriptor: Int32, _ text: String) -> Bool {
        let bytes = Array(text.utf8)
        var offset = 0
        while offset < bytes.count {
            let sent = bytes.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
                return Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            offset += sent
        }
        return true
    }
}
