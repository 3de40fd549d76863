import Foundation
import JSONText
import TestSupport
import Testing

/// The template that the server hands out, run by our own engine against that server.
@Suite("The 3CX template against the real server", .timeLimit(.minutes(3)))
struct TemplateTests {
    /// What `nocli template run` answers for one caller.
    private func run(
        _ number: String, on fixture: LookupFixture, key: String, more: [String] = [], mayFail: Bool = false
    ) throws -> JSONObject {
        // The test's client calls the server "test"; whoever downloads it names the address it listens on.
        let served = try fixture.client.get("/integrations/3cx/numbers-online.crm.xml").text
        let template = try fixture.folder.write(
            "numbers-online.crm.xml",
            served.replacingOccurrences(of: "http://test/", with: "http://\(fixture.client.endpoint)/"))
        let parameters = try fixture.folder.write("parameters.txt", "ApiKey = \(key)\n")
        let result = try Program.run(
            "nocli",
            [
                "template", "run", template, "--trigger", "lookup", "--number", number, "--param-file", parameters,
                "--allow-network", "127.0.0.0/8", "--json",
            ] + more)
        #expect(result.exitCode == 0 || mayFail && result.exitCode == 1, "\(number): \(result.errors)")
        #expect(!result.output.contains(key) && !result.errors.contains(key))
        return try #require(try JSONValue(parsing: Array(result.output.utf8)).object, "\(result.output)")
    }

    @Test("A known caller becomes a contact whose number is the caller's, byte for byte")
    func contact() throws {
        let fixture = try LookupFixture()
        try fixture.importNames("+12025550143,Harbor Light Books,\n+442079460018,\"O'Brien <b>&amp; Söhne\",\n")
        let account = try fixture.account()
        let rows = [
            ("+12025550143", "+12025550143", "Harbor Light Books"),
            ("0012025550143", "+12025550143", "Harbor Light Books"),
            ("+442079460018", "+442079460018", "O'Brien <b>&amp; Söhne"),
        ]
        for (caller, number, name) in rows {
            let answer = try run(caller, on: fixture, key: account.key)
            let contacts = try #require(answer["contacts"]?.array)
            #expect(contacts.count == 1, "\(caller)")
            let contact = try #require(contacts.first?.object)
            #expect(contact["CompanyName"]?.string == name)
            #expect(contact["PhoneBusiness"]?.string == number)
            #expect(contact["ContactUrl"]?.string?.hasSuffix("/lookup/\(number)") == true)
            #expect(answer["error"] == nil)
        }
    }

    @Test("No name, no contact; and no call is held up by what is wrong")
    func noContact() throws {
        let fixture = try LookupFixture()
        try fixture.importNames("+12025550143,Harbor Light Books,\n")
        let account = try fixture.account()
        // The server refuses some of them as no numbers, which a run tells; the call goes on without a name.
        // Unknown, not valid, withheld, an extension, and text that would reach another path if it were not escaped.
        for caller in ["+13125550100", "+1", "anonymous", "101", "+12025550143?x=", "../account"] {
            let answer = try run(caller, on: fixture, key: account.key, mayFail: caller != "+13125550100")
            #expect(answer["contacts"]?.array?.isEmpty == true, "\(caller)")
        }
        let outbound = try run(
            "+12025550143", on: fixture, key: account.key, more: ["--set", "CallDirection=Outbound"])
        #expect(outbound["contacts"]?.array?.isEmpty == true && outbound["requests"]?.array?.isEmpty == true)
    }
}
