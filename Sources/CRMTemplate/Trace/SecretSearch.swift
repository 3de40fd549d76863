// Finds secrets in texts that people will see. A value.

internal import HTTPWire
internal import Platform

/// Secrets in the forms in which requests, answers and messages hold them: as they are, percent-encoded, as a form has
/// them, escaped in JSON or HTML. Looking for them takes time with the length of the text, whatever the two are.
package struct SecretSearch: Sendable {
    /// Secrets shorter than this are not looked for: they would be found in every other word.
    package static let shortest = 6
    /// Bytes of a secret that are compared; where they stand, as many are hidden as the secret has. Tokens have some
    /// thousand bytes; what a hostile answer gives as one may have millions.
    static let comparedBytes = 4_096

    /// What stands for a secret.
    package static let mark = "<redacted>"

    private struct Form {
        let search: ByteSearch
        let length: Int
    }

    private var forms: [Form] = []
    private var known: Set<[UInt8]> = []

    package init(_ secrets: [String] = []) { for secret in secrets { add(secret) } }

    /// Whether nothing is looked for.
    package var isEmpty: Bool { forms.isEmpty }

    /// Looks for one more secret.
    package mutating func add(_ secret: String) {
        guard secret.utf8.count >= Self.shortest else { return }
        let encoded = secret.escapedAsURIComponent
        for form in [
            secret, encoded, Self.withSmallHex(encoded), Self.asForm(encoded), Self.asJSON(secret, escapesSlash: false),
            Self.asJSON(secret, escapesSlash: true), Self.asHTML(secret),
        ] {
            let bytes = Array(form.utf8)
            guard known.insert(bytes).inserted else { continue }
            forms.append(Form(search: ByteSearch(Array(bytes.prefix(Self.comparedBytes))), length: bytes.count))
        }
    }

    /// The text with a mark for each secret in it.
    package func hidden(_ text: String) -> String {
        if forms.isEmpty { return text }
        let bytes = Array(text.utf8)
        let places = places(in: bytes, upTo: bytes.count)
        return places.isEmpty ? text : String(decoding: hiding(places, in: bytes, upTo: bytes.count), as: UTF8.self)
    }

    /// The first bytes with a mark for each secret that begins in them, also where it ends behind them.
    package func hidden(_ bytes: [UInt8], upTo end: Int) -> [UInt8] {
        hiding(places(in: bytes, upTo: end), in: bytes, upTo: end)
    }

    private func places(in bytes: [UInt8], upTo end: Int) -> [Range<Int>] {
        var places: [Range<Int>] = []
        for form in forms {
            form.search.forEachPlace(in: bytes, before: end) { places.append($0..<$0 + form.length) }
        }
        return places.sorted { $0.lowerBound < $1.lowerBound }
    }

    private func hiding(_ places: [Range<Int>], in bytes: [UInt8], upTo end: Int) -> [UInt8] {
        if places.isEmpty { return Array(bytes[..<end]) }
        var result: [UInt8] = []
        result.reserveCapacity(end)
        var next = 0
        for place in places {
            // Secrets may overlap: one mark stands for both.
            if place.lowerBound >= next {
                result.append(contentsOf: bytes[next..<place.lowerBound])
                result.append(contentsOf: Self.mark.utf8)
            }
            next = max(next, place.upperBound)
        }
        if next < end { result.append(contentsOf: bytes[next..<end]) }
        return result
    }

    // MARK: - Forms

    /// `%2F` as `%2f`; the rest of the text has no percent sign.
    private static func withSmallHex(_ encoded: String) -> String {
        var left = 0
        return String(
            decoding: encoded.utf8.map { byte in
                if byte == UInt8(ascii: "%") {
                    left = 2
                    return byte
                }
                guard left > 0 else { return byte }
                left -= 1
                return Ordinal.lower(byte)
            }, as: UTF8.self)
    }

    /// Blanks as plus signs (application/x-www-form-urlencoded).
    private static func asForm(_ encoded: String) -> String { encoded.replacing("%20", with: "+") }

    private static func asJSON(_ text: String, escapesSlash: Bool) -> String {
        var writer = PieceWriter()
        for byte in text.utf8 {
            if byte == UInt8(ascii: "/"), escapesSlash { writer.append(UInt8(ascii: "\\")) }
            JSONEscape.append(byte, to: &writer)
        }
        return writer.finish().text
    }

    private static func asHTML(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension TemplateRequest {
    /// What of the request must not be shown, as it stands there and before it was encoded. A header of a telling name
    /// is hidden whatever it holds; what is a secret elsewhere too came from a parameter or a login.
    package var secrets: [String] {
        var secrets: [String] = []
        for piece in url.pieces + body.pieces where Self.isSecret(piece) {
            secrets.append(piece.text)
            secrets.append(Self.percentDecoded(piece.text))
        }
        for header in headers {
            let isAuthorization = RequestHeaders.isSame(header.name, "Authorization")
            for piece in header.value.pieces where Self.isSecret(piece) {
                guard isAuthorization || !piece.origins.isDisjoint(with: [.parameter, .authentication]) else {
                    continue
                }
                secrets.append(piece.text)
                // Of Basic (RFC 7617): the password may come back by itself.
                guard isAuthorization, let bytes = Base64.decoded(piece.text),
                    let pair = String(validating: bytes, as: UTF8.self)
                else { continue }
                secrets.append(pair)
                secrets.append(contentsOf: pair.split(separator: ":", maxSplits: 1).map { String($0) })
            }
        }
        return secrets
    }

    private static func isSecret(_ piece: EvaluatedText.Piece) -> Bool {
        piece.origins.contains(.secret) && !piece.origins.contains(.data)
    }

    private static func percentDecoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let first = rest.popFirst() {
            if first == UInt8(ascii: "%"), rest.count >= 2, let high = ByteClass.hexValue(rest[rest.startIndex]),
                let low = ByteClass.hexValue(rest[rest.startIndex + 1])
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(first)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
