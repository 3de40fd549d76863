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

    /// How the client learns where the content ends (RFC 9112 §6.3).
    package enum Content: Hashable, Sendable {
        /// `Content-Length`: the content of the answer is there and follows.
        case whole
        /// As `whole`, but the content stays away because the request was HEAD (RFC 9110 §9.3.2).
        case omitted
        /// `Transfer-Encoding: chunked`: the content follows in pieces.
        case chunked
        /// The content follows in pieces and ends with the connection; or there is none, and nothing is said of its
        /// length because nobody knows it.
        case unframed
    }

    /// What the client is told about the connection.
    package var persistence: Persistence
    /// How the content is sent.
    package var content: Content

    /// What the connection has decided about one answer.
    package init(persistence: Persistence, content: Content) {
        self.persistence = persistence
        self.content = content
    }
}

/// Writes answers in a way that no header value can end a line or an answer early.
package enum ResponseSerializer {
    /// The interim answer that asks for the body (RFC 9110 §15.2.1).
    package static let continuation: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
    /// What ends a content that was sent in chunks; there are no trailers.
    package static let lastChunk: StaticString = "0\r\n\r\n"

    /// Appends the whole answer to `output`; of one whose content follows in pieces, the head.
    /// - Parameters:
    ///   - dateLine: a whole `Date` line with its CR LF, made once a second.
    ///   - requestID: the id of the exchange; its bytes have been checked.
    package static func append(
        _ response: HTTPResponse, frame: ResponseFrame, dateLine: [UInt8], requestID: String, to output: OutputBuffer
    ) {
        let line = response.status.statusLine
        if line.utf8Start[9] == UInt8(ascii: "0") {
            output.append("HTTP/1.1 ")
            output.append(decimal: UInt64(response.status.code))
            output.append(" Unknown\r\n")
        } else {
            output.append(line)
        }
        output.append(dateLine)
        output.append("X-Request-Id: ")
        output.append(text: requestID)
        output.append("\r\nX-Content-Type-Options: nosniff\r\n")
        output.append(response.fieldLines)
        switch frame.persistence {
        case .implied: break
        case .keepAlive: output.append("Connection: keep-alive\r\n")
        case .close: output.append("Connection: close\r\n")
        }
        if response.status.forbidsContent {
            output.append("\r\n")
            return
        }
        switch frame.content {
        case .whole, .omitted:
            output.append("Content-Length: ")
            output.append(decimal: UInt64(response.body.count))
            output.append("\r\n\r\n")
            if frame.content == .whole { output.append(response.body) }
        case .chunked: output.append("Transfer-Encoding: chunked\r\n\r\n")
        case .unframed: output.append("\r\n")
        }
    }

    /// Appends a piece of content in a chunk of its own (RFC 9112 §7.1); nothing for an empty piece, which would be the
    /// end.
    package static func append(chunk bytes: [UInt8], to output: OutputBuffer) {
        guard !bytes.isEmpty else { return }
        output.append(hexadecimal: UInt64(bytes.count))
        output.append("\r\n")
        output.append(bytes)
        output.append("\r\n")
    }
}
