// XML as it is read: the tree, the place of everything, what is refused.

import CRMTemplate
import Testing

@Suite struct XMLReaderTests {
    @Test func `elements, attributes and texts come in order, with their places`() throws {
        let root = try read(
            "<a>\n  <b n='1'\n   m=\"2\">x<!-- c -->y<![CDATA[<z>&]]></b><x:e xmlns:x='u' x:k='v'/>\n</a>")
        #expect(root.name == "a")
        #expect(root.position == at(1, 1))
        #expect(root.elements.map(\.name) == ["b", "e"])
        let b = root.elements[0]
        #expect(b.position == at(2, 3))
        #expect(b.attributes.map(\.value) == ["1", "2"])
        #expect(b.attributes.map(\.position) == [at(2, 6), at(3, 4)])
        #expect(b.attributes.map(\.valuePosition) == [at(2, 9), at(3, 7)])
        #expect(b.children == [.text("x", at(3, 10)), .text("y", at(3, 21)), .text("<z>&", at(3, 31))])
        #expect(root.elements[1].attributes.map(\.prefix) == ["x"])
        #expect(root.elements[1]["k"] == nil)
        #expect(root.children.last == .text("\n", at(3, 68)))
    }

    @Test func `references and line breaks are resolved as XML has it`() throws {
        let root = try read("<a n='&lt;&#65;&#x20AC;&quot;\r\n\tx&amp;y'>1\r\n2\r3&amp;&apos;&gt;</a>")
        #expect(root["n"]?.value == "<A€\"  x&y")
        #expect(root.children == [.text("1\n2\n3&'>", at(2, 11))])
    }

    @Test func `a position counts characters, and CR LF as one line break`() throws {
        let root = try read("\u{FEFF}<?xml version='1.0'?>\r\n<!-- é😀 -->\r\n<a ü='é' n='1'><é😀/>\r<b/></a>")
        #expect(root.position == at(3, 1))
        #expect(root.attributes.map(\.position) == [at(3, 4), at(3, 10)])
        #expect(root.elements.last?.position == at(4, 1))
    }

    @Test(
        arguments: [
            ("ISO-8859-1", [0xE4, 0x80]), ("windows-1252", [0xE4, 0x80]),
            ("ISO-8859-1", [0xC3, 0xA4, 0xE2, 0x82, 0xAC]),
            ("utf-8", [0xC3, 0xA4, 0xE2, 0x82, 0xAC]), ("koi8-r", [0xC3, 0xA4, 0xE2, 0x82, 0xAC]),
        ] as [(String, [UInt8])])
    func `a text is what its bytes are, else what its declaration says`(encoding: String, bytes: [UInt8]) throws {
        let text = Array("<?xml version='1.0' encoding='\(encoding)'?><a>".utf8) + bytes + Array("</a>".utf8)
        guard case .text(let content, _)? = try XMLElement.read(text).children.first else {
            Issue.record("no text")
            return
        }
        #expect(content == "ä€")
    }

    @Test(arguments: [false, true])
    func `UTF-16 with a byte order mark is read`(isLittleEndian: Bool) throws {
        let units = Array("\u{FEFF}<?xml version='1.0' encoding='UTF-16'?><a>ä😀</a>".utf16)
        let bytes = units.flatMap { unit -> [UInt8] in
            let pair = [UInt8(truncatingIfNeeded: unit >> 8), UInt8(truncatingIfNeeded: unit)]
            return isLittleEndian ? pair.reversed() : pair
        }
        let root = try XMLElement.read(bytes)
        guard case .text(let content, _)? = root.children.first else {
            Issue.record("no text")
            return
        }
        #expect(content == "ä😀")
        expectError(Array(bytes.dropLast()), .encoding, at(1, 1))
    }

    /// Text, kind, place, and words that must be in message or hint.
    static let bad: [(String, XMLError.Kind, SourcePosition, String)] = [
        ("", .empty, at(1, 1), "empty"),
        (" \n", .empty, at(1, 1), "empty"),
        ("hello", .notWellFormed, at(1, 1), "expected '<'"),
        ("```xml\n<a/>\n```", .notWellFormed, at(1, 1), "expected '<'"),
        ("<a>\n<b>\n</a>", .notWellFormed, at(3, 1), "expected </b>, found </a>"),
        ("<a>\n <b>", .notWellFormed, at(2, 5), "before </b>"),
        ("<a/>\n<b/>", .notWellFormed, at(2, 1), "after the end"),
        ("<a>\n<!-- x -- y --></a>", .notWellFormed, at(2, 8), "'--' inside a comment"),
        ("<a>\n<!-- x</a>", .notWellFormed, at(2, 1), "never closed"),
        ("<a n='1'\n m='x?a=1&b=2'/>", .notWellFormed, at(2, 10), "&amp;"),
        ("<a n='x & y'/>", .notWellFormed, at(1, 9), "&amp;"),
        ("<a>1 & 2</a>", .notWellFormed, at(1, 6), "&amp;"),
        ("<a>&nbsp;</a>", .notWellFormed, at(1, 4), "&nbsp;"),
        ("<a>&#0;</a>", .notWellFormed, at(1, 4), "&#"),
        ("<a>1 < 2</a>", .notWellFormed, at(1, 6), "&lt;"),
        ("<a>\n<<<<<<< HEAD\n</a>", .notWellFormed, at(2, 1), "merge conflict"),
        ("<a n='<'/>", .notWellFormed, at(1, 7), "&lt;"),
        ("<a n=1/>", .notWellFormed, at(1, 6), "quotes"),
        ("<a n/>", .notWellFormed, at(1, 5), "no value"),
        ("<a n='1' n='2'/>", .notWellFormed, at(1, 10), "once"),
        ("<b/>\n<a m=' n=\"3\" n'\n n='1' o='n' n='2'/>", .notWellFormed, at(2, 1), "after the end"),
        ("<b>\n<a m=' n=\"3\" n'\n n='1' o='n' n='2'/></b>", .notWellFormed, at(3, 14), "once"),
        ("<a n='\"'\"'/>", .notWellFormed, at(1, 9), "&quot;"),
        ("<!doctype html>\n<html></html>", .notWellFormed, at(1, 1), "web page"),
        ("<a n='1'm='2'/>", .notWellFormed, at(1, 9), "blank"),
        (" <?xml version='1.0'?><a/>", .notWellFormed, at(1, 2), "very first"),
        ("<a>]]></a>", .notWellFormed, at(1, 4), "]]&gt;"),
        ("<a>\u{1}</a>", .notWellFormed, at(1, 4), "control character"),
        ("<a>\u{0}</a>", .encoding, at(1, 4), "NUL"),
        ("<!DOCTYPE a><a/>", .documentType, at(1, 1), "not allowed"),
        (
            "<?xml version='1.0'?>\n<!-- <a> -->\n<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;'>]><a>&d;</a>",
            .documentType,
            at(3, 1), "not allowed"
        ),
        ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", .documentType, at(1, 1), "not allowed"),
    ]

    @Test(arguments: bad)
    func `what is no XML is refused at its place, with what to do`(
        text: String, kind: XMLError.Kind, position: SourcePosition, words: String
    ) {
        let error = expectError(Array(text.utf8), kind, position)
        let said = [error?.message, error?.hint].compactMap(\.self).joined(separator: " ")
        #expect(said.contains(words))
    }

    @Test func `a byte that is no UTF-8 is refused at its place`() {
        expectError(Array("<a>\né".utf8) + [0xFF] + Array("</a>".utf8), .encoding, at(2, 2))
        expectError(Array("<?xml version='1.0' encoding='x-own'?><a>".utf8) + [0xFF], .encoding, at(1, 1))
    }

    @Test(arguments: [-1, 0, 1])
    func `each limit holds exactly`(excess: Int) throws {
        let limits = XMLLimits(bytes: 200, depth: 5, nodes: 8, attributes: 4)
        let size = 200 + excess
        expect("<a n='" + String(repeating: "x", count: size - 10) + "'/> ", limits, .tooLarge, excess)
        let depth = 5 + excess
        expect(
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth), limits, .tooDeep, excess)
        expect("<a>" + String(repeating: "<b/>", count: 7 + excess) + "</a>", limits, .tooManyNodes, excess)
        let attributes = (0..<(4 + excess)).map { " n\($0)=''" }.joined()
        expect("<a\(attributes)/>", limits, .tooManyAttributes, excess)
    }

    @Test func `whatever is cut off or changed is read or refused, and never traps`() {
        let text = Array(
            "\u{FEFF}<?xml version='1.0' encoding='utf-8'?><!-- c --><a n='&amp;é' x:y=\"1\"><b/>t&#10;<![CDATA[x]]><?p?></a>"
                .utf8)
        for end in text.indices { _ = try? XMLElement.read(Array(text[..<end])) }
        for index in text.indices {
            for byte: UInt8 in [0, 0x3C, 0x3E, 0x26, 0x27, 0x2F, 0x3D, 0x80, 0xFF, 0x0D] {
                var changed = text
                changed[index] = byte
                _ = try? XMLElement.read(changed)
            }
        }
    }

    private func read(_ text: String) throws -> XMLElement { try XMLElement.read(Array(text.utf8)) }

    @discardableResult
    private func expectError(_ bytes: [UInt8], _ kind: XMLError.Kind, _ position: SourcePosition) -> XMLError? {
        do throws(XMLError) {
            _ = try XMLElement.read(bytes)
            Issue.record("it was read")
            return nil
        } catch {
            #expect(error.kind == kind)
            #expect(error.position == position)
            return error
        }
    }

    /// Refused when one above the limit, read at it and below.
    private func expect(_ text: String, _ limits: XMLLimits, _ kind: XMLError.Kind, _ excess: Int) {
        do throws(XMLError) {
            _ = try XMLElement.read(Array(text.utf8), limits: limits)
            #expect(excess <= 0, "\(kind)")
        } catch {
            #expect(error.kind == kind)
            #expect(excess > 0, "\(kind)")
        }
    }
}

private func at(_ line: Int, _ column: Int) -> SourcePosition { SourcePosition(line: line, column: column) }
