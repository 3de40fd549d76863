// Percent-coding (RFC 3986 §2.1) and its form variant (`+` is a space). Pure functions.

/// Why a path segment or a query cannot be read as text. Offsets count bytes of the encoded text from 0.
package enum HTTPDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A `%` that two hexadecimal digits do not follow.
    case badPercentEncoding(offset: Int)
    /// The decoded bytes are not UTF-8 (RFC 3629).
    case invalidUTF8
    /// The route has no parameter of this name.
    case noSuchParameter

    /// What is wrong, fit for an error detail: without any of the text itself.
    package var description: String {
        switch self {
        case .badPercentEncoding(let offset):
            "byte \(offset): '%' must be followed by two hexadecimal digits"
        case .invalidUTF8: "the percent-decoded bytes are not UTF-8"
        case .noSuchParameter: "there is no such parameter"
        }
    }
}

/// Reading and writing percent-encoded text.
package enum PercentCoding {
    /// The text that `bytes` encode.
    /// - Parameter plusIsSpace: true in form coding, false in paths.
    package static func decode(
        _ bytes: Span<UInt8>, plusIsSpace: Bool = false
    ) throws(HTTPDecodingError) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.count, let high = ByteClass.hexValue(bytes[index + 1]),
                    let low = ByteClass.hexValue(bytes[index + 2])
                else { throw .badPercentEncoding(offset: index) }
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw .invalidUTF8 }
        return text
    }

    /// The text with every byte but the unreserved ones of RFC 3986 §2.3 encoded.
    package static func encode(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            default:
                let digits: StaticString = "0123456789ABCDEF"
                encoded.append(UInt8(ascii: "%"))
                encoded.append(digits.utf8Start[Int(byte >> 4)])
                encoded.append(digits.utf8Start[Int(byte & 15)])
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
