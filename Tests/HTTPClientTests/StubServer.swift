// A server of raw sockets that does what a test says, however wrong. One thread a connection; `state` is guarded by its
// monitor.

internal import CLinux
internal import CStubTLS
internal import Glibc
internal import Platform

/// Listens on an address of this machine and hands each connection to the test's closure.
final class StubServer: Sendable {
    private struct State {
        var connections: [Int32: Bool] = [:]
        var threads: [OSThread] = []
        var acceptedCount = 0
        var isStopped = false
    }

    let port: UInt16
    private let listener: Int32
    private let state = Monitor(State())

    /// How many connections came.
    var acceptedCount: Int { state.withLock { $0.acceptedCount } }
    /// How many of them have not ended.
    var openCount: Int { state.withLock { $0.connections.count } }

    /// - Parameters:
    ///   - lastByte: of 127.0.0.0/8: 1 is where everything is, others tell addresses apart.
    ///   - handle: runs on a thread of its own; the connection is closed when it returns. Its number counts from 0.
    init(
        lastByte: UInt8 = 1, port wanted: UInt16 = 0, tls: StubTLS? = nil,
        _ handle: @escaping @Sendable (_ connection: StubConnection, _ number: Int) -> Void
    ) throws {
        no_ignore_signal(SIGPIPE)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var one: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = wanted.bigEndian
        address.sin_addr.s_addr = (0x7f00_0000 | UInt32(lastByte)).bigEndian
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
        let state = state
        let thread = try OSThread.start(name: "stub-accept") {
            while true {
                let descriptor = accept4(listener, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
                guard descriptor >= 0 else {
                    if errno == EINTR || errno == ECONNABORTED { continue }
                    return
                }
                let number: Int? = state.withLock { state in
                    guard !state.isStopped else { return nil }
                    state.connections[descriptor] = true
                    state.acceptedCount += 1
                    return state.acceptedCount - 1
                }
                guard let number else {
                    close(descriptor)
                    return
                }
                let thread = try? OSThread.start(name: "stub") {
                    let connection = StubConnection(descriptor)
                    if let tls {
                        if connection.startTLS(tls) { handle(connection, number) }
                    } else {
                        handle(connection, number)
                    }
                    connection.end()
                    state.withLock { $0.connections[descriptor] = nil }
                    close(descriptor)
                }
                if let thread { state.withLock { $0.threads.append(thread) } }
            }
        }
        state.withLock { $0.threads.append(thread) }
    }

    deinit { stop() }

    /// Ends all connections and waits for their threads.
    func stop() {
        let isFirst = state.withLock { state -> Bool in
            guard !state.isStopped else { return false }
            state.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            for descriptor in state.connections.keys { shutdown(descriptor, Int32(SHUT_RDWR)) }
            return true
        }
        while let thread = state.withLock({ $0.threads.popLast() }) { thread.join() }
        // Once: the second time the number may be another test's socket.
        if isFirst { close(listener) }
    }
}

/// One connection as the server sees it. Used by one thread.
final class StubConnection {
    private let descriptor: Int32
    private var tls: OpaquePointer?
    private var buffer: [UInt8] = []

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        // Nothing in a test waits longer; the server's end breaks it off sooner.
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    func startTLS(_ settings: StubTLS) -> Bool {
        tls = stub_accept(settings.context, descriptor)
        return tls != nil
    }

    fileprivate func end() {
        if let tls { stub_free(tls) }
        tls = nil
    }

    var speaksHTTP2: Bool { tls.map { stub_speaks_http2($0) == 1 } ?? false }

    /// Reads a request's head, up to its empty line; nil when the client has closed.
    func readHead() -> String? {
        while true {
            for end in buffer.indices.dropLast(3)
            where buffer[end] == 13 && buffer[end + 1] == 10 && buffer[end + 2] == 13 && buffer[end + 3] == 10 {
                let head = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeFirst(end + 4)
                return head
            }
            guard fill() else { return nil }
        }
    }

    /// Reads so many bytes; fewer when the client closes.
    func read(_ count: Int) -> [UInt8] {
        while buffer.count < count, fill() {}
        let taken = Array(buffer.prefix(count))
        buffer.removeFirst(taken.count)
        return taken
    }

    /// Sends; false when the client has gone.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let sent = bytes.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
                if let tls { return Int(stub_write(tls, rest.baseAddress, Int32(rest.count))) }
                return Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            offset += sent
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends a whole answer with its length.
    @discardableResult
    func answer(_ status: String = "200 OK", _ fields: [String] = [], _ body: [UInt8] = []) -> Bool {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + fields
        return send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }

    /// Answers every request alike until the client closes; returns how many there were.
    @discardableResult
    func answerAll(_ text: String) -> Int {
        var count = 0
        while readHead() != nil, answer("200 OK", [], Array(text.utf8)) { count += 1 }
        return count
    }

    /// Does nothing until the client closes or the server stops.
    func hang() {
        while fill() { buffer = [] }
    }

    /// Makes the close that follows a reset.
    func resetOnClose() {
        var linger = CLinux.linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<CLinux.linger>.size))
    }

    private func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        let count = tls.map { Int(stub_read($0, &chunk, 16_384)) } ?? recv(descriptor, &chunk, 16_384, 0)
        guard count > 0 else { return false }
        buffer.append(contentsOf: chunk.prefix(count))
        return true
    }
}
