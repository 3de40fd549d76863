// The simple way to ask a server under test: one request, one connection. Immutable.

package import Platform

/// Makes single requests, each on a connection of its own.
package struct TestClient: Sendable {
    /// Where the server listens.
    package let endpoint: SocketEndpoint
    /// For connecting and for each answer.
    package let timeout: Duration

    /// A client of one server.
    package init(_ endpoint: SocketEndpoint, timeout: Duration = .seconds(10)) {
        self.endpoint = endpoint
        self.timeout = timeout
    }

    /// A connection for several requests, or for bytes that are none.
    package func connect() throws(TestClientError) -> RawConnection {
        try RawConnection(endpoint, timeout: timeout)
    }

    /// One request with `Connection: close`; `Host` and, when there is a body, `Content-Length` are added.
    package func request(
        _ method: String, _ target: String, fields: [(String, String)] = [], body: [UInt8] = []
    ) throws(TestClientError) -> TestResponse {
        let connection = try connect()
        try connection.send(Self.bytes(method, target, fields: fields + [("Connection", "close")], body: body))
        return try connection.readResponse(toHead: method == "HEAD")
    }

    /// A GET.
    package func get(_ target: String, fields: [(String, String)] = []) throws(TestClientError) -> TestResponse {
        try request("GET", target, fields: fields)
    }

    /// A POST of JSON text.
    package func post(
        _ target: String, json: String, fields: [(String, String)] = []
    ) throws(TestClientError) -> TestResponse {
        try request(
            "POST", target, fields: fields + [("Content-Type", "application/json")], body: Array(json.utf8))
    }

    /// A request as bytes, for connections that carry several.
    package static func bytes(
        _ method: String, _ target: String, fields: [(String, String)] = [], body: [UInt8] = []
    ) -> [UInt8] {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: test\r\n"
        for (name, value) in fields { text += "\(name): \(value)\r\n" }
        if !body.isEmpty || method == "POST" || method == "PUT" || method == "PATCH" {
            text += "Content-Length: \(body.count)\r\n"
        }
        return Array(text.utf8) + Array("\r\n".utf8) + body
    }
}
