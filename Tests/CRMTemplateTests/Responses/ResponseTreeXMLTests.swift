import CRMTemplate
import Testing

@Suite struct ResponseTreeXMLTests {
    private static func tree(_ xml: String, limits: ResponseLimits = .standard) throws(ResponseError) -> ResponseTree {
        try ResponseTree(xml: Array(xml.utf8), limits: limits)
    }

    @Test(arguments: [
        ("<a/>", #"{"a":""}"#), ("<a></a>", #"{"a":""}"#), ("<a>x</a>", #"{"a":"x"}"#), ("<a> x </a>", #"{"a":" x "}"#),
        ("<a><b>1</b></a>", #"{"a":{"b":"1"}}"#), ("<a>\n  <b>1</b>\n</a>", #"{"a":{"b":"1"}}"#),
        ("<a><b>1</b><b>2</b></a>", #"{"a":{"b":["1","2"]}}"#),
        ("<a><b>1</b><c>2</c><b>3</b></a>", #"{"a":{"b":["1","3"],"c":"2"}}"#),
        (#"<a b="1"/>"#, #"{"a":{"b":"1"}}"#), (#"<a b="1">x</a>"#, ##"{"a":{"b":"1","#text":"x"}}"##),
        (#"<a b="1"><b>2</b></a>"#, #"{"a":{"b":["1","2"]}}"#), (#"<a b="1"> </a>"#, #"{"a":{"b":"1"}}"#),
        ("<a>x<b>1</b>y</a>", ##"{"a":{"b":"1","#text":"xy"}}"##), ("<a><![CDATA[<x>]]></a>", #"{"a":"<x>"}"#),
        ("<a>&lt;&amp;&#233;\"\\</a>", #"{"a":"<&é\"\\"}"#), ("<a>x<!-- c -->y<?p i?></a>", #"{"a":"xy"}"#),
        (#"<s:a xmlns:s="urn:x"><s:b>1</s:b></s:a>"#, #"{"a":{"b":"1"}}"#),
        (
            #"<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><b xsi:nil="true"/><c xsi:type="t">1</c></a>"#,
            #"{"a":{"b":null,"c":"1"}}"#
        ),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>ü</a>\n", #"{"a":"ü"}"#),
    ]) func `an element is an object of its attributes and children, or its text`(xml: String, json: String) throws {
        let tree = try Self.tree(xml)
        let record = try #require(
            try tree.records(passing: Answers.groups(["Any "]), matching: Answers.matching(), explains: false)
                .records.first)
        #expect(String(decoding: tree.json(of: record), as: UTF8.self) == json)
    }

    @Test(arguments: [
        (["Any people.person.id"], ["people.person[0]", "people.person[1]"]),
        (["Equals 2 people.person.id"], ["people.person[1]"]),
        (["Number people.person.phone"], ["people.person[0].phone[1]", "people.person[1]"]),
        (["Equals work people.person.phone.kind"], ["people.person[0].phone[0]"]), (["Any person.id"], []),
        (["Any people.Person"], []),
    ]) func `paths begin at the root element`(rules: [String], records: [String]) throws {
        let xml = """
            <people><person id="1"><name>Ann</name><phone kind="work">+1 555 0100</phone><phone>+1 555 0199</phone></person>\
            <person id="2"><name>Bob</name><phone kind="home">15550199</phone></person></people>
            """
        let tree = try Self.tree(xml)
        let found = try tree.records(
            passing: Answers.groups(rules), matching: Answers.matching("+15550199"), explains: false
        ).records
        #expect(found.map(\.description) == records)
    }

    @Test func `an element with attributes has its text as its value`() throws {
        let tree = try Self.tree(#"<a><b k="1">x</b><c k="1"/><d k="1"><e/></d></a>"#)
        let record = try #require(
            try tree.records(passing: Answers.groups(["Any a"]), matching: Answers.matching(), explains: false)
                .records.first)
        for (path, value) in [("a.b", Value.text("x")), ("a.b.k", .text("1")), ("a.c", .null), ("a.d.e", .text(""))] {
            let reading = try tree.value(of: Answers.variable(path), in: record, matching: Answers.matching())
            #expect(reading.value == value)
        }
        #expect(
            try tree.records(passing: Answers.groups(["Equals x a.b"]), matching: Answers.matching(), explains: false)
                .records.count == 1)
    }

    @Test(arguments: [
        "<a>", "<a></b>", "text", "{\"a\":1}", "<a>&x;</a>", "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "<a/><b/>",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "<a b=1/>", "<a>\u{0}</a>", "<",
    ]) func `what is no XML, or hostile, is refused with its place`(xml: String) {
        let error = #expect(throws: ResponseError.self) { try Self.tree(xml) }
        #expect(error?.code == "invalid-xml" && error?.position != nil)
    }

    @Test func `an empty body is the empty tree`() throws {
        for xml in ["", " ", "\r\n\t"] { #expect(try Self.tree(xml).isEmpty) }
    }

    @Test func `depth, nodes and bytes are bounded`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        #expect(try !Self.tree(nested(127)).isEmpty)
        #expect(try !Self.tree(nested(128)).isEmpty)
        #expect(throws: ResponseError.self) { try Self.tree(nested(129)) }
        var limits = ResponseLimits.standard
        limits.bytes = 8
        #expect(try !Self.tree("<a>x</a>", limits: limits).isEmpty)
        let error = #expect(throws: ResponseError.self) { try Self.tree("<a>xy</a>", limits: limits) }
        #expect(error?.code == "too-large")
        limits = .standard
        limits.values = 3
        #expect(try !Self.tree("<a><b/><b/></a>", limits: limits).isEmpty)
        #expect(throws: ResponseError.self) { try Self.tree("<a><b/><b/><b/></a>", limits: limits) }
    }

    @Test func `the deepest tree of repeated elements is read`() throws {
        // Each level is an array of two.
        let xml = String(repeating: "<a><a/>", count: 120) + String(repeating: "</a>", count: 120)
        let outcome = try Self.tree(xml).records(
            passing: Answers.groups(["Any " + Array(repeating: "a", count: 121).joined(separator: ".")]),
            matching: Answers.matching(), explains: true)
        #expect(outcome.records.count == 1)
    }
}
