import HTTPClient
import HTTPWire
import Platform
import Testing

/// What is sent while a request is served tells of its trace.
@Suite struct TraceTests {
    private static let trace = TraceContext(
        traceHigh: 0x0af7_6519_16cd_43dd, traceLow: 0x8448_eb21_1c80_319c, flags: 1, state: "a=1,b=2")

    /// The trace fields of the requests that `body` sends to a server which answers the first with a redirect if wanted.
    private func sent(
        passesTrace: Bool = true, redirects: Bool = false, _ body: (HTTPClient, String) async throws -> Void
    ) async throws -> [[String]] {
        let seen = Seen<[String]>()
        let server = try StubServer { connection, count in
            guard let head = connection.readHead() else { return }
            let fields = head.split(separator: "\r\n").map { $0.lowercased() }
            seen.add(fields.filter { $0.hasPrefix("trace") })
            if redirects, head.hasPrefix("GET / ") {
                connection.answer("302 Found", ["Location: /next", "Connection: close"], [])
            } else {
                // It is closed behind the answer; unsaid, the next request could still be sent over it.
                connection.answer("200 OK", ["Connection: close"], [])
            }
        }
        let client = try Fixture.client { $0.passesTrace = passesTrace }
        try await body(client, "http://127.0.0.1:\(server.port)/")
        return seen.all
    }

    private static func spans(_ fields: [[String]]) -> [String] {
        fields.compactMap { $0.first?.split(separator: "-").dropFirst(2).first.map(String.init) }
    }

    @Test func `a request sent for another one is a new part of its trace`() async throws {
        let fields = try await sent { client, url in
            try await TraceContext.$current.withValue(Self.trace) {
                _ = try await client.get(url)
                // Work that outlives the request belongs to it all the same.
                _ = try await TraceContext.detached { await client.outcome(ClientRequest(.get, url)) }.value.get()
            }
        }
        #expect(fields.count == 2)
        for own in fields {
            #expect(own.count == 2 && own.last == "tracestate: a=1,b=2")
            #expect(own.first?.hasPrefix("traceparent: 00-0af7651916cd43dd8448eb211c80319c-") == true)
            #expect(own.first?.hasSuffix("-01") == true && own.first?.utf8.count == 13 + 55)
        }
        #expect(Set(Self.spans(fields)).count == 2)
    }

    @Test func `a request of nobody, or where the operator does not want it, says nothing`() async throws {
        #expect(try await sent { client, url in _ = try await client.get(url) } == [[]])
        let fields = try await sent(passesTrace: false) { client, url in
            try await TraceContext.$current.withValue(Self.trace) { _ = try await client.get(url) }
        }
        #expect(fields == [[]])
    }

    @Test(arguments: [("traceparent", "mine"), ("TraceParent", ""), ("tracestate", "x=1")])
    func `a request's own fields stand`(_ name: String, _ value: String) async throws {
        let fields = try await sent { client, url in
            let request = ClientRequest(.get, url, headers: [ClientRequest.Header(name, value)])
            try await TraceContext.$current.withValue(Self.trace) {
                _ = try await client.send(request, deadline: Fixture.deadline)
            }
        }
        #expect(fields.map(\.count) == [1])
        #expect(fields.first?.first?.hasPrefix("\(name.lowercased()):") == true)
    }

    @Test func `without notes of other systems there is no field for them`() async throws {
        let bare = TraceContext(traceHigh: 0, traceLow: 1, flags: 0, state: "")
        let fields = try await sent { client, url in
            try await TraceContext.$current.withValue(bare) { _ = try await client.get(url) }
        }
        #expect(fields.map(\.count) == [1] && fields.first?.first?.hasSuffix("-00") == true)
    }

    @Test func `a redirect is the same part of the trace, and a full list of fields has room for it`() async throws {
        let fields = try await sent(redirects: true) { client, url in
            let headers = (0..<100).map { ClientRequest.Header("X-\($0)", "1") }
            let request = ClientRequest(.get, url, headers: headers, redirects: .follow(max: 1))
            try await TraceContext.$current.withValue(Self.trace) {
                _ = try await client.send(request, deadline: Fixture.deadline)
            }
        }
        #expect(fields.count == 2 && fields.first == fields.last && fields.first?.count == 2)
    }
}
