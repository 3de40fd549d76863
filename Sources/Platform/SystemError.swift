// A failed system call as a value. Immutable.

internal import CLinux
internal import Glibc

/// A system call that failed: its `errno`, the call's name, and what it was about (a path or an endpoint, never
/// caller data).
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The `errno` captured right after the call.
    package let code: Int32
    /// The call, as the manual spells it: `bind`.
    package let operation: String
    /// What the call was about, fit for a message.
    package let context: String?

    package init(code: Int32, operation: String, context: String? = nil) {
        self.code = code
        self.operation = operation
        self.context = context
    }

    /// The error of the call that has just failed; reads `errno`, so nothing may run between the call and this.
    @inline(never)
    package static func last(_ operation: String, context: String? = nil) -> SystemError {
        SystemError(code: errno, operation: operation, context: context)
    }

    /// The system's own text for the code: `Address already in use`.
    package var reason: String {
        var buffer = [CChar](repeating: 0, count: 128)
        no_error_text(code, &buffer, buffer.count)
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    package var description: String {
        if let context { return "\(operation) \(context): \(reason)" }
        return "\(operation): \(reason)"
    }
}
