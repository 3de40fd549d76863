import Glibc
import Platform
import Testing

@Suite struct LoggerTests {
    private static func line(_ fields: [(StaticString, LogValue)]) -> String {
        var line = LogLine(time: UnixTime(microseconds: 1_767_323_045_678_000))
        for (name, value) in fields { line.add(name, value) }
        return String(decoding: line.finish(), as: UTF8.self)
    }

    @Test("a line is one JSON object that begins with its time")
    func shape() {
        #expect(Self.line([]) == #"{"ts":"2026-01-02T03:04:05.678Z"}"#)
        #expect(
            Self.line([("level", "info"), ("count", 7), ("isGood", true), ("isBad", false)])
                == #"{"ts":"2026-01-02T03:04:05.678Z","level":"info","count":7,"isGood":true,"isBad":false}"#)
        #expect(
            Self.line([("low", .integer(.min)), ("high", .integer(.max))])
                == #"{"ts":"2026-01-02T03:04:05.678Z","low":-9223372036854775808,"high":9223372036854775807}"#)
    }

    @Test(
        "a text cannot break out of its quotes nor begin another line",
        arguments: [
            ("plain", "plain"), ("", ""), ("a\"b", "a\\\"b"), ("a\\b", "a\\\\b"), ("\\\"", "\\\\\\\""),
            ("a\nb", "a\\u000ab"), ("a\r\nb", "a\\u000d\\u000ab"), ("\t", "\\u0009"), ("\u{0}", "\\u0000"),
            ("\u{1B}[31m", "\\u001b[31m"), ("\u{7F}", "\\u007f"), ("Größe 😀", "Größe 😀"),
            ("\",\"level\":\"error", "\\\",\\\"level\\\":\\\"error"),
        ])
    func escapes(text: String, written: String) {
        #expect(Self.line([("t", .text(text))]) == "{\"ts\":\"2026-01-02T03:04:05.678Z\",\"t\":\"\(written)\"}")
    }

    private struct SampleID: RecordIdentifier {
        static let prefix = "dlv_"
        let value: Int64
    }

    @Test("names of records, moments and the operator's own settings stay readable; keys in a setting do not")
    func unmasked() {
        #expect(
            Self.line([("id", .identifier(SampleID(value: 1))), ("at", .time(UnixTime(seconds: 1_795_275_388)))])
                == #"{"ts":"2026-01-02T03:04:05.678Z","id":"dlv_0000000000000001","at":"2026-11-21T15:36:28Z"}"#)
        #expect(
            Self.line([("listening", .setting("192.168.100.10:8080"))])
                == #"{"ts":"2026-01-02T03:04:05.678Z","listening":"192.168.100.10:8080"}"#)
        let key = "nol_0123456789abcdef0123456789abcdef01234567"
        #expect(!Self.line([("file", .setting("/etc/\(key)\"\n"))]).contains("0123456789"))
    }

    @Test("keys and numbers in a text are masked, integers are not")
    func redacts() {
        let key = "nol_0123456789abcdef0123456789abcdef01234567"
        let line = Self.line([("target", .text("/v1/cid/+14155552671?key=\(key)")), ("micros", 4_155_552_671)])
        #expect(
            line
                == #"{"ts":"2026-01-02T03:04:05.678Z","target":"/v1/cid/+1…71?key=nol_<redacted>","micros":4155552671}"#
        )
    }

    @Test("each level writes its own name and the event")
    func levels() throws {
        let file = try TemporaryFile()
        let sink = try LogSink(descriptor: file.descriptor, capacityBytes: 4_096)
        let clock = Clock(wall: { UnixTime(seconds: 0) }, monotonic: MonotonicTime.now)
        let logger = Logger(sink: sink, clock: clock)
        logger.info("started", [("loops", 2)])
        logger.warning("slow")
        logger.error("down")
        sink.close()
        #expect(
            file.text == """
                {"ts":"1970-01-01T00:00:00.000Z","level":"info","event":"started","loops":2}
                {"ts":"1970-01-01T00:00:00.000Z","level":"warning","event":"slow"}
                {"ts":"1970-01-01T00:00:00.000Z","level":"error","event":"down"}

                """)
    }
}
