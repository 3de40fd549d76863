// Reads XML with libxml2's SAX2 parser into a tree. The only file that talks to libxml2; each reading has a parser and a
// builder of its own, both confined to the call.

internal import CLibXML2

extension XMLElement {
    /// The root element of an XML text.
    ///
    /// UTF-8 or UTF-16 with a byte order mark, or what its declaration says: ISO-8859-1, windows-1252, US-ASCII. Document
    /// type declarations are refused, so that there are no entities beyond the five of XML; nothing is ever fetched.
    package static func read(
        _ bytes: [UInt8], limits: XMLLimits = .template
    ) throws(XMLError) -> XMLElement {
        guard bytes.count <= limits.bytes else {
            throw XMLError(
                .tooLarge, at: SourcePosition(line: 1, column: 1),
                "the text has \(bytes.count) bytes; \(limits.bytes) are allowed")
        }
        return try read(utf8: try XMLEncoding.utf8(bytes), limits: limits)
    }

    /// As ``read(_:limits:)``, of bytes that ``XMLEncoding`` has made UTF-8.
    static func read(utf8 bytes: [UInt8], limits: XMLLimits) throws(XMLError) -> XMLElement {
        if let position = XMLProlog(bytes).documentType { throw .documentType(at: position) }
        let builder = XMLTreeBuilder(bytes, limits)
        let isWellFormed = withExtendedLifetime(builder) { parse(bytes, builder) }
        if let error = builder.error { throw error }
        guard isWellFormed, let root = builder.root else {
            throw XMLError(.notWellFormed, at: SourcePosition(line: 1, column: 1), "the text is not well-formed XML")
        }
        return root
    }

    /// Whether the parser found the text well-formed. The builder must live until it returns.
    private static func parse(_ bytes: [UInt8], _ builder: XMLTreeBuilder) -> Bool {
        guard let context = xmlNewParserCtxt() else { return false }
        defer { xmlFreeParserCtxt(context) }
        guard let sax = context.pointee.sax else { return false }
        sax.pointee = handler
        // Unretained: the caller holds the builder, and the parser is gone when this returns.
        context.pointee.userData = Unmanaged.passUnretained(builder).toOpaque()
        builder.parser = context
        defer { builder.parser = nil }
        // The bytes are UTF-8 whatever the declaration says. Without NOENT an ampersand in an attribute would come as
        // `&#38;`; no document type is accepted, so nothing but the five entities of XML itself can be substituted.
        let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_IGNORE_ENC.rawValue | XML_PARSE_NOENT.rawValue)
        let document = bytes.withUnsafeBytes { buffer in
            xmlCtxtReadMemory(
                context, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: buffer.count), nil,
                nil, options)
        }
        // No handler makes a document, but what there is must be freed.
        if let document { xmlFreeDoc(document) }
        return context.pointee.wellFormed == 1
    }

    /// What the parser calls. Entity handlers are left out: there is no document type that could declare any.
    private static var handler: xmlSAXHandler {
        var handler = xmlSAXHandler()
        handler.initialized = XML_SAX2_MAGIC
        handler.internalSubset = { data, _, _, _ in XMLTreeBuilder.of(data)?.documentType() }
        handler.startElementNs = { data, name, prefix, _, _, _, count, _, attributes in
            XMLTreeBuilder.of(data)?.start(name, prefix, Int(count), attributes)
        }
        handler.endElementNs = { data, _, _, _ in XMLTreeBuilder.of(data)?.end() }
        handler.characters = { data, text, length in XMLTreeBuilder.of(data)?.characters(text, Int(length)) }
        handler.ignorableWhitespace = handler.characters
        handler.cdataBlock = { data, text, length in XMLTreeBuilder.of(data)?.section(text, Int(length)) }
        handler.comment = { data, _ in XMLTreeBuilder.of(data)?.comment() }
        handler.processingInstruction = { data, _, _ in XMLTreeBuilder.of(data)?.instruction() }
        handler.serror = { data, error in
            if let error { XMLTreeBuilder.of(data)?.report(error) }
        }
        return handler
    }
}

/// Builds the tree from what the parser reports, and finds the place of everything. Confined to one reading.
private final class XMLTreeBuilder {
    /// An element whose end has not come yet.
    private struct Open {
        let name: String
        let attributes: [XMLAttribute]
        let position: SourcePosition
        var children: [XMLNode] = []
    }

    private let bytes: [UInt8]
    private let limits: XMLLimits
    private var walk: MarkupWalk
    private var open: [Open] = []
    private var text: [UInt8] = []
    private var nodes = 0
    private(set) var root: XMLElement?
    /// The first one; nothing is read after it.
    private(set) var error: XMLError?
    var parser: xmlParserCtxtPtr?

    init(_ bytes: [UInt8], _ limits: XMLLimits) {
        self.bytes = bytes
        self.limits = limits
        walk = MarkupWalk(bytes)
    }

    /// The builder behind the parser's user data, as long as there is no error.
    static func of(_ data: UnsafeMutableRawPointer?) -> XMLTreeBuilder? {
        guard let data else { return nil }
        let builder = Unmanaged<XMLTreeBuilder>.fromOpaque(data).takeUnretainedValue()
        return builder.error == nil ? builder : nil
    }

    func start(
        _ name: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?, _ count: Int,
        _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    ) {
        flushText()
        let tag = walk.startTag()
        guard open.count < limits.depth else {
            return fail(
                XMLError(.tooDeep, at: tag.position, "elements are nested more than \(limits.depth) deep"))
        }
        guard tag.attributes.count <= limits.attributes else {
            return fail(
                XMLError(
                    .tooManyAttributes, at: tag.position,
                    "the element has \(tag.attributes.count) attributes; \(limits.attributes) are allowed"))
        }
        guard counts(at: tag.position) else { return }
        open.append(
            Open(
                name: Self.string(name), attributes: read(count, attributes, tag.attributes), position: tag.position))
    }

    func end() {
        flushText()
        walk.endTag()
        guard let last = open.popLast() else { return }
        let element = XMLElement(
            name: last.name, attributes: last.attributes, children: last.children, position: last.position)
        if open.isEmpty {
            root = element
        } else {
            open[open.count - 1].children.append(.element(element))
        }
    }

    func characters(_ bytes: UnsafePointer<xmlChar>?, _ length: Int) {
        guard let bytes, length > 0 else { return }
        text.append(contentsOf: UnsafeBufferPointer(start: bytes, count: length))
    }

    func section(_ bytes: UnsafePointer<xmlChar>?, _ length: Int) {
        flushText()
        let position = walk.section()
        characters(bytes, length)
        flushText(at: position)
    }

    func comment() {
        flushText()
        walk.comment()
    }

    func instruction() {
        flushText()
        walk.instruction()
    }

    func documentType() { fail(.documentType(at: walk.textPosition)) }

    func report(_ failure: UnsafeMutablePointer<xmlError>) {
        // Warnings and namespaces without a declaration do no harm.
        guard failure.pointee.level == XML_ERR_FATAL, let parser else { return }
        let offset = xmlByteConsumed(parser)
        fail(
            XMLFault(code: failure.pointee.code, message: Self.string(failure.pointee.message)).error(
                in: bytes, at: max(0, min(offset, bytes.count)), open: open.map { ($0.name, $0.position) }))
    }

    private func fail(_ error: XMLError) {
        self.error = error
        if let parser { xmlStopParser(parser) }
    }

    private func flushText(at position: SourcePosition? = nil) {
        guard !text.isEmpty else { return }
        let place = position ?? walk.textPosition
        if !open.isEmpty, counts(at: place) {
            open[open.count - 1].children.append(.text(String(decoding: text, as: UTF8.self), place))
        }
        text.removeAll(keepingCapacity: true)
    }

    /// Counts a node; false, with an error, when it is one too many.
    private func counts(at position: SourcePosition) -> Bool {
        nodes += 1
        if nodes > limits.nodes {
            fail(XMLError(.tooManyNodes, at: position, "the text has more than \(limits.nodes) elements and texts"))
            return false
        }
        return true
    }

    /// The parser gives five pointers for each attribute: local name, prefix, namespace, and where the value begins and
    /// ends. They come in the order of the source, but without the declarations of namespaces that the tag has.
    private func read(
        _ count: Int, _ pointers: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?,
        _ places: [MarkupWalk.StartTag.Attribute]
    ) -> [XMLAttribute] {
        guard let pointers, count > 0 else { return [] }
        var attributes: [XMLAttribute] = []
        attributes.reserveCapacity(count)
        var place = places.startIndex
        for index in 0..<count {
            let name = Self.string(pointers[5 * index])
            let prefix = Self.string(pointers[5 * index + 1])
            let written = prefix.isEmpty ? name : prefix + ":" + name
            while place < places.endIndex, walk.text(places[place].name) != written { place += 1 }
            guard let start = pointers[5 * index + 3], let end = pointers[5 * index + 4], place < places.endIndex
            else { continue }
            attributes.append(
                XMLAttribute(
                    name: name, prefix: prefix,
                    value: String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self),
                    position: places[place].position, valuePosition: places[place].valuePosition))
            place += 1
        }
        return attributes
    }

    private static func string(_ pointer: UnsafePointer<xmlChar>?) -> String {
        pointer.map { String(cString: $0) } ?? ""
    }

    private static func string(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
        pointer.map { String(cString: $0) } ?? ""
    }
}

extension XMLError {
    static func documentType(at position: SourcePosition) -> XMLError {
        XMLError(
            .documentType, at: position, "document type declarations (<!DOCTYPE …>) are not allowed",
            hint: "remove the declaration; CRM templates and answers need none")
    }
}
