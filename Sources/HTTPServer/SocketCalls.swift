// The socket and epoll calls of this module, each wrapped once: EINTR is retried here, EAGAIN is a value.

internal import CLinux
internal import Glibc
internal import Platform

/// What became of a call on a descriptor that never blocks.
enum TransferResult {
    /// So many bytes were moved; 0 from a read is the end of the stream.
    case moved(Int)
    case wouldBlock
    /// A write found the kernel or the device without memory. The socket may still say that it can be written to, so
    /// nothing tells when it is worth trying again.
    case starved
    /// The connection is gone (`errno`).
    case failed(Int32)
}

/// What came out of the queue of new connections. A descriptor is open and belongs to whoever takes it.
enum AcceptResult {
    case connection(Int32, NetworkAddress)
    case wouldBlock
    /// This one is lost, the next may be there.
    case lost
    /// The process or the machine has no descriptors or memory left (`errno`).
    case exhausted(Int32)
}

enum SocketCalls {
    @inline(never)
    static func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> TransferResult {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count >= 0 { return .moved(count) }
            let code = errno
            if code == EINTR { continue }
            precondition(code != EBADF && code != EFAULT, "recv on a descriptor that is not ours")
            return code == EAGAIN ? .wouldBlock : .failed(code)
        }
    }

    @inline(never)
    static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> TransferResult {
        while true {
            let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .moved(count) }
            let code = errno
            if code == EINTR { continue }
            precondition(code != EBADF && code != EFAULT, "send on a descriptor that is not ours")
            switch code {
            case EAGAIN: return .wouldBlock
            case ENOBUFS, ENOMEM: return .starved
            default: return .failed(code)
            }
        }
    }

    /// Tells the other side that nothing more will come; it may still send.
    static func endOutput(_ descriptor: Int32) {
        // Fails only when the connection is already gone, which the next read tells.
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Makes `close` reset the connection and drop what the client never took.
    static func resetOnClose(_ descriptor: Int32) {
        var linger = CLinux.linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<CLinux.linger>.size))
    }

    @inline(never)
    static func accept(_ listener: Int32) -> AcceptResult {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let descriptor = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                accept4(listener, $0, &length, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
            }
        }
        if descriptor >= 0 { return .connection(descriptor, address(storage)) }
        switch errno {
        case EAGAIN: return .wouldBlock
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted(errno)
        // accept(2): errors of the network on the new connection are reported here, and mean only that it is gone.
        default: return .lost
        }
    }

    /// The address in a structure the kernel has filled in.
    static func address(_ storage: sockaddr_storage) -> NetworkAddress {
        withUnsafeBytes(of: storage) { bytes in
            // The kernel has filled in the structure its family names; loads are bounds-checked and unaligned.
            switch Int32(storage.ss_family) {
            case AF_INET:
                let four = bytes.loadUnaligned(as: sockaddr_in.self)
                return .v4(UInt32(bigEndian: four.sin_addr.s_addr))
            case AF_INET6:
                let offset = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 8
                return NetworkAddress(
                    high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
                    low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
            default: return .unix
            }
        }
    }
}
