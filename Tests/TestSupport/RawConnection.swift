// A blocking client connection for tests: sends any bytes, reads answers one at a time. Used by one thread.

internal import CLinux
internal import Glibc
package import Platform

/// Why a test client could not go on.
package enum TestClientError: Error, CustomStringConvertible {
    case system(SystemError)
    case timedOut(received: String)
    /// The connection ended before an answer was complete.
    case ended(received: String)
    /// What came is no HTTP answer.
    case malformed(String)

    /// What went wrong, with what had been received.
    package var description: String {
        switch self {
        case .system(let error): "\(error)"
        case .timedOut(let received): "timed out, received so far: \(received)"
        case .ended(let received): "connection ended, received so far: \(received)"
        case .malformed(let text): "not an HTTP answer: \(text)"
        }
    }
}

/// One TCP connection to a server under test.
package final class RawConnection {
    private let descriptor: FileDescriptor
    /// Bytes that came behind the last answer.
    private var buffer: [UInt8] = []
    private let timeout: Duration

    /// Connects.
    /// - Parameters:
    ///   - timeout: for connecting and for each answer.
    ///   - receiveBufferBytes: a small socket buffer makes the server wait for this client's reading.
    package init(
        _ endpoint: SocketEndpoint, timeout: Duration = .seconds(10), receiveBufferBytes: Int32? = nil
    ) throws(TestClientError) {
        self.timeout = timeout
        let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw .system(.last("socket")) }
        descriptor = FileDescriptor(owning: raw)
        var one: Int32 = 1
        setsockopt(raw, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        if var receiveBufferBytes { setsockopt(raw, SOL_SOCKET, SO_RCVBUF, &receiveBufferBytes, 4) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = endpoint.port.bigEndian
        guard case .v4(let value) = endpoint.address else {
            throw .system(SystemError(code: EAFNOSUPPORT, operation: "connect"))
        }
        address.sin_addr.s_addr = value.bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw .system(.last("connect", context: endpoint.description)) }
    }

    /// Connects to a Unix-domain socket.
    package init(unix path: String, timeout: Duration = .seconds(10)) throws(TestClientError) {
        self.timeout = timeout
        guard let address = UnixSocketAddress(path) else {
            throw .system(SystemError(code: ENAMETOOLONG, operation: "connect"))
        }
        let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw .system(.last("socket")) }
        descriptor = FileDescriptor(owning: raw)
        guard address.withAddress({ connect(raw, $0, $1) }) == 0 else { throw .system(.last("connect", context: path)) }
    }

    /// Sends all bytes.
    package func send(_ bytes: [UInt8]) throws(TestClientError) {
        var offset = 0
        while offset < bytes.count {
            let sent = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor.rawValue, $0.baseAddress.map { $0 + offset }, bytes.count - offset,
                    Int32(MSG_NOSIGNAL))
            }
            if sent < 0 {
                if errno == EINTR { continue }
                throw .system(.last("send"))
            }
            offset += sent
        }
    }

    /// Sends text as UTF-8.
    package func send(_ text: String) throws(TestClientError) { try send(Array(text.utf8)) }

    /// Says that nothing more will be sent.
    package func endOutput() { _ = shutdown(descriptor.rawValue, Int32(SHUT_WR)) }

    /// Reads one whole answer, interim ones included.
    /// - Parameter toHead: the request was HEAD, so no content follows.
    package func readResponse(toHead: Bool = false) throws(TestClientError) -> TestResponse {
        let deadline = MonotonicTime.now() + timeout
        while true {
            if let (response, length) = try TestResponse.parse(buffer, toHead: toHead) {
                buffer.removeFirst(length)
                return response
            }
            guard try fill(deadline) else { throw .ended(received: String(decoding: buffer, as: UTF8.self)) }
        }
    }

    /// Reads until the server closes, and returns everything that came.
    package func readToEnd() throws(TestClientError) -> [UInt8] {
        let deadline = MonotonicTime.now() + timeout
        while try fill(deadline) {}
        let all = buffer
        buffer = []
        return all
    }

    /// Whether the server has closed its side, waiting at most `duration` for it; what comes before is kept.
    package func isClosed(within duration: Duration) -> Bool {
        let deadline = MonotonicTime.now() + duration
        do throws(TestClientError) {
            while try fill(deadline) {}
            return true
        } catch {
            if case .system = error { return true }
            return false
        }
    }

    /// Whatever has come, at least one byte; empty at the end of the stream.
    package func readSome(_ deadline: MonotonicTime) throws(TestClientError) -> [UInt8] {
        while buffer.isEmpty { guard try fill(deadline) else { break } }
        defer { buffer = [] }
        return buffer
    }

    /// What has come and not been taken as an answer.
    package var unread: [UInt8] { buffer }

    /// Reads what is there; false at the end of the stream.
    private func fill(_ deadline: MonotonicTime) throws(TestClientError) -> Bool {
        let rest = MonotonicTime.now().duration(to: deadline).wholeMilliseconds
        guard rest > 0 else { throw .timedOut(received: String(decoding: buffer, as: UTF8.self)) }
        var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        let ready = poll(&entry, 1, Int32(clamping: rest))
        if ready < 0, errno != EINTR { throw .system(.last("poll")) }
        guard ready > 0 else { return true }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor.rawValue, &chunk, chunk.count, 0)
        guard count >= 0 else { throw .system(.last("recv")) }
        buffer.append(contentsOf: chunk.prefix(count))
        return count > 0
    }
}
