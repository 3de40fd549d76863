// The headers of a request. A value, confined to the call that makes one.

internal import HTTPWire
internal import Platform

/// Collects headers; what is set first is not set again by ``addIfAbsent(_:)``.
struct RequestHeaders {
    private let limits: RequestLimits
    private let recorder: TraceRecorder?
    private(set) var all: [TemplateRequest.Header] = []

    init(limits: RequestLimits, recorder: TraceRecorder?) {
        self.limits = limits
        self.recorder = recorder
    }

    /// A header of the template's. An empty one is not sent; of two with the same name the last is.
    mutating func set(_ name: String, _ value: EvaluatedText) throws(RequestError) {
        try add(name, value, replaces: true)
    }

    /// A header that only is sent when there is none of that name.
    mutating func addIfAbsent(_ name: String, _ value: EvaluatedText) throws(RequestError) {
        try add(name, value, replaces: false)
    }

    private mutating func add(_ name: String, _ value: EvaluatedText, replaces: Bool) throws(RequestError) {
        guard !name.isEmpty, name.utf8.allSatisfy(ByteClass.isToken) else {
            throw RequestError(
                .header, "a header has a name that HTTP does not allow (letters, digits, '-' and the like)")
        }
        if Self.isFraming(name) {
            recorder?.note("the header '\(name)' is not sent: it belongs to the connection, not to the template")
            return
        }
        let trimmed = Self.trimmed(value)
        if trimmed.isEmpty { return }
        try check(trimmed, of: name)
        let header = TemplateRequest.Header(name, Self.isCredential(name) ? Self.concealed(trimmed) : trimmed)
        if let index = all.firstIndex(where: { Self.isSame($0.name, name) }) {
            if replaces { all[index] = header }
            return
        }
        guard all.count < limits.headers else {
            throw RequestError(.tooLarge, "the request has more than \(limits.headers) headers")
        }
        all.append(header)
    }

    /// RFC 9110 §5.5: no CR, LF or NUL, which end a value or a line, and no other control but the tab.
    private func check(_ value: EvaluatedText, of name: String) throws(RequestError) {
        var byteCount = 0
        for piece in value.pieces {
            byteCount += piece.text.utf8.count
            var previous: UInt8 = 0
            for byte in piece.text.utf8 {
                // C2 80 to C2 9F are the C1 controls in UTF-8.
                if byte < 0x20 && byte != 0x09 || byte == 0x7F || previous == 0xC2 && byte < 0xA0 {
                    throw RequestError(
                        .header,
                        "the header '\(name)' holds a control character or a line break, which comes from "
                            + piece.origins.description)
                }
                previous = byte
            }
        }
        if byteCount > limits.headerBytes {
            throw RequestError(.tooLarge, "the header '\(name)' is longer than \(limits.headerBytes) bytes")
        }
    }

    /// Without white space at both ends, which is no part of a value (RFC 9110 §5.5). Line breaks go only where they are
    /// the template's own, from its layout; anybody else's are refused with the value.
    private static func trimmed(_ value: EvaluatedText) -> EvaluatedText {
        // Most values have nothing to trim.
        if let first = value.pieces.first, let last = value.pieces.last, let start = first.text.unicodeScalars.first,
            let end = last.text.unicodeScalars.last, !isSpace(start, first.origins), !isSpace(end, last.origins)
        {
            return value
        }
        var pieces = value.pieces[...]
        while let first = pieces.first {
            let rest = first.text.unicodeScalars.drop { isSpace($0, first.origins) }
            if rest.count == first.text.unicodeScalars.count { break }
            pieces.removeFirst()
            if rest.isEmpty { continue }
            pieces.insert(EvaluatedText.Piece(String(rest), first.origins), at: pieces.startIndex)
            break
        }
        while let last = pieces.last {
            var rest = last.text.unicodeScalars[...]
            while let scalar = rest.last, isSpace(scalar, last.origins) { rest.removeLast() }
            if rest.count == last.text.unicodeScalars.count { break }
            pieces.removeLast()
            if rest.isEmpty { continue }
            pieces.append(EvaluatedText.Piece(String(rest), last.origins))
            break
        }
        return EvaluatedText(Array(pieces))
    }

    private static func isSpace(_ scalar: Unicode.Scalar, _ origins: Origins) -> Bool {
        switch scalar {
        case " ", "\t": true
        case "\r", "\n": origins == .template
        default: false
        }
    }

    /// What the connection sets itself. A value here could cut requests in two or send them to another site of the host.
    private static func isFraming(_ name: String) -> Bool {
        framing.contains { isSame($0, name) }
    }

    private static let framing = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "upgrade", "te",
        "trailer", "expect",
    ]

    /// Headers that carry credentials whatever their value was made of: never shown, and not sent to another host.
    /// Templates keep keys in parameters of the type String, so the name has to tell.
    private static func isCredential(_ name: String) -> Bool {
        let lowered = name.utf8.map(ByteClass.lowered)
        return credentialWords.contains { word in
            guard lowered.count >= word.count else { return false }
            return (0...lowered.count - word.count).contains { start in
                word.indices.allSatisfy { lowered[start + $0] == word[$0] }
            }
        }
    }

    private static let credentialWords = ["auth", "cookie", "key", "pass", "secret", "session", "token"].map {
        Array($0.utf8)
    }

    /// The value as a secret, but for a scheme's name in front of it (`Bearer `) that is the template's own.
    private static func concealed(_ value: EvaluatedText) -> EvaluatedText {
        var result = EvaluatedText()
        var rest = Substring(value.text)
        if let first = value.pieces.first, first.origins == .template,
            let blank = first.text.utf8.firstIndex(of: UInt8(ascii: " ")),
            first.text.utf8[..<blank].allSatisfy(ByteClass.isToken)
        {
            let scheme = first.text[...blank]
            result.append(String(scheme), .template)
            rest = Substring(rest.utf8.dropFirst(scheme.utf8.count))
        }
        result.append(String(rest), value.origins.union(.secret))
        return result
    }

    /// Header names are the same in any case.
    static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count
            && zip(left.utf8, right.utf8).allSatisfy { ByteClass.lowered($0) == ByteClass.lowered($1) }
    }
}
