import Foundation
import JSONText
import TestSupport
import Testing

@Suite("Bad input gets its documented error and costs nothing", .timeLimit(.minutes(3)))
struct BadInputTests {
    @Test("Numbers, parameters and targets")
    func targets() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account()
        let digits = { String(repeating: "1", count: $0) }
        let rows: [(target: String, status: Int, valid: Bool?)] = [
            ("/v1/lookup/abc", 200, false), ("/v1/lookup/+1", 200, false), ("/v1/lookup/%20", 200, false),
            ("/v1/lookup/+" + digits(249), 200, false), ("/v1/lookup/+" + digits(250), 400, nil),
            ("/v1/lookup/" + digits(7_000), 400, nil), ("/v1/lookup/" + digits(10_000), 414, nil),
            ("/v1/lookup/%", 400, nil), ("/v1/lookup/%zz", 400, nil), ("/v1/lookup/%ff%fe", 400, nil),
            ("/v1/lookup/%C3%A9", 200, false), ("/v1/lookup/+12025550143?country=%ff", 400, nil),
            ("/v1/lookup/+12025550143?country=", 400, nil), ("/v1/lookup/+12025550143?country=ZZ", 400, nil),
            ("/v1/lookup/+12025550143?country=USA", 400, nil), ("/v1/lookup/+12025550143?country=001", 400, nil),
            ("/v1/lookup/+12025550143?country=us", 200, true), ("/v1/lookup/+12025550143?input=e165", 400, nil),
            ("/v1/lookup/12025550143?input=e164", 200, false), ("/v1/lookup/0012025550143?input=e164", 200, true),
            ("/v1/lookup/+12025550143?budget_ms=19", 400, nil), ("/v1/lookup/+12025550143?budget_ms=20", 200, true),
            ("/v1/lookup/+12025550143?budget_ms=10000", 200, true),
            ("/v1/lookup/+12025550143?budget_ms=10001", 400, nil), ("/v1/lookup/+12025550143?budget_ms=1e3", 400, nil),
            ("/v1/lookup/+12025550143?budget_ms=+50", 400, nil),
            ("/v1/lookup/+12025550143?max_cache_age=-1", 400, nil),
            ("/v1/lookup/+12025550143?max_cache_age=0", 200, true),
            ("/v1/lookup/+12025550143?fields=valid,nmae", 400, nil),
            ("/v1/lookup/+12025550143?fields=valid,cnam", 200, true),
            ("/v1/lookup/+12025550143?reference=" + digits(64), 200, true),
            ("/v1/lookup/+12025550143?reference=" + digits(65), 400, nil),
            ("/v1/lookup/", 404, nil), ("/v1/lookup", 404, nil), ("/v1/lookup/a/b", 404, nil),
            ("/v2/lookup/1", 404, nil),
            ("/v1/lookup/tel:%2B1-202-555-0143", 200, true), ("/v1/lookup/%EF%BC%8B12025550143", 200, true),
            ("/v1/lookup/2025550143?country=US", 200, true), ("/v1/lookup/(202)%20555-0143?country=US", 200, true),
            ("/v1/lookup/01144%2020%207946%200018?country=US", 200, true),
        ]
        for row in rows {
            let answer = try fixture.get(row.target, key: account.key)
            #expect(answer.status == row.status, "\(row.target.prefix(60)) \(answer.text)")
            if let valid = row.valid { #expect(answer["valid"]?.bool == valid, "\(row.target.prefix(60))") }
            if row.status >= 400 {
                #expect(answer.field("Content-Type") == "application/problem+json")
                for name in ["type", "title", "status", "detail", "code", "error", "request_id"] {
                    #expect(answer[name] != nil, "\(name)")
                }
                #expect(answer["request_id"]?.string == answer.field("X-Request-Id"))
            }
        }
        #expect(try fixture.client.request("HEAD", "/v1/lookup/+12025550143").status == 405)
        let unsaid = try fixture.client.request("DELETE", "/v1/lookup/+12025550143")
        #expect(unsaid.status == 405 && unsaid.field("Allow") == "GET")
    }

    @Test("Bodies")
    func bodies() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account()
        let long = { String(repeating: "1", count: $0) }
        let rows: [(json: String, status: Int)] = [
            ("", 400), ("{", 400), ("null", 400), ("[]", 400), ("\"x\"", 400), ("{}", 400), (#"{"numbers": 7}"#, 400),
            (#"{"numbers": []}"#, 400), (#"{"numbers": [7]}"#, 400), (#"{"numbers": [null]}"#, 400),
            (#"{"numbers": ["1"], "numbers": ["2"]}"#, 400), (#"{"numbers": ["1"]} x"#, 400),
            (#"{"numbers": ["1"], "country": "ZZ"}"#, 400), (#"{"numbers": ["1"], "country": 1}"#, 400),
            (#"{"numbers": ["1"], "input": "x"}"#, 400), (#"{"numbers": ["1"], "budget_ms": 19}"#, 400),
            (#"{"numbers": ["1"], "budget_ms": 1e400}"#, 400), (#"{"numbers": ["1"], "max_cache_age": -1}"#, 400),
            (#"{"numbers": ["1"], "reference": "\#(long(65))"}"#, 400), (#"{"numbers": ["\#(long(251))"]}"#, 400),
            (#"{"numbers": ["\#(long(250))"]}"#, 200), (#"{"numbers": ["1"], "unknown": true}"#, 200),
            (#"{"numbers": ["\ud800"]}"#, 400), (String(repeating: "[", count: 5_000), 400),
            (#"{"numbers": ["1"], "budget_ms": 20.0}"#, 200),
        ]
        for row in rows {
            let answer = try fixture.post("/v1/lookup/batch", row.json, key: account.key)
            #expect(answer.status == row.status, "\(row.json.prefix(60)) \(answer.text)")
        }
        let index = try fixture.post("/v1/lookup/batch", #"{"numbers": ["1", "\#(long(251))"]}"#, key: account.key)
        #expect(index.text.contains("numbers[1]"), "the index is named: \(index.text)")
        let invalid = try fixture.client.request(
            "POST", "/v1/parse", fields: LookupFixture.authorization(account.key),
            body: Array(#"{"number": ""#.utf8) + [0xff, 0xfe] + Array("\"}".utf8))
        #expect(invalid.status == 400)
        let form = try fixture.client.request(
            "POST", "/v1/parse",
            fields: LookupFixture.authorization(account.key) + [("Content-Type", "application/x-www-form-urlencoded")],
            body: Array("number=1".utf8))
        #expect(form.status == 415)
        let large = try fixture.post("/v1/parse", "{\"number\": \"\(long(262_144))\"}", key: account.key)
        #expect(large.status == 413 && large.code == "payload_too_large")
        let balance = try fixture.get("/v1/account", key: account.key)["account"]?.object?["balance_micros"]
        #expect(balance?.number?.int64 == 10_000_000)
    }

    @Test("Malformed heads and limits, on the real binary")
    func heads() throws {
        let fixture = try LookupFixture(["--max-header-bytes", "1024", "--max-header-fields", "10"])
        let rows: [(head: String, status: Int)] = [
            ("GET /api/health HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
            ("GET /api/health HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            ("GET /api/health HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", 400),
            ("GET /api/health HTTP/1.1\r\n\r\n", 400), ("GET /api/health\r\nHost: a\r\n\r\n", 400),
            ("GET /api/health HTTP/1.1\nHost: a\n\n", 400), ("GET /api/health HTTP/1.1\r\nHost : a\r\n\r\n", 400),
            ("GET /api/health HTTP/2.0\r\nHost: a\r\n\r\n", 505),
            ("GET /api/health HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 400),
            ("GET /api/health HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 1_100))\r\n\r\n", 431),
            ("GET /api/health HTTP/1.1\r\nHost: a\r\n" + String(repeating: "A: b\r\n", count: 10) + "\r\n", 431),
            ("GET /api/health HTTP/1.1\r\nHost: a\r\n" + String(repeating: "A: b\r\n", count: 9) + "\r\n", 200),
        ]
        for row in rows {
            let connection = try fixture.client.connect()
            try connection.send(row.head)
            #expect(try connection.readResponse().status == row.status, "\(row.head.debugDescription.prefix(90))")
        }
        #expect(try fixture.get("/api/health").status == 200)
    }
}
