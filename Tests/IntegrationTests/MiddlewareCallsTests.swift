import Foundation
import JSONText
import TestSupport
import Testing

@Suite("The middleware's calls, contexts and chats", .timeLimit(.minutes(3)))
struct MiddlewareCallsTests {
    private static let calls = "/api/crm/lookup/phone-calls"
    private static let fields = [
        "id", "direction", "status", "number_from", "number_to", "number_external", "number_internal", "number_did",
        "source", "answered", "duration", "start_time_utc", "end_time_utc", "subject", "body", "recording_url",
        "agent_first_name", "agent_last_name", "agent_email", "queue_extension", "contact_id", "merged_reports",
        "delivery", "created_at", "updated_at",
    ]

    private static func report(
        _ external: String = "0142000000", start: String = "2026-01-02T03:04:05Z", _ more: String = ""
    ) -> String {
        #"{"direction":"Inbound","status":"Missed","number_external":"\#(external)","number_internal":"101","#
            + #""start_time_utc":"\#(start)"\#(more.isEmpty ? "" : ",")\#(more)}"#
    }

    @Test("A report comes back as it was stored, with every field, and is found in the list")
    func saved() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant(settings: ["default_country=FR"])
        let answer = try fixture.post(
            Self.calls,
            Self.report(
                "01 42 00 00 00", start: "2026-01-02T03:04:05Z",
                #""answered":true,"duration":"00:01:15","subject":"Très urgent","queue_extension":"800""#),
            token: tenant.token)
        #expect(answer.status == 201 && answer["response"]?.string == "success")
        #expect(answer["message"]?.string == "Call saved successfully.")
        let call = try #require(answer["call"]?.object)
        #expect(call.members.map(\.name).sorted() == Self.fields.sorted())
        #expect(call["number_external"]?.string == "+33142000000" && call["duration"]?.number?.int64 == 75)
        #expect(call["direction"]?.string == "inbound" && call["status"]?.string == "Missed")
        #expect(call["number_from"]?.isNull == true && call["number_did"]?.string == "800")
        #expect(call["start_time_utc"]?.string == "2026-01-02T03:04:05Z" && call["merged_reports"]?.number?.int64 == 1)
        for query in [
            "", "?filter[subject]=urgent%20TRES", "?filter%5Bnumber_from%5D=%2B33142000000",
            "?filter[number_from]=+33142000000", "?filter[answered]=1&sort=-created_at",
            "?filter[start_time]=2026-01-02T03:04:05Z", "?filter[number_did]=800&include=segments,logs",
        ] {
            let list = try fixture.get(Self.calls + query, token: tenant.token)
            #expect(list.status == 200 && list["total"]?.number?.int64 == 1, "\(query): \(list.text)")
            #expect(list["data"]?.array?.first?.object?["id"] == call["id"], "\(query)")
            let hasParts = list["data"]?.array?.first?.object?["segments"] != nil
            #expect(hasParts == query.contains("include"))
        }
        let none = try fixture.get(Self.calls + "?filter[answered]=false", token: tenant.token)
        #expect(none["total"]?.number?.int64 == 0 && none["data"]?.array?.isEmpty == true)
    }

    @Test("Pages lead to one another and keep every parameter")
    func pages() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant(settings: ["default_country=FR"])
        for index in 0..<5 {
            let answer = try fixture.post(
                Self.calls, Self.report(start: "2026-01-02T03:0\(index):05Z"), token: tenant.token)
            #expect(answer.status == 201)
        }
        var next: String? = Self.calls + "?filter%5Bdirection%5D=inbound&sort=start_time&per_page=2&x=%26"
        var starts: [String] = []
        var targets: [String] = []
        while let target = next {
            targets.append(target)
            let page = try fixture.get(target, token: tenant.token)
            #expect(page.status == 200 && page["total"]?.number?.int64 == 5 && page["total_at_least"] == nil)
            starts += page["data"]?.array?.compactMap { $0.object?["start_time_utc"]?.string } ?? []
            next = page["next_page_url"]?.string
        }
        #expect(starts == (0..<5).map { "2026-01-02T03:0\($0):05Z" } && targets.count == 3)
        #expect(targets[2].hasPrefix(Self.calls + "?filter%5Bdirection%5D=inbound&sort=start_time&per_page=2&x=%26"))
    }

    @Test("What is wrong with a list or a report is told with a hint for each mistake")
    func refused() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant()
        for query in [
            "?filter[color]=red", "?include=contact", "?sort=duration", "?per_page=101", "?page=0",
            "?page=101&per_page=100", "?filter[status]=busy&filter[status]=busy",
        ] {
            let answer = try fixture.get(Self.calls + query, token: tenant.token)
            #expect(answer.status == 400 && answer["hint"]?.array?.count == 1, "\(query): \(answer.text)")
        }
        for (path, body, hints) in [
            (Self.calls, "{}", 3), (Self.calls, #"{"direction":"up","status":"busy","number_from":"1"}"#, 2),
            (Self.calls + "/context", #"{"direction":"inbound"}"#, 1), ("/api/crm/lookup/chats", "{}", 1),
        ] {
            let answer = try fixture.post(path, body, token: tenant.token)
            #expect(answer.status == 400 && answer["hint"]?.array?.count == hints, "\(path): \(answer.text)")
            #expect(answer["response"]?.string == "bad request: please check body parameters.")
        }
        #expect(try fixture.get(Self.calls, token: tenant.token)["total"]?.number?.int64 == 0)
    }

    @Test("With logging off nothing is stored, and the answer says why")
    func disabled() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant(settings: ["call_logging=off", "chat_logging=off"])
        for (path, body, code) in [
            (Self.calls, Self.report("+33142000000"), "call_logging_disabled"),
            (Self.calls + "/context", #"{"direction":"inbound","number_from":"1"}"#, "call_logging_disabled"),
            ("/api/crm/lookup/chats", #"{"email":"a@b.example"}"#, "chat_logging_disabled"),
        ] {
            let answer = try fixture.post(path, body, token: tenant.token)
            #expect(answer.status == 400 && answer["error"]?.string == code && answer["response"]?.string == "error")
        }
        #expect(try fixture.get(Self.calls, token: tenant.token)["total"]?.number?.int64 == 0)
    }

    @Test("A context, by token or by context token, is updated while it is open and fills its call")
    func contexts() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant(settings: ["default_country=FR"])
        let issued = try fixture.nocliJSON("context-token", "create", "--workspace", tenant.workspace)
        let token = try #require(issued["token"]?.string)
        let secret = try #require(issued["token_secret"]?.string)
        let first = try fixture.post(
            Self.calls + "/context",
            #"{"direction":"inbound","number_from":"0142000000","context_data":[{"key":"subject","value":"Ticket"}]}"#,
            token: tenant.token)
        #expect(first.status == 201 && first["message"]?.string == "Call context saved successfully.")
        let second = try fixture.post(
            "/api/crm/phone-calls-context/\(token)/\(secret)",
            #"{"direction":"inbound","number_from":"+33142000000","context_data":{"did":"0142000005"}}"#)
        #expect(second.status == 201 && second["call_context_id"] == first["call_context_id"])
        let wrong = try fixture.post(
            "/api/crm/phone-calls-context/\(token)/\(secret)x", #"{"direction":"inbound","number_from":"1"}"#)
        #expect(wrong.status == 404)
        let call = try #require(
            try fixture.post(Self.calls, Self.report(), token: tenant.token)["call"]?.object)
        #expect(call["subject"]?.string == "Ticket" && call["number_did"]?.string == "+33142000005")
        let later = try fixture.post(
            Self.calls + "/context", #"{"direction":"inbound","number_from":"0142000000"}"#, token: tenant.token)
        #expect(later["call_context_id"] != first["call_context_id"])
    }

    @Test("A chat comes back as it was stored")
    func chats() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant(settings: ["chats_without_email=on"])
        let long = String(repeating: "Bonjour. ", count: 20_000)
        let answer = try fixture.post(
            "/api/crm/lookup/chats",
            #"{"email":"ann@example.com","chat_messages":"\#(long)","duration":60,"entity_id":7}"#, token: tenant.token)
        #expect(answer.status == 201 && answer["message"]?.string == "Chat saved successfully.")
        let chat = try #require(answer["chat"]?.object)
        #expect(chat["email"]?.string == "ann@example.com" && chat["entity_id"]?.string == "7")
        #expect(chat["chat_messages"]?.string == String(long.dropLast()) && chat["delivery"]?.string == "none")
        let byNumber = try fixture.post(
            "/api/crm/lookup/chats", #"{"email":"","number_external":"anonymous"}"#, token: tenant.token)
        #expect(byNumber.status == 201 && byNumber["chat"]?.object?["email"]?.isNull == true)
    }

    @Test("Reports of one call from sixteen connections at once are one record")
    func merged() async throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant(settings: ["default_country=FR"])
        let client = fixture.client
        let ids = try await withThrowingTaskGroup(of: Set<String>.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    let connection = try client.connect()
                    var ids: Set<String> = []
                    for _ in 0..<(200 / 16 + 1) {
                        let request = TestClient.bytes(
                            "POST", Self.calls,
                            fields: MiddlewareFixture.authorization(tenant.token) + [
                                ("Content-Type", "application/json")
                            ], body: Array(Self.report().utf8))
                        try connection.send(request)
                        let answer = Answer(try connection.readResponse(toHead: false))
                        #expect(answer.status == 201)
                        if let id = answer["call"]?.object?["id"]?.string { ids.insert(id) }
                    }
                    return ids
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.formUnion($1) }
        }
        #expect(ids.count == 1)
        let list = try fixture.get(Self.calls + "?include=segments", token: tenant.token)
        let call = try #require(list["data"]?.array?.first?.object)
        #expect(list["total"]?.number?.int64 == 1 && call["merged_reports"]?.number?.int64 == 208)
        #expect(call["segments"]?.array?.count == 208)
    }

    @Test("Calls of one workspace are nobody else's")
    func isolated() throws {
        let fixture = try MiddlewareFixture()
        let (one, other) = (try fixture.tenant(), try fixture.tenant())
        for tenant in [one, other] {
            #expect(try fixture.post(Self.calls, Self.report("+33142000000"), token: tenant.token).status == 201)
        }
        let lists = try [one, other].map { try fixture.get(Self.calls, token: $0.token) }
        let ids = lists.compactMap { $0["data"]?.array?.first?.object?["id"]?.string }
        #expect(Set(ids).count == 2 && lists.allSatisfy { $0["total"]?.number?.int64 == 1 })
        #expect(try fixture.get(Self.calls).status == 401)
    }
}
