import TestSupport
import Testing

@testable import NumbersCore

@Suite("Written numbers")
struct WrittenNumberTests {
    private let tables = NumberingPlan.builtIn.tables

    private func digits(_ text: String) throws -> String {
        let written = try WrittenNumber(text.utf8.span, tables)
        return (written.hasPlus ? "+" : "") + (0..<written.digits.count).map { "\(written.digits[$0])" }.joined()
    }

    @Test("The short way and the full way read the same")
    func waysAgree() {
        var generator = SplitMix64(seed: 3)
        let alphabet = Array("0123456789+ -.()")
        for _ in 0..<5000 {
            let text = String(
                (0..<Int.random(in: 0...9, using: &generator)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                })
            // A letter that is no part of the number forces the full way, and changes nothing else.
            #expect((try? digits(text)) == (try? digits("é" + text)), "\(text)")
        }
    }

    @Test(
        "Extensions in every spelling",
        arguments: [
            "x22", " ext 22", " ext. 22", " Extn:22", " extension 22", " extensión 22", " extensio\u{301}n 22",
            ";ext=22",
            " int. 22", " anexo 22", " доб. 22", ", 22", ",,22#", ";22", " - 22#", "#22", "~22", "ｅｘｔｎ22",
            " ext. ,- 22",
        ])
    func extensions(label: String) throws {
        let written = try WrittenNumber("415 555 2671\(label)".utf8.span, tables)
        #expect(written.extension == "22")
        #expect(written.digits.count == 10)
    }

    @Test(
        "Labels whose digits are too many or missing are no extension",
        arguments: ["x1234567890", " ext. 123456789012345678901", " - 1234567#", " - 22", " x", ";ext=", " q 22"])
    func noExtension(label: String) {
        #expect((try? WrittenNumber("415 555 2671\(label)".utf8.span, tables))?.extension == nil)
    }

    @Test("An extension keeps its digits as they were written")
    func otherScript() throws {
        #expect(try WrittenNumber("415 555 2671 x٢٢".utf8.span, tables).extension == "٢٢")
    }

    @Test("250 characters are read, 251 are not", arguments: [(249, true), (250, true), (251, false)])
    func limit(count: Int, isRead: Bool) {
        for filler in [" ", "é"] {
            let text = String(repeating: filler, count: count - 10) + "4155552671"
            #expect(((try? digits(text)) == "4155552671") == isRead)
        }
    }
}
