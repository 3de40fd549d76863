// The access log, the metrics, and who a client is taken for.

import Glibc
import HTTPServer
import Platform
import TestSupport
import Testing

@Suite struct `The access log` {
    /// What a server logs while `body` runs.
    private func logged(_ body: (LiveServer) throws -> Void) throws -> [String] {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let reader = FileDescriptor(owning: ends[0])
        do {
            let writer = FileDescriptor(owning: ends[1])
            let sink = try LogSink(descriptor: writer.rawValue, capacityBytes: 65_536)
            try withServer(trustedProxies: [NetworkBlock("127.0.0.0/8")].compactMap { $0 }, log: sink, body)
            sink.close()
        }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = read(reader.rawValue, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func `has the trace that the client has told, and handlers their own place in it`() throws {
        let trace = "0af7651916cd43dd8448eb211c80319c"
        let lines = try logged { live in
            let told = try live.client.get("/trace", fields: [("traceparent", "00-\(trace)-b7ad6b7169203331-01")]).text
            #expect(told == "00-\(trace)-0000000000000001-01 ")
            // What is none, or two, begins a new trace.
            let first = try live.client.get("/trace", fields: [("traceparent", "00-\(trace)-0000000000000000-01")]).text
            let second = try live.client.get("/trace").text
            #expect(!first.contains(trace) && first != second && first.utf8.count == 56 && first.hasSuffix("-00 "))
            let twice = [
                ("traceparent", "00-\(trace)-b7ad6b7169203331-01"), ("traceparent", "00-\(trace)-b7ad6b7169203331-01"),
            ]
            #expect(try !live.client.get("/trace", fields: twice).text.contains(trace))
        }
        #expect(lines[0].contains("\"trace\":\"\(trace)\",\"method\""))
        #expect(lines[1].contains("\"trace\":\"") && !lines[1].contains(trace))
    }

    @Test func `passes on what other systems have noted of the client's trace, and of no other`() throws {
        let parent = ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")
        let rows: [([(String, String)], String)] = [
            ([parent, ("tracestate", "a=1, b=2"), ("Tracestate", "c=3")], "a=1,b=2,c=3"),
            ([parent, ("tracestate", "A=1")], ""),
            ([("tracestate", "a=1")], ""),
            ([("traceparent", "00-1-2-3"), ("tracestate", "a=1")], ""),
        ]
        try withServer { live in
            for (fields, state) in rows {
                let text = try live.client.get("/trace", fields: fields).text
                #expect(text.hasSuffix(" " + state) && text.utf8.count == 56 + state.utf8.count, "\(fields): \(text)")
            }
        }
    }

    @Test func `has one JSON line for each answer`() throws {
        let lines = try logged { live in
            _ = try live.client.get("/ready", fields: [("X-Request-Id", "my-id")])
            _ = try live.client.get("/hops/1")
            _ = try live.client.get("/nothing")
        }
        #expect(lines.count == 3)
        let first = try #require(lines.first)
        for part in [
            "{\"ts\":\"20", "\"request_id\":\"my-id\"", "\"method\":\"GET\"", "\"route\":\"ready\"",
            "\"target\":\"/ready\"", "\"status\":200", "\"bytes\":", "\"duration_us\":", "\"peer\":\"127.0.0.1\"}",
        ] {
            #expect(first.contains(part), "\(part) in \(first)")
        }
        #expect(lines[1].contains("\"route\":\"hops\"") && lines[2].contains("\"route\":\"none\""))
    }

    @Test func `counts the bytes of an answer made while it is sent, and says when it was cut off`() throws {
        let received = Monitor(0)
        let lines = try logged { live in
            for target in ["/stream/100000", "/stream-mishap/100000"] {
                let connection = try live.client.connect()
                try connection.send(TestClient.bytes("GET", target, fields: [("Connection", "close")]))
                let count = try connection.readToEnd().count
                received.withLock { if $0 == 0 { $0 = count } }
            }
        }
        #expect(lines.count == 2)
        #expect(lines[0].contains("\"bytes\":\(received.withLock { $0 }),\"duration_us\""), "\(lines[0])")
        #expect(lines[1].contains(",\"complete\":false,\"duration_us\""), "\(lines[1])")
    }

    @Test(arguments: [
        ("/paid/%2B14155552671", "14155552671"),
        ("/paid/14155552671?key=nol_0123456789abcdef0123456789abcdef01234567", "0123456789abcdef"),
        ("/paid/1?key=%6eol_0123456789abcdef0123456789abcdef01234567", "0123456789abcdef"),
        ("/phone-calls-context/first-token/second-token", "token"),
        ("/paid/%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96%EF%BC%97%EF%BC%98", "%94%EF"),
    ])
    func `keeps keys, tokens and numbers out`(_ target: String, _ secret: String) throws {
        let lines = try logged { live in _ = try live.client.get(target) }
        #expect(lines.count == 1 && !lines[0].contains(secret), "\(lines)")
    }

    @Test(arguments: ["/a\"b", "/a\\b", "/\"},{\"x\":\""]) func `cannot be broken by a target`(_ target: String) throws
    {
        let lines = try logged { live in _ = try live.client.get(target) }
        #expect(lines.count == 1)
        #expect(lines[0].contains("\\\"") || lines[0].contains("\\\\"))
    }

    @Test func `names the client a trusted proxy speaks for`() throws {
        let lines = try logged { live in
            _ = try live.client.get("/ready", fields: [("X-Forwarded-For", "203.0.113.9")])
        }
        #expect(lines[0].contains("\"peer\":\"127.0.0.1\",\"client\":\"203.0.113.9\""))
    }

    @Test func `has a line for what is no request`() throws {
        let lines = try logged { live in
            let connection = try live.client.connect()
            try connection.send("\u{1}\r\n\r\n")
            _ = try connection.readResponse()
        }
        #expect(lines.count == 1 && lines[0].contains("\"method\":\"-\"") && lines[0].contains("\"status\":400"))
    }
}

@Suite struct `The client's address` {
    private static let proxies = ["127.0.0.0/8", "10.0.0.0/8", "2001:db8::/32"]

    @Test(arguments: [
        ("", "127.0.0.1", false), ("203.0.113.9", "203.0.113.9", true), ("6.6.6.6, 203.0.113.9", "203.0.113.9", true),
        ("203.0.113.9, 10.1.2.3", "203.0.113.9", true), ("203.0.113.9,10.1.2.3 , 10.0.0.1", "203.0.113.9", true),
        ("10.1.2.3", "10.1.2.3", true), ("203.0.113.9:4711", "203.0.113.9", true), ("2001:db9::1", "2001:db9::1", true),
        ("[2001:db9::1]:80", "2001:db9::1", true), ("203.0.113.9, unknown", "127.0.0.1", true),
        ("203.0.113.9, unknown, 10.0.0.1", "10.0.0.1", true), ("", "127.0.0.1", false),
        ("203.0.113.9, ", "127.0.0.1", true), ("evil\"", "127.0.0.1", true),
    ])
    func `is read from the right while proxies are trusted`(
        _ header: String, _ expected: String, _ isForwarded: Bool
    ) throws {
        try withServer(trustedProxies: Self.proxies.compactMap { NetworkBlock($0) }) { live in
            let fields = header.isEmpty ? [] : [("X-Forwarded-For", header)]
            let response = try live.client.get("/who", fields: fields)
            #expect(response.text == "\(expected) 127.0.0.1 \(isForwarded)")
        }
    }

    @Test func `is read over several fields as one list`() throws {
        try withServer(trustedProxies: Self.proxies.compactMap { NetworkBlock($0) }) { live in
            let fields = [("X-Forwarded-For", "6.6.6.6, 203.0.113.9"), ("X-Forwarded-For", "10.0.0.1")]
            let response = try live.client.get("/who", fields: fields)
            #expect(response.text.hasPrefix("203.0.113.9 "))
        }
    }

    @Test func `is the peer's when nobody is trusted`() throws {
        try withServer { live in
            let fields = [("X-Forwarded-For", "203.0.113.9")]
            let response = try live.client.get("/who", fields: fields)
            #expect(response.text == "127.0.0.1 127.0.0.1 true")
        }
    }
}

@Suite struct `The metrics` {
    @Test func `count requests, faults and bytes by the program's own words`() throws {
        try withServer { live in
            for _ in 0..<3 { _ = try live.client.get("/ready") }
            _ = try live.client.get("/paid/14155552671?evil=1")
            _ = try live.client.get("/nothing")
            let connection = try live.client.connect()
            try connection.send("BAD\r\n\r\n")
            _ = try connection.readResponse()
            var text = MetricsText()
            live.server.metrics.write(to: &text)
            let lines = String(decoding: text.bytes, as: UTF8.self)
            for line in [
                "http_requests_total{route=\"ready\",status=\"200\"} 3\n",
                "http_requests_total{route=\"paid\",status=\"200\"} 1\n",
                "http_requests_total{route=\"none\",status=\"404\"} 1\n",
                "http_request_duration_seconds_count{route=\"ready\"} 3\n", "http_malformed_requests_total 1\n",
                "http_connections_accepted_total 6\n", "# TYPE http_request_duration_seconds histogram\n",
            ] {
                #expect(lines.contains(line), "\(line)")
            }
            #expect(!lines.contains("1415") && !lines.contains("evil"))
        }
    }
}
