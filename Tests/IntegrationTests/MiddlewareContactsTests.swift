// Contacts over the real binaries: the built-in book, search, creation, what a restart keeps.

import Foundation
import JSONText
import TestSupport
import Testing

@Suite struct MiddlewareContactsTests {
    private static let path = "/api/crm/lookup/contacts"
    private static let fieldNames = [
        "id", "first_name", "last_name", "civility", "email", "phone_business_1", "phone_business_2",
        "phone_mobile_1", "phone_mobile_2", "phone_home_1", "phone_home_2", "phone_other_1", "fax_business_1",
        "fax_home_1", "company", "title", "entity_id", "entity_type", "entity_url", "connector", "match", "dummy",
        "custom",
    ]

    private func contacts(_ answer: Answer) -> [JSONObject] {
        answer["contacts"]?.array?.compactMap(\.object) ?? []
    }

    private func search(
        _ fixture: MiddlewareFixture, _ tenant: MiddlewareFixture.Tenant, _ query: String
    ) throws -> Answer {
        try fixture.get("\(Self.path)/search?\(query)", token: tenant.token)
    }

    @Test func `imported contacts are found with every field in its order, also while the server runs`() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant(settings: ["default_country=FR"])
        #expect(contacts(try search(fixture, tenant, "phone=%2B33142000000")).first?["dummy"]?.bool == true)
        let file = try fixture.folder.write(
            "c.csv",
            """
            first_name,last_name,email,phone_business_1,company,entity_id,entity_url,city
            Alice,Martin,Alice.Martin@acme.example,(0)1 42 00 00 00,Acme,123,https://crm.example/123,Paris
            ,,,0033 1 42 00 00 00,Acme Corp,124,,
            """)
        try fixture.nocli("contact", "import", file, "--workspace", tenant.workspace)
        #expect(
            try fixture.eventually {
                contacts(try search(fixture, tenant, "phone=%2B33142000000")).count == 2
            })
        let answer = try search(fixture, tenant, "phone=01%2042%2000%2000%2000&unknown=x")
        #expect(answer.status == 200 && answer.field("content-type") == "application/json")
        let found = contacts(answer)
        #expect(found.count == 2 && found.allSatisfy { $0.members.map(\.name) == Self.fieldNames })
        let first = try #require(found.first)
        #expect(first["last_name"]?.string == "Martin" && first["match"]?.string == "exact")
        #expect(first["custom"]?.object?["city"]?.string == "Paris" && first["title"]?.isNull == true)
        #expect(found[1]["company"]?.string == "Acme Corp" && found[1]["first_name"]?.isNull == true)
        let status = try #require(answer.field("x-connector-status"))
        #expect(status.hasPrefix("conn_") && status.contains(";state=") && status.contains(";ms="))
        // Shorter runs of digits come up in identifiers.
        #expect(!status.contains("142000000"))
        for query in ["email=alice.martin%40ACME.example", "phone=999&email=alice.martin@acme.example"] {
            #expect(contacts(try search(fixture, tenant, query)).map { $0["entity_id"]?.string } == ["123"])
        }
        // An unencoded plus sign is a space to a form.
        #expect(contacts(try search(fixture, tenant, "phone=+33142000000")).count == 2)
    }

    @Test(arguments: [
        (
            "",
            [
                "The phone field is required when email is not present.",
                "The email field is required when phone is not present.",
            ]
        ),
        (
            "phone=&email=%20",
            [
                "The phone field is required when email is not present.",
                "The email field is required when phone is not present.",
            ]
        ),
        (
            "phone=%5BNumber%5D",
            [
                "The phone field is required when email is not present.",
                "The email field is required when phone is not present.",
            ]
        ),
        (
            "phone=&phone=%2B33142000000",
            [
                "The phone field is required when email is not present.",
                "The email field is required when phone is not present.",
            ]
        ),
        ("phone=" + String(repeating: "1", count: 256), ["The phone field must not be greater than 255 characters."]),
        (
            "phone=1&display_name=" + String(repeating: "1", count: 256),
            ["The display name field must not be greater than 255 characters."]
        ),
    ])
    func `a search for nothing is told what is missing`(_ query: String, _ hints: [String]) throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant()
        let answer = try search(fixture, tenant, query)
        #expect(answer.status == 400 && answer["error"]?.string == "invalid_request")
        #expect(answer["hint"]?.array?.compactMap(\.string) == hints)
        #expect(try search(fixture, tenant, "phone=%zz").status == 400)
    }

    @Test func `nobody is a placeholder with the name or the number as given, or nothing`() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant(settings: ["default_country=FR", "dummy_url=https://crm.example/new"])
        let answer = try search(fixture, tenant, "phone=01%2042%2000%2000%2000")
        let dummy = try #require(contacts(answer).first)
        #expect(contacts(answer).count == 1 && dummy.members.map(\.name) == Self.fieldNames)
        #expect(dummy["dummy"]?.bool == true && dummy["id"]?.isNull == true && dummy["connector"]?.isNull == true)
        #expect(dummy["last_name"]?.string == "01 42 00 00 00" && dummy["phone_business_1"]?.string == "01 42 00 00 00")
        #expect(dummy["entity_url"]?.string == "https://crm.example/new")
        let named = contacts(try search(fixture, tenant, "phone=anonymous&display_name=Ann%20Lee")).first
        #expect(named?["last_name"]?.string == "Ann Lee" && named?["phone_business_1"]?.string == "anonymous")
        try fixture.nocli("workspace", "set", tenant.workspace, "dummy=off")
        #expect(
            try fixture.eventually {
                try search(fixture, tenant, "phone=0142000000").text == #"{"contacts":[]}"#
            })
        try fixture.nocli("workspace", "set", tenant.workspace, "contact_lookup=off")
        #expect(
            try fixture.eventually {
                try search(fixture, tenant, "phone=0142000000").field("x-connector-status") == nil
            })
    }

    @Test func `a contact is made once, found at once, and made once also after a restart`() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant(settings: ["default_country=FR"])
        let query = "phone=%2B33142000000"
        #expect(contacts(try search(fixture, tenant, query)).first?["dummy"]?.bool == true)
        let body = """
            {"last_name":"Martin","first_name":"Alice","email":"Alice@acme.example","phone_business":"01 42 00 00 00",\
            "phone_mobile":"[PhoneMobile]","custom_value":"gold","call_direction":"Inbound","other":{}}
            """
        let made = try fixture.post(Self.path, body, token: tenant.token)
        #expect(made.status == 201 && made["response"]?.string == "ok")
        let contact = try #require(made["contact"]?.object)
        #expect(contact.members.map(\.name) == Self.fieldNames && contact["dummy"]?.bool == false)
        #expect(contact["phone_business_1"]?.string == "+33142000000" && contact["phone_mobile_1"]?.isNull == true)
        #expect(contact["custom"]?.object?["custom_value"]?.string == "gold")
        let found = contacts(try search(fixture, tenant, query))
        #expect(found.count == 1 && found[0]["id"] == contact["id"] && found[0]["last_name"]?.string == "Martin")
        let same = #"{"last_name":"MARTIN","phone":"+33142000000"}"#
        #expect(try fixture.post(Self.path, same, token: tenant.token)["contact"]?.object?["id"] == contact["id"])
        fixture.server.signal(SIGTERM)
        #expect(fixture.server.waitForExit() == 0)
        try fixture.restart()
        let again = try fixture.post(Self.path, same, token: tenant.token)
        #expect(again.status == 201 && again["contact"]?.object?["id"] == contact["id"])
        #expect(contacts(try search(fixture, tenant, query)).count == 1)
    }

    @Test(arguments: [
        ("{}", ["The last name field is required."]),
        (#"{"last_name":"[LastName]"}"#, ["The last name field is required."]),
        (#"{"last_name":"A","email":"a@b"}"#, ["The email field must be a valid email address."]),
        (#"{"last_name":"A","email":"a b@c.example"}"#, ["The email field must be a valid email address."]),
        (
            #"{"last_name":"A","call_direction":"internal"}"#,
            ["The selected call direction is invalid: expected one of inbound, outbound."]
        ),
        (
            #"{"last_name":[],"first_name":{}}"#,
            ["The last name field must be a string.", "The first name field must be a string."]
        ),
        ("[]", ["The body must be a JSON object."]),
    ])
    func `a contact that breaks a rule is not made, and every rule is named`(_ body: String, _ hints: [String]) throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant()
        let answer = try fixture.post(Self.path, body, token: tenant.token)
        #expect(answer.status == 400 && answer["hint"]?.array?.compactMap(\.string) == hints)
        #expect(answer["response"]?.string == "bad request: please check body parameters.")
    }

    @Test func `a workspace that makes no contacts says so, and workspaces see nothing of each other`() throws {
        let fixture = try MiddlewareFixture()
        let first = try fixture.tenant()
        let second = try fixture.tenant(settings: ["contact_creation=off"])
        let body = #"{"last_name":"Martin","phone":"+33142000000"}"#
        let refused = try fixture.post(Self.path, body, token: second.token)
        #expect(refused.status == 400 && refused["error"]?.string == "contact_not_created")
        #expect(refused["response"]?.string == "error" && refused["message"]?.string?.isEmpty == false)
        #expect(try fixture.post(Self.path, body, token: first.token).status == 201)
        #expect(contacts(try search(fixture, first, "phone=%2B33142000000")).first?["dummy"]?.bool == false)
        #expect(contacts(try search(fixture, second, "phone=%2B33142000000")).first?["dummy"]?.bool == true)
        for token in [nil, "x"] { #expect(try fixture.get(Self.path + "/search?phone=1", token: token).status == 401) }
    }
}
