// A server of raw sockets for stubs that break rules. One thread a connection; the state is guarded by its monitor.

import CLinux
import Glibc
import Platform

/// Listens on 127.0.0.1 and hands each connection to a thread of its own.
final class StubListener: Sendable {
    private struct State {
        var open: Set<Int32> = []
        var isStopped = false
    }

    let port: UInt16
    private let listener: Int32
    private let state: Monitor<State>
    private let thread: Monitor<OSThread?>

    /// - Parameter serve: reads and writes the connection until it is done with it, and does not close it. Each read and
    ///   write gives up after 20 seconds.
    init(_ serve: @escaping @Sendable (_ descriptor: Int32) -> Void) throws {
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
        let state = Monitor(State())
        self.state = state
        thread = Monitor(
            try OSThread.start(name: "stub") {
                while true {
                    let descriptor = accept4(listener, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
                    guard descriptor >= 0 else { return }
                    let isTaken = state.withLock { state -> Bool in
                        if state.isStopped { return false }
                        state.open.insert(descriptor)
                        return true
                    }
                    let serving =
                        isTaken
                        ? try? OSThread.start(name: "stubbed") {
                            Self.limitWaits(descriptor)
                            serve(descriptor)
                            state.withLock { _ = $0.open.remove(descriptor) }
                            _ = close(descriptor)
                        } : nil
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

    private static func limitWaits(_ descriptor: Int32) {
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Everything up to and with the first empty line; nil when the other side closes before.
    static func readHead(_ descriptor: Int32) -> String? {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while recv(descriptor, &byte, 1, 0) == 1 {
            head.append(byte)
            if head.suffix(4) == [13, 10, 13, 10] { return String(decoding: head, as: UTF8.self) }
        }
        return nil
    }

    /// Whether all of it was sent.
    static func send(_ descriptor: Int32, _ text: String) -> Bool { send(descriptor, Array(text.utf8)) }

    static func send(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
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
