// What libxml2 finds wrong, in words that tell an author what to do. A value.

internal import CLibXML2

/// One fatal finding of the parser.
struct XMLFault {
    let code: Int32
    /// The parser's own sentence, for what has no better one here.
    let message: String

    /// - Parameters:
    ///   - offset: how far the parser had read.
    ///   - open: the elements that are open, outermost first.
    func error(in bytes: [UInt8], at offset: Int, open: [(name: String, position: SourcePosition)]) -> XMLError {
        let source = SourceText(bytes)
        func place(before text: String) -> SourcePosition {
            source.position(at: Self.last(text, in: bytes, before: offset) ?? offset)
        }
        let here = source.position(at: offset)
        switch xmlParserErrors(rawValue: UInt32(bitPattern: code)) {
        case XML_ERR_DOCUMENT_EMPTY:
            if bytes.allSatisfy({ $0 <= 0x20 || $0 >= 0x80 }) {
                return XMLError(.empty, at: SourcePosition(line: 1, column: 1), "the file is empty")
            }
            return XMLError(
                .notWellFormed, at: here, "expected '<', found other text at the start of the file",
                hint: "the file must begin with <?xml …?> or <Crm …>")
        case XML_ERR_TAG_NAME_MISMATCH:
            let found = Self.name(in: bytes, from: (Self.last("</", in: bytes, before: offset) ?? offset) + 2)
            guard let last = open.last else { break }
            return XMLError(
                .notWellFormed, at: place(before: "</"),
                "expected </\(last.name)>, found </\(found)>",
                hint: "<\(last.name)> was opened in line \(last.position.line); close it there, or correct the name")
        case XML_ERR_TAG_NOT_FINISHED:
            guard let last = open.last else { break }
            return XMLError(
                .notWellFormed, at: here, "the file ends before </\(last.name)>",
                hint: "<\(last.name)> was opened in line \(last.position.line), column \(last.position.column)")
        case XML_ERR_HYPHEN_IN_COMMENT:
            return XMLError(
                .notWellFormed, at: place(before: "--"), "found '--' inside a comment",
                hint: "XML allows '--' only at the end of a comment: write a single '-' or '=='")
        case XML_ERR_COMMENT_NOT_FINISHED:
            return XMLError(
                .notWellFormed, at: place(before: "<!--"), "the comment is never closed", hint: "close it with -->")
        case XML_ERR_NAME_REQUIRED:
            let mark = bytes[..<offset].last { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "<") }
            return mark == UInt8(ascii: "&")
                ? Self.ampersand(in: bytes, offset, source) : Self.tag(bytes, offset, source)
        case XML_ERR_ENTITYREF_SEMICOL_MISSING, XML_ERR_UNDECLARED_ENTITY, XML_WAR_UNDECLARED_ENTITY,
            XML_ERR_ENTITYREF_NO_NAME:
            return Self.ampersand(in: bytes, offset, source)
        case XML_ERR_INVALID_CHAR where !message.hasPrefix("xmlParseCharRef"):
            return XMLError(
                .notWellFormed, at: here, "found a control character that XML does not allow", hint: "remove it")
        case XML_ERR_INVALID_CHAR, XML_ERR_INVALID_CHARREF, XML_ERR_INVALID_DEC_CHARREF, XML_ERR_INVALID_HEX_CHARREF:
            return XMLError(
                .notWellFormed, at: place(before: "&#"), "'&#…;' is no character that XML allows",
                hint: "write the number of a character, as in &#10;, or &amp;# for the characters themselves")
        case XML_ERR_LT_IN_ATTRIBUTE:
            return XMLError(
                .notWellFormed, at: here, "found '<' inside an attribute's value",
                hint: "write &lt;, or add the quote that closes the value before it")
        case XML_ERR_ATTRIBUTE_NOT_STARTED:
            return XMLError(
                .notWellFormed, at: here, "the value of an attribute must stand in quotes",
                hint: "write Name=\"value\" with straight quotes")
        case XML_ERR_ATTRIBUTE_NOT_FINISHED:
            return XMLError(
                .notWellFormed, at: here, "the value of an attribute is never closed",
                hint: "add the closing quote")
        case XML_ERR_ATTRIBUTE_WITHOUT_VALUE:
            return XMLError(
                .notWellFormed, at: here, "an attribute has no value", hint: "write Name=\"value\"")
        case XML_ERR_ATTRIBUTE_REDEFINED:
            return XMLError(
                .notWellFormed, at: Self.repeated(in: bytes, before: offset).map(source.position(at:)) ?? here,
                message.isEmpty ? "an attribute stands twice" : Self.sentence(message),
                hint: "an element has each attribute once; remove one of the two")
        case XML_ERR_SPACE_REQUIRED, XML_ERR_GT_REQUIRED:
            return XMLError(
                .notWellFormed, at: here, "the tag is not written as XML has it",
                hint:
                    "look for a missing or doubled quote, or a missing blank between two attributes, before this place; "
                    + "inside a value a quote is written &quot;")
        case XML_ERR_DOCUMENT_END:
            return XMLError(
                .notWellFormed, at: here, "found more text after the end of the root element",
                hint: "a file has one root element; remove what follows it")
        case XML_ERR_RESERVED_XML_NAME:
            return XMLError(
                .notWellFormed, at: place(before: "<?xml"), "<?xml …?> must be the very first thing of the file",
                hint: "remove what stands before it, also blank lines")
        case XML_ERR_MISPLACED_CDATA_END:
            return XMLError(.notWellFormed, at: here, "found ']]>' in a text", hint: "write ]]&gt;")
        default: break
        }
        return XMLError(.notWellFormed, at: here, Self.sentence(message))
    }

    /// A name was expected behind `<`.
    private static func tag(_ bytes: [UInt8], _ offset: Int, _ source: SourceText) -> XMLError {
        let position = source.position(at: last("<", in: bytes, before: offset - 1) ?? offset)
        if source.line(position.line)?.hasPrefix("<<<<<<<") == true {
            return XMLError(
                .notWellFormed, at: SourcePosition(line: position.line, column: 1),
                "found the mark of a merge conflict ('<<<<<<<')",
                hint: "keep one of the two versions and remove the lines with <<<<<<<, ======= and >>>>>>>")
        }
        if source.line(position.line)?.lowercased().contains("<!doctype") == true {
            return XMLError(
                .notWellFormed, at: position, "found a declaration of a document type, as web pages have it",
                hint: "this is most likely a web page that was saved in the template's place")
        }
        return XMLError(
            .notWellFormed, at: position, "found '<' where no tag begins", hint: "write &lt; for the character itself")
    }

    /// A name and a semicolon were expected behind `&`.
    private static func ampersand(in bytes: [UInt8], _ offset: Int, _ source: SourceText) -> XMLError {
        let mark = last("&", in: bytes, before: offset) ?? offset
        let position = source.position(at: mark)
        let entity = name(in: bytes, from: mark + 1)
        if !entity.isEmpty, mark + 1 + entity.utf8.count < bytes.count,
            bytes[mark + 1 + entity.utf8.count] == UInt8(ascii: ";")
        {
            return XMLError(
                .notWellFormed, at: position, "'&\(entity);' is not known in XML",
                hint: "write the character itself or its number, as in &#160; — or &amp;\(entity); for the text")
        }
        return XMLError(
            .notWellFormed, at: position, "found '&' that begins no reference", hint: "write &amp; instead of &")
    }

    /// Where the second of two attributes of the same name stands, in the tag that was being read.
    private static func repeated(in bytes: [UInt8], before offset: Int) -> Int? {
        guard var index = last("<", in: bytes, before: offset) else { return nil }
        index += 1 + name(in: bytes, from: index + 1).utf8.count
        var names: Set<String> = []
        while index < min(offset, bytes.count) {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                index = bytes[(index + 1)...].firstIndex(of: byte) ?? bytes.count
            }
            let name = name(in: bytes, from: index)
            if !name.isEmpty, !names.insert(name).inserted { return index }
            index += max(1, name.utf8.count)
        }
        return nil
    }

    private static func last(_ text: String, in bytes: [UInt8], before offset: Int) -> Int? {
        let wanted = Array(text.utf8)
        var index = min(offset, bytes.count - wanted.count)
        while index >= 0 {
            if bytes[index..<(index + wanted.count)].elementsEqual(wanted) { return index }
            index -= 1
        }
        return nil
    }

    /// What looks like a name, cut to what a message can hold.
    private static func name(in bytes: [UInt8], from offset: Int) -> String {
        guard offset < bytes.count else { return "" }
        let name = bytes[offset...].prefix(64).prefix {
            $0 >= 0x80 || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ":")
                || $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF)
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// The parser's sentence without its line end.
    private static func sentence(_ text: String) -> String {
        let line = text.prefix { !$0.isNewline }
        return line.isEmpty ? "the text is not well-formed XML" : String(line)
    }
}
