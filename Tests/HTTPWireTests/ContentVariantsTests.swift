import CZlib
import HTTPWire
import Platform
import Testing

@Suite struct `Content that has several forms` {
    private static let long = Array(String(repeating: "a line of a long text\n", count: 200).utf8)

    private func head(_ fields: String, method: String = "GET") throws -> RequestHead {
        let text = Array("\(method) / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n".utf8)
        var parser = RequestHeadParser(
            limits: RequestHeadLimits(headerBytes: 4_096, headerFields: 20, targetBytes: 100))
        guard case .head(let head, _) = parser.parse(text.span) else {
            throw HTTPFault.internalError
        }
        return head
    }

    private func answer(_ body: [UInt8] = long) -> HTTPResponse {
        HTTPResponse(status: .ok, contentType: "text/plain", body: body)
    }

    private func unzipped(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        var input = bytes
        var output = [UInt8](repeating: 0, count: 4_000_000)
        guard no_inflate_gzip(&stream) == Z_OK else { return [] }
        defer { inflateEnd(&stream) }
        let count = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = uInt(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = uInt(output.count)
                return inflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.total_out) : 0
            }
        }
        return Array(output[..<count])
    }

    @Test(
        arguments: [
            ("Accept-Encoding: gzip\r\n", true), ("accept-encoding: deflate, GZIP;q=0.5\r\n", true),
            ("Accept-Encoding: x-gzip\r\n", true), ("Accept-Encoding: *\r\n", true),
            ("Accept-Encoding: br\r\nAccept-Encoding: gzip ; q=1.000\r\n", true),
            ("Accept-Encoding: gzip;q=0.001\r\n", true), ("Accept-Encoding: *;q=0, gzip\r\n", true), ("", false),
            ("Accept-Encoding:\r\n", false), ("Accept-Encoding: identity\r\n", false),
            ("Accept-Encoding: gzip;q=0\r\n", false), ("Accept-Encoding: gzip;q=0.000\r\n", false),
            ("Accept-Encoding: gzip;q=0, *\r\n", false), ("Accept-Encoding: *;q=0\r\n", false),
            ("Accept-Encoding: gzipx\r\n", false), ("Accept-Encoding: gzip;q=\r\n", false),
            ("Accept-Encoding: gzip;q=yes\r\n", false), ("Accept-Encoding: gzip;q=0.0001\r\n", false),
            ("Accept-Encoding: gzip;level=9\r\n", false), ("Accept-Encoding: br, deflate, zstd\r\n", false),
        ])
    func `is compressed for whoever takes gzip`(_ fields: String, _ isCompressed: Bool) throws {
        for plain in [answer().compressible(), answer().asArtifact()] {
            let response = try plain.negotiated(for: head(fields))
            #expect(response.field("Vary") == "Accept-Encoding")
            #expect((response.field("Content-Encoding") == "gzip") == isCompressed)
            #expect((isCompressed ? unzipped(response.body) : response.body) == Self.long)
            #expect(!isCompressed || response.body.count < 400)
        }
    }

    @Test func `is sent as it is unless the answer allows more`() throws {
        let response = try answer().negotiated(for: head("Accept-Encoding: gzip\r\nIf-None-Match: *\r\n"))
        #expect(response.body == Self.long && response.fields.count == 1)
        let failed = HTTPResponse(status: .notFound, contentType: "text/plain", body: Self.long).asArtifact()
        #expect(try failed.negotiated(for: head("Accept-Encoding: gzip\r\nIf-None-Match: *\r\n")).status == .notFound)
        #expect(try failed.negotiated(for: head("Accept-Encoding: gzip\r\n")).field("Content-Encoding") == nil)
    }

    @Test(arguments: [(1_023, false), (1_024, true), (1_048_576, true), (1_048_577, false)])
    func `is compressed only where that is worth its time`(_ count: Int, _ isCompressed: Bool) throws {
        let response = try answer([UInt8](repeating: 65, count: count)).compressible()
            .negotiated(for: head("Accept-Encoding: gzip\r\n"))
        #expect((response.field("Content-Encoding") == "gzip") == isCompressed)
    }

    @Test func `is not sent compressed when it would be larger`() throws {
        let noise = RandomSource.system.bytes(5_000)
        for plain in [answer(noise).compressible(), answer(noise).asArtifact()] {
            let response = try plain.negotiated(for: head("Accept-Encoding: gzip\r\n"))
            #expect(response.body == noise && response.field("Content-Encoding") == nil)
        }
    }

    @Test func `adds to the fields that the answer varies with`() throws {
        let response = try answer().adding("Vary", "Authorization").compressible().negotiated(for: head(""))
        #expect(response.fields.filter { $0.name == "Vary" }.map(\.value) == ["Authorization, Accept-Encoding"])
    }

    @Test func `is not sent to a client that has it`() throws {
        let artifact = answer().adding("Cache-Control", "public").asArtifact()
        let tag = try #require(artifact.negotiated(for: head("")).field("ETag"))
        #expect(tag.hasPrefix("W/\"") && tag.utf8.count == 36)
        #expect(try artifact.negotiated(for: head("Accept-Encoding: gzip\r\n")).field("ETag") == tag)
        let strong = String(tag.dropFirst(2))
        let rows: [(String, Bool)] = [
            (tag, true), (strong, true), ("*", true), ("\"a,b\", \(tag)", true), (" \(tag) ,", true),
            ("\"x\"\r\nIf-None-Match: \(tag)", true), ("", false), ("\"x\"", false),
            (tag.replacing("\"", with: ""), false), (String(tag.dropLast()), false), ("w/" + strong, false),
            ("\"\(strong.dropFirst().dropLast()),\"", false),
        ]
        for method in ["GET", "HEAD"] {
            for (value, isKnown) in rows {
                let response = try artifact.negotiated(
                    for: head("Accept-Encoding: gzip\r\nIf-None-Match: \(value)\r\n", method: method))
                #expect((response.status == .notModified) == isKnown, "\(value)")
                guard isKnown else { continue }
                #expect(response.body.isEmpty)
                #expect(response.fields.map(\.name) == ["Cache-Control", "ETag", "Vary"])
            }
        }
        #expect(try artifact.negotiated(for: head("If-None-Match: \(tag)\r\n", method: "POST")).status == .ok)
        // Another content has another tag.
        #expect(try answer([1]).asArtifact().negotiated(for: head("If-None-Match: \(tag)\r\n")).status == .ok)
    }
}
