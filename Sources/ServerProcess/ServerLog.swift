// The log of a server: one sink on standard error. Owned by the main thread, its parts are Sendable.

internal import Glibc
package import Platform

/// Where a server logs.
package struct ServerLog: Sendable {
    /// Log bytes that may wait for a slow reader.
    private static let bytesMax = 4 << 20

    package let sink: LogSink
    package let logger: Logger

    package init(clock: Clock) throws(StartFailure) {
        sink = try StartFailure.wrapping("log") { () throws(SystemError) in
            try LogSink(descriptor: STDERR_FILENO, capacityBytes: Self.bytesMax)
        }
        logger = Logger(sink: sink, clock: clock)
    }
}
