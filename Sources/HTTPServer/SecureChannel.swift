// TLS between a connection and its socket: the session, and records the client has not taken yet. Confined to its loop.

internal import Platform
internal import TransportSecurity

final class SecureChannel {
    /// Plaintext that is encrypted at once: what is written in between fits a socket's buffer, and what does not is all
    /// a connection keeps in encrypted form.
    static let writeBytes = 65_536

    let session: TLSSession
    private let port: TLSPort
    private var unsent: [UInt8] = []
    private var unsentStart = 0
    /// Whether the last attempt to send found no memory.
    private(set) var isStarved = false
    /// Whether the handshake has been counted, one way or the other.
    var isCounted = false

    init(_ context: TLSContext, port: TLSPort) throws(SystemError) {
        session = try TLSSession(context, port: port)
        self.port = port
    }

    /// Where the bytes of the last `receive` are.
    var plaintext: UnsafeMutableRawBufferPointer { port.plaintext }
    var hasUnsent: Bool { unsentStart < unsent.count }
    /// What it costs in memory beyond the session.
    var heldBytes: Int { unsent.count }

    /// Sends what the session has made, behind what could not be sent before; the rest is kept. The result is never
    /// `wouldBlock`: nothing sent is `moved(0)`.
    func flush(_ descriptor: Int32) -> TransferResult {
        var moved = 0
        isStarved = false
        if hasUnsent {
            unsent.append(contentsOf: port.output)
            port.output.removeAll(keepingCapacity: true)
            switch Self.send(descriptor, unsent, from: unsentStart) {
            case .moved(let count): moved = count
            case .wouldBlock: return .moved(0)
            case .starved:
                isStarved = true
                return .moved(0)
            case .failed(let code): return .failed(code)
            }
            unsentStart += moved
            if !hasUnsent {
                unsent = []
                unsentStart = 0
            }
        } else if !port.output.isEmpty {
            defer { port.output.removeAll(keepingCapacity: true) }
            switch Self.send(descriptor, port.output, from: 0) {
            case .moved(let count): moved = count
            case .wouldBlock: moved = 0
            case .starved: isStarved = true
            case .failed(let code): return .failed(code)
            }
            if moved < port.output.count { unsent = Array(port.output[moved...]) }
        }
        return .moved(moved)
    }

    /// Encrypts and sends the beginning of `bytes`; how much of it was taken is `accepted`, 0 while earlier records wait.
    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> (accepted: Int, result: TransferResult) {
        if hasUnsent {
            let result = flush(descriptor)
            if hasUnsent { return (0, result) }
            if case .failed = result { return (0, result) }
        }
        let piece = UnsafeRawBufferPointer(rebasing: bytes[..<min(bytes.count, Self.writeBytes)])
        guard session.send(piece) else {
            port.output.removeAll(keepingCapacity: true)
            return (0, .failed(0))
        }
        return (piece.count, flush(descriptor))
    }

    /// Tells the client that this is the end, as far as one attempt gets. Records that wait would have to come first, so
    /// then nothing is said.
    func sayGoodbye(_ descriptor: Int32) {
        guard !hasUnsent else { return }
        session.endOutput()
        _ = flush(descriptor)
    }

    private static func send(_ descriptor: Int32, _ bytes: [UInt8], from start: Int) -> TransferResult {
        bytes.withUnsafeBytes { SocketCalls.send(descriptor, UnsafeRawBufferPointer(rebasing: $0[start...])) }
    }
}
