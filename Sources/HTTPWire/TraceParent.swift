// The place of a request in a trace over several programs (W3C Trace Context, `traceparent`). Immutable.

package import Platform

/// Which trace a request belongs to, and which part of it this is.
package struct TraceParent: Hashable, Sendable, CustomStringConvertible {
    /// High and low half of the trace's 16 bytes, never both 0.
    package let traceHigh: UInt64
    package let traceLow: UInt64
    /// The part that is meant: a caller's, or this server's own. Never 0.
    package let span: UInt64
    /// Bit 0: somebody up the line records this trace.
    package let flags: UInt8

    /// What stands where there is no request of a client; it is never sent.
    package static let none = TraceParent(traceHigh: 0, traceLow: 0, span: 0, flags: 0)

    package init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, flags: UInt8) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
        self.flags = flags
    }

    private static let length = 55

    /// Reads the value of the field: `00-` and 32, 16 and 2 digits in lower case; of later versions the part that they
    /// share with this one (§3.2.2, §4).
    package init?(_ text: String) {
        let bytes = Array(text.utf8.prefix(Self.length + 1))
        let dash = UInt8(ascii: "-")
        guard bytes.count >= Self.length, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = Self.number(bytes[0..<2]), version != 0xff, version > 0 || text.utf8.count == Self.length,
            bytes.count == Self.length || bytes[Self.length] == dash,
            let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]), high | low != 0,
            let span = Self.number(bytes[36..<52]), span != 0, let flags = Self.number(bytes[53..<55])
        else { return nil }
        // Bits this version does not know are not passed on.
        self.init(traceHigh: high, traceLow: low, span: span, flags: UInt8(flags) & 1)
    }

    /// The same trace with another part of it, in place of the one that asked.
    package func child(span: UInt64) -> TraceParent {
        TraceParent(traceHigh: traceHigh, traceLow: traceLow, span: span, flags: flags)
    }

    /// The value of the field, for a request that continues the trace.
    package var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.length)
        bytes.append(contentsOf: "00-".utf8)
        Self.append(traceHigh, digits: 16, to: &bytes)
        Self.append(traceLow, digits: 16, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(span, digits: 16, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(UInt64(flags), digits: 2, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What requests sent on behalf of one with this head, which belongs to this trace, tell of it. `tracestate` belongs to
    /// the `traceparent` that came with it: without one that could be read there is nothing to pass on (§3.3).
    package func context(for head: RequestHead) -> TraceContext {
        var state = ""
        if head.hasField("tracestate"), let given = TraceParent(of: head), given.traceLow == traceLow,
            given.traceHigh == traceHigh
        {
            state = TraceState.passedOn(head.fields("tracestate"))
        }
        return TraceContext(traceHigh: traceHigh, traceLow: traceLow, flags: flags, state: state)
    }

    /// A place for a request to another server in a trace.
    /// - Parameter span: at random; 0 is made 1.
    package init(_ context: TraceContext, span: UInt64) {
        self.init(
            traceHigh: context.traceHigh, traceLow: context.traceLow, span: span == 0 ? 1 : span, flags: context.flags)
    }

    /// What a request says of its trace; nil for nothing that can be read, and for more than one field (§3.2: the trace
    /// begins anew).
    package init?(of head: RequestHead) {
        guard let text = head.field("traceparent"), head.fields("traceparent").count == 1 else { return nil }
        self.init(text)
    }

    /// Appends the 32 digits of the trace, for a log.
    package func appendTraceID(to bytes: inout [UInt8]) {
        Self.append(traceHigh, digits: 16, to: &bytes)
        Self.append(traceLow, digits: 16, to: &bytes)
    }

    private static func append(_ value: UInt64, digits: Int, to bytes: inout [UInt8]) {
        let alphabet: StaticString = "0123456789abcdef"
        var place = digits
        while place > 0 {
            place -= 1
            bytes.append(alphabet.utf8Start[Int(value >> UInt64(4 * place) & 15)])
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            // HEXDIGLC: capitals are no digits here.
            guard let nibble = ByteClass.hexValue(digit), ByteClass.lowered(digit) == digit else { return nil }
            value = value << 4 | UInt64(nibble)
        }
        return value
    }
}
