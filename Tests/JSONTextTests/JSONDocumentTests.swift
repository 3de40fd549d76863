import Glibc
import JSONText
import Testing

@Suite struct JSONDocumentTests {
    /// The document written anew by way of its nodes.
    private static func written(_ document: JSONDocument, _ node: JSONDocument.Node) -> String {
        switch document.kind(of: node) {
        case .null: return "null"
        case .boolean(let flag): return flag ? "true" : "false"
        case .number: return document.text(of: node)
        case .string: return quoted(document.text(of: node))
        case .array:
            var elements: [String] = []
            var element = document.first(in: node)
            while element < document.end(of: node) {
                elements.append(written(document, element))
                element = document.next(after: element)
            }
            return "[" + elements.joined(separator: ",") + "]"
        case .object:
            var members: [String] = []
            var name = document.first(in: node)
            while name < document.end(of: node) {
                members.append(quoted(document.text(of: name)) + ":" + written(document, name.value))
                name = document.next(after: name.value)
            }
            return "{" + members.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    private static func written(_ value: JSONValue) -> String {
        var writer = JSONWriter()
        writer.value(value)
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    @Test(arguments: [
        "null", "[]", "{}", "[[],{},[{}]]", #"{"a":{"b":[1,2,{"c":null}],"d":[]},"e":""}"#,
        #" [ 1.50 , -0 , 1e3 , "a\u00e9\n" , true , false ] "#, #"{"a":1,"a":2}"#, #"{"\u0061\/":"\ud83d\ude00é😀"}"#,
    ]) func `the nodes are the document's, in its order`(text: String) throws {
        let document = try JSONDocument(parsing: Array(text.utf8))
        #expect(Self.written(document, document.root) == text.filter { $0 != " " }.unescapedOnce)
    }

    @Test func `members are found by name, the last of equal ones`() throws {
        let document = try JSONDocument(
            parsing: Array(#"{"a":1,"ab":2,"\u0061c":3,"a":4,"":5,"12345678":6,"123456789":7,"é":8,"x":{"a":9}}"#.utf8))
        for (name, text) in [
            ("a", "4"), ("ab", "2"), ("ac", "3"), ("", "5"), ("12345678", "6"), ("123456789", "7"), ("é", "8"),
            ("1234567", nil), ("123456780", nil), ("1234567890", nil), ("A", nil), ("x\u{0}", nil), ("e\u{301}", nil),
            ("\\u0061c", nil), ("b", nil),
        ] {
            #expect(document.member(JSONName(name), of: document.root).map(document.text) == text)
        }
        let inner = try #require(document.member(JSONName("x"), of: document.root))
        #expect(document.member(JSONName("a"), of: inner).map(document.text) == "9")
        #expect(document.member(JSONName("a"), of: try #require(document.member(JSONName("a"), of: inner))) == nil)
    }

    @Test(arguments: [63, 64, 65, 66, 127, 128, 129, 300, 5_000])
    func `members of large objects are found as those of small ones`(count: Int) throws {
        var members = (0..<count).map { "\"k\($0)\":\($0)" }
        members.append(#""k\u0031":"last""#)
        members.append(#""inner":{"k2":"inner"}"#)
        let document = try JSONDocument(parsing: Array(("[{" + members.joined(separator: ",") + "}]").utf8))
        let object = document.first(in: document.root)
        for index in 0..<count {
            let text = document.member(JSONName("k\(index)"), of: object).map(document.text)
            #expect(text == (index == 1 ? "last" : "\(index)"))
        }
        #expect(document.member(JSONName("k\(count)"), of: object) == nil)
        #expect(document.member(JSONName("K0"), of: object) == nil)
        let inner = try #require(document.member(JSONName("inner"), of: object))
        #expect(document.member(JSONName("k2"), of: inner).map(document.text) == "inner")
    }

    @Test(arguments: [
        ("1", "1"), (" \"a\" ", "\"a\""), (" [ ] ", "[ ]"), ("[ [ ] ]\n", "[ [ ] ]"),
        (" {\"a\":[\"]}\" ] } ", "{\"a\":[\"]}\" ] }"),
        ("[[[1]]]", "[[[1]]]"), ("[[],[{}]]", "[[],[{}]]"), ("[1,2 ]", "[1,2 ]"), ("[\"\\\"]\"]", "[\"\\\"]\"]"),
        ("{\"}\":{}}", "{\"}\":{}}"),
    ]) func `the range of a node is its text`(text: String, range: String) throws {
        let bytes = Array(text.utf8)
        let document = try JSONDocument(parsing: bytes)
        #expect(String(decoding: bytes[document.range(of: document.root)], as: UTF8.self) == range)
    }

    @Test func `the range of every node reads as that node`() throws {
        let text = #"[{"a" : [ ] , "b":[[ ],[{ }] ],"c":{"d":{"e":"]}"} } },[[[ ] ] ], "x\\" ,-1.5e3,[null] ]"#
        let document = try JSONDocument(parsing: Array(text.utf8))
        func check(_ node: JSONDocument.Node) throws {
            let part = Array(document.bytes[document.range(of: node)])
            let again = try JSONDocument(parsing: part)
            #expect(Self.written(again, again.root) == Self.written(document, node))
            switch document.kind(of: node) {
            case .array:
                var element = document.first(in: node)
                while element < document.end(of: node) {
                    try check(element)
                    element = document.next(after: element)
                }
            case .object:
                var name = document.first(in: node)
                while name < document.end(of: node) {
                    try check(name.value)
                    name = document.next(after: name.value)
                }
            case .null, .boolean, .number, .string: break
            }
        }
        try check(document.root)
    }

    @Test func `depth and values are bounded, and text is not read past its end`() throws {
        let limits = JSONLimits(depth: 3, values: 5)
        for (text, fits) in [
            ("[[[]]]", true), ("[[[[]]]]", false), ("[1,2,3,4]", true), ("[1,2,3,4,5]", false),
            ("{\"a\":{\"b\":{}}}", true),
            ("{\"a\":{\"b\":{\"c\":{}}}}", false), ("{\"a\":1,\"b\":2,\"c\":3,\"d\":4}", true),
            ("{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5}", false),
        ] {
            #expect(((try? JSONDocument(parsing: Array(text.utf8), limits: limits)) != nil) == fits)
        }
        for text in ["[", "{\"a\":", "[[1],", "[1,[", "[{\"a\":[", "[\"", "{\"a\":1,\"b\":["] {
            let many = Array(String(repeating: text, count: 100_000).utf8)
            for depth in [1, 64, 512] {
                #expect(throws: JSONSyntaxError.self) {
                    try JSONDocument(parsing: many, limits: JSONLimits(depth: depth, values: Int.max))
                }
            }
        }
    }

    /// Texts of many nodes in few bytes: what the room for the tape is reckoned by.
    @Test(arguments: [
        "[1,1]", "[[],[]]", "[[[]],[[]]]", "{\"\":1,\"\":1}", "[{\"\":[]},{\"\":{}}]", "1", "[[[[[[1]]]]]]", "\"\"",
    ])
    func `the tape has room for the densest texts`(text: String) throws {
        for depth in [6, 512] {
            let limits = JSONLimits(depth: depth, values: 1_000_000)
            let document = try JSONDocument(parsing: Array(text.utf8), limits: limits)
            #expect(Self.written(document, document.root) == text)
            let many = "[" + Array(repeating: text, count: 1_000).joined(separator: ",") + "]"
            if depth > 6 {
                let document = try JSONDocument(parsing: Array(many.utf8), limits: limits)
                #expect(Self.written(document, document.root) == many)
            }
            for end in 0..<text.utf8.count where text.utf8.count > 1 {
                #expect(throws: JSONSyntaxError.self) {
                    try JSONDocument(parsing: Array(text.utf8.prefix(end)), limits: limits)
                }
            }
        }
    }

    @Test func `random texts, changed at random, are read alike by tape and value`() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed)
        for _ in 0..<3_000 {
            var bytes = Array(random.json(depth: 5).utf8)
            for _ in 0..<random.next(4) where !bytes.isEmpty {
                let place = random.next(bytes.count)
                switch random.next(3) {
                case 0: bytes[place] = UInt8(random.next(256))
                case 1: bytes.remove(at: place)
                default: bytes.insert(Array("[]{}\",:\\ut0e.- \u{E9}".utf8)[random.next(17)], at: place)
                }
            }
            let value = try? JSONValue(parsing: bytes, duplicateKeys: .keepLast)
            let document = try? JSONDocument(parsing: bytes)
            #expect((value != nil) == (document != nil), "seed \(seed)")
            guard let value, let document else { continue }
            // Names that come twice are all in the document, and once in the value.
            guard (try? JSONValue(parsing: bytes)) != nil else { continue }
            #expect(Self.written(document, document.root) == Self.written(value), "seed \(seed)")
        }
    }
}

extension String {
    /// The escapes of the table above as the writer has them.
    fileprivate var unescapedOnce: String {
        replacing("\\u00e9", with: "é").replacing("\\u0061", with: "a").replacing("\\/", with: "/")
            .replacing("\\ud83d\\ude00", with: "😀")
    }
}

private struct SplitMix64 {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((bits ^ bits >> 31) % UInt64(bound))
    }

    mutating func json(depth: Int) -> String {
        let space = ["", "", " ", "\n  "][next(4)]
        switch next(depth == 0 ? 4 : 6) {
        case 0: return ["null", "true", "false"][next(3)]
        case 1: return ["0", "-1", "12.50", "1e-7", "123456789012345678901"][next(5)]
        case 2, 3: return string()
        case 4:
            let elements = (0..<next(5)).map { _ in json(depth: depth - 1) + space }
            return "[" + space + elements.joined(separator: "," + space) + "]"
        default:
            let members = (0..<next(5)).map { _ in string() + space + ":" + space + json(depth: depth - 1) }
            return "{" + space + members.joined(separator: ",") + space + "}"
        }
    }

    private mutating func string() -> String {
        let parts = [
            "a", "name", "é", "😀", "\\n", "\\u00e9", "\\ud83d\\ude00", "\\\\", "\\\"", "0123456789", "日本", " ",
        ]
        return "\"" + (0..<next(6)).map { _ in parts[next(parts.count)] }.joined() + "\""
    }
}
