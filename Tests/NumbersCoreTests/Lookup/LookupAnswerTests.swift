import JSONText
import NumbersCore
import Platform
import Testing

@Suite struct LookupAnswerTests {
    private static func facts(_ text: String) throws -> NumberFacts {
        let number = try #require(NumberReading.read(text, country: nil, input: .any, plan: .builtIn))
        return try #require(NumberFacts(number, plan: .builtIn))
    }

    private static func json(_ answer: LookupAnswer, fields: AnswerFields = .all, version: Bool = true) -> String {
        var writer = JSONWriter(reserving: 1_024)
        answer.write(to: &writer, fields: fields, includesVersion: version)
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    @Test("an answer about a number that is not valid has the same shape with nothing in it")
    func invalid() {
        #expect(
            Self.json(LookupAnswer(facts: nil, record: .none, verstat: .unknown, at: .now()))
                == #"{"schema_version":"2026-11-01","e164":null,"valid":false,"#
                + #""formatted":{"national":null,"international":null},"line_type":null,"carrier":null,"country":null,"#
                + #""location":null,"timezones":[],"cnam":null,"verstat":"unknown","spam_score":null,"#
                + #""risk":{"score":null,"level":"unknown","model":"decay-1"},"confidence":"low","cached":false,"#
                + #""sources":{"carrier":null,"cnam":null,"spam_score":null},"as_of":null}"#)
    }

    @Test("an answer tells number, name, its source and day")
    func named() throws {
        let name = KnownName(name: try #require(CallerName("ACME \"Q\"")), source: .directory, asOf: "2026-01-02")
        let text = Self.json(
            LookupAnswer(
                facts: try Self.facts("+14155552671"), record: NumberRecord(isSuppressed: false, name: name),
                verstat: .verified, at: .now()))
        let object = try #require(try JSONValue(parsing: Array(text.utf8)).object)
        #expect(
            object.members.map(\.name) == [
                "schema_version", "e164", "valid", "formatted", "line_type", "carrier", "country", "location",
                "timezones",
                "cnam", "verstat", "spam_score", "risk", "confidence", "cached", "sources", "as_of",
            ])
        #expect(object["e164"] == .string("+14155552671"))
        #expect(object["valid"] == .bool(true))
        #expect(object["country"] == .string("US"))
        #expect(object["line_type"] == .string("fixed_line_or_mobile"))
        #expect(object["formatted"]?.object?["national"] == .string("(415) 555-2671"))
        #expect(object["formatted"]?.object?["international"] == .string("+1 415-555-2671"))
        #expect(object["cnam"] == .string("ACME \"Q\""))
        #expect(object["verstat"] == .string("verified"))
        #expect(object["sources"]?.object?["cnam"] == .string("directory"))
        #expect(object["as_of"] == .string("2026-01-02"))
    }

    @Test(
        "a spam score is shown with its source and in words",
        arguments: [
            (-1, 1, "low"), (1, 1, "low"), (39, 39, "low"), (40, 40, "medium"), (69, 69, "medium"), (70, 70, "high"),
            (99, 99, "high"), (100, 99, "high"),
        ])
    func spam(score: Int, shown: Int, level: String) throws {
        let record = NumberRecord(
            isSuppressed: false, name: nil, spam: .fixed(SpamScore(score: score, source: .reports)))
        let text = Self.json(
            LookupAnswer(facts: try Self.facts("+14155552671"), record: record, verstat: .unknown, at: .now()))
        #expect(
            text.contains(
                "\"spam_score\":\(shown),\"risk\":{\"score\":\(shown),\"level\":\"\(level)\",\"model\":\"decay-1\"}"))
        #expect(text.contains(#""spam_score":"reports"}"#))
        // About a number that is not valid nothing is said.
        #expect(
            Self.json(LookupAnswer(facts: nil, record: record, verstat: .unknown, at: .now())).contains(
                #""spam_score":null,"#))
    }

    @Test("the version stands at the top level of a reply only")
    func version() {
        #expect(
            Self.json(LookupAnswer(facts: nil, record: .none, verstat: .unknown, at: .now()), version: false).hasPrefix(
                #"{"e164":"#))
    }

    @Test("a non-geographic number has no country")
    func nonGeographic() throws {
        let text = Self.json(
            LookupAnswer(facts: try Self.facts("+80012345678"), record: .none, verstat: .unknown, at: .now()))
        #expect(text.contains(#""country":null"#))
        #expect(text.contains(#""valid":true"#))
    }

    @Test("fields shows those it names, in the answer's order, and the version stays", arguments: AnswerField.allCases)
    func oneField(field: AnswerField) throws {
        let fields = try AnswerFields.parsing(field.rawValue).get()
        let text = Self.json(LookupAnswer(facts: nil, record: .none, verstat: .unknown, at: .now()), fields: fields)
        let object = try #require(try JSONValue(parsing: Array(text.utf8)).object)
        #expect(object.members.map(\.name) == ["schema_version", field.rawValue])
    }

    @Test(
        "lists may have spaces, repeats and empty parts",
        arguments: [
            ("cnam,valid", ["valid", "cnam"]), (" cnam , valid ", ["valid", "cnam"]), ("cnam,cnam", ["cnam"]),
            (",cnam,,", ["cnam"]), ("schema_version", []), ("schema_version,e164", ["e164"]), ("", []),
            (AnswerField.allCases.map(\.rawValue).joined(separator: ","), AnswerField.allCases.map(\.rawValue)),
        ])
    func lists(text: String, names: [String]) throws {
        let fields = try AnswerFields.parsing(text).get()
        let json = Self.json(
            LookupAnswer(facts: nil, record: .none, verstat: .unknown, at: .now()), fields: fields, version: false)
        #expect(try #require(try JSONValue(parsing: Array(json.utf8)).object).members.map(\.name) == names)
    }

    @Test(
        "a word that names no field is told",
        arguments: ["name", "CNAM", "cnam;valid", "cnam.", "e164 valid", "lineType", "spam-score", "*", "all", "ｃnam"])
    func unknownFields(word: String) {
        guard case .failure(let unknown) = AnswerFields.parsing("valid," + word) else {
            Issue.record("\(word) was taken for a field")
            return
        }
        #expect(unknown.name == word)
    }
}
