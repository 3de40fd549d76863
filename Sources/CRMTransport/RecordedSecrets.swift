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

    /// A text of a login's answer that is as long as this and has no blank may be a token, whatever it is called.
    /// Identifiers of sessions have 20 characters and more, words that rules look for have fewer.
    private static let tokenBytesMin = 16

    /// The response with members and headers of known names, and every text that is secret, replaced by the mark; of a
    /// login also what may be a token.
    static func removed(
        from response: TemplateResponse, of request: TemplateRequest, _ secrets: SecretSearch
    ) -> TemplateResponse {
        TemplateResponse(
            status: response.status,
            headers: response.headers.map { header in
                SecretHeader.isSecret(header.name, inLogin: request.givesSecrets)
                    ? (name: header.name, value: mark)
                    : (name: header.name, value: secrets.hidden(header.value))
            },
            body: body(response.body, secrets, givesSecrets: request.givesSecrets))
    }

    /// The text with marks that were percent-encoded in a URL as they are elsewhere.
    static func plainMarks(_ text: String) -> String { replace(Array("%3Credacted%3E".utf8), in: text) }

    private static func body(_ body: [UInt8], _ secrets: SecretSearch, givesSecrets: Bool) -> [UInt8] {
        let bytes = secrets.hidden(body, upTo: body.count)
        let limits = JSONLimits(depth: JSONLimits.deepestDepth, numberBytes: 512, values: 4_000_000)
        // A body that is no JSON, or more than anybody reads, is kept as it is, unless it may be a token itself.
        guard let value = try? JSONValue(parsing: bytes, limits: limits, duplicateKeys: .keepLast) else {
            return givesSecrets && !bytes.isEmpty ? Array(mark.utf8) : bytes
        }
        guard let redacted = redacted(value, givesSecrets) else { return bytes }
        var writer = JSONWriter(reserving: bytes.count)
        writer.value(redacted)
        return writer.finish()
    }

    /// The value without credentials; nil when there is none in it, so that the text can stay as it was sent.
    private static func redacted(_ value: JSONValue, _ givesSecrets: Bool) -> JSONValue? {
        switch value {
        case .null, .bool, .number: return nil
        case .string(let text):
            let mayBeToken =
                givesSecrets && text.utf8.count >= tokenBytesMin && !text.utf8.contains(0x20)
                && !PublicAddress.isPlain(text)
            return mayBeToken ? .string(mark) : nil
        case .array(let elements):
            let changed = elements.map { redacted($0, givesSecrets) }
            guard changed.contains(where: { $0 != nil }) else { return nil }
            return .array(zip(elements, changed).map { $1 ?? $0 })
        case .object(let object):
            var result = object
            var isChanged = false
            for member in object.members {
                if member.value.string != nil, names.contains(plainName(member.name)) {
                    result[member.name] = .string(mark)
                    isChanged = true
                } else if let changed = redacted(member.value, givesSecrets) {
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
