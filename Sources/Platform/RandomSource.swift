// Where unpredictable bytes come from; handed down so that tests can fix them.

internal import CLinux
internal import Glibc

/// A source of random bytes fit for keys and identifiers.
package struct RandomSource: Sendable {
    private let fill: @Sendable (UnsafeMutableRawBufferPointer) -> Void

    /// A source that fills the buffer it is given, whole.
    package init(fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void) { self.fill = fill }

    /// The kernel's generator (`getrandom(2)`).
    package static let system = RandomSource { buffer in
        var offset = 0
        while offset < buffer.count {
            let count = getrandom(buffer.baseAddress.map { $0 + offset }, buffer.count - offset, 0)
            if count < 0 {
                // Without random bytes no key may be made: there is no safe way on (getrandom fails only when the
                // kernel lacks the call).
                precondition(errno == EINTR, "getrandom failed")
                continue
            }
            offset += count
        }
    }

    /// `count` random bytes.
    package func bytes(_ count: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        result.withUnsafeMutableBytes { fill($0) }
        return result
    }

    /// A random integer over the whole range.
    package func integer() -> UInt64 {
        var value: UInt64 = 0
        withUnsafeMutableBytes(of: &value) { fill($0) }
        return value
    }
}
