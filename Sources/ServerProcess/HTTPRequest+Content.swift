// What handlers of every server ask of a request's fields. Pure functions.

package import HTTPWire

extension HTTPRequest {
    /// Whether the body is JSON as far as the request says: `application/json`, a type ending in `+json` (RFC 6839), or
    /// no type at all.
    package var mayHaveJSONBody: Bool {
        guard let type = mediaType else { return true }
        return type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json"))
    }

    /// The media type of the body in lower case, without its parameters; nil when the request names none.
    package var mediaType: String? {
        field("content-type").map { $0.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" } }
    }

    /// The token of a `Bearer` credential (RFC 6750 §2.1); the scheme's name is compared without case. Any other
    /// scheme gives an empty text; nil without an `Authorization` field.
    package var bearerToken: String? {
        guard var authorization = field("authorization") else { return nil }
        return authorization.withUTF8 { bytes in
            let scheme = bytes.prefix(7)
            guard bytes.count > 7, scheme.elementsEqual("bearer ".utf8, by: { ByteClass.lowered($0) == $1 }) else {
                return ""
            }
            return String(decoding: bytes[7...].drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
        }
    }
}
