import NumbersCore
import Platform
import Testing

extension Supplier {
    /// A supplier that answers plain text and costs 3,000 micro-USD.
    static func sample(
        _ name: String = "one", form: SupplierAnswerForm = .plain, noNameWords: [String] = [], micros: Int64 = 3_000,
        timeout: Int = 900, concurrent: Int = 20, countries: Set<Region> = [], isEnabled: Bool = true,
        position: Int = Supplier.defaultPosition
    ) throws -> Supplier {
        Supplier(
            name: try #require(SupplierName(name)),
            url: try SupplierTemplate(url: "https://\(name).example/{e164}"), headers: [], form: form,
            noNameWords: noNameWords, price: MicroUSD(micros: micros), timeoutMilliseconds: timeout,
            concurrentMax: concurrent, countries: countries, isEnabled: isEnabled, position: position)
    }
}

@Suite struct SupplierPresetTests {
    @Test(
        "every preset asks its service over TLS, about the right number, with secrets that it names",
        arguments: SupplierPreset.all.map(\.name.text))
    func requests(name: String) throws {
        let preset = try #require(SupplierPreset.named(name))
        let secrets = SupplierSecrets(
            Dictionary(uniqueKeysWithValues: preset.secretNames.map { ($0, Secret("value-of-\($0)")) }))
        let question = try SupplierQuestion.sample("+14155552671")
        let supplier = preset.supplier(position: 1)
        let url = try #require(supplier.url.url(for: question, secrets: secrets))
        #expect(url.hasPrefix("https://") && url.contains("4155552671") && !url.contains("{"))
        for header in supplier.headers {
            #expect(Supplier.isHeaderName(header.name))
            #expect(header.value.header(for: question, secrets: secrets) != nil)
        }
        #expect(!preset.secretNames.isEmpty && preset.secretNames.sorted() == supplier.secretNames.sorted())
        #expect(supplier.serves(Region("US")) && !supplier.serves(Region("DE")) && !supplier.serves(nil))
        #expect(preset.documentation.hasPrefix("https://"))
    }

    @Test(
        "the answers that the services document are read",
        arguments: [
            (
                "opencnam", #"{"name":"SAMPLE","number":"+15551234567","price":0,"uri":"/v3/phone/+15551234567"}"#,
                "SAMPLE"
            ),
            ("telnyx", #"{"data":{"caller_name":{"caller_name":"TELNYX LLC","error_code":"10001"}}}"#, "TELNYX LLC"),
            (
                "twilio",
                #"{"caller_name":{"caller_name":"Sergio Suarez","caller_type":"CONSUMER","error_code":null}}"#,
                "Sergio Suarez"
            ),
            ("everyoneapi", #"{"data":{"cnam":"ADAMS,JOSHUA   "},"missed":[],"status":true}"#, "JOSHUA ADAMS"),
            ("bandwidth", "ACME TOOLS     ", "ACME TOOLS"), ("bulkvs", #"{"name":"ACME","number":"1"}"#, "ACME"),
            ("ezcnam", #"{"status":"OK","name":"Singh Daniel"}"#, "Singh Daniel"),
            ("trestle", #"{"id":"x","is_valid":true,"belongs_to":{"name":"Jo Doe"}}"#, "Jo Doe"),
        ])
    func answers(name: String, body: String, expected: String) throws {
        let preset = try #require(SupplierPreset.named(name))
        let question = try SupplierQuestion.sample("+14155552671")
        guard
            case .named(let found) = SupplierAnswer.read(
                status: 200, body: Array(body.utf8), supplier: preset.supplier(position: 1), question: question)
        else { return #expect(Bool(false), "no name in \(body)") }
        #expect(found.name.text == expected)
    }

    @Test(
        "an answer of another form is none, unless the documentation leaves open what an answer without a name looks like",
        arguments: SupplierPreset.all.map(\.name.text))
    func otherForm(name: String) throws {
        let supplier = try #require(SupplierPreset.named(name)).supplier(position: 1)
        let answer = SupplierAnswer.read(
            status: 200, body: Array(#"{"result":{"text":"ACME"}}"#.utf8), supplier: supplier, question: try .sample())
        let expected: SupplierAnswer =
            switch name {
            case "bandwidth": .unreadable(.text)
            case "bulkvs", "trestle": .unnamed
            default: .unreadable(.document)
            }
        #expect(answer == expected)
    }

    @Test(
        "names of suppliers are short words",
        arguments: [
            ("a", true), ("acme-2", true), ("-a", false), ("", false),
            ("Acme", false), ("a b", false), ("ä", false), (String(repeating: "a", count: 32), true),
            (String(repeating: "a", count: 33), false),
        ])
    func names(text: String, isValid: Bool) {
        #expect((SupplierName(text) != nil) == isValid)
    }

    @Test(
        "a header that frames the message is not the operator's",
        arguments: [
            ("X-Key", true), ("Host", false),
            ("content-length", false), ("Connection", false), ("a b", false), ("", false), ("Ä", false),
        ])
    func headers(text: String, isValid: Bool) {
        #expect(Supplier.isHeaderName(text) == isValid)
    }
}

extension SupplierQuestion {
    /// The question about a number that the built-in plan knows.
    static func sample(_ text: String = "+14155552671") throws -> SupplierQuestion {
        let number = try #require(E164(text))
        return try #require(SupplierQuestion(number, plan: .builtIn))
    }
}
