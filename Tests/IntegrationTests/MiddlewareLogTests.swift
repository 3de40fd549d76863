import Foundation
import JSONText
import TestSupport
import Testing

/// What is logged over a run that touches every endpoint, rightly and wrongly.
@Suite("The middleware's log", .timeLimit(.minutes(3)))
struct MiddlewareLogTests {
    @Test("No secret, token, whole number, name or e-mail address is logged, whatever is asked")
    func log() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant("Logged", settings: ["default_country=FR"])
        try fixture.importContacts(
            "first_name,last_name,email,phone_business_1\nAlicia,Martinique,alicia@acme.example,+33142000000\n",
            tenant.workspace)
        let context = try fixture.contextToken(tenant.workspace)
        let token = tenant.token
        let contextPath = "/api/crm/phone-calls-context/"
        func get(_ target: String, _ fields: [(String, String)] = []) throws {
            _ = try fixture.get(target, token: token, fields: fields)
            _ = try fixture.get(target)
        }
        func post(_ target: String, _ json: String) throws {
            _ = try fixture.post(target, json, token: token)
            _ = try fixture.post(target, json, token: token + "x")
            _ = try fixture.post(target, json)
        }
        let search = MiddlewareFixture.searchPath
        for query in [
            "phone=%2B33142000000", "phone=+33142000000", "phone=01%2042%2000%2000%2000", "phone=0142000000",
            "email=alicia%40acme.example", "email=alicia@acme.example", "email=Alicia%40Acme.Example",
            "phone=0142000000&display_name=Alicia%20Martinique", "display_name=Alicia&phone=",
            "email=%61%6C%69%63%69%61%40acme%2Eexample", "phone=%D9%A3%D9%A3142000000",
        ] {
            try get(search + "?" + query)
            try get(MiddlewareFixture.callsPath + "?filter%5Bagent_email%5D=alicia%40acme.example&" + query)
            // A path that does not exist is logged too; a name in its query is nothing that could be known as one.
            if !query.contains("name") { try get("/nothing?" + query) }
            try get("/API/CRM/lookup/contacts/search?" + query)
        }
        try get(MiddlewareFixture.callsPath + "?filter[number_from]=+33142000000&filter[subject]=Alicia")
        try get("/api/crm/oauth/callback?state=StateOfAlicia7&code=CodeOfAlicia7&error=ErrorOfAlicia7")
        try post(
            MiddlewareFixture.contactsPath,
            #"{"last_name": "Martinique", "email": "alicia@acme.example", "phone": "+33142000000"}"#)
        try post(
            MiddlewareFixture.callsPath,
            #"{"direction": "inbound", "status": "completed", "number_external": "+33142000000", "number_internal": "101", "subject": "Alicia", "agent_email": "alicia@acme.example"}"#
        )
        try post(MiddlewareFixture.callsPath, #"{"direction": "alicia@acme.example", "status": "+33142000000"}"#)
        try post(MiddlewareFixture.callsPath, #"{"alicia@acme.example": "#)
        try post(
            MiddlewareFixture.contextPath,
            #"{"direction": "inbound", "number_from": "+33142000000", "context_data": {"Alicia": "Martinique"}}"#)
        try post(
            MiddlewareFixture.chatsPath,
            #"{"email": "alicia@acme.example", "name": "Alicia", "chat_messages": "Martinique"}"#)
        for path in [
            contextPath + "\(context.token)/\(context.secret)",
            contextPath + "\(context.token)/wrong-\(context.secret)",
            contextPath + context.token, "/x" + contextPath + "\(context.token)/\(context.secret)",
        ] {
            try post(path, #"{"direction": "inbound", "number_from": "+33142000000"}"#)
            try get(path)
        }
        let credentials = "client_id=\(tenant.client)&client_secret=\(tenant.secret)"
        for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
            _ = try fixture.form(path, "grant_type=client_credentials&\(credentials)&token=\(token)x")
            _ = try fixture.form(path, credentials + "wrong")
            // A client that puts its form into the address.
            _ = try fixture.form(path + "?" + credentials, "grant_type=client_credentials")
        }
        // Raw rubbish on the wire.
        let connection = try fixture.client.connect()
        try connection.send(
            "GET /x?email=alicia@acme.example HTTP/1.1\r\nAuthorization: Bearer \(token)\r\n bad\r\n\r\n")
        _ = try connection.readToEnd()
        try fixture.nocli(["workspace", "set", tenant.workspace, "call_logging=off"])
        try post(MiddlewareFixture.callsPath, #"{"direction": "inbound", "status": "Missed"}"#)

        fixture.server.signal(SIGTERM)
        #expect(fixture.server.waitForExit() == 0)
        let log = fixture.server.errors
        #expect(log.contains("\"route\":\"contact_search\"") || log.contains("contacts/search"), "nothing was logged")
        let plain = log.removingPercentEncoding ?? log
        let secrets = [
            token, tenant.secret, context.token, context.secret, "+33142000000", "33142000000", "142000000",
            "42 00 00 00", "alicia@acme.example", "Alicia@Acme", "acme.example", "Alicia", "Martinique", "alicia",
        ]
        for secret in secrets where log.contains(secret) || plain.contains(secret) {
            let lines = log.split(separator: "\n").filter {
                $0.contains(secret) || ($0.removingPercentEncoding ?? "").contains(secret)
            }
            Issue.record("the log has \(secret): \(lines.prefix(3).joined(separator: "\n"))")
        }
        for line in log.split(separator: "\n") {
            #expect((try? JSONValue(parsing: Array(line.utf8)))?.object != nil, "no JSON: \(line)")
        }
    }
}
