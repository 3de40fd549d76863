// The URL of a request: where it may go, and how it is completed. Pure functions.
//
// Three rules of the engine's own meet here. Data never names the authority: a value of a call, a contact or a response
// that reaches into scheme, host or port stops the request. Data never moves the path: `?` and `#` in it are encoded,
// and it may not be, or become part of, a `.` or `..` segment. What the URL needs besides is done as .NET's `Uri` does
// it, because templates rely on it: illegal characters are percent-encoded, everything else, `%XX` and `&` of values
// included, stays as it is.

internal import HTTPWire
internal import Platform

/// Checks and completes URLs.
enum RequestURL {
    /// The evaluated text as an absolute http or https URL without a fragment, in ASCII.
    static func complete(
        _ text: EvaluatedText, limits: RequestLimits, recorder: TraceRecorder?
    ) throws(RequestError) -> EvaluatedText {
        let source = FlatText(text)
        guard source.bytes.count <= limits.urlBytes else { throw tooLong(limits) }
        let whole = source.trimmed()
        try refuseControls(source, whole)
        let authority = try authority(of: source, whole)
        try check(authority, of: source)
        try refuseSteering(of: source, authority.upperBound..<whole.upperBound)
        var completed = complete(source, whole, from: authority.upperBound, recorder)
        guard completed.byteCount <= limits.urlBytes else { throw tooLong(limits) }
        return completed.finish()
    }

    // MARK: - What is refused

    private static func tooLong(_ limits: RequestLimits) -> RequestError {
        RequestError(.tooLarge, "the URL is longer than \(limits.urlBytes) bytes")
    }

    /// C0, DEL and, as UTF-8, C1 controls: none has a place in a URL, and some readers skip or end at them.
    private static func refuseControls(_ source: FlatText, _ whole: Range<Int>) throws(RequestError) {
        for index in whole {
            let byte = source.bytes[index]
            let isControl =
                byte < 0x20 || byte == 0x7F
                || byte == 0xC2 && index + 1 < whole.upperBound && source.bytes[index + 1] < 0xA0
            if isControl {
                throw RequestError(
                    .url, "the URL holds a control character, which comes from \(source.describe(index))")
            }
        }
    }

    /// Where the authority stands: between `://` and the first `/`, `?` or `#` (RFC 3986 §3.2).
    private static func authority(of source: FlatText, _ whole: Range<Int>) throws(RequestError) -> Range<Int> {
        let bytes = source.bytes
        var start = whole.lowerBound
        for expected in "http".utf8 {
            guard start < whole.upperBound, ByteClass.lowered(bytes[start]) == expected else { throw notAbsolute }
            start += 1
        }
        if start < whole.upperBound, ByteClass.lowered(bytes[start]) == UInt8(ascii: "s") { start += 1 }
        for expected in "://".utf8 {
            guard start < whole.upperBound, bytes[start] == expected else { throw notAbsolute }
            start += 1
        }
        var end = start
        while end < whole.upperBound, !isAuthorityEnd(bytes[end]) { end += 1 }
        for index in whole.lowerBound..<end where source.isData(index) { throw steered }
        // `https://crm.test[X]` lets data decide where the host ends. A slash ends it where the template's own text
        // does; nothing else may.
        if end < whole.upperBound, source.isData(end), bytes[end] != UInt8(ascii: "/") { throw steered }
        return start..<end
    }

    private static let notAbsolute = RequestError(
        .url, "the URL does not begin with http:// or https://; it has to be absolute")

    private static let steered = RequestError(
        .steeredByData,
        "a value of the call, the contact or a response would decide to which host the request goes; "
            + "scheme, host and port may only come from the template, its parameters and the authentication")

    private static func isAuthorityEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
    }

    /// `host [ ":" port ]` and nothing else: no user information, no backslash that some readers take for a slash, no
    /// percent-encoding, and letters of ASCII only, because some of the others turn into dots and slashes when a name
    /// is looked up (RFC 3986 §3.2, UTS #46).
    private static func check(_ authority: Range<Int>, of source: FlatText) throws(RequestError) {
        let bytes = source.bytes[authority]
        if bytes.contains(UInt8(ascii: "@")) {
            throw RequestError(.url, "the URL holds user information before '@'; use an Authorization header instead")
        }
        if bytes.contains(where: { $0 >= 0x80 }) {
            throw RequestError(.url, "the host of the URL is not ASCII; write it in its 'xn--' form")
        }
        var host = bytes
        if let colon = bytes.lastIndex(of: UInt8(ascii: ":")), bytes.last != UInt8(ascii: "]") {
            host = bytes[..<colon]
            try check(port: bytes[(colon + 1)...])
        }
        if host.first == UInt8(ascii: "[") {
            guard host.contains(UInt8(ascii: ":")), NetworkAddress(String(decoding: host, as: UTF8.self)) != nil else {
                throw RequestError(.url, "the brackets in the host of the URL hold no IPv6 address")
            }
            return
        }
        guard isHostName(host) else {
            throw RequestError(.url, "the URL has no usable host between '//' and the next '/', '?' or '#'")
        }
    }

    /// Letters, digits, `-`, `_` and dots between them; a dot at the end is the root. At most 253 bytes, 63 a label
    /// (RFC 1035 §2.3.4).
    private static func isHostName(_ host: ArraySlice<UInt8>) -> Bool {
        var name = host
        if name.last == UInt8(ascii: ".") { name.removeLast() }
        guard (1...253).contains(name.count) else { return false }
        var length = 0
        for byte in name {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): length += 1
            case UInt8(ascii: ".") where length > 0: length = 0
            default: return false
            }
            if length > 63 { return false }
        }
        return length > 0
    }

    private static func check(port: ArraySlice<UInt8>) throws(RequestError) {
        var number = 0
        for byte in port {
            guard ByteClass.isDigit(byte), port.count <= 5 else { throw badPort }
            number = number * 10 + Int(byte - 0x30)
        }
        guard port.isEmpty || (1...65_535).contains(number) else { throw badPort }
    }

    private static let badPort = RequestError(.url, "the port of the URL is no number from 1 to 65535")

    /// No segment of the path that data takes part in may be `.` or `..`, however it is written: `/contacts/[Id]` must
    /// not lead out of `/contacts/`. Encoded slashes count as slashes, because some servers decode them first.
    private static func refuseSteering(of source: FlatText, _ rest: Range<Int>) throws(RequestError) {
        guard source.hasData else { return }
        var index = rest.lowerBound
        var dots = 0
        var isDots = true
        var inParameter = false
        var hasData = false
        func endSegment() throws(RequestError) {
            if isDots, hasData, dots == 1 || dots == 2 {
                throw RequestError(
                    .steeredByData,
                    "a value of the call, the contact or a response would move the path of the URL with '.' or '..'")
            }
        }
        while index < rest.upperBound {
            let byte = source.bytes[index]
            // A question mark or a fragment of the template's own ends the path; those of data will be encoded.
            if byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#"), !source.isData(index) { break }
            let (character, length) = decoded(source.bytes, index, rest.upperBound)
            switch character {
            case UInt8(ascii: "/"), UInt8(ascii: "\\"):
                // A divider of data makes a segment of the template's dots, too.
                let isData = source.isData(index, length)
                hasData = hasData || isData
                try endSegment()
                dots = 0
                isDots = true
                inParameter = false
                hasData = isData
            // Some servers read `..;x` as `..` with a parameter (RFC 3986 §3.3), and take the parameter away.
            case UInt8(ascii: ";"):
                inParameter = true
                hasData = hasData || source.isData(index, length)
            case _ where inParameter: break
            case UInt8(ascii: "."):
                dots += 1
                hasData = hasData || source.isData(index, length)
            default:
                isDots = false
            }
            index += length
        }
        try endSegment()
    }

    /// The byte at a place, percent-decoded, and how many bytes it takes as written.
    private static func decoded(_ bytes: [UInt8], _ index: Int, _ end: Int) -> (byte: UInt8, length: Int) {
        guard bytes[index] == UInt8(ascii: "%"), index + 2 < end, let high = ByteClass.hexValue(bytes[index + 1]),
            let low = ByteClass.hexValue(bytes[index + 2])
        else { return (bytes[index], 1) }
        return (high << 4 | low, 3)
    }

    // MARK: - Completion

    /// Percent-encodes what may not stand in a URL, from the end of the authority on, and cuts off a fragment.
    private static func complete(
        _ source: FlatText, _ whole: Range<Int>, from start: Int, _ recorder: TraceRecorder?
    ) -> PieceWriter {
        let bytes = source.bytes
        var writer = PieceWriter()
        var inQuery = false
        var dataDivides = false
        runs: for run in source.runs {
            let range = run.range.clamped(to: whole)
            guard !range.isEmpty else { continue }
            let isData = run.origins.contains(.data)
            writer.begin(run.origins)
            for index in range {
                let byte = bytes[index]
                if index < start {
                    // Schemes are the same in any case; hosts are compared by who sends.
                    writer.append(index - whole.lowerBound < 5 ? ByteClass.lowered(byte) : byte)
                    continue
                }
                switch byte {
                case UInt8(ascii: "#") where !isData:
                    recorder?.note("the URL's part from '#' on is not sent")
                    break runs
                case UInt8(ascii: "?") where !isData:
                    inQuery = true
                    writer.append(byte)
                case UInt8(ascii: "#"): writer.appendEncoded(byte)
                case UInt8(ascii: "?") where !inQuery: writer.appendEncoded(byte)
                case UInt8(ascii: "%"):
                    if decoded(bytes, index, whole.upperBound).length == 3 {
                        writer.append(byte)
                    } else {
                        writer.appendEncoded(byte)
                    }
                default:
                    if mustBeEncoded(byte) { writer.appendEncoded(byte) } else { writer.append(byte) }
                    if isData, inQuery, byte == UInt8(ascii: "&") { dataDivides = true }
                }
            }
        }
        if dataDivides {
            recorder?.note(
                "a value holds '&', which begins another parameter of the query; [Escaped…] variables avoid that")
        }
        return writer
    }

    /// What .NET's `Uri` encodes: blanks, the characters RFC 3986 has no place for, and everything beyond ASCII.
    private static func mustBeEncoded(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
            UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            true
        default: byte >= 0x80
        }
    }
}

/// An evaluated text as one run of bytes that know where they come from.
private struct FlatText {
    struct Run {
        let range: Range<Int>
        let origins: Origins
    }

    let bytes: [UInt8]
    let runs: [Run]
    /// For each byte whether it comes from data; empty when none does.
    private let marks: [Bool]

    init(_ text: EvaluatedText) {
        var bytes: [UInt8] = []
        var runs: [Run] = []
        runs.reserveCapacity(text.pieces.count)
        for piece in text.pieces {
            let start = bytes.count
            bytes.append(contentsOf: piece.text.utf8)
            if bytes.count > start { runs.append(Run(range: start..<bytes.count, origins: piece.origins)) }
        }
        var marks: [Bool] = []
        if runs.contains(where: { $0.origins.contains(.data) }) {
            marks = [Bool](repeating: false, count: bytes.count)
            for run in runs where run.origins.contains(.data) { for index in run.range { marks[index] = true } }
        }
        self.bytes = bytes
        self.runs = runs
        self.marks = marks
    }

    /// Without blanks at both ends, as .NET's `Uri` reads it. Those of data stay: they could be part of a value.
    func trimmed() -> Range<Int> {
        var range = 0..<bytes.count
        while let first = range.first, bytes[first] == UInt8(ascii: " "), !isData(first) {
            range = first + 1..<range.upperBound
        }
        while let last = range.last, bytes[last] == UInt8(ascii: " "), !isData(last) { range = range.lowerBound..<last }
        return range
    }

    /// Whether any byte comes from data.
    var hasData: Bool { !marks.isEmpty }

    /// Whether the byte comes from data.
    func isData(_ index: Int) -> Bool { hasData && marks[index] }

    /// Whether one of so many bytes comes from data.
    func isData(_ index: Int, _ count: Int) -> Bool { hasData && marks[index..<index + count].contains(true) }

    /// Where the byte comes from, for people.
    func describe(_ index: Int) -> String {
        guard let origins = runs.first(where: { $0.range.contains(index) })?.origins else { return "the template" }
        return origins.description
    }
}
