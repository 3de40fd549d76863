// Every fault has the status and the word of the error table, and an answer of the one shape.

import HTTPWire
import Testing

@Suite struct `A fault` {
    static let table: [(HTTPFault, UInt16, String)] = [
        (.badRequest(.requestLine), 400, "invalid_request"),
        (.notFound, 404, "not_found"),
        (.methodNotAllowed(allow: "GET"), 405, "method_not_allowed"),
        (.requestTimeout, 408, "request_timeout"),
        (.preconditionFailed, 412, "precondition_failed"),
        (.payloadTooLarge(limit: 1), 413, "payload_too_large"),
        (.uriTooLong(limit: 1), 414, "uri_too_long"),
        (.unsupportedMediaType(), 415, "unsupported_media_type"),
        (.unsupportedExpectation, 417, "invalid_request"),
        (.misdirected, 421, "misdirected"),
        (.headersTooLarge(limit: 1), 431, "headers_too_large"),
        (.tooManyHeaders(limit: 1), 431, "headers_too_large"),
        (.internalError, 500, "internal"),
        (.unknownMethod, 501, "not_implemented"),
        (.unknownTransferCoding, 501, "not_implemented"),
        (.unavailable, 503, "unavailable"),
        (.versionNotSupported, 505, "version_not_supported"),
    ]

    @Test(arguments: table) func `has its status and code`(_ fault: HTTPFault, _ status: UInt16, _ code: String) {
        #expect(fault.status.code == status)
        #expect(fault.code == code)
        #expect(fault.status.reason != "Unknown")
        #expect(fault.detail.hasSuffix("."))
    }

    @Test(arguments: table) func `is answered in the one shape`(_ fault: HTTPFault, _ status: UInt16, _ code: String) {
        let response = fault.response(requestID: "r-1")
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(response.field("content-type") == "application/problem+json")
        for member in [
            "\"type\":\"about:blank\"", "\"title\":\"\(fault.status.reason)\"", "\"status\":\(status)", "\"detail\":",
            "\"code\":\"\(code)\"", "\"error\":", "\"request_id\":\"r-1\"",
        ] {
            #expect(text.contains(member))
        }
        #expect((response.field("allow") != nil) == (status == 405))
        #expect((response.field("retry-after") == "1") == (status == 503))
    }

    @Test func `escapes what it is given`() {
        let problem = ProblemDetails(
            status: .conflict, code: "conflict", detail: "a\"b\\c\n\u{1}é",
            members: [("balance_micros", .integer(-5)), ("hint", .string("\u{7f}"))])
        let text = String(decoding: problem.body(requestID: "x"), as: UTF8.self)
        #expect(text.contains(#""detail":"a\"b\\c\u000a\u0001é""#))
        #expect(text.hasSuffix(#","balance_micros":-5,"hint":"\u007f"}"#))
    }
}
