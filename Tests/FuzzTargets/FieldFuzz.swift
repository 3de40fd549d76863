internal import CCurl
internal import HTTPServer
internal import HTTPWire
internal import Platform

/// Values of fields and targets that mean something to the server. Parts: a host, `X-Forwarded-For`, `traceparent`,
/// `Accept-Encoding`, `If-None-Match`, a query.
enum FieldFuzz {
    private static let artifact = HTTPResponse(
        status: .ok, contentType: "text/plain", text: String(repeating: "artifact ", count: 200)
    ).asArtifact()
    private static let plain = Array(String(repeating: "artifact ", count: 200).utf8)

    static func failure(_ bytes: [UInt8]) -> String? {
        let parts = FuzzParts(bytes)
        return host(parts[0]) ?? addresses(parts[1]) ?? trace(parts.text(2)) ?? content(parts[3], parts[4])
            ?? query(parts[5])
    }

    /// A head with one more field; nil when the value cannot be in one.
    private static func head(_ lines: [(String, [UInt8])], host: [UInt8] = [UInt8(ascii: "h")]) -> RequestHead? {
        var bytes = Array("GET / HTTP/1.1\r\nHost: ".utf8) + host
        for (name, value) in lines { bytes += Array("\r\n\(name): ".utf8) + value }
        bytes += Array("\r\n\r\n".utf8)
        var parser = RequestHeadParser(
            limits: RequestHeadLimits(headerBytes: 40_000, headerFields: 1_000, targetBytes: 100))
        guard case .head(let head, let consumed) = parser.parse(bytes.span), consumed == bytes.count else { return nil }
        return head
    }

    // MARK: Hosts

    /// Whoever reads the same authority as part of a URL must see the same host and port.
    private static func host(_ bytes: [UInt8]) -> String? {
        let isValid = Authority.isValid(bytes.span)
        if let head = head([], host: bytes), let authority = head.authority, !authority.isEmpty,
            !Authority.isValid(Array(authority.utf8).span)
        {
            return "a Host was taken that is none"
        }
        guard isValid else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        if bytes.contains(where: { $0 <= 0x20 || $0 >= 0x7f || Array("/?#@\\\"<>^`{|}".utf8).contains($0) }) {
            return "an authority holds what no authority holds"
        }
        guard let handle = curl_url() else { return nil }
        defer { curl_url_cleanup(handle) }
        // What curl refuses besides (brackets with versions to come, names with signs) is not compared.
        guard curl_url_set(handle, CURLUPART_URL, "http://\(text)/", 0) == CURLUE_OK else { return nil }
        var part: UnsafeMutablePointer<CChar>?
        if curl_url_get(handle, CURLUPART_USER, &part, 0) == CURLUE_OK {
            curl_free(part)
            return "another reader finds a user in the authority"
        }
        guard curl_url_get(handle, CURLUPART_HOST, &part, 0) == CURLUE_OK, let part else { return nil }
        defer { curl_free(part) }
        let theirs = Array(String(cString: part).utf8)
        // Addresses and percent-encoded names are put into another form by curl.
        let isName =
            !bytes.contains(UInt8(ascii: "%")) && bytes.first != UInt8(ascii: "[")
            && theirs.contains { (0x67...0x7a).contains($0 | 0x20) }
        if isName,
            bytes.prefix(while: { $0 != UInt8(ascii: ":") }).map(ByteClass.lowered)
                != theirs.map(ByteClass.lowered)
        {
            return "another reader finds another host in the authority"
        }
        return nil
    }

    // MARK: Addresses

    private static let proxies = ["10.0.0.0/8", "2001:db8::/32"].compactMap { NetworkBlock($0) }

    private static func addresses(_ value: [UInt8]) -> String? {
        guard proxies.count == 2, let peer = NetworkAddress("10.0.0.1"), let stranger = NetworkAddress("192.0.2.1")
        else {
            return "the sample cannot be made"
        }
        let reader = ClientAddressReader(trustedProxies: proxies)
        guard let head = head([("X-Forwarded-For", value)]) else { return nil }
        if reader.address(of: head, peer: stranger) != stranger { return "a stranger named another address" }
        let found = reader.address(of: head, peer: peer)
        guard found != peer, !reader.isTrusted(found) else { return nil }
        // Whatever the client itself put in front changes nothing.
        for forged in ["192.0.2.7, ", "10.9.9.9,", "nonsense ,", ", "] {
            guard let longer = self.head([("X-Forwarded-For", Array(forged.utf8) + value)]) else { continue }
            if reader.address(of: longer, peer: peer) != found { return "a forged entry moved the client's address" }
        }
        guard let field = self.head([("X-Forwarded-For", Array("192.0.2.7".utf8)), ("X-Forwarded-For", value)]) else {
            return nil
        }
        return reader.address(of: field, peer: peer) == found ? nil : "a forged field moved the client's address"
    }

    // MARK: Traces

    private static func trace(_ text: String) -> String? {
        guard let trace = TraceParent(text) else { return nil }
        guard TraceParent(trace.description) == trace else { return "a trace is not the one it is written as" }
        // Of a later version the digits are the same; bits of the flags that are not known are not passed on.
        let given = Array(text.utf8.prefix(53).dropFirst(2))
        guard Array(trace.description.utf8.prefix(53).dropFirst(2)) == given else { return "a trace was changed" }
        return trace.span != 0 && trace.traceHigh | trace.traceLow != 0 ? nil : "a trace of nothing was taken"
    }

    // MARK: Content

    private static func content(_ encoding: [UInt8], _ tags: [UInt8]) -> String? {
        guard let head = head([("Accept-Encoding", encoding), ("If-None-Match", tags)]) else { return nil }
        let answer = artifact.negotiated(for: head)
        let names = encoding.map(ByteClass.lowered)
        switch answer.status.code {
        case 304:
            let tag = Array((answer.field("ETag") ?? "").utf8.dropFirst(2))
            let isNamed = tags.contains(UInt8(ascii: "*")) || contains(tags, tag)
            return isNamed && answer.body.isEmpty && !tag.isEmpty ? nil : "304 for a tag that was not named"
        case 200:
            if answer.field("Content-Encoding") == "gzip" {
                let isNamed = names.contains(UInt8(ascii: "*")) || contains(names, Array("gzip".utf8))
                return isNamed && answer.body.starts(with: [0x1f, 0x8b]) ? nil : "compressed for who did not ask"
            }
            return answer.body == plain ? nil : "another content"
        default: return "another status"
        }
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard bytes.count >= part.count else { return false }
        return (0...bytes.count - part.count).contains { bytes[$0...].starts(with: part) }
    }

    // MARK: Queries

    private static func query(_ bytes: [UInt8]) -> String? {
        let lenient = HTTPQuery(lenient: bytes.span)
        guard let query = try? HTTPQuery(strict: bytes.span) else {
            // Something could not be decoded, and the other reader left just that out.
            return lenient.pairs.count < bytes.split(separator: UInt8(ascii: "&")).count ? nil : "a query is in doubt"
        }
        let written = query.pairs.map { "\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))" }
            .joined(separator: "&")
        guard let again = try? HTTPQuery(strict: Array(written.utf8).span) else { return "a written query is none" }
        for other in [again, lenient] {
            guard other.pairs.count == query.pairs.count else { return "a query has other pairs" }
            for (left, right) in zip(query.pairs, other.pairs)
            where Array(left.name.utf8) != Array(right.name.utf8) || Array(left.value.utf8) != Array(right.value.utf8) {
                return "a query says something else"
            }
        }
        return nil
    }
}
