// A LookupServer with a database of its own, as an operator runs it: the real binaries, on loopback, port 0.

import Foundation
import JSONText
import Platform
import TestSupport
import Testing

/// A running server and the tool that administers it.
final class LookupFixture {
    let folder: TestFolder
    let database: String
    private let arguments: [String]
    private let environment: [String: String]
    private(set) var server: RunningProgram
    private(set) var client: TestClient

    init(
        _ arguments: [String] = [], environment: [String: String] = [:], wrapper: [String] = [],
        folder: TestFolder? = nil
    ) throws {
        self.folder = try folder ?? TestFolder()
        database = self.folder.file("lookup.sqlite")
        self.arguments = ["--listen", "127.0.0.1:0", "--database", database] + arguments
        self.environment = environment
        server = try RunningProgram("LookupServer", self.arguments, environment: environment, wrapper: wrapper)
        client = try Self.client(server)
    }

    /// Starts the server again on the same database.
    func restart() throws {
        server = try RunningProgram("LookupServer", arguments, environment: environment)
        client = try Self.client(server)
    }

    private static func client(_ server: RunningProgram) throws -> TestClient {
        let line = try JSONValue(parsing: Array(server.firstLine.utf8))
        let listening = try #require(line.object?["listening"]?.string)
        return TestClient(try #require(SocketEndpoint(listening)), timeout: .seconds(20))
    }

    /// Runs nocli on the server's database.
    @discardableResult
    func nocli(_ arguments: String..., input: String = "") throws -> ProgramResult {
        let result = try Program.run("nocli", ["--database", database] + arguments, input: input)
        #expect(result.exitCode == 0, "nocli \(arguments.joined(separator: " ")): \(result.errors)")
        return result
    }

    /// Runs nocli with `--json` and reads its answer.
    func nocliJSON(_ arguments: String...) throws -> JSONObject {
        let result = try Program.run("nocli", ["--database", database] + arguments + ["--json"])
        #expect(result.exitCode == 0, "nocli \(arguments.joined(separator: " ")): \(result.errors)")
        return try #require(try JSONValue(parsing: Array(result.output.utf8)).object)
    }

    /// An account with money, made by the operator.
    func account(tier: String = "standard", usd: String? = "10.00") throws -> (id: String, key: String, cidKey: String)
    {
        let opened = try nocliJSON("account", "create", "--name", "Test", "--tier", tier)
        let id = try #require(opened["account_id"]?.string)
        if let usd { try nocli("balance", "top-up", id, "--usd", usd) }
        return (id, try #require(opened["api_key"]?.string), try #require(opened["cid_key"]?.string))
    }

    /// Puts names into the directory.
    func importNames(_ rows: String) throws {
        let file = try folder.write("names.csv", "number,name,as_of\n" + rows)
        try nocli("name", "import", file)
    }

    /// A GET with a key, read as JSON.
    func get(_ target: String, key: String? = nil, fields: [(String, String)] = []) throws -> Answer {
        Answer(try client.get(target, fields: fields + Self.authorization(key)))
    }

    /// A POST of JSON with a key.
    func post(_ target: String, _ json: String, key: String? = nil, fields: [(String, String)] = []) throws -> Answer {
        Answer(try client.post(target, json: json, fields: fields + Self.authorization(key)))
    }

    func send(_ method: String, _ target: String, _ json: String, key: String?) throws -> Answer {
        Answer(
            try client.request(
                method, target, fields: [("Content-Type", "application/json")] + Self.authorization(key),
                body: Array(json.utf8)))
    }

    static func authorization(_ key: String?) -> [(String, String)] {
        key.map { [("Authorization", "Bearer \($0)")] } ?? []
    }

    /// Repeats a check until it holds, for things that happen within a second.
    func eventually(_ check: () throws -> Bool) throws -> Bool {
        for _ in 0..<150 {
            if try check() { return true }
            Thread.sleep(forTimeInterval: 0.02)
        }
        return try check()
    }
}

/// An answer with its body read as JSON where it is JSON.
struct Answer {
    let response: TestResponse
    let json: JSONObject?

    init(_ response: TestResponse) {
        self.response = response
        // An answer that is no JSON has none; tests say so by requiring it.
        json = try? JSONValue(parsing: response.body).object
    }

    var status: Int { response.status }
    var text: String { response.text }
    func field(_ name: String) -> String? { response.field(name) }
    subscript(name: String) -> JSONValue? { json?[name] }
    var code: String? { json?["code"]?.string }
}
