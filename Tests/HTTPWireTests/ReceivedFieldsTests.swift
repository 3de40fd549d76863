import HTTPWire
import Testing

@Suite struct `Fields of an answer` {
    private func fields(_ fields: (String, String)...) -> ReceivedFields {
        ReceivedFields(fields.map { (name: $0.0, value: $0.1) })
    }

    @Test func `are given back as they came, in order and with repeats`() {
        let fields = fields(("X-A", "1"), ("x-b", ""), ("X-A", "two"))
        #expect(fields.count == 3)
        #expect(fields.all.map(\.name) == ["X-A", "x-b", "X-A"] && fields.all.map(\.value) == ["1", "", "two"])
    }

    @Test(
        arguments: [
            ("Location", "/a"), ("location", "/a"), ("LOCATION", "/a"), ("X-Empty", ""), ("Locatio", nil),
            ("Location2", nil), ("", nil), ("ocation", nil), ("L\u{f6}cation", nil), ("[", nil),
        ] as [(String, String?)])
    func `are found by their whole name in any case, the first first`(_ name: String, _ value: String?) {
        let fields = fields(("Location", "/a"), ("X-Empty", ""), ("location", "/b"), ("{", "brace"))
        #expect(fields.firstValue(of: name) == value)
        #expect(fields.values(of: "LOCATION") == ["/a", "/b"] && fields.values(of: "none").isEmpty)
    }

    @Test func `bytes that are no UTF-8 are replaced, and stay in their field`() {
        var fields = ReceivedFields()
        [UInt8]([0x41, 0xC3]).withUnsafeBytes { name in
            [UInt8]([0xFF, 0x42]).withUnsafeBytes { fields.append(name, $0) }
        }
        [UInt8(0x43)].withUnsafeBytes { name in [UInt8(0xA9)].withUnsafeBytes { fields.append(name, $0) } }
        #expect(fields.all.map(\.name).last == "C" && fields.all.map(\.value).last == "\u{FFFD}")
    }

    @Test func `only the last can be continued, and only when there is one`() {
        var fields = ReceivedFields()
        let more = Array("more".utf8)
        #expect(!more.withUnsafeBytes { fields.continueLast($0) } && fields.all.isEmpty)
        fields = self.fields(("A", "1"), ("B", "2"))
        for _ in 0..<2 { #expect(more.withUnsafeBytes { fields.continueLast($0) }) }
        #expect(fields.all.map(\.value) == ["1", "2 more more"])
    }
}
