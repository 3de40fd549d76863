import NumbersCore
import Testing

/// What a reader makes of bytes that come in blocks.
private func rows(of blocks: [[UInt8]]) -> [CSVReader.Row] {
    var reader = CSVReader()
    var rows: [CSVReader.Row] = []
    for block in blocks { reader.read(block) { rows.append($0) } }
    reader.finish { rows.append($0) }
    return rows
}

/// Expects the rows from the text read whole, byte by byte, and split at each offset.
private func expectRows(_ text: [UInt8], _ expected: [CSVReader.Row], sourceLocation: SourceLocation = #_sourceLocation)
{
    #expect(rows(of: [text]) == expected, "whole", sourceLocation: sourceLocation)
    #expect(rows(of: text.map { [$0] }) == expected, "byte by byte", sourceLocation: sourceLocation)
    for offset in 0...text.count {
        let blocks = [Array(text[..<offset]), Array(text[offset...])]
        #expect(rows(of: blocks) == expected, "split at \(offset)", sourceLocation: sourceLocation)
    }
}

@Suite struct CSVReaderTests {
    @Test(
        "rows are read as RFC 4180 writes them",
        arguments: [
            ("", []), ("\n", []), ("\r\n\r\n\n", []), ("a", [.fields(line: 1, ["a"])]),
            ("a,b\n", [.fields(line: 1, ["a", "b"])]), ("a,b\r\n", [.fields(line: 1, ["a", "b"])]),
            ("a,b\r\nc,d", [.fields(line: 1, ["a", "b"]), .fields(line: 2, ["c", "d"])]),
            (",", [.fields(line: 1, ["", ""])]), (",\n,", [.fields(line: 1, ["", ""]), .fields(line: 2, ["", ""])]),
            ("a,\n", [.fields(line: 1, ["a", ""])]), ("\"\"\n", [.fields(line: 1, [""])]),
            ("\"a\",\"b\"\r\n", [.fields(line: 1, ["a", "b"])]), ("\"a,b\",c", [.fields(line: 1, ["a,b", "c"])]),
            ("\"a\"\"b\"", [.fields(line: 1, ["a\"b"])]), ("\"\"\"\"", [.fields(line: 1, ["\""])]),
            ("\"a\nb\",c\nd,e", [.fields(line: 1, ["a\nb", "c"]), .fields(line: 3, ["d", "e"])]),
            ("\"a\r\nb\"\r\nc\r\n", [.fields(line: 1, ["a\r\nb"]), .fields(line: 3, ["c"])]),
            ("\n\na\n\nb\n", [.fields(line: 3, ["a"]), .fields(line: 5, ["b"])]),
            ("a\rb,c\n", [.fields(line: 1, ["a\rb", "c"])]), ("a\r", [.fields(line: 1, ["a\r"])]),
            ("a\r\r\n", [.fields(line: 1, ["a\r"])]), (" a , b \n", [.fields(line: 1, [" a ", " b "])]),
            ("\u{FEFF}a,b\n", [.fields(line: 1, ["a", "b"])]), ("\u{FEFF}\"a\",b\n", [.fields(line: 1, ["a", "b"])]),
            ("\u{FEFF}", []), ("a\n\u{FEFF}b\n", [.fields(line: 1, ["a"]), .fields(line: 2, ["\u{FEFF}b"])]),
            ("Größe,名前\n", [.fields(line: 1, ["Größe", "名前"])]),
            ("\u{EFBF},x\n", [.fields(line: 1, ["\u{EFBF}", "x"])]),
        ] as [(String, [CSVReader.Row])])
    func valid(text: String, expected: [CSVReader.Row]) {
        expectRows(Array(text.utf8), expected)
    }

    @Test(
        "a malformed row is told with its line, and takes no other row along",
        arguments: [
            (
                "a\"b,c\nd\n",
                [.malformed(line: 1, reason: "a quote inside an unquoted field"), .fields(line: 2, ["d"])]
            ),
            ("\"a\"b\nd\n", [.malformed(line: 1, reason: "text behind a closing quote"), .fields(line: 2, ["d"])]),
            ("\"a\" ,b\nd\n", [.malformed(line: 1, reason: "text behind a closing quote"), .fields(line: 2, ["d"])]),
            ("\"a\"b\"c\nd\n", [.malformed(line: 1, reason: "text behind a closing quote"), .fields(line: 2, ["d"])]),
            (
                "\"a\"\r\"b\"\nd\n",
                [.malformed(line: 1, reason: "text behind a closing quote"), .fields(line: 2, ["d"])]
            ),
            ("\"a\"\r", [.malformed(line: 1, reason: "text behind a closing quote")]),
            (
                "a\n\"b\nc\n",
                [
                    .fields(line: 1, ["a"]),
                    .malformed(line: 2, reason: "the quoted field that began on line 2 does not end"),
                    .fields(line: 3, ["c"]),
                ]
            ),
            (
                "a\n\"b\r\nc,\"d\"\n\"e\nf\"\ng",
                [
                    .fields(line: 1, ["a"]),
                    .malformed(
                        line: 2,
                        reason: "text behind a closing quote on line 3; the field began with a quote on line 2"),
                    .fields(line: 3, ["c", "d"]), .fields(line: 4, ["e\nf"]), .fields(line: 6, ["g"]),
                ]
            ),
            (
                "\"a\n\"b\n\"c\nd",
                [
                    .malformed(
                        line: 1,
                        reason: "text behind a closing quote on line 2; the field began with a quote on line 1"),
                    .malformed(
                        line: 2,
                        reason: "text behind a closing quote on line 3; the field began with a quote on line 2"),
                    .malformed(line: 3, reason: "the quoted field that began on line 3 does not end"),
                    .fields(line: 4, ["d"]),
                ]
            ),
            ("\"", [.malformed(line: 1, reason: "the quoted field that began on line 1 does not end")]),
        ] as [(String, [CSVReader.Row])])
    func malformed(text: String, expected: [CSVReader.Row]) {
        expectRows(Array(text.utf8), expected)
    }

    @Test(
        "bytes that are no UTF-8 make their row malformed",
        arguments: [
            [0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xef, 0xbb], [0xef], [0x80],
        ] as [[UInt8]])
    func brokenText(bytes: [UInt8]) {
        expectRows(
            Array("a,".utf8) + bytes + Array("\nb\n".utf8),
            [.malformed(line: 1, reason: "field 2 is not UTF-8"), .fields(line: 2, ["b"])])
        expectRows(
            bytes + Array("\nb\n".utf8),
            [.malformed(line: 1, reason: "field 1 is not UTF-8"), .fields(line: 2, ["b"])])
    }

    @Test(
        "a row has up to 16,384 bytes without its line break, whatever its last byte is",
        arguments: [-1, 0, 1, 2], ["\n", "\r\n", ""])
    func length(over: Int, ending: String) {
        let count = CSVReader.rowBytesMax + over
        for (front, back) in [("a,", ""), ("\"", "\""), ("", ","), ("a,\"", "\"")] {
            let middle = String(repeating: "x", count: count - front.utf8.count - back.utf8.count)
            let text = Array((front + middle + back + ending + (ending.isEmpty ? "" : "next\n")).utf8)
            let found = rows(of: [text])
            #expect(found.count == (ending.isEmpty ? 1 : 2))
            switch found.first {
            case .fields(1, let fields)?:
                #expect(over <= 0)
                #expect(fields.joined().utf8.filter { $0 == UInt8(ascii: "x") }.count == middle.utf8.count)
            case .malformed(1, let reason)?:
                #expect(over > 0)
                #expect(reason == "longer than 16384 bytes")
            default: Issue.record("\(front)…\(back): \(found.count) rows")
            }
            if !ending.isEmpty { #expect(found.last == .fields(line: 2, ["next"])) }
        }
    }

    @Test("a stray quote costs its own line, however many lines stand behind it", arguments: [1, 500, 3_000, 20_000])
    func strayQuote(lines: Int) {
        let rest = (0..<lines).map { "+1202555\($0),Name \($0)" }
        let text = Array((["number,name", "+1,\"Joe's Bar"] + rest).joined(separator: "\n").utf8)
        let found = rows(of: [text])
        #expect(found.count == lines + 2)
        #expect(found.dropFirst().first.map { if case .malformed(2, _) = $0 { true } else { false } } == true)
        let last = Array(rest[lines - 1].split(separator: ",").map(String.init))
        #expect(found.last == .fields(line: lines + 2, last))
        // Wherever the reading is broken off, the position is where a row begins.
        var reader = CSVReader()
        var before: [CSVReader.Row] = []
        let cut = min(text.count - 1, 20_000)
        reader.read(text[..<cut]) { before.append($0) }
        let position = reader.position
        var after = CSVReader(at: position)
        after.read(text[Int(position.byte)...]) { before.append($0) }
        after.finish { before.append($0) }
        #expect(before == found)
    }

    @Test("a line without end behind a closed quote is left out once, and its row begins anew before it")
    func endlessLine() {
        let text = Array(("\"a\nb\" " + String(repeating: "x", count: 100_000) + "\nc\n").utf8)
        #expect(
            rows(of: [text]) == [
                .malformed(
                    line: 1, reason: "text behind a closing quote on line 2; the field began with a quote on line 1"),
                .malformed(line: 2, reason: "a quote inside an unquoted field"), .fields(line: 3, ["c"]),
            ])
        // Told before the line has ended: nothing waits for an end that may never come.
        var reader = CSVReader()
        var told: [CSVReader.Row] = []
        reader.read(text.prefix(20_000)) { told.append($0) }
        #expect(told.count == 1)
    }

    @Test("a row of a million commas keeps no more than its limit")
    func commas() {
        #expect(
            rows(of: [[UInt8](repeating: UInt8(ascii: ","), count: 1_000_000)])
                == [.malformed(line: 1, reason: "longer than 16384 bytes")])
    }
}

@Suite struct CSVReaderPositionTests {
    private static let text =
        "\u{FEFF}number,name\r\n+1,\"a\nb\"\r\n\r\n+2,\"x\"\"y\"\n\"broken\" q\n+3,é\n+4,last"

    private static func rows(_ bytes: [UInt8], from reader: CSVReader = CSVReader()) -> [CSVReader.Row] {
        var reader = reader
        var rows: [CSVReader.Row] = []
        reader.read(bytes) { rows.append($0) }
        reader.finish { rows.append($0) }
        return rows
    }

    @Test("wherever a text is cut, what was handed out and what is read from the position on is the whole")
    func resumes() {
        let bytes = Array(Self.text.utf8)
        let whole = Self.rows(bytes)
        #expect(whole.count == 6)
        for cut in 0...bytes.count {
            var reader = CSVReader()
            var before: [CSVReader.Row] = []
            reader.read(bytes[..<cut]) { before.append($0) }
            let position = reader.position
            #expect(position.byte <= cut)
            let after = Self.rows(Array(bytes[Int(position.byte)...]), from: CSVReader(at: position))
            #expect(before + after == whole, "cut at \(cut)")
        }
    }

    @Test("a position at the beginning still knows a byte-order mark")
    func start() {
        #expect(CSVReader().position == .start)
        #expect(Self.rows(Array("\u{FEFF}a\n".utf8), from: CSVReader(at: .start)) == [.fields(line: 1, ["a"])])
    }
}
