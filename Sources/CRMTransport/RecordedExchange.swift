// One request with its answer, as it is kept in a folder of recordings. A value, and its form as a JSON file.

package import CRMTemplate
package import JSONText
internal import Platform

/// A request and what came of it, without the secrets of the request.
package struct RecordedExchange: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package enum Outcome: Sendable, Hashable {
        case response(TemplateResponse)
        case failure(TransportFailure)
    }

    package let method: String
    /// Secrets are `<redacted>`.
    package let url: String
    /// Secrets are `<redacted>`.
    package let headers: [Field]
    /// Secrets are `<redacted>`.
    package let body: String
    package let outcome: Outcome

    package init(method: String, url: String, headers: [Field], body: String, outcome: Outcome) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.outcome = outcome
    }

    /// The exchange of a request as the engine made it.
    package init(_ request: TemplateRequest, _ outcome: Outcome) {
        self.init(
            method: request.method, url: request.url.redacted,
            headers: request.headers.map { Field($0.name, $0.value.redacted) }, body: request.body.redacted,
            outcome: outcome)
    }
}

extension RecordedExchange {
    /// The file's text: indented JSON with a line break at its end.
    package var json: [UInt8] {
        var writer = JSONWriter(reserving: 1024, layout: .indented)
        writer.beginObject()
        writer.key("request")
        writer.beginObject()
        writer.field("method", method)
        writer.field("url", url)
        Self.write(headers.map { ($0.name, $0.value) }, to: &writer)
        if !body.isEmpty { writer.field("body", body) }
        writer.endObject()
        switch outcome {
        case .response(let response):
            writer.key("response")
            writer.beginObject()
            writer.field("status", response.status)
            Self.write(response.headers.map { ($0.name, $0.value) }, to: &writer)
            if let text = String(validating: response.body, as: UTF8.self) {
                writer.field("body", text)
            } else {
                writer.field("body_base64", Base64.encoded(response.body))
            }
            writer.endObject()
        case .failure(let failure):
            writer.key("failure")
            writer.beginObject()
            writer.field("kind", failure.kind.rawValue)
            writer.field("message", failure.message)
            writer.endObject()
        }
        writer.endObject()
        return writer.finish() + [UInt8(ascii: "\n")]
    }

    /// Reads a file's text.
    ///
    /// - Throws: what is wrong with it, with the line of a syntax error or the path of a field.
    package init(json: [UInt8]) throws(JSONInputError) {
        let file = try JSONFields(parsing: json, limits: Self.limits)
        try file.refuseUnknown(known: ["request", "response", "failure"])
        let request = try file.fields("request")
        try request.refuseUnknown(known: ["method", "url", "headers", "body"])
        let outcome: Outcome
        if let response = try file.optionalFields("response") {
            outcome = .response(try Self.response(response))
        } else {
            let failure = try file.fields("failure")
            outcome = .failure(
                TransportFailure(
                    try failure.choice("kind", as: TransportFailure.Kind.self),
                    try failure.string("message", length: 0...Int.max)))
        }
        self.init(
            method: try request.string("method", length: 1...16), url: try request.string("url", length: 1...Int.max),
            headers: try Self.headers(request).map { Field($0.name, $0.value) },
            body: try request.optionalString("body", length: 0...Int.max) ?? "", outcome: outcome)
    }

    /// A body is one string of the file, however long; what is around it is small.
    private static let limits = JSONLimits(depth: 8, numberBytes: 32, values: 10_000)

    private static func response(_ fields: JSONFields) throws(JSONInputError) -> TemplateResponse {
        try fields.refuseUnknown(known: ["status", "headers", "body", "body_base64"])
        let body: [UInt8]
        if let text = try fields.optionalString("body_base64", length: 0...Int.max) {
            guard let bytes = Base64.decoded(text) else {
                throw fields.error("body_base64", expected: "base64 text", found: "another string")
            }
            body = bytes
        } else {
            body = Array(try fields.optionalString("body", length: 0...Int.max)?.utf8 ?? "".utf8)
        }
        return TemplateResponse(
            status: Int(try fields.integer("status", in: 100...999)), headers: try headers(fields), body: body)
    }

    private static func headers(_ fields: JSONFields) throws(JSONInputError) -> [(name: String, value: String)] {
        guard fields.has("headers") else { return [] }
        var headers: [(name: String, value: String)] = []
        for row in try fields.rows("headers", count: 0...1000) {
            headers.append(
                (try row.string("name", length: 1...Int.max), try row.string("value", length: 0...Int.max)))
        }
        return headers
    }

    private static func write(_ headers: [(String, String)], to writer: inout JSONWriter) {
        writer.key("headers")
        writer.beginArray()
        for (name, value) in headers {
            writer.beginObject()
            writer.field("name", name)
            writer.field("value", value)
            writer.endObject()
        }
        writer.endArray()
    }
}

extension TransportFailure.Kind: CaseIterable {
    package static let allCases: [TransportFailure.Kind] = [
        .cannotResolve, .cannotConnect, .tls, .timedOut, .cancelled, .refusedAddress, .tooLarge, .protocolError,
        .badRedirect, .notRecorded, .overloaded,
    ]
}
