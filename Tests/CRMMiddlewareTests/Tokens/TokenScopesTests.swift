import CRMMiddleware
import Testing

@Suite struct TokenScopesTests {
    @Test(
        "scopes are read in any order, with spaces between them, and written in one",
        arguments: [
            ("client crm", "client crm"), ("crm client", "client crm"), ("crm", "crm"), ("client", "client"),
            ("introspect client crm", "client crm introspect"), (" crm  crm ", "crm"),
        ])
    func read(text: String, written: String) throws {
        #expect(try #require(TokenScopes(text)).description == written)
    }

    @Test(
        "what is no scope makes the whole text none",
        arguments: [
            "", " ", "admin", "client crm admin", "Client", "CRM", "client,crm", "client\tcrm", "client\ncrm",
            "clients",
        ])
    func refused(text: String) {
        #expect(TokenScopes(text) == nil)
    }
}
