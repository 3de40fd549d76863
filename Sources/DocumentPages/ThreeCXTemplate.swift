// The 3CX template as it is handed to a customer: with the server's own address and, when asked for, the key. Immutable.

internal import Platform

/// `Templates/numbers-online.crm.xml`, ready to be filled in.
package struct ThreeCXTemplate: Sendable {
    /// The value of `Content-Type`.
    package static let contentType = "application/xml; charset=utf-8"
    /// The value of `Content-Disposition`: 3CX wants a file to upload, so a browser saves it.
    package static let contentDisposition = "attachment; filename=\"numbers-online.crm.xml\""

    /// Where the key goes: the default of the one parameter, which the administration console of 3CX shows filled in.
    private static let keyPlace = Array("Default=\"\"".utf8)

    private let beforeKey: OriginText
    private let afterKey: OriginText

    init() {
        self.init(EmbeddedDocument.template3CX.bytes)
    }

    init(_ bytes: [UInt8]) {
        let place = Self.keyPlace
        let start = bytes.indices.first { bytes[$0...].starts(with: place) } ?? bytes.endIndex
        // The key stands between the two quotes, before the last byte of the place.
        let split = min(start + place.count - 1, bytes.endIndex)
        beforeKey = OriginText(Array(bytes[..<split]))
        afterKey = OriginText(Array(bytes[split...]))
    }

    /// The template for this server.
    ///
    /// - Parameters:
    ///   - origin: replaces `https://numbers.online` in the request's address and in the contact's.
    ///   - apiKey: the key that arrived in a header of the request, or nil. It is filled in when it matches the grammar
    ///     of a key (`nol_` or `nol_test_` and 40 lower-case hexadecimal digits), whose characters need no escaping
    ///     anywhere, and ignored otherwise.
    package func body(origin: PublicOrigin, apiKey: String?) -> [UInt8] {
        let origin = Self.escape(origin)
        let key = apiKey.flatMap { Self.isKey($0) ? Array($0.utf8) : nil } ?? []
        return beforeKey.filled(with: origin) + key + afterKey.filled(with: origin)
    }

    /// In the template language `[` opens an expression and is written `{{`, `]` is written `}}`: without this the
    /// address of an IPv6 host (`http://[::1]:8080`) would be evaluated away. Then the text goes into an XML attribute.
    private static func escape(_ origin: PublicOrigin) -> String {
        var text = ""
        for character in origin.url {
            switch character {
            case "[": text += "{{"
            case "]": text += "}}"
            default: text.append(character)
            }
        }
        return HTMLFragment(escaping: text).html
    }

    private static func isKey(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let prefix = ["nol_test_", "nol_"].first(where: { bytes.starts(with: $0.utf8) }) else { return false }
        let digits = bytes.dropFirst(prefix.utf8.count)
        return digits.count == 40
            && digits.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }
}
