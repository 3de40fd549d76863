import CRMTemplate
import Testing

@testable import nocli

@Suite struct ParameterFileTests {
    private func read(_ text: String) throws -> [String: String] {
        try ParameterFile.read(Array(text.utf8), name: "p.txt")
    }

    @Test func `lines are names and values, and everything behind the first equals sign is the value`() throws {
        let values = try read(
            """
            \u{FEFF}# keys of the test system
            ApiKey = abc==
              Domain=crm.test  \r
            Text =\t a # b "c" [Number] = 1

            Empty =
            OAuth Token = x
            """)
        #expect(
            values == [
                "ApiKey": "abc==", "Domain": "crm.test", "Text": "a # b \"c\" [Number] = 1", "Empty": "",
                "OAuth Token": "x",
            ])
        #expect(try read("").isEmpty && read("\n#\n").isEmpty)
    }

    @Test(arguments: [
        ("ApiKey", "p.txt:1: expected a line `Name = value`, or one that begins with #"),
        ("A = 1\n\nsecret-value", "p.txt:3: expected a line `Name = value`, or one that begins with #"),
        ("= secret", "p.txt:1: expected a line `Name = value`, or one that begins with #"),
        ("A = 1\r\nB = 2\r\nA = secret", "p.txt:3: A has a value already; remove one of the lines"),
    ])
    func `a wrong line is told by its number, never by what stands in it`(text: String, message: String) {
        let failure = #expect(throws: CommandFailure.self) { try read(text) }
        #expect(failure?.message == "nocli: \(message)")
        #expect(failure?.exitCode == .badData)
    }

    @Test func `a file that is no text is refused`() {
        #expect(throws: CommandFailure.self) { try ParameterFile.read([0x41, 0x3D, 0xFF], name: "p.txt") }
    }

    @Test(arguments: ["", "=", "=x", "x"])
    func `an assignment needs a name and an equals sign`(text: String) {
        #expect(Assignment(text) == nil)
    }

    @Test func `an assignment's value is taken as it is`() {
        #expect(Assignment("A=") == Assignment("A="))
        #expect(Assignment("A= b=c ")?.value == " b=c ")
    }

    private func template(_ names: [String]) -> Template {
        let none = NumberExpression("")
        return Template(
            name: "Demo", version: 1, country: "", supportsEmojis: false, supportsTranscription: false,
            listPageSize: none, number: NumberElement(prefix: .asIs, maxLength: none), maxConcurrentRequests: 2,
            parameters: names.map {
                Parameter(
                    name: $0, kind: .string, title: "", parent: "", defaultValue: "", listValues: [], oauth: nil,
                    position: SourcePosition(line: 1, column: 1))
            }, authentication: .none, scenarios: [])
    }

    @Test func `a name is found in another case, but not where two would fit`() {
        let values = GivenParameters(
            ["apikey": "1", "DOMAIN": "2", "user": "3"], of: template(["ApiKey", "Domain", "User", "USER"]))
        #expect(values.values == ["ApiKey": "1", "Domain": "2"])
        #expect(values.notes.count == 1)
        #expect(GivenParameters(["User": "1"], of: template(["User", "USER"])).values == ["User": "1"])
    }

    @Test func `a name that the template does not have is told with the nearest one, and never with its value`() {
        let values = GivenParameters(["ApiKye": "secret", "Zzz": "secret"], of: template(["ApiKey"]))
        #expect(values.values.isEmpty)
        #expect(
            values.notes == [
                "the template has no parameter ApiKye; did you mean ApiKey?", "the template has no parameter Zzz",
            ])
    }
}
