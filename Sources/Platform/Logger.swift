// Structured log lines: one JSON object a line, redacted. Immutable.

/// A value in a log line.
package enum LogValue: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// Whatever it is: redacted.
    case text(String)
    /// The name of a record. As it is, for its digits are those of no telephone number.
    case identifier(any RecordIdentifier)
    /// A moment, in UTC.
    case time(UnixTime)
    /// What the operator has set or named, an address or a file: digits stay, keys and tokens are masked all the same.
    case setting(String)
    case integer(Int64)
    case boolean(Bool)

    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
}

/// Writes events as JSON lines: `{"ts":…,"level":…,"event":…,…}`. Texts pass `Redaction`.
package struct Logger: Sendable {
    private let sink: LogSink
    private let clock: Clock

    package init(sink: LogSink, clock: Clock) {
        self.sink = sink
        self.clock = clock
    }

    package func info(_ event: StaticString, _ fields: [(StaticString, LogValue)] = []) { log("info", event, fields) }
    package func warning(_ event: StaticString, _ fields: [(StaticString, LogValue)] = []) {
        log("warning", event, fields)
    }
    package func error(_ event: StaticString, _ fields: [(StaticString, LogValue)] = []) { log("error", event, fields) }

    private func log(_ level: StaticString, _ event: StaticString, _ fields: [(StaticString, LogValue)]) {
        var line = LogLine(time: clock.wall())
        line.add("level", .text(level.description))
        line.add("event", .text(event.description))
        for (name, value) in fields { line.add(name, value) }
        sink.write(line.finish())
    }
}

/// One JSON log line in the making.
package struct LogLine {
    private var bytes: [UInt8]

    /// A line that begins with the time, in milliseconds.
    package init(time: UnixTime) {
        bytes = Array("{\"ts\":\"".utf8)
        bytes.append(contentsOf: time.rfc3339Milliseconds().utf8)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Adds a field; texts are redacted and escaped (RFC 8259 §7).
    package mutating func add(_ name: StaticString, _ value: LogValue) {
        bytes.append(contentsOf: ",\"".utf8)
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: "\":".utf8)
        switch value {
        case .integer(let number): bytes.append(contentsOf: String(number).utf8)
        case .boolean(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .text(let text): addText(Redaction.redact(Array(text.utf8)))
        case .identifier(let identifier): addText(Array(identifier.description.utf8))
        case .time(let time): addText(Array(time.rfc3339().utf8))
        case .setting(let text): addText(Array(Redaction.withoutKeys(text).utf8))
        }
    }

    /// The finished line, without a line feed.
    package consuming func finish() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private mutating func addText(_ text: [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20, 0x7f:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(contentsOf: Hex.encode(CollectionOfOne(byte)).utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
