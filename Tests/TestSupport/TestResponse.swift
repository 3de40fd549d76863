// An answer as a test sees it, parsed strictly and without the product's own code. Immutable.

/// Status, header fields and content of one answer.
package struct TestResponse: Sendable {
    /// The status code.
    package let status: Int
    /// The reason phrase.
    package let reason: String
    /// In order, names as sent.
    package let fields: [(name: String, value: String)]
    /// The content.
    package let body: [UInt8]

    /// The content as text.
    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The first value of a field, names compared without case.
    package func field(_ name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// How many fields have this name.
    package func count(of name: String) -> Int {
        fields.filter { $0.name.lowercased() == name.lowercased() }.count
    }

    /// Takes one answer from the beginning of `bytes`; nil when it is not complete.
    package static func parse(
        _ bytes: [UInt8], toHead: Bool
    ) throws(TestClientError) -> (response: TestResponse, length: Int)? {
        guard let headEnd = firstIndex(of: Array("\r\n\r\n".utf8), in: bytes) else { return nil }
        let lines = split(Array(bytes[..<headEnd]))
        let parts = lines[0].split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "HTTP/1.1", parts[1].utf8.count == 3, let status = Int(parts[1]) else {
            throw .malformed(lines[0])
        }
        var fields: [(name: String, value: String)] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { throw .malformed(line) }
            var value = line[line.index(after: colon)...]
            while value.first == " " { value = value.dropFirst() }
            fields.append((String(line[..<colon]), String(value)))
        }
        func field(_ name: String) -> String? { fields.first { $0.name.lowercased() == name }?.value }
        if !toHead, field("transfer-encoding") == "chunked" {
            guard let (body, end) = try chunks(bytes, from: headEnd + 4) else { return nil }
            let response = TestResponse(status: status, reason: String(parts[2]), fields: fields, body: body)
            return (response, end)
        }
        var length = 0
        if !toHead, status >= 200, status != 204, status != 304 {
            guard let text = field("content-length"), let value = Int(text) else {
                throw .malformed("no Content-Length in \(lines)")
            }
            length = value
        }
        let start = headEnd + 4
        guard bytes.count >= start + length else { return nil }
        let response = TestResponse(
            status: status, reason: String(parts[2]), fields: fields, body: Array(bytes[start..<start + length]))
        return (response, start + length)
    }

    /// The content of chunks and where they end; nil when the last one is not there.
    private static func chunks(
        _ bytes: [UInt8], from start: Int
    ) throws(TestClientError) -> (body: [UInt8], end: Int)? {
        var body: [UInt8] = []
        var place = start
        while let lineEnd = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: bytes[place..<lineEnd], as: UTF8.self)
            guard line.hasSuffix("\r"), let size = Int(line.dropLast(), radix: 16) else { throw .malformed(line) }
            let end = lineEnd + 1 + size
            guard bytes.count >= end + 2 else { return nil }
            guard bytes[end] == UInt8(ascii: "\r"), bytes[end + 1] == UInt8(ascii: "\n") else {
                throw .malformed("a chunk of \(size) bytes is longer")
            }
            body += bytes[(lineEnd + 1)..<end]
            place = end + 2
            if size == 0 { return (body, place) }
        }
        return nil
    }

    private static func split(_ head: [UInt8]) -> [String] {
        var lines: [String] = []
        var line: [UInt8] = []
        for byte in head {
            if byte == UInt8(ascii: "\n") {
                lines.append(String(decoding: line.dropLast(), as: UTF8.self))
                line = []
            } else {
                line.append(byte)
            }
        }
        lines.append(String(decoding: line, as: UTF8.self))
        return lines
    }

    private static func firstIndex(of pattern: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= pattern.count else { return nil }
        for start in 0...bytes.count - pattern.count where bytes[start..<start + pattern.count].elementsEqual(pattern) {
            return start
        }
        return nil
    }
}
