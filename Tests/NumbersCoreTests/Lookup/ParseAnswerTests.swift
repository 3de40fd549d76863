import JSONText
import NumbersCore
import Testing

@Suite struct ParseAnswerTests {
    private static func context(_ country: String?) -> ReadingContext {
        ReadingContext(country: country.flatMap { Region($0) }, input: .any)
    }

    private static func object(_ body: [UInt8]) throws -> JSONObject {
        try #require(try JSONValue(parsing: body).object)
    }

    @Test("a valid number is told in every form")
    func valid() {
        #expect(
            String(
                decoding: PlanReplies.parse("(415) 555-2671 ext. 12", Self.context("US"), plan: .builtIn), as: UTF8.self
            )
            .hasPrefix(
                #"{"schema_version":"2026-11-01","valid":true,"possible":true,"reason":null,"e164":"+14155552671","#
                    + #""formatted":{"national":"(415) 555-2671 ext. 12","international":"+1 415-555-2671 ext. 12","#
                    + #""rfc3966":"tel:+1-415-555-2671;ext=12"},"country":"US","country_code":1,"#
                    + #""national_number":"4155552671","extension":"12","line_type":"fixed_line_or_mobile","#))
    }

    @Test(
        "a text that is no valid number says why, and shows no formatted number",
        arguments: [
            ("", "not_a_number", false), ("anonymous", "not_a_number", false), ("+1", "not_a_number", false),
            ("+14155", "too_short", false), ("+1415555267100000", "too_long", false),
            ("+11234567890", "not_in_numbering_plan", true),
            ("+999123456", "invalid_country_code", false),
        ])
    func invalid(text: String, reason: String, isPossible: Bool) throws {
        let object = try Self.object(PlanReplies.parse(text, Self.context(nil), plan: .builtIn))
        #expect(object["valid"] == .bool(false))
        #expect(object["reason"] == .string(reason))
        #expect(object["possible"] == .bool(isPossible))
        #expect(object["e164"] == .null)
        #expect(object["country"] == .null)
        #expect(object["line_type"] == .null)
    }

    @Test("a batch keeps its order and counts itself")
    func batch() throws {
        let object = try Self.object(
            PlanReplies.parse(["+14155552671", "x", "+4915112345678"], Self.context(nil), plan: .builtIn))
        let results = try #require(object["results"]?.array)
        #expect(results.map { $0.object?["e164"]?.string } == ["+14155552671", nil, "+4915112345678"])
        #expect(results.allSatisfy { $0.object?["schema_version"] == nil })
        let summary = try #require(object["summary"]?.object)
        #expect(summary.members.map { $0.value.number?.int64 } == [3, 2, 1])
    }

    @Test("every country has a name, a calling code and an example that is valid there")
    func countries() throws {
        let object = try Self.object(PlanReplies.countries(plan: .builtIn))
        let countries = try #require(object["countries"]?.array)
        #expect(object["count"]?.number?.int64 == Int64(countries.count))
        #expect(countries.count > 200)
        let codes = countries.compactMap { $0.object?["code"]?.string }
        #expect(codes == codes.sorted() && Set(codes).count == countries.count)
        for country in countries {
            let code = country.object?["code"]?.string ?? "?"
            #expect(country.object?["name"]?.string?.isEmpty == false, "\(code)")
            #expect(country.object?["calling_code"]?.number?.int64 ?? 0 > 0, "\(code)")
            let example = try #require(country.object?["example"]?.object?["e164"]?.string, "\(code)")
            let number = NumberReading.read(example, country: nil, input: .e164Only, plan: .builtIn)
            #expect(number?.isValid(in: .builtIn) == true, "\(code)")
        }
    }
}
