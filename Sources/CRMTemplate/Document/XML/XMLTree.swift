// An XML text as a tree of elements and texts, each with its place in the source. Immutable.

/// An element. Made by ``XMLElement/read(_:limits:)``; as deep as ``XMLLimits/depth`` allows.
package struct XMLElement: Sendable, Hashable {
    /// The local name; a namespace prefix is left out.
    package let name: String
    package let attributes: [XMLAttribute]
    /// In order. Comments and processing instructions are left out, and part the texts around them.
    package let children: [XMLNode]
    /// Where its `<` stands.
    package let position: SourcePosition

    package init(name: String, attributes: [XMLAttribute], children: [XMLNode], position: SourcePosition) {
        self.name = name
        self.attributes = attributes
        self.children = children
        self.position = position
    }

    /// The attribute of that name that has no prefix.
    package subscript(name: String) -> XMLAttribute? {
        attributes.first { $0.name == name && $0.prefix.isEmpty }
    }

    /// The child elements, without the texts between them.
    package var elements: [XMLElement] {
        children.compactMap {
            switch $0 {
            case .element(let element): element
            case .text: nil
            }
        }
    }
}

/// An attribute. Declarations of namespaces are none.
package struct XMLAttribute: Sendable, Hashable {
    /// The local name.
    package let name: String
    /// The namespace prefix as written; empty without one.
    package let prefix: String
    /// With references resolved, and each line break and tab a blank, as XML has it.
    package let value: String
    /// Where the name begins.
    package let position: SourcePosition
    /// Where the value begins, behind its quote.
    package let valuePosition: SourcePosition

    package init(
        name: String, prefix: String = "", value: String, position: SourcePosition, valuePosition: SourcePosition
    ) {
        self.name = name
        self.prefix = prefix
        self.value = value
        self.position = position
        self.valuePosition = valuePosition
    }
}

/// A child of an element.
package enum XMLNode: Sendable, Hashable {
    case element(XMLElement)
    /// Text or the content of a CDATA section, not empty, with references resolved and line breaks as `\n`; and where it
    /// begins.
    case text(String, SourcePosition)
}

/// How large an XML text may be.
package struct XMLLimits: Sendable, Hashable {
    /// Bytes of the source.
    package var bytes: Int
    /// Elements inside each other; 1 to 200, what the parser below and the tree's own recursion are good for.
    package var depth: Int
    /// Elements and texts of the whole tree.
    package var nodes: Int
    /// Attributes of one element, declarations of namespaces included.
    package var attributes: Int

    package init(bytes: Int, depth: Int, nodes: Int, attributes: Int) {
        self.bytes = bytes
        self.depth = min(max(1, depth), 200)
        self.nodes = nodes
        self.attributes = attributes
    }

    /// For templates. The largest ones have 30 KB, 800 nodes, 9 levels and 12 attributes at an element.
    package static let template = XMLLimits(bytes: 2_097_152, depth: 64, nodes: 32_768, attributes: 64)
    /// For the answers of CRMs: as large as JSON ones, and a tree of at most some 200 MB.
    package static let response = XMLLimits(bytes: 16_777_216, depth: 128, nodes: 1_000_000, attributes: 256)
}

/// Why a text is no XML that is read here. The words may hold names of elements and attributes, but no values.
package struct XMLError: Error, Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case empty
        case notWellFormed
        /// Document type declarations are refused: nothing that is read here needs one, and they can hold entity bombs
        /// and references to files.
        case documentType
        /// The bytes are no text of the encoding that the file says.
        case encoding
        case tooLarge
        case tooDeep
        case tooManyNodes
        case tooManyAttributes
    }

    package let kind: Kind
    /// What was found and what was expected, in one sentence.
    package let message: String
    /// What to do about it.
    package let hint: String?
    package let position: SourcePosition

    package init(_ kind: Kind, at position: SourcePosition, _ message: String, hint: String? = nil) {
        self.kind = kind
        self.message = message
        self.hint = hint
        self.position = position
    }
}
