// Lines and places of a source.

import CRMTemplate
import Testing

@Suite struct SourceTextTests {
    @Test func `a line ends with LF, CR LF or CR`() {
        let source = SourceText(Array("\u{FEFF}a\r\n\rbé\n".utf8))
        #expect(source.lineCount == 4)
        #expect((0...5).map(source.line) == [nil, "a", "", "bé", "", nil])
    }

    @Test func `place and byte belong to each other`() {
        let text = "ab\r\né😀x\n\nz"
        let source = SourceText(Array(text.utf8))
        for index in text.unicodeScalars.indices where text.unicodeScalars[index] != "\n" {
            let offset = text.utf8.distance(from: text.startIndex, to: index)
            #expect(source.offset(of: source.position(at: offset)) == offset)
        }
        #expect(source.position(at: 6) == at(2, 2))
        #expect(source.position(at: 1000) == at(4, 2))
        #expect(source.offset(of: at(1, 99)) == 2)
        #expect(source.offset(of: at(99, 1)) == 13)
        #expect(source.offset(of: at(-1, -1)) == 0)
    }

    /// Bytes of the value, and where they stand: references are one character of the value each.
    static let values: [(Int, SourcePosition)] = [
        (0, at(2, 3)), (1, at(2, 4)), (2, at(2, 10)), (3, at(2, 11)), (6, at(2, 19)), (7, at(3, 1)), (8, at(3, 2)),
        (10, at(3, 3)), (11, at(3, 4)),
    ]

    @Test(arguments: values)
    func `a byte of a value is found behind references and line breaks`(offset: Int, position: SourcePosition) {
        // a " b € CR-LF c é d
        let source = SourceText(Array("x\n= a&quot;b&#x20AC;\r\ncéd".utf8))
        #expect(source.position(inValueAt: offset, startingAt: at(2, 3)) == position)
    }

    @Test func `references mean nothing in a CDATA section`() {
        let source = SourceText(Array("<![CDATA[&lt;x]]>".utf8))
        #expect(source.position(inValueAt: 4, startingAt: at(1, 10)) == at(1, 14))
    }

    @Test func `a value that ends early gives its end`() {
        #expect(SourceText(Array("&am".utf8)).position(inValueAt: 9, startingAt: at(1, 1)) == at(1, 4))
        #expect(SourceText([]).position(inValueAt: 9, startingAt: at(1, 1)) == at(1, 1))
    }
}

private func at(_ line: Int, _ column: Int) -> SourcePosition { SourcePosition(line: line, column: column) }
