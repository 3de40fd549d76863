// A CRM of raw sockets that behaves as a test says, however badly. One thread a connection; `state` is guarded by its
// monitor.

import CLinux
import Glibc
import Platform

/// Listens on an address of this machine and answers every request in the way that is set.
final class StubCRM: Sendable {
    /// What it does with a request.
    enum Behaviour: Sendable {
        /// 200 with this JSON.
        case answer(String)
        /// A status, a content type and a body.
        case status(String, type: String, body: String)
        /// Reads the request and says nothing.
        case hang
        /// 200 with a body of so many bytes.
        case huge(Int)
        /// A redirect to this address.
        case redirect(String)
        /// The connection is reset before an answer.
        case reset
        /// 200 with a long body, one byte a second.
        case trickle
        /// Says that more will come than comes.
        case cutShort
    }

    private struct State {
        var behaviour: Behaviour
        var requests: [String] = []
        var connections: Set<Int32> = []
        var threads: [OSThread] = []
        var isStopped = false
    }

    let port: UInt16
    private let address: String
    private let listener: Int32
    private let state: Monitor<State>

    /// Where templates reach it.
    var url: String { "http://\(address):\(port)" }

    /// Heads and bodies of what it was asked, in order.
    var requests: [String] { state.withLock { $0.requests } }

    /// - Parameter lastByte: of 127.0.0.0/8, so that a test can allow one such address and not another.
    init(lastByte: UInt8 = 1, _ behaviour: Behaviour) throws {
        no_ignore_signal(SIGPIPE)
        state = Monitor(State(behaviour: behaviour))
        self.address = "127.0.0.\(lastByte)"
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = (0x7f00_0000 | UInt32(lastByte)).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 128) == 0
                    ? getsockname(listener, $0, &length) : -1
            }
        }
        guard code == 0 else { throw SystemError.last("bind") }
        port = UInt16(bigEndian: address.sin_port)
        let accepting = try OSThread.start(name: "crm-accept") { [self] in accept() }
        state.withLock { $0.threads.append(accepting) }
    }

    func behave(_ behaviour: Behaviour) { state.withLock { $0.behaviour = behaviour } }

    /// Ends all connections and waits for their threads. Whoever made one stops it: its threads hold it.
    func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            for descriptor in state.connections { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
        while let thread = state.withLock({ $0.threads.popLast() }) { thread.join() }
        close(listener)
    }

    private func accept() {
        while true {
            let descriptor = accept4(listener, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
            guard descriptor >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return
            }
            let isTaken = state.withLock { state in
                !state.isStopped && state.connections.insert(descriptor).inserted
            }
            let thread =
                isTaken
                ? try? OSThread.start(name: "crm") { [self] in
                    serve(descriptor)
                    state.withLock { _ = $0.connections.remove(descriptor) }
                    close(descriptor)
                } : nil
            guard let thread else {
                close(descriptor)
                continue
            }
            state.withLock { $0.threads.append(thread) }
        }
    }

    private func serve(_ descriptor: Int32) {
        var buffer: [UInt8] = []
        while let request = Self.read(descriptor, &buffer) {
            let behaviour = state.withLock { state in
                state.requests.append(request)
                return state.behaviour
            }
            guard answer(behaviour, descriptor) else { return }
        }
    }

    /// Answers one request; false when the connection is to be closed.
    private func answer(_ behaviour: Behaviour, _ descriptor: Int32) -> Bool {
        func send(_ status: String, _ fields: [String], _ body: [UInt8]) -> Bool {
            let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + fields
            return Self.send(descriptor, Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
        }
        switch behaviour {
        case .answer(let json): return send("200 OK", ["Content-Type: application/json"], Array(json.utf8))
        case .status(let status, let type, let body): return send(status, ["Content-Type: \(type)"], Array(body.utf8))
        case .hang:
            var byte: UInt8 = 0
            while recv(descriptor, &byte, 1, 0) > 0 {}
            return false
        case .huge(let count):
            guard Self.send(descriptor, Array("HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n".utf8)) else {
                return false
            }
            let piece = [UInt8](repeating: UInt8(ascii: " "), count: 65_536)
            var rest = count
            while rest > 0 {
                guard Self.send(descriptor, Array(piece.prefix(rest))) else { return false }
                rest -= min(rest, piece.count)
            }
            return true
        case .redirect(let target): return send("302 Found", ["Location: \(target)"], [])
        case .reset:
            var linger = CLinux.linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<CLinux.linger>.size))
            return false
        case .trickle:
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3600\r\n\r\n"
            guard Self.send(descriptor, Array(head.utf8)) else { return false }
            while Self.send(descriptor, [UInt8(ascii: " ")]) {
                // The client sends nothing more: what comes is its end.
                var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                if poll(&entry, 1, 1_000) != 0 { return false }
            }
            return false
        case .cutShort:
            _ = Self.send(descriptor, Array("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"contacts\": [".utf8))
            return false
        }
    }

    /// A head with the body that its length announces; nil when the client has gone.
    private static func read(_ descriptor: Int32, _ buffer: inout [UInt8]) -> String? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            let start = buffer.indices.first { buffer[$0...].starts(with: end) }
            if let start {
                let head = String(decoding: buffer[..<start], as: UTF8.self)
                let length =
                    head.split(separator: "\r\n")
                    .first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
                if buffer.count >= start + 4 + length {
                    let request = String(decoding: buffer[..<(start + 4 + length)], as: UTF8.self)
                    buffer.removeFirst(start + 4 + length)
                    return request
                }
            }
            var chunk = [UInt8](repeating: 0, count: 16_384)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffer.append(contentsOf: chunk.prefix(count))
        }
    }

    private static func send(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let sent = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress.map { $0 + offset }, bytes.count - offset, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            offset += sent
        }
        return true
    }
}
