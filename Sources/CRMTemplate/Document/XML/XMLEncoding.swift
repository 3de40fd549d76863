// What comes before the root element, and the encodings of XML. Values; no state.

/// The bytes of a text, whatever its encoding, as UTF-8.
enum XMLEncoding {
    /// - Throws: for an encoding that is not known, a byte that is none of it, and NUL.
    static func utf8(_ bytes: [UInt8]) throws(XMLError) -> [UInt8] {
        let start = SourcePosition(line: 1, column: 1)
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return try checked(try utf16(bytes.dropFirst(2), isLittleEndian: bytes[0] == 0xFF))
        }
        let name = XMLProlog(bytes).encoding?.lowercased()
        switch name {
        case nil, "utf-8", "utf8", "us-ascii", "ascii": return try checked(bytes)
        // Files that say so out of habit are UTF-8 all the same.
        case "utf-16", "utf16", "unicode": return try checked(bytes)
        case "iso-8859-1", "latin1", "windows-1252", "cp1252":
            return try checked((try? checked(bytes)) ?? windows1252(bytes))
        case .some:
            if let text = try? checked(bytes) { return text }
            throw XMLError(
                .encoding, at: start, "the encoding that the XML declaration names is not known",
                hint: "save the file as UTF-8")
        }
    }

    /// The bytes, when they are UTF-8 without NUL.
    private static func checked(_ bytes: [UInt8]) throws(XMLError) -> [UInt8] {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw XMLError(
                .encoding, at: SourceText(Array(bytes[..<error.byteOffsets.lowerBound])).end,
                "found a byte that is no UTF-8", hint: "save the file as UTF-8")
        }
        if let zero = bytes.firstIndex(of: 0) {
            throw XMLError(
                .encoding, at: SourceText(Array(bytes[..<zero])).end, "found a NUL character",
                hint: "save the file as UTF-8; a template has no NUL, and UTF-16 begins with a byte order mark")
        }
        return bytes
    }

    private static func utf16(_ bytes: ArraySlice<UInt8>, isLittleEndian: Bool) throws(XMLError) -> [UInt8] {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            units.append(isLittleEndian ? second << 8 | first : first << 8 | second)
            index += 2
        }
        guard bytes.count % 2 == 0, let text = String(validating: units, as: UTF16.self) else {
            throw XMLError(
                .encoding, at: SourcePosition(line: 1, column: 1), "the text is no UTF-16, as its first bytes say",
                hint: "save the file as UTF-8")
        }
        return Array(text.utf8)
    }

    /// ISO-8859-1 is read as windows-1252, as browsers do: it has the same letters, and more.
    private static func windows1252(_ bytes: [UInt8]) -> [UInt8] {
        var text = ""
        for byte in bytes {
            let scalar = (0x80..<0xA0).contains(byte) ? high[Int(byte) - 0x80] : UInt16(byte)
            text.unicodeScalars.append(Unicode.Scalar(scalar) ?? "\u{FFFD}")
        }
        return Array(text.utf8)
    }

    /// What windows-1252 has at 0x80 to 0x9F.
    private static let high: [UInt16] = [
        0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D,
        0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x009D, 0x017E, 0x0178,
    ]
}

/// What stands before the root element.
struct XMLProlog {
    /// The encoding that the XML declaration names.
    let encoding: String?
    /// Where a document type declaration begins.
    let documentType: SourcePosition?

    init(_ bytes: [UInt8]) {
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        encoding = Self.encoding(text)
        var rest = text
        documentType = Self.skipToDocumentType(&rest) ? SourceText(Array(bytes[..<rest.startIndex])).end : nil
    }

    /// Moves to the document type declaration; false when the root element comes first.
    private static func skipToDocumentType(_ rest: inout ArraySlice<UInt8>) -> Bool {
        while true {
            rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
            if rest.starts(with: "<!--".utf8) {
                skip(&rest, through: "-->")
            } else if rest.starts(with: "<?".utf8) {
                skip(&rest, through: "?>")
            } else {
                return rest.starts(with: "<!DOCTYPE".utf8)
            }
        }
    }

    private static func skip(_ rest: inout ArraySlice<UInt8>, through end: String) {
        while !rest.isEmpty, !rest.starts(with: end.utf8) { rest.removeFirst() }
        rest = rest.dropFirst(end.utf8.count)
    }

    /// `encoding="…"` of a declaration, which must be the first thing of the text.
    private static func encoding(_ text: ArraySlice<UInt8>) -> String? {
        guard text.starts(with: "<?xml".utf8) else { return nil }
        // A declaration has some 40 bytes; the limit keeps a text without its end from being read whole.
        let declaration = String(decoding: text.prefix(256).prefix { $0 != UInt8(ascii: ">") }, as: UTF8.self)
        guard let range = declaration.firstRange(of: "encoding") else { return nil }
        let value = declaration[range.upperBound...].drop { $0 == " " || $0 == "=" }
        guard let quote = value.first, quote == "\"" || quote == "'" else { return nil }
        return String(value.dropFirst().prefix { $0 != quote })
    }
}

extension SourceText {
    /// Behind the last byte.
    var end: SourcePosition { position(at: bytes.count) }
}
