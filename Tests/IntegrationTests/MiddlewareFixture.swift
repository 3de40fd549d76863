// A MiddlewareServer with a database of its own, as an operator runs it: the real binaries, on loopback, port 0.

import Foundation
import JSONText
import Platform
import TestSupport
import Testing

/// A running middleware and the tool that administers it.
final class MiddlewareFixture {
    /// A workspace with a client, and a token of that client where one was asked for.
    struct Tenant {
        let workspace: String
        let client: String
        let secret: String
        let token: String

        /// The form that the client asks for tokens with.
        var credentials: [(String, String)] { [("client_id", client), ("client_secret", secret)] }
    }

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
        database = self.folder.file("middleware.sqlite")
        self.arguments = ["--listen", "127.0.0.1:0", "--database", database] + arguments
        self.environment = environment
        server = try RunningProgram("MiddlewareServer", self.arguments, environment: environment, wrapper: wrapper)
        client = try Self.client(server)
    }

    /// Starts the server again on the same database.
    func restart() throws {
        server = try RunningProgram("MiddlewareServer", arguments, environment: environment)
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

    /// A workspace with a client of these scopes and a token of it.
    func tenant(scopes: String = "client crm", settings: [String] = []) throws -> Tenant {
        let made = try nocliJSON("workspace", "create", "--name", "Test")
        let workspace = try #require(made["workspace_id"]?.string)
        for setting in settings { try nocli("workspace", "set", workspace, setting) }
        return try tenant(of: workspace, scopes: scopes)
    }

    /// A further client of a workspace and a token of it.
    func tenant(of workspace: String, scopes: String = "client crm") throws -> Tenant {
        let made = try nocliJSON("client", "create", "--workspace", workspace, "--scopes", scopes)
        let client = try #require(made["client_id"]?.string)
        let secret = try #require(made["client_secret"]?.string)
        let issued = try form(
            "/oauth/token",
            [("grant_type", "client_credentials"), ("client_id", client), ("client_secret", secret)])
        let token = try #require(issued["access_token"]?.string, "\(issued.text)")
        return Tenant(workspace: workspace, client: client, secret: secret, token: token)
    }

    /// A POST of a form.
    func form(_ target: String, _ pairs: [(String, String)], fields: [(String, String)] = []) throws -> Answer {
        let body = pairs.map { "\(Self.encoded($0.0))=\(Self.encoded($0.1))" }.joined(separator: "&")
        return Answer(
            try client.request(
                "POST", target, fields: fields + [("Content-Type", "application/x-www-form-urlencoded")],
                body: Array(body.utf8)))
    }

    /// A GET with a token, read as JSON.
    func get(_ target: String, token: String? = nil, fields: [(String, String)] = []) throws -> Answer {
        Answer(try client.get(target, fields: fields + Self.authorization(token)))
    }

    /// A POST of JSON with a token.
    func post(_ target: String, _ json: String, token: String? = nil, fields: [(String, String)] = []) throws -> Answer
    {
        Answer(try client.post(target, json: json, fields: fields + Self.authorization(token)))
    }

    static func authorization(_ token: String?) -> [(String, String)] {
        token.map { [("Authorization", "Bearer \($0)")] } ?? []
    }

    /// HTTP Basic credentials.
    static func basic(_ id: String, _ secret: String) -> [(String, String)] {
        [("Authorization", "Basic " + Data("\(id):\(secret)".utf8).base64EncodedString())]
    }

    static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
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
