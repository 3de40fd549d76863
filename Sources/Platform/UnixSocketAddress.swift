// Names of Unix-domain sockets as the kernel takes them.

package import CLinux
internal import Glibc

/// The address of a Unix-domain socket, ready for bind, connect and sendto.
package struct UnixSocketAddress {
    private var storage = sockaddr_un()
    private let length: socklen_t

    /// - Parameter name: a path, or `@` and an abstract name (unix(7)); nil when it is empty, too long or has a NUL.
    package init?(_ name: String) {
        var bytes = Array(name.utf8)
        guard !bytes.isEmpty, bytes.count <= ListenAddress.unixPathBytes, !bytes.contains(0) else { return nil }
        let isAbstract = bytes[0] == UInt8(ascii: "@")
        if isAbstract { bytes[0] = 0 }
        storage.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &storage.sun_path) { $0.copyBytes(from: bytes) }
        let header = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        // An abstract name is as long as it is said to be; a path ends with its NUL.
        length = socklen_t(header + bytes.count + (isAbstract ? 0 : 1))
    }

    /// Hands out the address for the length of a call.
    package func withAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
