// The four forms of a request target (RFC 9112 §3.2) and the authority within (RFC 3986 §3.2). Pure functions.

internal import Platform

/// A request target taken apart; the slices lie in the bytes it was read from.
struct RequestTarget: Sendable {
    let form: RequestHead.TargetForm
    let path: HeadSlice
    let query: HeadSlice?
    let authority: HeadSlice?

    /// Takes the target at `range` apart; its bytes have been checked with `ByteClass.isTarget`, and it is not empty.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>, method: HTTPMethod) throws(HTTPFault) {
        let first = bytes[range.lowerBound]
        if method == .other("CONNECT") {
            // RFC 9112 §3.2.3: authority-form is for CONNECT, and CONNECT has no other. RFC 9110 §9.3.6: an empty or
            // invalid port is refused; none at all is no authority-form, and nothing listens on port 0.
            guard let port = Authority.port(bytes.extracting(range)), port > 0 else { throw .badRequest(.authority) }
            form = .authority
            path = HeadSlice(range.upperBound, range.upperBound)
            query = nil
            authority = HeadSlice(range.lowerBound, range.upperBound)
            return
        }
        if first == UInt8(ascii: "/") {
            form = .origin
            authority = nil
            (path, query) = Self.divided(bytes, range)
            return
        }
        if first == UInt8(ascii: "*"), range.count == 1 {
            // RFC 9112 §3.2.4: asterisk-form is for OPTIONS alone.
            guard method == .options else { throw .badRequest(.targetForm) }
            form = .asterisk
            path = HeadSlice(range.lowerBound, range.upperBound)
            query = nil
            authority = nil
            return
        }
        // absolute-form: "http" [ "s" ] "://" authority [ "/" … ] [ "?" … ]
        var start = range.lowerBound
        if range.count > 7, bytes.extracting(start..<start + 7).spellsIgnoringCase("http://") {
            start += 7
        } else if range.count > 8, bytes.extracting(start..<start + 8).spellsIgnoringCase("https://") {
            start += 8
        } else {
            throw .badRequest(.targetForm)
        }
        var end = start
        while end < range.upperBound, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end += 1 }
        // User information is no part of the grammar of http URIs that may be sent (RFC 9110 §4.2.4).
        guard end > start, Authority.isValid(bytes.extracting(start..<end)) else { throw .badRequest(.authority) }
        form = .absolute
        authority = HeadSlice(start, end)
        (path, query) = Self.divided(bytes, end..<range.upperBound)
    }

    private static func divided(_ bytes: Span<UInt8>, _ range: Range<Int>) -> (HeadSlice, HeadSlice?) {
        var index = range.lowerBound
        while index < range.upperBound, bytes[index] != UInt8(ascii: "?") { index += 1 }
        guard index < range.upperBound else { return (HeadSlice(range.lowerBound, index), nil) }
        return (HeadSlice(range.lowerBound, index), HeadSlice(index + 1, range.upperBound))
    }
}

/// `uri-host [ ":" port ]`, what the Host field and absolute-form targets hold.
package enum Authority {
    /// Whether the bytes are a host with an optional port of 0 to 65535; the host is not empty.
    package static func isValid(_ bytes: Span<UInt8>) -> Bool {
        guard let host = hostLength(bytes) else { return false }
        // port = *DIGIT, so nothing may follow the colon (RFC 3986 §3.2.3).
        return host == bytes.count || host + 1 == bytes.count || portValue(bytes, from: host + 1) != nil
    }

    /// The port of a valid authority that names one.
    static func port(_ bytes: Span<UInt8>) -> Int? {
        guard let host = hostLength(bytes), host + 1 < bytes.count else { return nil }
        return portValue(bytes, from: host + 1)
    }

    /// How many bytes are a host, of which a colon or nothing follows; nil when they do not begin with one.
    private static func hostLength(_ bytes: Span<UInt8>) -> Int? {
        guard bytes.count > 0 else { return nil }
        var index = 0
        if bytes[0] == UInt8(ascii: "[") {
            while index < bytes.count, bytes[index] != UInt8(ascii: "]") { index += 1 }
            guard index < bytes.count, isLiteral(bytes.extracting(1..<index)) else { return nil }
            index += 1
        } else {
            while index < bytes.count, bytes[index] != UInt8(ascii: ":") {
                guard ByteClass.isRegisteredName(bytes[index]) else { return nil }
                if bytes[index] == UInt8(ascii: "%") {
                    // pct-encoded (RFC 3986 §2.1)
                    guard index + 2 < bytes.count, ByteClass.hexValue(bytes[index + 1]) != nil,
                        ByteClass.hexValue(bytes[index + 2]) != nil
                    else { return nil }
                    index += 2
                }
                index += 1
            }
            guard index > 0 else { return nil }
        }
        return index == bytes.count || bytes[index] == UInt8(ascii: ":") ? index : nil
    }

    private static func portValue(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var port = 0
        for index in start..<bytes.count {
            guard ByteClass.isDigit(bytes[index]) else { return nil }
            port = port * 10 + Int(bytes[index] - 0x30)
            guard port <= 65_535 else { return nil }
        }
        return port
    }

    /// `IPv6address / IPvFuture`, what stands between brackets (RFC 3986 §3.2.2).
    private static func isLiteral(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count > 0 else { return false }
        guard ByteClass.lowered(bytes[0]) == UInt8(ascii: "v") else {
            // Rare enough to be read as text. A zone identifier is no part of a URI that is sent.
            for index in bytes.indices {
                let byte = bytes[index]
                guard ByteClass.hexValue(byte) != nil || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".") else {
                    return false
                }
            }
            let text = bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
            return NetworkAddress("[\(text)]") != nil
        }
        // IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
        var index = 1
        while index < bytes.count, ByteClass.hexValue(bytes[index]) != nil { index += 1 }
        guard index > 1, index + 1 < bytes.count, bytes[index] == UInt8(ascii: ".") else { return false }
        for position in index + 1..<bytes.count {
            let byte = bytes[position]
            guard ByteClass.isRegisteredName(byte) && byte != UInt8(ascii: "%") || byte == UInt8(ascii: ":") else {
                return false
            }
        }
        return true
    }
}
