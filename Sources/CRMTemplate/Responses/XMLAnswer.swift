// XML answers as the JSON text of the same tree (spec 4.2): one tree, one way to walk it, one form to hand over.

internal import JSONText

/// An XML answer written as JSON.
///
/// An element is an object of its attributes and child elements by local name, several of one name are an array, and one
/// that has neither is its text. Where there is text beside attributes or children it stands under ``textName``. White
/// space alone is no text there. An element with `xsi:nil="true"` is null; other attributes of `xsi` and `xml` say
/// nothing about the data and are left out.
enum XMLAnswer {
    /// The name of the text of an element that has attributes or children besides; no name of XML begins so.
    static let textName = "#text"

    /// The JSON text: an object with the root element as its one member.
    static func json(of root: XMLElement) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key(dynamic: root.name)
        write(root, to: &writer)
        writer.endObject()
        return writer.finish()
    }

    private enum Part {
        case attribute(String)
        case element(XMLElement)
    }

    /// Recursive by the depth the reader allows.
    private static func write(_ element: XMLElement, to writer: inout JSONWriter) {
        if element.attributes.contains(where: { $0.prefix == "xsi" && $0.name == "nil" && $0.value == "true" }) {
            return writer.null()
        }
        let parts = parts(of: element)
        let text = text(of: element)
        guard !parts.isEmpty else { return writer.string(text) }
        writer.beginObject()
        for (name, same) in parts {
            writer.key(dynamic: name)
            if same.count > 1 { writer.beginArray() }
            for part in same {
                switch part {
                case .attribute(let value): writer.string(value)
                case .element(let child): write(child, to: &writer)
                }
            }
            if same.count > 1 { writer.endArray() }
        }
        if !text.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }) {
            writer.key(dynamic: textName)
            writer.string(text)
        }
        writer.endObject()
    }

    /// Attributes and child elements by name, in the order in which the names first come.
    private static func parts(of element: XMLElement) -> [(name: String, same: [Part])] {
        var parts: [(name: String, same: [Part])] = []
        var places: [String: Int] = [:]
        func add(_ name: String, _ part: Part) {
            if let place = places[name] {
                parts[place].same.append(part)
            } else {
                places[name] = parts.count
                parts.append((name, [part]))
            }
        }
        for attribute in element.attributes where attribute.prefix != "xsi" && attribute.prefix != "xml" {
            add(attribute.name, .attribute(attribute.value))
        }
        for child in element.elements { add(child.name, .element(child)) }
        return parts
    }

    private static func text(of element: XMLElement) -> String {
        var text = ""
        for child in element.children {
            switch child {
            case .element: break
            case .text(let part, _): text += part
            }
        }
        return text
    }
}
