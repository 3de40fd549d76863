// Where a server takes connections: values only. Immutable.

internal import CLinux

/// What an operator may name as the place to listen.
package enum ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// An address and a port; port 0 picks a free one.
    case tcp(SocketEndpoint)
    /// A Unix-domain socket, an absolute path.
    case unix(path: String)
    /// The socket that the service manager has opened and handed over (sd_listen_fds(3)).
    case inherited

    /// What the kernel has room for in an address, without the NUL behind it (unix(7)).
    package static let unixPathBytes = 107

    /// Reads `HOST:PORT`, `unix:/path` or `systemd`.
    package init?(_ text: String) {
        if text == "systemd" {
            self = .inherited
        } else if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard path.hasPrefix("/"), !path.hasSuffix("/"), path.utf8.count <= Self.unixPathBytes,
                !path.utf8.contains(0)
            else { return nil }
            self = .unix(path: path)
        } else {
            guard let endpoint = SocketEndpoint(text) else { return nil }
            self = .tcp(endpoint)
        }
    }

    /// Address and port, where there are any.
    package var endpoint: SocketEndpoint? {
        if case .tcp(let endpoint) = self { return endpoint }
        return nil
    }

    package var description: String {
        switch self {
        case .tcp(let endpoint): endpoint.description
        case .unix(let path): "unix:\(path)"
        case .inherited: "systemd"
        }
    }
}
