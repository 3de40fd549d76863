// Answers as bytes (RFC 9112 §4, §6). Pure functions that append to the caller's buffer.

/// What the connection adds to an answer.
package struct ResponseFrame: Sendable {
    /// What the client is told about the connection (RFC 9112 §9).
    package enum Persistence: Hashable, Sendable {
        /// HTTP/1.1 keeps connections by itself: no field.
        case implied
        /// `Connection: keep-alive`, for HTTP/1.0 clients that asked for it.
        case keepAlive
        /// `Connection: close`.
        case close
    }

    /// What the client is told about the connection.
    package var persistence: Persistence
    /// Whether the content stays away because the request was HEAD (RFC 9110 §9.3.2).
    package var omitsContent: Bool

    /// What the connection has decided about one answer.
    package init(persistence: Persistence, omitsContent: Bool) {
        self.persistence = persistence
        self.omitsContent = omitsContent
    }
}

/// Writes answers in a way that no header value can end a line or an answer early.
package enum ResponseSerializer {
    /// The interim answer that asks for the body (RFC 9110 §15.2.1).
    package static let continuation = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// Appends the whole answer to `output`.
    /// - Parameters:
    ///   - dateLine: a whole `Date` line with its CR LF, made once a second.
    ///   - requestID: the id of the exchange; its bytes have been checked.
    package static func append(
        _ response: HTTPResponse, frame: ResponseFrame, dateLine: [UInt8], requestID: String, to output: inout [UInt8]
    ) {
        let line = response.status.statusLine
        let start = output.count
        append(line, to: &output)
        if output[start + 9] == UInt8(ascii: "0") {
            var code = response.status.code
            for position in [11, 10, 9] {
                output[start + position] = UInt8(ascii: "0") + UInt8(code % 10)
                code /= 10
            }
        }
        output.append(contentsOf: dateLine)
        append("X-Request-Id: ", to: &output)
        appendValue(requestID, to: &output)
        append("\r\nX-Content-Type-Options: nosniff\r\n", to: &output)
        for field in response.fields where isSendable(field.name) {
            append(text: field.name, to: &output)
            append(": ", to: &output)
            appendValue(field.value, to: &output)
            append("\r\n", to: &output)
        }
        switch frame.persistence {
        case .implied: break
        case .keepAlive: append("Connection: keep-alive\r\n", to: &output)
        case .close: append("Connection: close\r\n", to: &output)
        }
        if response.status.forbidsContent {
            append("\r\n", to: &output)
            return
        }
        append("Content-Length: ", to: &output)
        appendDecimal(response.body.count, to: &output)
        append("\r\n\r\n", to: &output)
        if !frame.omitsContent { output.append(contentsOf: response.body) }
    }

    /// Fields the connection owns, and names that are no token, are left out.
    private static func isSendable(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { bytes in
            let span = bytes.span
            guard span.count > 0 else { return false }
            for index in span.indices where !ByteClass.isToken(span[index]) { return false }
            switch span.count {
            case 4: return !span.spellsIgnoringCase("date")
            case 10: return !span.spellsIgnoringCase("connection")
            case 12: return !span.spellsIgnoringCase("x-request-id")
            case 14: return !span.spellsIgnoringCase("content-length")
            case 17: return !span.spellsIgnoringCase("transfer-encoding")
            case 22: return !span.spellsIgnoringCase("x-content-type-options")
            default: return true
            }
        }
    }

    /// RFC 9110 §5.5: CR, LF and NUL must not be sent; each becomes a space, as do the other controls.
    private static func appendValue(_ value: String, to output: inout [UInt8]) {
        let start = output.count
        append(text: value, to: &output)
        for index in start..<output.count where !ByteClass.isFieldValue(output[index]) {
            output[index] = UInt8(ascii: " ")
        }
    }

    private static func append(text: String, to output: inout [UInt8]) {
        var text = text
        text.withUTF8 { output.append(contentsOf: $0) }
    }

    @inline(__always)
    private static func append(_ text: StaticString, to output: inout [UInt8]) {
        text.withUTF8Buffer { output.append(contentsOf: $0) }
    }

    private static func appendDecimal(_ value: Int, to output: inout [UInt8]) {
        var digits: InlineArray<20, UInt8> = .init(repeating: 0)
        var rest = value
        var first = 20
        repeat {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        for index in first..<20 { output.append(digits[index]) }
    }
}
