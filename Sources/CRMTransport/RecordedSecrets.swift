// What must not stand in a recording. Pure functions; ``RecordedExchange`` takes secrets out of requests, this file out
// of answers.

internal import CRMTemplate
internal import JSONText

/// Takes credentials out of answers before they are written down.
enum RecordedSecrets {
    /// What stands for a secret.
    static let mark = "<redacted>"

    /// Members of answers that hold credentials: those of OAuth 2.0 (RFC 6749 §5.1, RFC 7662) and what login calls of CRMs
    /// name theirs. Compared without case and separators.
    private static let names: Set<String> = [
        "accesstoken", "refreshtoken", "idtoken", "token", "authtoken", "sessiontoken", "bearertoken", "bearer", "jwt",
        "sessionid", "sid", "session", "apikey", "apisecret", "apitoken", "clientsecret", "secret", "password",
        "passwd", "authorization", "credential", "credentials", "privatekey", "csrftoken",
    ]

    /// Headers of answers that hold credentials.
    private static let headerNames: Set<String> = [
        "set-cookie", "authorization", "proxy-authorization", "authentication-info", "www-authenticate",
        "x-csrf-token", "x-auth-token",
    ]

    /// A secret shorter than this is not looked for in answers: it would be found in words.
    private static let secretBytesMin = 6

    /// The response with members and headers of known names, and every text that was secret in the request, replaced
    /// by the mark.
    static func removed(from response: TemplateResponse, of request: TemplateRequest) -> TemplateResponse {
        let secrets = secrets(of: request)
        return TemplateResponse(
            status: response.status,
            headers: response.headers.map { header in
                headerNames.contains(header.name.lowercased())
                    ? (name: header.name, value: mark)
                    : (name: header.name, value: replaced(secrets, in: header.value))
            },
            body: body(response.body, secrets))
    }

    /// The text with marks that were percent-encoded in a URL as they are elsewhere.
    static func plainMarks(_ text: String) -> String { replace(Array("%3Credacted%3E".utf8), in: text) }

    private static func secrets(of request: TemplateRequest) -> [[UInt8]] {
        ([request.url, request.body] + request.headers.map(\.value)).flatMap(\.pieces)
            .filter { $0.origins.contains(.secret) && $0.text.utf8.count >= secretBytesMin }
            .map { Array($0.text.utf8) }
    }

    private static func body(_ body: [UInt8], _ secrets: [[UInt8]]) -> [UInt8] {
        guard let text = String(validating: body, as: UTF8.self) else { return body }
        let plain = replaced(secrets, in: text)
        let bytes = Array(plain.utf8)
        let limits = JSONLimits(depth: JSONLimits.deepestDepth, numberBytes: 512, values: 4_000_000)
        // A body that is no JSON, or more than anybody reads, is kept as it is.
        guard let value = try? JSONValue(parsing: bytes, limits: limits, duplicateKeys: .keepLast) else { return bytes }
        guard let redacted = redacted(value) else { return bytes }
        var writer = JSONWriter(reserving: bytes.count)
        writer.value(redacted)
        return writer.finish()
    }

    /// The value without credentials; nil when there is none in it, so that the text can stay as it was sent.
    private static func redacted(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .null, .bool, .number, .string: return nil
        case .array(let elements):
            let changed = elements.map(redacted)
            guard changed.contains(where: { $0 != nil }) else { return nil }
            return .array(zip(elements, changed).map { $1 ?? $0 })
        case .object(let object):
            var result = object
            var isChanged = false
            for member in object.members {
                if member.value.string != nil, names.contains(plainName(member.name)) {
                    result[member.name] = .string(mark)
                    isChanged = true
                } else if let changed = redacted(member.value) {
                    result[member.name] = changed
                    isChanged = true
                }
            }
            return isChanged ? .object(result) : nil
        }
    }

    private static func plainName(_ name: String) -> String {
        name.lowercased().filter { $0 != "_" && $0 != "-" && $0 != "." }
    }

    private static func replaced(_ secrets: [[UInt8]], in text: String) -> String {
        secrets.reduce(text) { replace($1, in: $0) }
    }

    private static func replace(_ secret: [UInt8], in text: String) -> String {
        guard let first = secret.first else { return text }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == first, bytes[index...].starts(with: secret) {
                result += mark.utf8
                index += secret.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
