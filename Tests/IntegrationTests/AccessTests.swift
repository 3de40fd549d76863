import Foundation
import JSONText
import TestSupport
import Testing

@Suite("Keys, use cases and limits", .timeLimit(.minutes(3)))
struct AccessTests {
    @Test("Every way a key can be missing or bad is a 401 with WWW-Authenticate")
    func keys() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account(tier: "free", usd: nil)
        let target = "/v1/lookup/+12025550143"
        let bad = "nol_" + String(repeating: "0", count: 40)
        let rows: [([(String, String)], String, Int, String?)] = [
            ([], target, 401, "missing_key"),
            ([("Authorization", "Bearer \(bad)")], target, 401, "invalid_key"),
            ([("Authorization", "Bearer ")], target, 401, "invalid_key"),
            ([("Authorization", "Basic \(account.key)")], target, 401, "invalid_key"),
            ([("Authorization", account.key)], target, 401, "invalid_key"),
            ([("Authorization", "Bearer \(account.key.uppercased())")], target, 401, "invalid_key"),
            ([("Authorization", "Bearer \(account.key) x")], target, 401, "invalid_key"),
            ([("Authorization", "Bearer \(bad)"), ("X-API-Key", account.key)], target, 401, "invalid_key"),
            ([], target + "?key=\(account.key)", 401, "missing_key"),
            ([("Authorization", "bearer \(account.key)")], target, 200, nil),
            ([("X-API-Key", account.key)], target, 200, nil),
            ([("X-API-Key", account.cidKey)], target, 403, "use_case_forbidden"),
            ([("X-API-Key", account.cidKey)], "/v1/account", 403, "use_case_forbidden"),
            ([("X-API-Key", account.cidKey)], "/v1/countries", 403, "use_case_forbidden"),
        ]
        for (fields, target, status, code) in rows {
            let answer = try fixture.get(target, fields: fields)
            #expect(answer.status == status, "\(fields) \(answer.text)")
            #expect(answer.code == code)
            #expect((answer.field("WWW-Authenticate") == "Bearer") == (status == 401))
            #expect(answer.field("X-Request-Id") != nil)
            // Every answer to a key that exists tells the state of its limit.
            #expect((answer.field("RateLimit-Limit") == "60") == (status != 401), "\(fields)")
            #expect(!answer.text.contains(account.key) && !answer.text.contains(bad))
        }
        // Nothing that was sent may stand in the log.
        let log = fixture.server.errors
        #expect(!log.contains(account.key) && !log.contains(bad) && !log.contains("12025550143"), "\(log)")
    }

    @Test("No way of writing a number reaches the log whole")
    func numbersInLogs() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account()
        let rows = [
            "/v1/lookup/415%20%20%20%20%20%20555%20%20%20%20%20%202671?country=US",
            "/v1/lookup/1-800-FLOWERS?country=US",
            "/v1/lookup/201234?country=FO", "/v1/lookup/4002?country=NU", "/v1/lookup/%2B14155552671",
            "/v1/cid/14155552671", "/lookup/+14155552671", "/v1/lookup/%EF%BC%94%EF%BC%91%EF%BC%955552671?country=US",
        ]
        for row in rows { _ = try fixture.get(row, key: account.key) }
        #expect(try fixture.eventually { fixture.server.errors.contains("number_page") })
        // Times and request ids have digits of their own: only what was asked for is looked at.
        let log = fixture.server.errors.split(separator: "\n").compactMap { line in
            line.split(separator: "\"target\":\"").dropFirst().first?.split(separator: "\"").first
        }.joined(separator: "\n")
        for trace in ["2671", "555", "FLOWERS", "201234", "4002", "%2020"] {
            #expect(!log.contains(trace), "\(trace) \(log)")
        }
        #expect(log.contains("/v1/lookup/+1*"), "country code and last digits stay: \(log)")
    }

    @Test("A key without limits makes one with limits, and that one cannot get rid of them")
    func narrowing() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account()
        let made = try fixture.post(
            "/v1/account/keys", #"{"use_cases": ["manage", "parse"], "limit": 50, "networks": ["127.0.0.0/8"]}"#,
            key: account.key)
        let key = try #require(made["api_key"]?.string)
        let id = try #require(made["key"]?.object?["id"]?.string)
        let child = try fixture.post("/v1/account/keys", #"{"use_cases": ["parse"]}"#, key: key)
        #expect(child.status == 201 && child["key"]?.object?["limit"]?.number?.int64 == 50, "the limits are inherited")
        for body in [
            #"{"use_cases": ["lookup"]}"#, #"{"use_cases": ["parse"], "limit": 51}"#,
            #"{"use_cases": ["parse"], "limit": null}"#, #"{"use_cases": ["parse"], "networks": []}"#,
        ] {
            #expect(try fixture.post("/v1/account/keys", body, key: key).status == 400, "\(body)")
        }
        for body in [#"{"limit": null}"#, #"{"networks": []}"#] {
            #expect(try fixture.send("PATCH", "/v1/account/keys/\(id)", body, key: key).status == 403, "\(body)")
        }
        let keys = try #require(try fixture.get("/v1/account/keys", key: account.key)["keys"]?.array).compactMap(
            \.object)
        let first = try #require(keys.first?["id"]?.string)
        #expect(try fixture.post("/v1/account/keys/\(first)/rotate", "{}", key: key).status == 403)
        let test = try fixture.post("/v1/account/keys", #"{"test": true}"#, key: account.key)
        #expect(test.status == 201 && test["key"]?.object?["use_cases"]?.array?.count == 4)
        let plain = try #require(test["api_key"]?.string)
        #expect(try fixture.get("/v1/account", key: plain).code == "use_case_forbidden")
        let office = try fixture.post("/v1/account/keys", #"{"use_cases": ["manage"]}"#, key: account.key)
        let officeKey = try #require(office["api_key"]?.string)
        #expect(try fixture.post("/v1/account/keys", #"{"test": true}"#, key: officeKey).status == 400)
        let manager = try fixture.post(
            "/v1/account/keys", #"{"test": true, "use_cases": ["lookup", "manage"]}"#, key: account.key)
        let testKey = try #require(manager["api_key"]?.string)
        #expect(try fixture.post("/v1/account/keys/\(first)/rotate", "{}", key: testKey).status == 403)
        // It is made to be left lying about, so nothing live depends on it.
        for body in [#"{"enabled": false}"#, #"{"name": "x"}"#, #"{"use_cases": ["lookup"]}"#] {
            let patched = try fixture.send("PATCH", "/v1/account/keys/\(first)", body, key: testKey)
            #expect(patched.status == 403 && patched.code == "use_case_forbidden", "\(body): \(patched.text)")
        }
        let webhook = #"{"webhook_url": "https://example.com/"}"#
        #expect(try fixture.send("PATCH", "/v1/account", webhook, key: testKey).status == 403)
        let tried = try fixture.post("/v1/account/keys", #"{"use_cases": ["lookup"]}"#, key: testKey)
        #expect(tried.status == 201 && tried["key"]?.object?["test"]?.bool == true)
    }

    @Test("A key cannot spend more through keys that it makes, nor lock itself out")
    func bounds() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account()
        let made = try fixture.post(
            "/v1/account/keys", #"{"use_cases": ["manage", "lookup"], "daily_cap_micros": 4000}"#, key: account.key)
        let capped = try #require(made["api_key"]?.string)
        let id = try #require(made["key"]?.object?["id"]?.string)
        for body in [#"{"use_cases": ["lookup"]}"#, #"{"use_cases": ["lookup"], "daily_cap_micros": 1}"#] {
            #expect(try fixture.post("/v1/account/keys", body, key: capped).status == 400, "\(body)")
        }
        #expect(try fixture.post("/v1/account/keys", #"{"test": true}"#, key: capped).status == 201)
        let target = "/v1/account/keys/\(id)"
        for (networks, status) in [
            (#"["192.0.2.0/24"]"#, 400), (#"["10.0.0.1/24"]"#, 400), (#"["192.0.2.0/24", "127.0.0.0/8"]"#, 200),
        ] {
            let answer = try fixture.send("PATCH", target, "{\"networks\": \(networks)}", key: capped)
            #expect(answer.status == status, "\(networks): \(answer.text)")
        }
        for address in ["10.255.255.1", "127.0.0.1:8443", "[::1]", "[fd00::1]:1", "169.254.169.254"] {
            let answer = try fixture.send(
                "PATCH", "/v1/account", "{\"webhook_url\": \"https://\(address)/x\"}", key: account.key)
            #expect(answer.status == 400 && answer.text.contains("a public address"), "\(address): \(answer.text)")
        }
        for (accept, type) in [
            ("application/json, text/csv;q=0.5", "application/json"), ("text/csv", "text/csv"),
            ("text/csv;q=0", "application/json"), ("text/csv;q=0.5, application/json;q=0.4", "text/csv"),
        ] {
            let answer = try fixture.get("/v1/account/ledger", key: account.key, fields: [("Accept", accept)])
            #expect(answer.field("Content-Type")?.hasPrefix(type) == true, "\(accept)")
        }
        let lookup = "/v1/lookup/+12025550143?reference="
        #expect(try fixture.get(lookup + "a%0Ab", key: account.key).status == 400)
        #expect(try fixture.get(lookup + "a%20b", key: account.key).status == 200)
        // Of another key it may be said that it is used elsewhere.
        let elsewhere = try fixture.send("PATCH", target, #"{"networks": ["192.0.2.0/24"]}"#, key: account.key)
        #expect(elsewhere.status == 200)
        #expect(try fixture.get("/v1/account", key: capped).code == "network_forbidden")
    }

    @Test("A key that is shown in another way is told so, and so is a body of another type")
    func otherSchemes() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account()
        for scheme in ["", "Token ", "Basic "] {
            let answer = Answer(
                try fixture.client.get("/v1/account", fields: [("Authorization", scheme + account.key)]))
            #expect(answer.code == "invalid_key" && answer.text.contains("Bearer <key>"), "\(scheme): \(answer.text)")
        }
        let unknown = Answer(try fixture.client.get("/v1/account", fields: [("Authorization", "Bearer nol_x")]))
        #expect(unknown.code == "invalid_key" && unknown.text.contains("not known"))
        let form = Answer(
            try fixture.client.request(
                "POST", "/v1/account/signup", fields: [("Content-Type", "text/plain")], body: Array("{}".utf8)))
        #expect(form.status == 415 && form.text.contains("application/json"), "\(form.text)")
    }

    @Test("Revoked, disabled, expired, suspended and foreign networks are refused within a second")
    func endings() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account()
        func make(_ json: String) throws -> (id: String, key: String) {
            let made = try fixture.post("/v1/account/keys", json, key: account.key)
            try #require(made.status == 201, "\(made.text)")
            return (try #require(made["key"]?.object?["id"]?.string), try #require(made["api_key"]?.string))
        }
        let target = "/v1/countries"
        let revoked = try make(#"{"use_cases": ["parse"]}"#)
        #expect(try fixture.get(target, key: revoked.key).status == 200)
        try fixture.nocli("key", "revoke", revoked.id)
        #expect(try fixture.eventually { try fixture.get(target, key: revoked.key).status == 401 })
        #expect(
            try fixture.send("PATCH", "/v1/account/keys/\(revoked.id)", #"{"enabled": true}"#, key: account.key).status
                == 409)

        let disabled = try make(#"{"use_cases": ["parse"]}"#)
        #expect(
            try fixture.send("PATCH", "/v1/account/keys/\(disabled.id)", #"{"enabled": false}"#, key: account.key)
                .status == 200)
        #expect(try fixture.get(target, key: disabled.key).status == 401)

        let elsewhere = try make(#"{"use_cases": ["parse"], "networks": ["192.0.2.0/24"]}"#)
        #expect(try fixture.get(target, key: elsewhere.key).code == "network_forbidden")
        let here = try make(#"{"use_cases": ["parse"], "networks": ["192.0.2.0/24", "127.0.0.0/8"]}"#)
        #expect(try fixture.get(target, key: here.key).status == 200)

        let rotated = try make(#"{"use_cases": ["parse"]}"#)
        let second = try fixture.post(
            "/v1/account/keys/\(rotated.id)/rotate", #"{"grace_seconds": 3600}"#, key: account.key)
        #expect(second.status == 201)
        let secondKey = try #require(second["api_key"]?.string)
        #expect(try fixture.get(target, key: rotated.key).status == 200, "the grace has begun")
        #expect(try fixture.get(target, key: secondKey).status == 200)
        #expect(try fixture.post("/v1/account/keys/\(rotated.id)/rotate", "{}", key: account.key).status == 201)
        #expect(try fixture.get(target, key: rotated.key).status == 401, "a second rotation ends the first grace")
        #expect(try fixture.get(target, key: secondKey).status == 200)
        let leaked = try fixture.post(
            "/v1/account/keys/\(rotated.id)/rotate", #"{"grace_seconds": 0}"#, key: account.key)
        #expect(leaked.status == 201)
        #expect(try fixture.get(target, key: secondKey).status == 401)

        try fixture.nocli("account", "suspend", account.id)
        #expect(try fixture.eventually { try fixture.get(target, key: account.key).code == "account_suspended" })
        try fixture.nocli("account", "resume", account.id)
        #expect(try fixture.eventually { try fixture.get(target, key: account.key).status == 200 })
    }

    @Test("A key's settings are checked: unknown fields, wrong types, more rights than one's own")
    func badSettings() throws {
        let fixture = try LookupFixture()
        let key = try fixture.account().key
        for json in [
            #"{"use_cases": []}"#, #"{"use_cases": ["parse", "fly"]}"#, #"{}"#, #"{"use_cases": "parse"}"#,
            #"{"use_cases": ["parse"], "limit": 0}"#, #"{"use_cases": ["parse"], "limit": 601}"#,
            #"{"use_cases": ["parse"], "limit": 1.5}"#, #"{"use_cases": ["parse"], "limit": 1e30}"#,
            #"{"use_cases": ["parse"], "daily_cap_micros": -1}"#,
            #"{"use_cases": ["parse"], "expires_at": "tomorrow"}"#,
            #"{"use_cases": ["parse"], "expires_at": "2020-01-01T00:00:00Z"}"#,
            #"{"use_cases": ["parse"], "networks": ["10.0.0.1/8"]}"#, #"{"use_cases": ["parse"], "networks": [1]}"#,
            #"{"use_cases": ["parse"], "nmae": "x"}"#, #"{"use_cases": ["parse"], "use_cases": ["parse"]}"#,
            #"["parse"]"#, #"{"use_cases": ["parse"]"#, "", "null",
        ] {
            let answer = try fixture.post("/v1/account/keys", json, key: key)
            #expect(answer.status == 400, "\(json) \(answer.text)")
            #expect(answer.code == "invalid_request")
        }
    }

    @Test("The free limit is 60 numbers a minute: the 60th is answered, the 61st is 429")
    func freeLimit() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account(tier: "free", usd: nil)
        let connection = try fixture.client.connect()
        var last: TestResponse?
        for index in 1...60 {
            try connection.send(
                TestClient.bytes("GET", "/v1/countries?x=\(index)", fields: [("X-API-Key", account.key)]))
            let response = try connection.readResponse()
            #expect(response.status == 200)
            #expect(response.field("RateLimit-Limit") == "60")
            #expect(response.field("RateLimit-Remaining") == String(60 - index))
            last = response
        }
        #expect(last?.field("RateLimit-Reset").flatMap { Int($0) }.map { (50...60).contains($0) } == true)
        let refused = try fixture.get("/v1/countries", key: account.key)
        #expect(refused.status == 429 && refused.code == "rate_limited_key")
        let wait = try #require(refused.field("Retry-After").flatMap { Int($0) })
        #expect((50...60).contains(wait))
        #expect(refused["retry_after_seconds"]?.number?.int64 == Int64(wait))
        // The other key of the same account shares the limit.
        #expect(try fixture.get("/v1/cid/12025550143?key=\(account.cidKey)").status == 429)
    }

    @Test("A batch counts its numbers, and one larger than the limit is a 400 that says so")
    func batchLimit() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account(tier: "free", usd: nil)
        func batch(_ count: Int, key: String? = nil) throws -> Answer {
            let numbers = (0..<count).map { _ in "\"+12025550143\"" }.joined(separator: ",")
            return try fixture.post("/v1/parse/batch", "{\"numbers\": [\(numbers)]}", key: key ?? account.key)
        }
        let tooLarge = try batch(61)
        #expect(tooLarge.status == 400 && tooLarge.text.contains("60"), "\(tooLarge.text)")
        #expect(try batch(40).field("RateLimit-Remaining") == "20")
        let refused = try batch(21)
        #expect(refused.status == 429 && refused.field("RateLimit-Remaining") == "20")
        #expect(try batch(20).status == 200)
        let standard = try fixture.account()
        #expect(try batch(100, key: standard.key).field("RateLimit-Remaining") == "500")
        #expect(try batch(101, key: standard.key).status == 400)
        #expect(try batch(0, key: standard.key).field("RateLimit-Remaining") == "500", "a 400 takes nothing")
    }

    @Test("Failed authentications: 60 a minute and address, then 429; valid keys still pass")
    func failedAuthentications() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account()
        for _ in 0..<60 { #expect(try fixture.get("/v1/countries").status == 401) }
        let refused = try fixture.get("/v1/countries")
        #expect(refused.status == 429 && refused.code == "rate_limited_ip" && refused.field("Retry-After") != nil)
        #expect(try fixture.get("/v1/countries", key: account.key).status == 200)
    }

    @Test("Sign-up is limited by client address; behind a trusted proxy by the forwarded one")
    func signUps() throws {
        let fixture = try LookupFixture(["--trusted-proxy", "127.0.0.1"])
        func signUp(from address: String, _ json: String = "{}") throws -> Int {
            try fixture.post("/v1/account/signup", json, fields: [("X-Forwarded-For", address)]).status
        }
        #expect(try (0..<4).map { _ in try signUp(from: "203.0.113.7") } == [201, 201, 201, 429])
        #expect(try signUp(from: "203.0.113.8") == 201)
        // The left entries are the client's own words.
        #expect(try signUp(from: "198.51.100.1, 203.0.113.7") == 429)
        // One /64 is one customer.
        #expect(try (1...4).map { try signUp(from: "2001:db8::\($0)") } == [201, 201, 201, 429])
        for bad in [
            #"{"email": "no at sign"}"#, #"{"email": "a@b"}"#, #"{"email": 7}"#, #"{"name": 7}"#, "[]", "{", "\"x\"",
            #"{"email": "a@b.co", "email": "a@b.co"}"#,
        ] {
            #expect(try signUp(from: "203.0.113.9", bad) == 400, "\(bad)")
        }
    }
}
