// One JSON line for each answer. A value owned by one loop; the sink behind it is shared and never blocks.

internal import HTTPWire
internal import Platform

/// Writes the access log. Targets are redacted, header fields and bodies never enter it.
struct AccessLog {
    /// What one line tells.
    struct Entry {
        let wall: UnixTime
        let requestID: String
        /// `none` for what was no request.
        let trace: TraceParent
        let method: HTTPMethod?
        let route: String
        let target: [UInt8]
        /// The segment of the target's path that is a telephone number, counted from 0.
        let numberSegment: Int?
        let status: UInt16
        let bytes: Int
        /// False for an answer whose content ended in the middle.
        let isComplete: Bool
        let microseconds: UInt64
        let peer: NetworkAddress
        let client: NetworkAddress
    }

    /// Longer targets are cut: the log must not grow with what callers send.
    private static let targetBytesMax = 256

    private let sink: LogSink
    private var line: [UInt8] = []
    private var second: Int64 = .min
    private var stamp: [UInt8] = []

    init(sink: LogSink) { self.sink = sink }

    mutating func write(_ entry: Entry) {
        let seconds = entry.wall.seconds
        if seconds != second {
            second = seconds
            stamp = Array(UnixTime(seconds: seconds).rfc3339().utf8.dropLast())
        }
        line.removeAll(keepingCapacity: true)
        append("{\"ts\":\"")
        line.append(contentsOf: stamp)
        line.append(UInt8(ascii: "."))
        let milliseconds = UInt64((entry.wall.microseconds - seconds * 1_000_000) / 1_000)
        line.append(UInt8(ascii: "0") + UInt8(milliseconds / 100))
        line.append(UInt8(ascii: "0") + UInt8(milliseconds / 10 % 10))
        line.append(UInt8(ascii: "0") + UInt8(milliseconds % 10))
        append("Z\",\"level\":\"info\",\"event\":\"request\",\"request_id\":\"")
        line.append(contentsOf: entry.requestID.utf8)
        if entry.trace != .none {
            append("\",\"trace\":\"")
            entry.trace.appendTraceID(to: &line)
        }
        append("\",\"method\":\"")
        switch entry.method {
        case nil, .other: append("-")
        case .some(let method): line.append(contentsOf: method.name.utf8)
        }
        append("\",\"route\":\"")
        line.append(contentsOf: entry.route.utf8)
        append("\",\"target\":\"")
        appendTarget(entry.numberSegment.map { Self.masked(entry.target, segment: $0) } ?? entry.target)
        append("\",\"status\":")
        appendDecimal(UInt64(entry.status))
        append(",\"bytes\":")
        appendDecimal(UInt64(entry.bytes))
        if !entry.isComplete { append(",\"complete\":false") }
        append(",\"duration_us\":")
        appendDecimal(entry.microseconds)
        append(",\"peer\":\"")
        appendAddress(entry.peer)
        if entry.client != entry.peer {
            append("\",\"client\":\"")
            appendAddress(entry.client)
        }
        append("\"}")
        sink.write(line)
    }

    /// Redacted first, then cut, so that a cut cannot hide the beginning of a secret; then escaped.
    /// The target with one segment of its path masked as a number.
    private static func masked(_ target: [UInt8], segment: Int) -> [UInt8] {
        var start = 0
        for _ in 0...segment {
            guard let slash = target[start...].firstIndex(of: UInt8(ascii: "/")) else { return [] }
            start = slash + 1
        }
        let end = target[start...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? target.endIndex
        return target[..<start] + Redaction.number(Array(target[start..<end])) + target[end...]
    }

    private mutating func appendTarget(_ target: [UInt8]) {
        let safe = target.allSatisfy(Self.needsNoRedaction) ? target : Redaction.redact(target)
        let digits: StaticString = "0123456789abcdef"
        for byte in safe.prefix(Self.targetBytesMax) {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                line.append(UInt8(ascii: "\\"))
                line.append(byte)
            // The redaction mark is not ASCII and may be cut in two; a log line stays valid UTF-8 either way.
            case 0x80...: line.append(UInt8(ascii: "*"))
            case 0..<0x20, 0x7f:
                append("\\u00")
                line.append(digits.utf8Start[Int(byte >> 4)])
                line.append(digits.utf8Start[Int(byte & 15)])
            default: line.append(byte)
            }
        }
    }

    /// A target of letters and slashes alone holds no digit, no key (`nol_`) and no token path (it has hyphens).
    private static func needsNoRedaction(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "="), UInt8(ascii: "&"): true
        default: false
        }
    }

    private mutating func appendAddress(_ address: NetworkAddress) {
        guard case .v4(let value) = address else {
            line.append(contentsOf: address.description.utf8)
            return
        }
        appendDecimal(UInt64(value >> 24))
        for shift: UInt32 in [16, 8, 0] {
            line.append(UInt8(ascii: "."))
            appendDecimal(UInt64(value >> shift & 255))
        }
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { line.append(contentsOf: $0) }
    }

    private mutating func appendDecimal(_ value: UInt64) {
        guard value >= 10 else {
            line.append(UInt8(ascii: "0") + UInt8(value))
            return
        }
        line.append(contentsOf: String(value).utf8)
    }
}
