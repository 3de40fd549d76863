import JSONText
import Testing

/// Texts and what RFC 8259 says of them, through both readers: the tape, strict and tolerant, and the value.
@Suite struct JSONConformanceTests {
    private static func accepts(_ bytes: [UInt8], _ reading: JSONReading) -> Bool {
        (try? JSONDocument(parsing: bytes, reading: reading)) != nil
    }

    @Test(arguments: [
        // Structure (§2 to §5).
        "[]", "{}", "[[]]", "[{}]", "{\"a\":[]}", "[[],[]]", "[1]", "[1,2]", "[1 ,2]", "[ 1,2 ]", " [1] ", "\t[1]\r\n",
        "\n[\n1\n,\n2\n]\n", "[null]", "[true]", "[false]", "[null,1,\"1\",{}]", "{\"a\":1}", "{\"a\" : 1}",
        "{\"a\":1,\"b\":2}", "{\"\":1}", "{\"a\":{\"a\":{\"a\":{}}}}", "{\"a\":1,\"a\":1}", "{\"a\":1,\"a\":{}}",
        "{ }", "[ ]", "[\n]", "{\r}", "[1\n]", "{\"a\"\n:\n1}", "[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]",
        // Any value alone.
        "1", "-1", "0", "true", "false", "null", "\"\"", "\"a\"", " 1 ", "\n\"a\"\n",
        // Numbers (§6).
        "-0", "-0.0", "0.0", "0e0", "0E0", "0e+0", "0e-0", "1e1", "1E1", "1e+1", "1e-1", "1.5", "1.5e3", "1.0e00",
        "123456789", "-123", "0.1", "1e999", "-1e999", "1e-999", "123456789012345678901234567890", "1.000000000000001",
        "0.00000000000000000000000000000001", "[20e1]", "[0e1]", "[-0]", "[1e-2]", "[1E+2]", "[1.1]",
        // Strings (§7).
        #""\"\\\/\b\f\n\r\t""#, #""\u0000""#, #""\u0041""#, #""\uABCD""#, #""\uabcd""#, #""\uAbCd""#,
        #""\ud83d\ude00""#, #""\uD83D\uDE00""#, #""\uDBFF\uDFFF""#, #""\ud800\udc00""#, #""\u2028""#, #""\uFFFF""#,
        #""\uFEFF""#, #""a\u0062c""#, #""\\u0041""#, #""\\\\""#, #""\"""#, "\"'\"", "\"/\"", "\"\u{7F}\"", "\"é\"",
        "\"\u{2028}\"", "\"\u{FFFF}\"", "\"\u{10FFFF}\"", "\"\u{80}\"", "\"\u{7FF}\"", "\"\u{800}\"", "\"\u{D7FF}\"",
        "\"\u{E000}\"", "\"\u{10000}\"", "\"\u{FEFF}\"", "\"[{}]\"", "{\"a\\\"b\":1}", "{\"\\u0000\":1}", "\"😀\"",
        "\"     \"", "\",:[]{}\"", "\"// no comment\"", "{\"é\":1}",
    ]) func `what the grammar has is accepted`(text: String) {
        let bytes = Array(text.utf8)
        #expect(Self.accepts(bytes, .strict))
        #expect(Self.accepts(bytes, .tolerant))
        #expect((try? JSONValue(parsing: bytes, duplicateKeys: .keepLast)) != nil)
    }

    @Test(arguments: [
        // Nothing, or too little.
        "", " ", "\n", "[", "]", "{", "}", "[1", "[1,", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "[\"a", "\"",
        "\"a",
        "[{", "{\"a\":[", "[[", "tru", "nul", "fals", "t", "n", "f", "-", "1.", "1e", "1e+", "\"\\", "\"\\u", "\"\\u12",
        "[\"\\", "{\"\\", "[,", "{,",
        // Too much.
        "1 2", "[] []", "{}{}", "[]]", "{}}", "[],", "1,", "\"a\"\"b\"", "nulll", "truee", "true1", "null,", "[1]x",
        "{}x",
        "[1]\u{0}", "\"a\"x", "1x", "0x0", "[]#", "{}//", "[]/**/",
        // Separators.
        "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1;2]", "[1:2]", "[\"a\" \"b\"]", "[[] []]", "[{} {}]", "[1 true]",
        "{,}", "{\"a\":1,}", "{\"a\":1,,\"b\":2}", "{\"a\" 1}", "{\"a\",1}", "{\"a\":1 \"b\":2}", "{\"a\"::1}", "{:1}",
        "{\"a\":}", "{\"a\":1:2}", "{\"a\":\"b\":\"c\"}", "{\"a\"}", "{\"a\",\"b\"}", "[\"a\":1]", "{1:1}", "{a:1}",
        "{'a':1}", "{null:1}", "{true:1}", "{[]:1}", "{{}:1}", "{\"a\":1;}", "{\"a\"=1}", "{\"a\":a}", "[a]",
        // Brackets that do not match.
        "[}", "{]", "[1}", "{\"a\":1]", "[[]", "[]]", "{\"a\":[}]", "[{]}", "(1)", "<1>",
        // Words.
        "True", "TRUE", "Null", "NULL", "False", "undefined", "NaN", "nan", "Infinity", "-Infinity", "inf", "[NaN]",
        "[-Infinity]", "[Inf]", "nil", "None", "yes",
        // Numbers.
        "+1", "--1", "-+1", "- 1", "01", "-01", "00", "-00", "012", "1.e1", ".1", "-.1", "1.2.3", "1..2", "1e1.2",
        "1e1e1",
        "1ee1", "1e+-1", "1e ", "0.", "0.e1", "0e", "0e+", "1_000", "1,000", "1 000", "0x1F", "0b1", "1f", "1d", "1L",
        "1n",
        "１", "[1.]", "[.5]", "[+1]", "[1+2]", "[-a]", "[1a]", "[2.e+3]", "[0.3e]", "[1.0e-]", "[9.e+]",
        // Strings.
        "'a'", "`a`", "a", "\"a\u{0}b\"", "\"a\nb\"", "\"a\rb\"", "\"a\tb\"", "\"\u{1F}\"", "\"\u{1}\"", "\"\\a\"",
        "\"\\0\"",
        "\"\\x41\"", "\"\\'\"", "\"\\v\"", "\"\\e\"", "\"\\ \"", "\"\\\n\"", "\"\\U0041\"", "\"\\u\"", "\"\\u1\"",
        "\"\\u12\"",
        "\"\\u123\"", "\"\\u123g\"", "\"\\u 123\"", "\"\\u+123\"", "\"\\u-123\"", "\"\\u{41}\"", "\"\\u00é1\"",
        "\"\\é\"",
        "\"\\ud83d\\u\"", "\"\\ud83d\\u12\"", "\"\\ud83d\\ug000\"", "\"\\\"", "\"a\\\"", "{\"a\nb\":1}", "{\"\\x\":1}",
        "\\u0041", "[\\n]", "\"a", "[\"a]", "\u{201C}a\u{201D}",
        // White space that is none.
        "\u{A0}1", "\u{0B}1", "\u{0C}1", "\u{85}1", "\u{2028}1", "\u{3000}1", "\u{FEFF}\u{FEFF}1", "[\u{A0}]",
        "[\u{0C}]",
        "1\u{FEFF}", "[\u{FEFF}]", "\u{0}", "\u{0}1", "\u{1}", "\u{7F}",
        // Comments.
        "/**/1", "1/**/", "//\n1", "#\n1", "[1/*x*/]", "[1//x\n]", "<!-- -->1",
    ]) func `what the grammar has not is refused, with its place`(text: String) {
        let bytes = Array(text.utf8)
        for reading in [JSONReading.strict, .tolerant] {
            let error = #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: bytes, reading: reading) }
            #expect((error?.offset).map { (0...bytes.count).contains($0) } == true)
            #expect((error?.line ?? 0) >= 1 && (error?.column ?? 0) >= 1)
        }
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: bytes) }
    }

    @Test(
        arguments: [
            // A lone tail, a lead with too few, spellings that are too long, surrogates, beyond U+10FFFF, no UTF-8 at all.
            [0x80], [0xBF], [0xC2], [0xC2, 0x22], [0xC2, 0xC2], [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28],
            [0xF0, 0x9F, 0x98], [0xF0, 0x28, 0x8C, 0xBC], [0xF0, 0x90, 0x28, 0xBC], [0xF0, 0x90, 0x8C, 0x28],
            [0xC0, 0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xE9], [0xFC],
            [0xC3, 0xA9, 0x80], [0xF0, 0x9F, 0x98, 0x80, 0x80],
        ] as [[UInt8]]) func `text that is no UTF-8 is refused`(bytes: [UInt8])
    {
        for padding in 0...17 {
            let plain = [UInt8](repeating: 0x61, count: padding)
            for text in [
                [0x22] + plain + bytes + [0x22], [0x22] + plain + bytes + plain + [0x22], [0x22] + plain + bytes,
                [0x7B, 0x22] + plain + bytes + [0x22, 0x3A, 0x31, 0x7D], plain + bytes,
            ] {
                #expect(!Self.accepts(text, .strict) && !Self.accepts(text, .tolerant))
            }
        }
    }

    @Test(
        arguments: [
            // What the standard leaves to the reader: strict, tolerant, and what the tolerant one reads.
            ("\u{FEFF}[1]", false, true, nil), ("\u{FEFF}", false, false, nil),
            (#""\ud83d""#, false, true, "\u{FFFD}"), (#""\ude00""#, false, true, "\u{FFFD}"),
            (#""\ud83d\ud83d""#, false, true, "\u{FFFD}\u{FFFD}"), (#""\ud83dx""#, false, true, "\u{FFFD}x"),
            (#""\ud83d\n""#, false, true, "\u{FFFD}\n"), (#""\ude00\ud83d""#, false, true, "\u{FFFD}\u{FFFD}"),
            (#""\ud83d\ud83d\ude00""#, false, true, "\u{FFFD}😀"), (#""\ud83d\u0041""#, false, true, "\u{FFFD}A"),
            (#""\uDFFF\uD800""#, false, true, "\u{FFFD}\u{FFFD}"),
        ] as [(String, Bool, Bool, String?)]) func `what is left to the reader is read as documented`(
            text: String, strict: Bool, tolerant: Bool, read: String?
        ) throws
    {
        let bytes = Array(text.utf8)
        #expect(Self.accepts(bytes, .strict) == strict)
        #expect(Self.accepts(bytes, .tolerant) == tolerant)
        #expect(((try? JSONValue(parsing: bytes)) != nil) == strict)
        if let read {
            let document = try JSONDocument(parsing: bytes, reading: .tolerant)
            #expect(document.text(of: document.root) == read)
        }
    }

    @Test(
        arguments: [
            ([0xFF, 0xFE, 0x31, 0x00], 0), ([0xFE, 0xFF, 0x00, 0x31], 0), ([0x31, 0x00], 1), ([0x00, 0x31], 0),
            ([0xEF, 0xBB], 0), ([0xEF, 0xBB, 0xBF], 3), ([0x22, 0xE9, 0x22], 1), ([0x5B, 0xFF, 0x5D], 1),
        ] as [([UInt8], Int)]) func `other encodings are refused where they differ`(bytes: [UInt8], offset: Int)
    {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: bytes, reading: .tolerant) }
        #expect(error?.offset == offset)
    }
}
