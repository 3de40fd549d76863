// A host and a port as an operator writes them.

/// A host name or address with a port; nothing is resolved.
package struct HostPort: Sendable, Hashable, CustomStringConvertible {
    /// The name or address, an IPv6 address without its brackets.
    package let host: String
    /// The port; 0 lets the system pick one.
    package let port: UInt16

    /// Reads `host:port` or `[v6]:port`; nil when the text is neither. An IPv6 address needs its brackets, because
    /// `::1:80` could be read two ways.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let portText = String(decoding: bytes[(colon + 1)...], as: UTF8.self)
        guard DecimalText.isWholeNumber(portText), let port = UInt16(portText) else { return nil }
        var host = bytes[..<colon]
        if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]"), host.count > 2 {
            host = host.dropFirst().dropLast()
            guard host.contains(UInt8(ascii: ":")), host.allSatisfy(Self.isAddressByte) else {
                return nil
            }
        } else {
            guard !host.isEmpty, host.allSatisfy(Self.isNameByte) else { return nil }
        }
        self.host = String(decoding: host, as: UTF8.self)
        self.port = port
    }

    package var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ":"): true
        default: false
        }
    }
}
