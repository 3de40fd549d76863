// Bodies over real connections: both framings, expectations, refusals.

import HTTPServer
import Platform
import TestSupport
import Testing

@Suite struct `A body` {
    private let chunkedHead = "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test(arguments: [0, 1, 100, 70_000, 262_144]) func `of known length arrives whole`(_ count: Int) throws {
        try withServer { live in
            let body = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let response = try live.client.request("POST", "/echo", body: body)
            #expect(response.body == body)
        }
    }

    @Test func `in chunks arrives whole, and the next request after it`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            try connection.send(chunkedHead + "5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n")
            try connection.send(TestClient.bytes("GET", "/ready"))
            #expect(try connection.readResponse().text == "hello!")
            #expect(try connection.readResponse().text == "ready")
        }
    }

    @Test func `arrives whole byte by byte`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            for byte in Array((chunkedHead + "3\r\nabc\r\n0\r\n\r\n").utf8) { try connection.send([byte]) }
            #expect(try connection.readResponse().text == "abc")
            for byte in TestClient.bytes("POST", "/echo", body: Array("xyz".utf8)) { try connection.send([byte]) }
            #expect(try connection.readResponse().text == "xyz")
        }
    }

    @Test(arguments: [
        "5\r\nhelloX\r\n", "x\r\n", "5\nhello\n0\n\n", "-1\r\n", "1\r\na\r\n0\r\n bad: folded\r\n\r\n",
    ])
    func `that is malformed is refused and ends the connection`(_ chunks: String) throws {
        try withServer { live in
            let connection = try live.client.connect()
            try connection.send(chunkedHead + chunks)
            try connection.send(TestClient.bytes("GET", "/ready"))
            let response = try connection.readResponse()
            #expect(response.status == 400 && response.field("connection") == "close")
            #expect(try connection.readToEnd().isEmpty, "what follows is no request")
        }
    }

    @Test(arguments: [(3, 200), (4, 200), (5, 413)])
    func `may be as large as its route says`(_ count: Int, _ status: Int) throws {
        try withServer { live in
            let body = [UInt8](repeating: 0x61, count: count)
            #expect(try live.client.request("PUT", "/small", body: body).status == status)
            let connection = try live.client.connect()
            let digits = String(count, radix: 16)
            try connection.send(
                "PUT /small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\(digits)\r\n"
                    + String(repeating: "a", count: count) + "\r\n0\r\n\r\n")
            #expect(try connection.readResponse().status == status)
        }
    }

    @Test(arguments: [(262_143, 200), (262_144, 200), (262_145, 413)])
    func `may be as large as the server says`(_ count: Int, _ status: Int) throws {
        try withServer { live in
            let response = try live.client.request("POST", "/echo", body: [UInt8](repeating: 0x61, count: count))
            #expect(response.status == status)
        }
    }

    @Test func `too large is refused before it is read, and the answer is not lost`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            let length = 900_000
            try connection.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\n\r\n")
            try connection.send([UInt8](repeating: 0x61, count: length))
            let response = try connection.readResponse()
            #expect(response.status == 413 && response.field("connection") == "close")
            #expect(try connection.readToEnd().isEmpty)
        }
    }

    @Test func `of a refused request is read past, and the connection stays`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            try connection.send(TestClient.bytes("POST", "/nothing", body: Array("GET /evil".utf8)))
            try connection.send(
                "POST /ready HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
            try connection.send(TestClient.bytes("GET", "/ready"))
            #expect(try connection.readResponse().status == 404)
            #expect(try connection.readResponse().status == 405)
            #expect(try connection.readResponse().text == "ready")
        }
    }
}
