// The 3CX template: as it is kept, and as it is handed out.

import Testing

@testable import DocumentPages

@Suite struct ThreeCXTemplateTests {
    private static let key = "nol_" + String(repeating: "0a", count: 20)
    private let template = ThreeCXTemplate(of: .lookup)
    private let middleware = ThreeCXTemplate(of: .middleware)
    private let origin = PublicOrigin(url: "https://lookup.example.net:8443") ?? .placeholder

    private func text(origin: PublicOrigin? = nil, apiKey: String? = nil) -> String {
        String(decoding: template.body(origin: origin ?? self.origin, apiKey: apiKey), as: UTF8.self)
    }

    @Test func `without a key and with the written address it is the file in the repository`() {
        #expect(template.body(origin: .placeholder, apiKey: nil) == EmbeddedDocument.template3CX.bytes)
    }

    @Test func `the request and the contact name the server`() {
        let text = text()
        #expect(text.contains("Url=\"https://lookup.example.net:8443/api/v1/lookup/"))
        #expect(text.contains("Value=\"https://lookup.example.net:8443/lookup/[CallerE164]\""))
        #expect(!text.contains("https://numbers.online"))
        #expect(text.contains("Name=\"numbers.online\""))
        #expect(text.contains("Title=\"numbers.online API Key\""))
    }

    @Test func `the address of an IPv6 host is text, not an expression`() throws {
        let loopback = try #require(PublicOrigin(scheme: .http, host: "[::1]:8080"))
        let text = text(origin: loopback)
        #expect(text.contains("Url=\"http://{{::1}}:8080/api/v1/lookup/"))
        #expect(text.contains("Value=\"http://{{::1}}:8080/lookup/[CallerE164]\""))
        #expect(!text.contains("[::1]"))
    }

    @Test(arguments: [key, "nol_test_" + String(repeating: "9f", count: 20)])
    func `a key is filled in as the default of the parameter`(key: String) {
        #expect(text(apiKey: key).contains("Title=\"numbers.online API Key\" Default=\"\(key)\""))
    }

    @Test(arguments: [
        "", "nol_", key.uppercased(), key + "0", String(key.dropLast()), " " + key, key + "\n",
        "nol_" + String(repeating: "0g", count: 20), "abc_" + String(repeating: "0a", count: 20),
        "nol_test_" + String(repeating: "0a", count: 19), "\"/><Parameter Name=\"x", "[Number]",
        "nol_é" + key.dropFirst(5),
    ])
    func `what is no key is not filled in`(key: String) {
        #expect(text(apiKey: key) == text())
    }

    @Test(arguments: [
        "Number Prefix=\"Plus\" MaxLength=\"\"", "MaxConcurrentRequests=\"2\"", "Version=\"1\"", "Country=\"US\"",
        "SupportsEmojis=\"false\"", "Type=\"Password\" Parent=\"General Configuration\"", "input=e164",
        "SkipIf=\"[CallDirection]==&quot;Outbound&quot;\"", "<Rule Type=\"Any\">cnam</Rule>",
        "<Output Type=\"CompanyName\" Value=\"[CallerName]\" />",
        "<Output Type=\"PhoneBusiness\" Value=\"[Number]\" />",
        "Bearer [ApiKey]",
    ])
    func `it asks for what the guide promises`(part: String) {
        #expect(text().contains(part))
    }

    @Test(arguments: ["spam", "risk", "ReportCall", "ReportChat", "CreateContact", "Journal"])
    func `it shows no score and writes nothing back`(part: String) {
        #expect(!text().contains(part))
    }

    @Test func `only the one place for the key is filled in`() {
        let parts = text(apiKey: Self.key).split(separator: Self.key, omittingEmptySubsequences: false)
        #expect(parts.count == 2)
    }

    @Test func `each server hands out its own, under a name of its own`() {
        #expect(template.path == "/integrations/3cx/numbers-online.crm.xml")
        #expect(template.contentDisposition == "attachment; filename=\"numbers-online.crm.xml\"")
        #expect(middleware.path == "/integrations/3cx/crm-middleware.crm.xml")
        #expect(middleware.contentDisposition == "attachment; filename=\"crm-middleware.crm.xml\"")
        #expect(
            middleware.body(origin: .placeholder, apiKey: nil) == EmbeddedDocument.middlewareTemplate3CX.bytes)
    }

    private func middlewareText(_ origin: PublicOrigin, apiKey: String? = nil) -> String {
        String(decoding: middleware.body(origin: origin, apiKey: apiKey), as: UTF8.self)
    }

    @Test func `the middleware's address is the default of its parameter`() throws {
        let text = middlewareText(origin)
        #expect(text.contains("Name=\"BaseUrl\""))
        #expect(text.contains("Default=\"https://lookup.example.net:8443\""))
        #expect(!text.contains("https://numbers.online"))
        // The default is inserted with one pass, where brackets are letters.
        let loopback = try #require(PublicOrigin(scheme: .http, host: "[::1]:8081"))
        #expect(middlewareText(loopback).contains("Default=\"http://[::1]:8081\""))
    }

    @Test func `the middleware's template never holds credentials`() {
        #expect(middlewareText(origin, apiKey: Self.key) == middlewareText(origin))
        for parameter in ["ClientId", "ClientSecret"] {
            let element = middlewareText(origin).split(separator: "<Parameter ").first {
                $0.contains("\"\(parameter)\"")
            }
            #expect(element?.contains("Default=\"\"") == true, "\(parameter)")
        }
    }

    @Test(arguments: [
        "<Parameter Name=\"ClientSecret\" Type=\"Password\" Parent=\"General Configuration\"",
        "<Parameter Name=\"AcceptPlaceholders\" Type=\"Boolean\"", "<Authentication Type=\"Scenario\">",
        "[BaseUrl]/oauth/token", "[BaseUrl]/api/crm/lookup/contacts/search?phone=[EscapedNumber]",
        "[BaseUrl]/api/crm/lookup/contacts/search?email=[EscapedEmail]", "Id=\"CreateContactRecord\"",
        "Id=\"CreateContactRecordFromClient\"", "Id=\"ReportCall\"", "Id=\"ReportChat\"",
        "<Output Type=\"PhoneOther\" Value=\"[Number]\" />",
    ])
    func `the middleware's template asks for what its guide promises`(part: String) {
        #expect(middlewareText(origin).contains(part))
    }
}
