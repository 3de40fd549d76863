import Testing

@testable import nocli

/// A console that keeps what it is given.
private final class Recorder {
    private(set) var error: [UInt8] = []

    func console(usesColor: Bool = false, showsProgress: Bool = true) -> Console {
        Console(
            write: { _ in }, writeError: { self.error += $0 }, usesColor: usesColor, showsProgress: showsProgress)
    }

    var errorText: String { String(decoding: error, as: UTF8.self) }
}

@Suite struct TerminalTests {
    @Test("columns are as wide as their widest cell, numbers lean right, nothing stands behind the last cell")
    func table() {
        var table = TextTable([.text("Name"), .number("Count"), .text("Note")])
        table.add(["東京", "7", ""])
        table.add(["x", "12345", "n\u{1B}"])
        let console = Recorder().console()
        #expect(table.rendered(on: console) == "Name  Count  Note\n東京      7\nx     12345  n?")
        #expect(TextTable([.text("A"), .number("B")]).rendered(on: console) == "A  B")
        let coloured = TextTable([.text("A")]).rendered(on: Recorder().console(usesColor: true))
        #expect(coloured == "\u{1B}[1mA\u{1B}[0m")
    }

    @Test("fields are aligned, and an empty value is a dash")
    func fields() {
        var list = FieldList([("A", "x\n"), ("東京", "")])
        list.add("Long", "y")
        #expect(list.rendered() == "A     x?\n東京  -\nLong  y")
        #expect(FieldList([]).rendered() == "")
    }

    @Test("a progress bar is drawn once a percent, and only on a terminal")
    func progress() {
        let terminal = Recorder()
        let bar = ProgressBar("Copying", on: terminal.console())
        bar.report(0, of: 0)
        #expect(terminal.errorText == "")
        bar.report(0, of: 1000)
        bar.report(9, of: 1000)
        bar.report(500, of: 1000)
        bar.report(2000, of: 1000)
        bar.finish()
        bar.finish()
        let empty = String(repeating: " ", count: 30)
        let half = String(repeating: "=", count: 15) + String(repeating: " ", count: 15)
        let full = String(repeating: "=", count: 30)
        #expect(
            terminal.errorText
                == "\rCopying [\(empty)] 0 %\rCopying [\(half)] 50 %\rCopying [\(full)] 100 %\r\u{1B}[K")
        let pipe = Recorder()
        let silent = ProgressBar("Copying", on: pipe.console(showsProgress: false))
        silent.report(1, of: 2)
        silent.finish()
        #expect(pipe.errorText == "")
    }

    @Test("without a terminal there is no colour")
    func color() {
        #expect(Recorder().console().styled("x", .red) == "x")
        #expect(Recorder().console(usesColor: true).styled("x", .red) == "\u{1B}[31mx\u{1B}[0m")
        // Standard output of a test run is no terminal, whatever the environment says.
        #expect(!Console.process(environment: ["NO_COLOR": "1"]).usesColor)
        #expect(!Console.process(environment: ["TERM": "dumb"]).usesColor)
    }
}
