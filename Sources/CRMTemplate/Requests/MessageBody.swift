// `Request@Message`: a body that the template writes out itself. Pure functions.
//
// Values are put into it as they are, as the PBX does. One thing is different: where the body is JSON, a value of a call,
// a contact or a response that stands inside a string cannot end that string. On the PBX a quote in a caller's name
// makes JSON that no server reads, or that says what the caller wants. Here the quote is escaped, and so are line breaks.
// Escapes that the template has put into a value itself (`\n` for a line break) are left alone.

/// Bodies written by the template.
enum MessageBody {
    /// The evaluated message with the strings of JSON kept whole.
    static func guarded(_ text: EvaluatedText, recorder: TraceRecorder?) -> EvaluatedText {
        guard text.pieces.contains(where: { $0.origins.contains(.data) }) else { return text }
        var state = State.outside
        var writer = PieceWriter()
        var isChanged = false
        for piece in text.pieces {
            writer.begin(piece.origins)
            let isData = piece.origins.contains(.data)
            // A value that brings its own quotes, such as the result of a method, is the template's business.
            let isGuarded = isData && state != .outside
            for byte in piece.text.utf8 {
                if isGuarded, state == .string, byte == UInt8(ascii: "\"") || byte < 0x20 {
                    JSONEscape.append(byte, to: &writer)
                    isChanged = true
                    continue
                }
                if isGuarded, state == .escape, byte < 0x20 {
                    // The back-slash before it was no escape: it becomes one of itself.
                    writer.append(UInt8(ascii: "\\"))
                    JSONEscape.append(byte, to: &writer)
                    state = .string
                    isChanged = true
                    continue
                }
                writer.append(byte)
                state = state.after(byte)
            }
            if isGuarded, state == .escape {
                writer.append(UInt8(ascii: "\\"))
                state = .string
                isChanged = true
            }
        }
        guard isChanged else { return text }
        recorder?.note(
            "a quote, a back-slash or a line break of a value was escaped: it would have ended a JSON string")
        return writer.finish()
    }

    /// Where in a JSON text a byte stands.
    private enum State {
        case outside
        case string
        /// Behind a back-slash in a string.
        case escape

        func after(_ byte: UInt8) -> State {
            switch self {
            case .outside: byte == UInt8(ascii: "\"") ? .string : .outside
            case .string:
                byte == UInt8(ascii: "\\") ? .escape : byte == UInt8(ascii: "\"") ? .outside : .string
            case .escape: .string
            }
        }
    }

    /// Whether a content type means JSON: `application/json`, `…+json`, with or without parameters.
    static func isJSON(_ contentType: String) -> Bool {
        let type = contentType.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        return type == "application/json" || type == "text/json" || type.hasSuffix("+json")
    }
}
