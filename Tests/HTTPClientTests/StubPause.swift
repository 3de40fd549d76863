// What stub servers need of sockets and time beside their connections.

internal import CLinux
internal import Glibc
internal import Platform

/// Lets a stub's thread sleep.
func pause(milliseconds: UInt32) { usleep(milliseconds * 1_000) }

/// Takes a little in a while, so that the client's sending stays blocked.
func pauseUnlessClosed(_ connection: StubConnection) -> Bool {
    pause(milliseconds: 20)
    return connection.read(1_000).count == 1_000
}

/// A port whose connections the kernel lets wait for ever.
final class FullBacklog: Sendable {
    let port: UInt16
    private let descriptors: [Int32]

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 0) == 0 ? getsockname(listener, $0, &length) : -1
            }
        }
        guard code == 0 else { throw SystemError.last("bind") }
        port = UInt16(bigEndian: address.sin_port)
        var descriptors = [listener]
        for _ in 0..<4 {
            let descriptor = socket(
                AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
            _ = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
            }
            descriptors.append(descriptor)
        }
        self.descriptors = descriptors
    }

    deinit { for descriptor in descriptors { close(descriptor) } }
}

/// Sets a variable of this process.
func setEnvironment(_ name: String, _ value: String) { setenv(name, value, 1) }
