import CRMMiddleware
import JSONText
import Platform
import Testing

@Suite struct GivenFieldsTests {
    private func fields(_ json: String) throws -> GivenFields {
        GivenFields(try #require(try JSONValue(parsing: Array(json.utf8)).object))
    }

    @Test(
        arguments: [
            ("{}", nil), (#"{"a":null}"#, nil), (#"{"a":""}"#, nil), (#"{"a":"  "}"#, nil), (#"{"a":"[Name]"}"#, nil),
            (#"{"a":"[Contact::Name]"}"#, nil), (#"{"a":" x "}"#, "x"), (#"{"a":101}"#, "101"), (#"{"a":"[]"}"#, "[]"),
            (#"{"a":"[a b]"}"#, "[a b]"), (#"{"a":"[A] [B]"}"#, "[A] [B]"), (#"{"a":"12345678"}"#, "12345678"),
        ] as [(String, String?)])
    func `an absent, empty or unreplaced text is none`(_ json: String, _ expected: String?) throws {
        var fields = try fields(json)
        #expect(fields.text("a", max: 8) == expected && fields.hints.isEmpty)
        #expect(fields.unreplaced == (json.contains("Name]") ? ["a"] : []))
    }

    @Test(arguments: [
        (#"{"last_name":"123456789"}"#, "The last name field must not be greater than 8 characters."),
        (#"{"last_name":true}"#, "The last name field must be a string."),
        (#"{"last_name":[]}"#, "The last name field must be a string."),
        (#"{"last_name":{}}"#, "The last name field must be a string."),
        (#"{"last_name":""}"#, "The last name field is required."),
        (#"{"last_name":"[LastName]"}"#, "The last name field is required."),
        ("{}", "The last name field is required."),
    ])
    func `a required text says what is wrong`(_ json: String, _ hint: String) throws {
        var fields = try fields(json)
        #expect(fields.required("last_name", max: 8) == "" && fields.hints == [hint])
    }

    @Test(
        arguments: [
            ("0", 0), ("75", 75), ("00:01:15", 75), ("1:15", 75), ("27:00:00", 97_200), ("0:02:30.25", 150),
            ("1.00:00:01", 86_401), ("1.23:59:59.5", 172_799),
            ("1.24:00:00", nil), ("1.00:01", nil), (".00:00:01", nil), ("1.:00:01", nil), ("400.00:00:00", nil),
            ("31622400", 31_622_400), ("31622401", nil), ("-1", nil), ("1:60", nil), ("1:2:3:4", nil), (":5", nil),
            ("1e3", nil), ("12.5.1", nil), ("١", nil), ("9999999999", nil), ("0:00:", nil),
        ] as [(String, Int64?)])
    func `a duration is seconds or hours, minutes and seconds`(_ text: String, _ seconds: Int64?) throws {
        var fields = try fields("{\"duration\":\"\(text)\"}")
        #expect(fields.seconds("duration") == seconds)
        #expect(fields.hints == (seconds == nil ? ["The duration field must be seconds or hh:mm:ss."] : []))
    }

    @Test(
        arguments: [
            ("true", true), ("false", false), ("\"TRUE\"", true), ("\"0\"", false), ("1", true), ("0", false),
            ("\"\"", nil), ("null", nil), ("\"[Answered]\"", nil),
        ] as [(String, Bool?)])
    func `a flag is taken in every way it is sent`(_ json: String, _ flag: Bool?) throws {
        var fields = try fields("{\"answered\":\(json)}")
        #expect(fields.flag("answered") == flag && fields.hints.isEmpty)
    }

    @Test(arguments: ["2", "\"perhaps\"", "[]", "{}"])
    func `what is no flag is a mistake`(_ json: String) throws {
        var fields = try fields("{\"answered\":\(json)}")
        #expect(fields.flag("answered") == nil && fields.hints == ["The answered field must be true or false."])
    }

    @Test(arguments: [
        "ftp://x", "javascript:alert(1)", "http://", "https:///x", "http://a b", "//x", "x", "https://a\\nb",
    ])
    func `only addresses of the web are taken`(_ text: String) throws {
        var fields = try fields("{\"recording_url\":\"\(text)\"}")
        #expect(fields.webAddress("recording_url") == nil && fields.hints.count == 1)
    }

    @Test(arguments: ["2026-01-31", "2026-13-01T00:00:00Z", "12:00", "2026-01-31T12:00:00", "now"])
    func `what is no instant is a mistake`(_ text: String) throws {
        var fields = try fields("{\"start_time_utc\":\"\(text)\"}")
        #expect(fields.time("start_time_utc") == nil)
        #expect(fields.hints == ["The start time utc field must match the format YYYY-MM-DDTHH:MM:SSZ."])
    }

    @Test func `an instant is taken with fractions and offsets`() throws {
        var fields = try fields(#"{"a":"2026-01-31T12:00:00Z","b":"2026-01-31T13:00:00.5+01:00"}"#)
        let whole = fields.time("a")
        let fraction = fields.time("b")
        let expected = try #require(UnixTime(rfc3339: "2026-01-31T12:00:00Z"))
        #expect(whole == expected && fraction == expected + .milliseconds(500))
    }

    @Test func `every mistake is told, in order`() throws {
        var fields = try fields(#"{"direction":"sideways","duration":"long"}"#)
        _ = fields.requiredChoice("direction", as: PhoneCall.Direction.self)
        _ = fields.seconds("duration")
        _ = fields.requiredChoice("status", as: PhoneCall.Direction.self)
        #expect(
            fields.hints == [
                "The selected direction is invalid: expected one of inbound, outbound, internal.",
                "The duration field must be seconds or hh:mm:ss.", "The status field is required.",
            ])
    }
}
