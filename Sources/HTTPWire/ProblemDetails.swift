// The one error shape of this product, `application/problem+json` (RFC 9457). Immutable values.

/// An error answer: `{type, title, status, detail, code, error, request_id}` and what a fault adds to it.
package struct ProblemDetails: Sendable {
    /// The media type of RFC 9457.
    package static let contentType = "application/problem+json"

    /// A further member of the object.
    package enum Member: Hashable, Sendable {
        case integer(Int64)
        case string(String)
    }

    /// The status, also a member of the object.
    package var status: HTTPStatus
    /// The stable word a client can act on.
    package var code: String
    /// One sentence for people.
    package var detail: String
    /// A URI that names the kind of problem.
    package var type: String
    /// Further members, in order, behind the fixed ones.
    package var members: [(name: String, value: Member)]

    /// A problem in words; `detail` must hold nothing that may not be shown.
    package init(
        status: HTTPStatus, code: String, detail: String, type: String = "about:blank",
        members: [(name: String, value: Member)] = []
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.type = type
        self.members = members
    }

    /// What the HTTP layer found wrong.
    package init(_ fault: HTTPFault) {
        self.init(status: fault.status, code: fault.code, detail: fault.detail)
    }

    /// The JSON object.
    package func body(requestID: String) -> [UInt8] {
        var output: [UInt8] = []
        output.append(contentsOf: "{\"type\":".utf8)
        Self.appendString(type, to: &output)
        output.append(contentsOf: ",\"title\":".utf8)
        Self.appendString(status.reason, to: &output)
        output.append(contentsOf: ",\"status\":\(status.code),\"detail\":".utf8)
        Self.appendString(detail, to: &output)
        output.append(contentsOf: ",\"code\":".utf8)
        Self.appendString(code, to: &output)
        output.append(contentsOf: ",\"error\":".utf8)
        Self.appendString(detail, to: &output)
        output.append(contentsOf: ",\"request_id\":".utf8)
        Self.appendString(requestID, to: &output)
        for member in members {
            output.append(UInt8(ascii: ","))
            Self.appendString(member.name, to: &output)
            output.append(UInt8(ascii: ":"))
            switch member.value {
            case .integer(let value): output.append(contentsOf: String(value).utf8)
            case .string(let text): Self.appendString(text, to: &output)
            }
        }
        output.append(UInt8(ascii: "}"))
        return output
    }

    /// The whole answer, with the fields its status requires.
    package func response(requestID: String) -> HTTPResponse {
        var response = HTTPResponse(status: status, contentType: Self.contentType, body: body(requestID: requestID))
        response.add("Cache-Control", "no-store")
        // RFC 9110 §15.6.4: when to come back; the shortage is expected to be over in a moment.
        if status == .serviceUnavailable { response.add("Retry-After", "1") }
        return response
    }

    /// RFC 8259 §7: quotation mark, backslash and controls are escaped, everything else stays as UTF-8.
    private static func appendString(_ text: String, to output: inout [UInt8]) {
        let digits: StaticString = "0123456789abcdef"
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case 0..<0x20, 0x7f:
                output.append(contentsOf: "\\u00".utf8)
                output.append(digits.utf8Start[Int(byte >> 4)])
                output.append(digits.utf8Start[Int(byte & 15)])
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}

extension HTTPFault {
    /// The answer to this fault in the shape all errors have.
    package func response(requestID: String) -> HTTPResponse {
        var response = ProblemDetails(self).response(requestID: requestID)
        if case .methodNotAllowed(let allow) = self { response.set("Allow", allow) }
        return response
    }
}
