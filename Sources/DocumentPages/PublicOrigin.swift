// The scheme, host and port under which customers reach the server. A value type without shared state.

internal import Platform

/// A web origin (`https://lookup.example.net:8443`): what stands in place of `https://numbers.online` in served
/// documents.
///
/// Only text that passed a strict parse becomes one, so that a `Host` field written by a stranger cannot put markup,
/// a path or credentials into a page or a template.
package struct PublicOrigin: Hashable, Sendable, CustomStringConvertible {
    /// The origin that the documents in the repository are written with.
    package static let placeholder = PublicOrigin(validated: "https://numbers.online")

    /// The scheme of an origin.
    package enum Scheme: String, Hashable, Sendable {
        case http, https
    }

    /// The origin as text, without a slash at the end.
    package let url: String

    package var description: String { url }

    private init(validated url: String) {
        self.url = url
    }

    /// Reads the value of `--public-url`: `http` or `https`, a host, optionally a port and one closing slash; nil for
    /// anything else (a path, a query or credentials included).
    package init?(url: String) {
        let bytes = Array(url.utf8)
        guard let (scheme, rest) = Self.splitScheme(bytes[...]) else { return nil }
        let authority = rest.last == UInt8(ascii: "/") ? rest.dropLast() : rest
        guard let host = Self.authority(authority) else { return nil }
        self.init(validated: "\(scheme.rawValue)://\(host)")
    }

    /// Reads the value of a `Host` field, `uri-host [ ":" port ]` (RFC 9110 §7.2); nil when it is anything else.
    package init?(scheme: Scheme, host: String) {
        guard let host = Self.authority(Array(host.utf8)[...]) else { return nil }
        self.init(validated: "\(scheme.rawValue)://\(host)")
    }

    private static func splitScheme(_ bytes: ArraySlice<UInt8>) -> (Scheme, ArraySlice<UInt8>)? {
        for scheme in [Scheme.https, .http] {
            let prefix = Array("\(scheme.rawValue)://".utf8)
            if lowercased(bytes.prefix(prefix.count)) == prefix { return (scheme, bytes.dropFirst(prefix.count)) }
        }
        return nil
    }

    /// The longest host name that DNS can carry (RFC 1035 §2.3.4).
    private static let hostLimit = 253

    /// Host and port in lower case, or nil when they do not follow the grammar.
    private static func authority(_ bytes: ArraySlice<UInt8>) -> String? {
        let host: ArraySlice<UInt8>
        let rest: ArraySlice<UInt8>
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = bytes[...close]
            rest = bytes[bytes.index(after: close)...]
            guard isIPv6Literal(host.dropFirst().dropLast()) else { return nil }
        } else {
            host = bytes.prefix { $0 != UInt8(ascii: ":") }
            rest = bytes[host.endIndex...]
            guard isRegisteredName(host) else { return nil }
        }
        guard let port = port(rest) else { return nil }
        return String(decoding: lowercased(host), as: UTF8.self) + port
    }

    /// Letters, digits, hyphens and dots, no empty label: names and IPv4 addresses. RFC 3986 allows more in a
    /// `reg-name`, nothing of which a public server needs.
    private static func isRegisteredName(_ host: ArraySlice<UInt8>) -> Bool {
        guard !host.isEmpty, host.count <= hostLimit else { return false }
        return host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.count <= 63 && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    /// An IPv6 address without a zone (RFC 3986 §3.2.2). The bytes are looked at first, because the system's own parser
    /// reads a C string and would stop at a zero byte.
    private static func isIPv6Literal(_ text: ArraySlice<UInt8>) -> Bool {
        let isAddressText = text.allSatisfy {
            isHexDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
        }
        return isAddressText && text.contains(UInt8(ascii: ":"))
            && NetworkAddress(String(decoding: text, as: UTF8.self)) != nil
    }

    /// `:` and a port from 1 to 65535 as it was written, the empty string when there is none, nil when it is wrong.
    private static func port(_ rest: ArraySlice<UInt8>) -> String? {
        if rest.isEmpty { return "" }
        guard rest.first == UInt8(ascii: ":"), let port = number(rest.dropFirst(), digits: 5, limit: 65_535), port > 0
        else { return nil }
        return ":\(port)"
    }

    /// A decimal number of at most `digits` digits that is not above `limit`.
    private static func number(_ text: ArraySlice<UInt8>, digits: Int, limit: Int) -> Int? {
        guard (1...digits).contains(text.count), text.allSatisfy(isDigit) else { return nil }
        let value = text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return value <= limit ? value : nil
    }

    private static func lowercased(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
