import HTTPWire
import Testing

@Suite struct `A trace parent` {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let span = "b7ad6b7169203331"

    @Test func `is read and written as the recommendation says`() throws {
        let text = "00-\(Self.trace)-\(Self.span)-01"
        let parent = try #require(TraceParent(text))
        #expect(parent.description == text)
        #expect(parent.traceHigh == 0x0af7_6519_16cd_43dd && parent.span == 0xb7ad_6b71_6920_3331 && parent.flags == 1)
        var log: [UInt8] = []
        parent.appendTraceID(to: &log)
        #expect(String(decoding: log, as: UTF8.self) == Self.trace)
        #expect(parent.child(span: 1).description == "00-\(Self.trace)-0000000000000001-01")
    }

    @Test(
        arguments: [
            ("00-\(trace)-\(span)-00", "00"), ("00-\(trace)-\(span)-03", "01"), ("00-\(trace)-\(span)-fe", "00"),
            ("01-\(trace)-\(span)-01", "01"), ("cc-\(trace)-\(span)-01-more", "01"),
        ])
    func `keeps of flags and later versions what it knows`(_ text: String, _ flags: String) throws {
        #expect(TraceParent(text)?.description == "00-\(Self.trace)-\(Self.span)-\(flags)")
    }

    @Test(
        arguments: [
            "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-", "00-\(trace)-\(span)-0", "00-\(trace)-\(span)-0g",
            "ff-\(trace)-\(span)-01", "00-\(trace)-\(span)-01-more", "00-\(trace)-\(span)-01x",
            "01-\(trace)-\(span)-01x", "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span.uppercased())-01",
            "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
            "00_\(trace)_\(span)_01", " 00-\(trace)-\(span)-01", "0-\(trace)-\(span)-01", "00-\(trace)0-\(span)-01",
            "00-\(trace.dropLast())-\(span)0-01", "+0-\(trace)-\(span)-01", "é0-\(trace)-\(span)-01",
        ])
    func `is nothing else`(_ text: String) { #expect(TraceParent(text) == nil) }
}
