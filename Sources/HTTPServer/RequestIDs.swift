// Names for exchanges. A generator is owned by one loop.

internal import HTTPWire
internal import Platform

/// Makes request ids and decides which of the clients' own are taken over.
///
/// A class, because a loop holds it for good: access to it then costs no check.
final class RequestIDs {
    /// The longest id a client may choose.
    private static let clientBytesMax = 64

    private var state: UInt64

    /// Ids need to be distinct, not secret: one random start, then a counter through a mixing function (SplitMix64).
    init(random: RandomSource) { state = random.integer() }

    /// Fifteen characters of 5 bits each: as many as a Swift string keeps without memory of its own.
    func next() -> String {
        var high = mixed()
        var low = mixed()
        return String(unsafeUninitializedCapacity: 15) { buffer in
            let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
            for index in 0..<8 {
                buffer[index] = alphabet.utf8Start[Int(high & 31)]
                high >>= 5
            }
            for index in 8..<15 {
                buffer[index] = alphabet.utf8Start[Int(low & 31)]
                low >>= 5
            }
            return 15
        }
    }

    /// The client's `X-Request-Id` when it is 1 to 64 of `A-Z a-z 0-9 . _ -` and nothing in it must be kept out of
    /// logs (it is echoed and logged), else a new one.
    func id(for head: RequestHead) -> String {
        guard let wanted = head.field("x-request-id") else { return next() }
        let bytes = Array(wanted.utf8)
        guard (1...Self.clientBytesMax).contains(bytes.count), bytes.allSatisfy(Self.isAccepted),
            Redaction.redact(bytes) == bytes
        else { return next() }
        return wanted
    }

    /// The client's trace with a new place in it for this request, or a new trace.
    func trace(for head: RequestHead) -> TraceParent {
        let span = mixed() | 1
        if let given = TraceParent(of: head) { return given.child(span: span) }
        return TraceParent(traceHigh: mixed(), traceLow: mixed() | 1, span: span, flags: 0)
    }

    private static func isAccepted(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private func mixed() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
