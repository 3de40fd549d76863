// Ownership of one open descriptor: closed exactly once, by the type system.

internal import CLinux
internal import Glibc

/// An open file, socket or event descriptor that is closed when its owner goes.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The kernel's number, valid for as long as this value lives.
    package let rawValue: Int32

    /// Takes ownership of an open descriptor.
    package init(owning rawValue: Int32) {
        precondition(rawValue >= 0, "a descriptor is never negative, found \(rawValue)")
        self.rawValue = rawValue
    }

    deinit {
        // EINTR after close leaves the descriptor closed on Linux, so close is never repeated (close(2)).
        _ = close(rawValue)
    }

    /// Gives the descriptor away without closing it.
    package consuming func release() -> Int32 {
        let value = rawValue
        discard self
        return value
    }
}
