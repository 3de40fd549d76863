import JSONText
import TestSupport
import Testing

@Suite("Plain-text caller names", .timeLimit(.minutes(3)))
struct CallerIDTests {
    @Test("Always text, never a redirect, whatever is wrong")
    func bodies() throws {
        let fixture = try LookupFixture()
        try fixture.importNames(
            "+12025550143,Harbor Light Books,\n+442079460018,\"O'Brien ${x} 100% \"\"Ltd\"\"\",\n+493012345678,Größe,\n"
        )
        let account = try fixture.account()
        let poor = try fixture.account(usd: nil)
        let key = account.cidKey
        let rows: [(target: String, status: Int, body: String)] = [
            ("/v1/cid/12025550143?key=\(key)", 200, "Harbor Light Books"),
            ("/api/v1/cid/%2B12025550143?key=\(key)", 200, "Harbor Light Books"),
            ("/v1/cid/2025550143?key=\(key)", 200, "Harbor Light Books"),
            ("/v1/cid/442079460018?key=\(key)&country=none", 200, "OBrien x 100 Ltd"),
            ("/v1/cid/02079460018?key=\(key)&country=GB", 200, "OBrien x 100 Ltd"),
            ("/v1/cid/+493012345678?key=\(key)&ascii=1", 200, "Grosse"),
            ("/v1/cid/+493012345678?key=\(key)", 200, "Größe"),
            ("/v1/cid/12025550143?key=\(key)&max_length=6", 200, "Harbor"),
            ("/v1/cid/12025550143?key=\(key)&max_length=7", 200, "Harbor"),
            ("/v1/cid/12025550143?key=\(key)&max_length=0&country=XX&budget_ms=x", 200, "Harbor Light Books"),
            ("/v1/cid/13125550100?key=\(key)", 200, "UNAVAILABLE"),
            ("/v1/cid/13125550100?key=\(key)&miss=empty", 200, ""),
            ("/v1/cid/13125550100?key=\(key)&miss=number", 200, "13125550100"),
            ("/v1/cid/13125550100?key=\(key)&miss=name&name=Trunk%20One", 200, "Trunk One"),
            ("/v1/cid/13125550100?key=\(key)&miss=name", 200, "UNAVAILABLE"),
            ("/v1/cid/13125550100?key=\(key)&miss=empty&miss=number", 200, ""),
            ("/v1/cid/anonymous?key=\(key)", 200, "UNAVAILABLE"),
            ("/v1/cid/anonymous?key=\(key)&miss=number", 200, "anonymous"),
            ("/v1/cid/1&calc?key=\(key)&miss=number", 200, "1&calc"),
            ("/v1/cid/%24%7Bx%7D%25s?key=\(key)&miss=number", 200, "xs"),
            ("/v1/cid/1?key=\(key)&miss=number", 200, "UNAVAILABLE"),
            ("/v1/cid/%FF?key=\(key)", 400, "UNAVAILABLE"),
            ("/v1/cid/\(account.key)?key=\(key)&miss=number", 200, "nol_<redacted>"),
            ("/v1/cid/" + String(repeating: "1", count: 251) + "?key=\(key)", 400, "UNAVAILABLE"),
            ("/v1/cid/" + String(repeating: "1", count: 250) + "?key=\(key)", 200, "UNAVAILABLE"),
            ("/v1/cid/12025550143", 401, "UNAVAILABLE"),
            ("/v1/cid/12025550143?key=nol_x&miss=empty", 401, ""),
            ("/v1/cid/12025550143?key=\(account.key)", 403, "UNAVAILABLE"),
            ("/v1/cid/12025550143?key=\(poor.cidKey)", 402, "UNAVAILABLE"),
            ("/v1/cid", 200, "UNAVAILABLE"), ("/v1/cid/", 200, "UNAVAILABLE"), ("/v1/cid?miss=empty", 200, ""),
        ]
        for row in rows {
            let answer = try fixture.get(row.target)
            #expect(answer.status == row.status, "\(row.target) \(answer.text)")
            #expect(answer.text == row.body, "\(row.target)")
            #expect(answer.field("Content-Type") == "text/plain; charset=utf-8")
            #expect(answer.field("Cache-Control") == "no-store")
            #expect(answer.field("Location") == nil)
        }
        // Whatever is wrong with the request, its body may become the name on a phone.
        let faults: [(line: String, status: Int, body: String)] = [
            ("GET /v1/cid/\u{e9}?miss=empty HTTP/1.1", 400, ""), ("GET /v1/cid/a b HTTP/1.1", 400, "UNAVAILABLE"),
            ("GET /v1/cid/#x HTTP/1.1", 400, "UNAVAILABLE"), ("GET /v1/cid/1?miss=empty HTTP/3.0", 505, ""),
            ("GET /v1/cid/" + String(repeating: "1", count: 9_000) + " HTTP/1.1", 414, "UNAVAILABLE"),
            ("GET /v1/cid/1/2?miss=empty HTTP/1.1", 404, ""), ("POST /v1/cid/1?miss=empty HTTP/1.1", 405, ""),
        ]
        for fault in faults {
            let connection = try fixture.client.connect()
            try connection.send(fault.line + "\r\nHost: t\r\n\r\n")
            let answer = try connection.readResponse()
            #expect(
                answer.status == fault.status && answer.text == fault.body, "\(fault.line.prefix(60)) \(answer.text)")
            #expect(answer.field("Content-Type") == "text/plain; charset=utf-8")
        }
        for method in ["HEAD", "POST", "PUT"] {
            let answer = try fixture.client.request(method, "/v1/cid/12025550143?key=\(key)")
            #expect(answer.status == 405 && answer.field("Allow") == "GET", "\(method)")
            #expect(answer.field("Content-Type") == "text/plain; charset=utf-8")
        }
    }

    @Test("A name is billed like a lookup, with the same headers; nothing is billed for what is no number")
    func billing() throws {
        let fixture = try LookupFixture()
        try fixture.importNames("+12025550143,Harbor Light Books,\n")
        let account = try fixture.account(usd: "0.01")
        let named = try fixture.get("/v1/cid/12025550143?key=\(account.cidKey)")
        #expect(named.field("X-Billed-Micros") == "2000" && named.field("X-Balance-Micros") == "8000")
        #expect(named.field("X-Billing-Endpoint") == "lookup_enriched")
        #expect(try fixture.get("/v1/cid/13125550176?key=\(account.cidKey)").field("X-Billed-Micros") == "2000")
        for free in ["anonymous", "123", "abc"] {
            #expect(try fixture.get("/v1/cid/\(free)?key=\(account.cidKey)").field("X-Billed-Micros") == nil)
        }
        let generous = try LookupFixture(["--nothing-found-free"])
        try generous.importNames("+12025550143,Harbor Light Books,\n")
        let other = try generous.account()
        #expect(try generous.get("/v1/cid/13125550176?key=\(other.cidKey)").field("X-Billed-Micros") == nil)
        #expect(try generous.get("/v1/cid/12025550143?key=\(other.cidKey)").field("X-Billed-Micros") == "2000")
    }

    @Test("The sandbox's magic numbers behave as documented and cost nothing")
    func sandbox() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account()
        let made = try fixture.post(
            "/v1/account/keys", #"{"use_cases": ["lookup", "cid"], "test": true}"#, key: account.key)
        let key = try #require(made["api_key"]?.string)
        #expect(key.hasPrefix("nol_test_"))
        let rows: [(suffix: String, status: Int, name: String?, score: Int64?)] = [
            ("00", 200, "Sandbox Caller", nil), ("01", 200, nil, nil), ("02", 200, nil, nil), ("03", 200, nil, nil),
            ("04", 200, nil, nil), ("05", 200, "Sandbox Risky", 90), ("06", 402, nil, nil), ("07", 429, nil, nil),
            ("08", 200, nil, nil),
        ]
        for row in rows {
            let answer = try fixture.get("/v1/lookup/+141555501\(row.suffix)?budget_ms=60", key: key)
            #expect(answer.status == row.status, "\(row.suffix) \(answer.text)")
            #expect(answer.field("X-Billed-Micros") == nil)
            if row.status == 200 {
                #expect(answer["cnam"]?.string == row.name)
                #expect(answer["spam_score"]?.number?.int64 == row.score)
            }
        }
        let risk = try fixture.get("/v1/lookup/+14155550105?fields=risk", key: key)
        #expect(risk["risk"]?.object?["level"]?.string == "high")
        #expect(risk.json?.count == 2, "fields drops the others")
        let tagged = "/v1/cid/14155550105?key=\(key)"
        #expect(try fixture.get(tagged).text == "Sandbox Risky")
        #expect(try fixture.get(tagged + "&spam_tag=SPAM%3F").text == "SPAM? Sandbox Risky")
        #expect(try fixture.get(tagged + "&spam_tag=SPAM%3F&spam_threshold=91").text == "Sandbox Risky")
        #expect(try fixture.get(tagged + "&spam_tag=SPAM%3F&spam_threshold=90").text == "SPAM? Sandbox Risky")
    }
}
