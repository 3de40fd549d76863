// What tests of the whole middleware need beside a server and a client: named customers, their contacts, their calls.

import Foundation
import JSONText
import Platform
import TestSupport
import Testing

extension MiddlewareFixture {
    static let contactsPath = "/api/crm/lookup/contacts"
    static let searchPath = contactsPath + "/search"
    static let callsPath = "/api/crm/lookup/phone-calls"
    static let contextPath = callsPath + "/context"
    static let chatsPath = "/api/crm/lookup/chats"

    /// The address it listens on, without a slash at the end.
    var url: String { "http://\(client.endpoint)" }

    // MARK: nocli

    /// Runs nocli on the server's database, with something on its standard input.
    @discardableResult
    func nocli(_ arguments: [String], input: String = "") throws -> ProgramResult {
        let result = try Program.run("nocli", ["--database", database] + arguments, input: input)
        #expect(result.exitCode == 0, "nocli \(arguments.joined(separator: " ")): \(result.errors)")
        return result
    }

    /// The same with `--json`, and its answer.
    @discardableResult
    func nocliJSON(_ arguments: [String], input: String = "") throws -> JSONObject {
        let result = try nocli(arguments + ["--json"], input: input)
        return try #require(try JSONValue(parsing: Array(result.output.utf8)).object, "\(result.output)")
    }

    // MARK: Customers

    /// A workspace of this name with a client that may use it, and a token.
    /// - Parameter settings: `name=value`, for `workspace set`.
    func tenant(_ name: String, settings: [String] = []) throws -> Tenant {
        let workspace = try #require(
            try nocliJSON(["workspace", "create", "--name", name])["workspace_id"]?.string)
        if !settings.isEmpty { try nocli(["workspace", "set", workspace] + settings) }
        return try tenant(of: workspace)
    }

    /// A client of a workspace.
    func addClient(_ workspace: String, scopes: String) throws -> (id: String, secret: String) {
        let made = try nocliJSON(["client", "create", "--workspace", workspace, "--scopes", scopes])
        return (try #require(made["client_id"]?.string), try #require(made["client_secret"]?.string))
    }

    /// A token of a client.
    func token(_ id: String, _ secret: String) throws -> String {
        let answer = try form(
            "/oauth/token", [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)])
        return try #require(answer["access_token"]?.string, "\(answer.status) \(answer.text)")
    }

    /// A token of a call flow: the token and its secret.
    func contextToken(_ workspace: String) throws -> (token: String, secret: String) {
        let made = try nocliJSON(["context-token", "create", "--workspace", workspace])
        return (try #require(made["token"]?.string), try #require(made["token_secret"]?.string))
    }

    /// Imports contacts into the workspace's own book.
    func importContacts(_ rows: String, _ workspace: String) throws {
        let file = try folder.write("contacts-\(workspace).csv", rows)
        try nocli(["contact", "import", file, "--workspace", workspace])
    }

    // MARK: Requests

    /// A POST of a form as it stands.
    func form(_ target: String, _ text: String) throws -> Answer {
        Answer(
            try client.request(
                "POST", target, fields: [("Content-Type", "application/x-www-form-urlencoded")],
                body: Array(text.utf8)))
    }

    /// Contacts that a search answers with.
    func search(_ query: String, _ tenant: Tenant) throws -> [JSONObject] {
        let answer = try get(Self.searchPath + "?" + query, token: tenant.token)
        #expect(answer.status == 200, "\(answer.text)")
        return try #require(answer["contacts"]?.array).compactMap(\.object)
    }

    /// Calls that the list answers with.
    func calls(_ query: String = "", _ tenant: Tenant) throws -> [JSONObject] {
        let answer = try get(Self.callsPath + (query.isEmpty ? "" : "?" + query), token: tenant.token)
        #expect(answer.status == 200, "\(answer.text)")
        return try #require(answer["data"]?.array).compactMap(\.object)
    }
}
