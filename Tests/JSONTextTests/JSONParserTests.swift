import Glibc
import JSONText
import Testing

/// The text parsed, or the error's words.
private func outcome(
    _ text: String, limits: JSONLimits = .standard, duplicateKeys: DuplicateKeys = .refuse
) -> String {
    outcome(Array(text.utf8), limits: limits, duplicateKeys: duplicateKeys)
}

private func outcome(
    _ bytes: [UInt8], limits: JSONLimits = .standard, duplicateKeys: DuplicateKeys = .refuse
) -> String {
    do {
        let value = try JSONValue(parsing: bytes, limits: limits, duplicateKeys: duplicateKeys)
        var writer = JSONWriter()
        writer.value(value)
        return String(decoding: writer.finish(), as: UTF8.self)
    } catch {
        return error.description
    }
}

@Suite struct JSONParserTests {
    @Test(
        "a valid document comes back as it was, without its white space",
        arguments: [
            ("null", "null"), ("true", "true"), (" false ", "false"), ("0", "0"), ("-0", "-0"),
            ("1.50", "1.50"),
            ("1e3", "1e3"), ("-1.0E+02", "-1.0E+02"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("\"\"", "\"\""), ("\"a/b\"", "\"a/b\""), (#""a\/b""#, "\"a/b\""), ("[]", "[]"), ("{}", "{}"),
            ("[ ]", "[]"),
            ("{ }", "{}"), (" [ 1 , 2 ] ", "[1,2]"),
            ("{\"b\":1,\"a\":{\"c\":[]}}", "{\"b\":1,\"a\":{\"c\":[]}}"),
            ("\t\r\n[null]\n", "[null]"), (#""\u0041\u00e9\ud83d\ude00""#, "\"Aé😀\""),
            (#""\"\\\b\f\n\r\t""#, #""\"\\\b\f\n\r\t""#), (#""\u0000""#, #""\u0000""#),
            ("\"\u{7F}\"", #""\u007f""#),
            ("\"\u{2028}\u{2029}\u{2027}\"", "\"\\u2028\\u2029\u{2027}\""), ("{\"\":0}", "{\"\":0}"),
            ("\"né\"", "\"né\""), ("{\"\u{E9}\":1,\"e\u{301}\":2}", "{\"\u{E9}\":1,\"e\u{301}\":2}"),
        ])
    func valid(text: String, written: String) {
        #expect(outcome(text) == written)
    }

    @Test(
        "what breaks the grammar is refused where it breaks it",
        arguments: [
            ("", "line 1, column 1: expected a value, found the end of the input"),
            ("  ", "line 1, column 3: expected a value, found the end of the input"),
            ("nul", "line 1, column 4: expected `null`, found the end of the input"),
            ("nulL", "line 1, column 4: expected `null`, found 'L'"),
            ("TRUE", "line 1, column 1: expected a value, found 'T'"),
            ("truefalse", "line 1, column 5: expected the end of the input, found 'f'"),
            ("1 2", "line 1, column 3: expected the end of the input, found '2'"),
            ("{}]", "line 1, column 3: expected the end of the input, found ']'"),
            ("[", "line 1, column 2: expected a value, found the end of the input"),
            ("[1", "line 1, column 3: expected ',' or ']', found the end of the input"),
            ("[1,]", "line 1, column 4: expected a value, found ']'"),
            ("[,1]", "line 1, column 2: expected a value, found ','"),
            ("[1 2]", "line 1, column 4: expected ',' or ']', found '2'"),
            ("[1}", "line 1, column 3: expected ',' or ']', found '}'"),
            (
                "{", "line 1, column 2: expected a name in double quotes or '}', found the end of the input"
            ),
            ("{a:1}", "line 1, column 2: expected a name in double quotes or '}', found 'a'"),
            (
                "{'a':1}", "line 1, column 2: expected a name in double quotes or '}', found a single quote"
            ),
            ("{\"a\" 1}", "line 1, column 6: expected ':', found '1'"),
            ("{\"a\":}", "line 1, column 6: expected a value, found '}'"),
            ("{\"a\":1,}", "line 1, column 8: expected a name in double quotes, found '}'"),
            ("{\"a\":1 \"b\":2}", "line 1, column 8: expected ',' or '}', found '\"'"),
            ("{1:2}", "line 1, column 2: expected a name in double quotes or '}', found '1'"),
            ("+5", "line 1, column 1: expected a value, found '+'"),
            ("-", "line 1, column 2: expected a digit, found the end of the input"),
            ("-a", "line 1, column 2: expected a digit, found 'a'"),
            ("01", "line 1, column 2: expected no digit after a leading zero, found another digit"),
            ("-00", "line 1, column 3: expected no digit after a leading zero, found another digit"),
            ("1.", "line 1, column 3: expected a digit, found the end of the input"),
            (".5", "line 1, column 1: expected a value, found '.'"),
            ("1.e5", "line 1, column 3: expected a digit, found 'e'"),
            ("1e", "line 1, column 3: expected a digit, found the end of the input"),
            ("1e+", "line 1, column 4: expected a digit, found the end of the input"),
            ("0x10", "line 1, column 2: expected the end of the input, found 'x'"),
            ("NaN", "line 1, column 1: expected a value, found 'N'"),
            ("Infinity", "line 1, column 1: expected a value, found 'I'"),
            ("// c\n1", "line 1, column 1: expected a value, found '/'"),
            ("\u{0C}1", "line 1, column 1: expected a value, found the control character U+000C"),
            ("\u{A0}1", "line 1, column 1: expected a value, found the byte 0xC2"),
            ("\u{FEFF}1", "line 1, column 1: expected a value, found a byte order mark"),
            ("[1,\n  é]", "line 2, column 3: expected a value, found the byte 0xC3"),
            ("[\"é😀\" x]", "line 1, column 7: expected ',' or ']', found 'x'"),
            ("\0", "line 1, column 1: expected a value, found the control character U+0000"),
        ])
    func brokenGrammar(text: String, words: String) {
        #expect(outcome(text) == words)
    }

    @Test(
        "what breaks a string is refused where it breaks it",
        arguments: [
            (
                "\"abc",
                "line 1, column 5: expected '\"' to end the string that was begun, found the end of the input"
            ),
            (
                "\"a\nb\"",
                "line 1, column 3: expected control characters in strings to be escaped, found a line break"
            ),
            (
                "\"\t\"",
                "line 1, column 2: expected control characters in strings to be escaped, found a tab"
            ),
            (#""\"#, "line 1, column 3: expected an escape, found the end of the input"),
            (
                #""\x41""#,
                #"line 1, column 3: expected one of the escapes \" \\ \/ \b \f \n \r \t \u, found 'x'"#
            ),
            (
                #""\U0041""#,
                #"line 1, column 3: expected one of the escapes \" \\ \/ \b \f \n \r \t \u, found 'U'"#
            ),
            (#""\u004""#, #"line 1, column 7: expected four hexadecimal digits after \u, found '"'"#),
            (#""\u00g1""#, #"line 1, column 6: expected four hexadecimal digits after \u, found 'g'"#),
            (#""\u+041""#, #"line 1, column 4: expected four hexadecimal digits after \u, found '+'"#),
            (#""\ud83d""#, "line 1, column 2: expected a surrogate pair, found a lone surrogate"),
            (#""\ude00""#, "line 1, column 2: expected a surrogate pair, found a lone surrogate"),
            (#""a\ud83dA""#, "line 1, column 3: expected a surrogate pair, found a lone surrogate"),
            (#""\ud83d\ud83d""#, "line 1, column 2: expected a surrogate pair, found a lone surrogate"),
            (#""\ud83d\n""#, "line 1, column 2: expected a surrogate pair, found a lone surrogate"),
            (
                #""\ud83d\u12"#,
                #"line 1, column 12: expected four hexadecimal digits after \u, found the end of the input"#
            ),
        ])
    func brokenString(text: String, words: String) {
        #expect(outcome(text) == words)
    }

    @Test(
        "bytes that are not UTF-8 are refused inside strings and names",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0x80], [0xE2, 0x82],
            [0xED, 0xA0, 0x80],
            [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
        ] as [[UInt8]])
    func brokenEncoding(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let words =
            "expected valid UTF-8, found the byte 0x" + String(bytes[0], radix: 16, uppercase: true)
        #expect(outcome([quote] + bytes + [quote]).hasSuffix(words))
        #expect(outcome(Array("{\"a".utf8) + bytes + Array("\":1}".utf8)).hasSuffix(words))
        #expect(outcome(Array("\"\\n".utf8) + bytes + Array("\\n\"".utf8)).hasSuffix(words))
    }

    @Test("nesting is allowed to the limit and not one level further")
    func depth() {
        let limits = JSONLimits(depth: 3)
        #expect(outcome("[[[]]]", limits: limits) == "[[[]]]")
        #expect(outcome("{\"a\":[{}]}", limits: limits) == "{\"a\":[{}]}")
        #expect(outcome("[[[]],[[]]]", limits: limits) == "[[[]],[[]]]")
        #expect(
            outcome("[[[[]]]]", limits: limits)
                == "line 1, column 4: expected at most 3 levels of nesting, found one more")
        let deepest = JSONLimits(depth: JSONLimits.deepestDepth)
        let nested = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        #expect(outcome(nested, limits: deepest) == nested)
        #expect(outcome(String(repeating: "[", count: 1_000_000)).contains("at most 64 levels"))
        #expect(outcome(String(repeating: "{\"a\":", count: 1_000_000)).contains("at most 64 levels"))
    }

    @Test("a number is allowed to the limit and not one digit further")
    func numberLength() {
        for (digits, fits) in [(511, true), (512, true), (513, false), (10_000, false)] {
            let text = String(repeating: "7", count: digits)
            let words =
                "line 1, column 1: expected a number of at most 512 characters, found one of \(digits)"
            #expect(outcome(text) == (fits ? text : words))
        }
    }

    @Test("values are counted to the limit and not one further")
    func valueCount() {
        let limits = JSONLimits(values: 4)
        #expect(outcome("[1,2,3]", limits: limits) == "[1,2,3]")
        #expect(outcome("{\"a\":1,\"b\":[2]}", limits: limits) == "{\"a\":1,\"b\":[2]}")
        #expect(
            outcome("[1,2,3,4]", limits: limits)
                == "line 1, column 8: expected at most 4 values, found one more")
    }

    @Test("a name that comes twice is refused, or its last value kept in the first one's place")
    func duplicateKeys() {
        let text = "{\"a\":1,\"b\":2,\"a\":3}"
        #expect(
            outcome(text)
                == "line 1, column 14: expected each name once, found the name `a` a second time")
        #expect(outcome(text, duplicateKeys: .keepLast) == "{\"a\":3,\"b\":2}")
        #expect(outcome(#"{"a":1,"\u0061":2}"#).contains("a second time"))
        #expect(outcome("[{\"a\":1},{\"a\":2}]") == "[{\"a\":1},{\"a\":2}]")
    }

    @Test("names that may hold a number or a key are not repeated in the words")
    func duplicateKeyWords() {
        for name in [
            "+16462345678", "16462345678", "nol_0123", "a b", "", String(repeating: "a", count: 65),
        ] {
            let words = outcome("{\"\(name)\":1,\"\(name)\":2}")
            #expect(words.hasSuffix("found the name of \(name.utf8.count) bytes a second time"))
        }
    }

    @Test("an object of many names is read in linear time and its duplicates are found")
    func manyNames() {
        let names = (0..<20_000).map { "\"k\($0)\":\($0)" }
        let text = "{" + names.joined(separator: ",") + "}"
        #expect(outcome(text) == text)
        for count in [15, 16, 17, 18, 40] {
            let members = (0..<count).map { "\"k\($0)\":0" }.joined(separator: ",")
            for again in [0, count - 1] {
                #expect(
                    outcome("{\(members),\"k\(again)\":1}").hasSuffix("the name `k\(again)` a second time"))
                #expect(
                    outcome("{\(members),\"k\(again)\":1}", duplicateKeys: .keepLast).contains(
                        "\"k\(again)\":1"))
            }
            #expect(outcome("{\(members),\"k\(count)\":1}").hasSuffix("\"k\(count)\":1}"))
        }
    }

    @Test("every beginning of a document is refused, flush against a page that cannot be read")
    func guardPage() throws {
        let document = Array(
            #"{"a":[1.5e-3,true,null,"x\u00e9\ud83d\ude00é😀"],"b":{"c":-0},"d":false,"e":"\/\t"}"#.utf8)
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let base = try #require(
            mmap(nil, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        try #require(base != MAP_FAILED)
        defer { munmap(base, 2 * page) }
        try #require(mprotect(base + page, page, PROT_NONE) == 0)
        for count in 0...document.count {
            let start = base + (page - count)
            start.copyMemory(from: document, byteCount: count)
            // The buffer ends where the unreadable page begins; a read past its end would stop the process.
            let buffer = UnsafeBufferPointer(
                start: start.assumingMemoryBound(to: UInt8.self), count: count)
            let parsed = try? JSONValue(parsing: buffer.span)
            #expect((parsed != nil) == (count == document.count))
        }
    }

    @Test(
        "a document with one byte changed parses to itself or is refused, and never stops the process")
    func mutations() {
        let document = Array(#"{"a":[1.5e-3,true,null,"x\u00e9\ud83d\ude00é"],"b":{"c":-0}}"#.utf8)
        for index in document.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = document
                changed[index] = byte
                guard let value = try? JSONValue(parsing: changed) else { continue }
                var writer = JSONWriter()
                writer.value(value)
                #expect((try? JSONValue(parsing: writer.finish())) == value)
            }
        }
    }
}
