// What a server and the manager of services (systemd) tell each other: variables and datagrams, no library.

internal import CLinux
internal import Glibc

/// The service manager that has started this process, if one has.
package struct ServiceManager: Sendable {
    /// A message of sd_notify(3).
    package enum Message: String, Sendable {
        case ready = "READY=1"
        case stopping = "STOPPING=1"
    }

    private let notifySocket: String?
    private let inheritedCount: Int
    private let firstInherited: Int32

    /// - Parameters:
    ///   - environment: of this process.
    ///   - processID: descriptors handed to another process are not ours.
    ///   - firstInherited: the first descriptor that is handed over (SD_LISTEN_FDS_START).
    package init(environment: [String: String], processID: Int32, firstInherited: Int32 = 3) {
        self.firstInherited = firstInherited
        notifySocket = environment["NOTIFY_SOCKET"].flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
        let isForUs = environment["LISTEN_PID"] == String(processID)
        let count = environment["LISTEN_FDS"].flatMap { Int($0) } ?? 0
        inheritedCount = isForUs ? max(0, count) : 0
    }

    /// How many sockets were handed over.
    package var socketCount: Int { inheritedCount }

    /// The socket that was handed over, when it is the only one. It may be taken once.
    package func takeSocket() -> FileDescriptor? {
        guard inheritedCount == 1, no_fcntl(firstInherited, F_GETFD, 0) >= 0 else { return nil }
        return FileDescriptor(owning: firstInherited)
    }

    /// Tells the manager; nothing happens when there is none, or when it does not listen.
    package func tell(_ message: Message) {
        guard let notifySocket, let address = UnixSocketAddress(notifySocket) else { return }
        let raw = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { return }
        let descriptor = FileDescriptor(owning: raw)
        // The server does not wait for whoever manages it.
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let bytes = Array(message.rawValue.utf8)
        _ = address.withAddress { pointer, length in
            sendto(descriptor.rawValue, bytes, bytes.count, flags, pointer, length)
        }
    }
}
