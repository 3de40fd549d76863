import Testing

@testable import NumbersCore

@Suite("Numbers while they are typed")
struct AsYouTypeFormatterTests {
    private func shown(_ text: String, _ region: Region?) -> [String] {
        var formatter = AsYouTypeFormatter(region: region)
        return text.unicodeScalars.map { formatter.append($0) }
    }

    @Test("What is shown after each character is what the reference shows")
    func expected() {
        let rows = ReferenceRows.read("expected-typed.tsv", or: "NUMBERS_TYPED")
        #expect(rows.count >= 2_900)
        for row in rows {
            #expect(shown(row[1], Region(row[0])).joined(separator: "|") == row[2], "\(row[0]) \(row[1])")
        }
    }

    @Test(
        "The last digit makes the number look as its country writes it",
        arguments: [
            ("6502532222", "US", "(650) 253-2222"), ("16502532222", "US", "1 (650) 253-2222"),
            ("011442079460018", "US", "011 44 20 7946 0018"), ("+442079460018", "US", "+44 20 7946 0018"),
            ("02079460018", "GB", "020 7946 0018"), ("0142681234", "FR", "01 42 68 12 34"),
            ("0612345678", "FR", "06 12 34 56 78"), ("+390236618300", "DE", "+39 02 3661 8300"),
        ])
    func whole(_ text: String, _ region: String, _ expected: String) throws {
        let region = try #require(Region(region))
        #expect(shown(text, region).last == expected)
    }

    @Test(
        "Whatever else is typed is shown as it is",
        arguments: ["650-2532222", "650 253", "*69", "#31#0612", "6502a", "++1", "1+", "\u{FF0B}1650", "\u{1F4DE}1"])
    func asTyped(_ text: String) {
        #expect(shown(text, Region("US")).last == text)
    }

    @Test("Digits of any script are understood")
    func scripts() {
        #expect(shown("\u{FF16}\u{FF15}\u{FF10}\u{FF12}\u{FF15}\u{FF13}\u{FF12}", Region("US")).last == "650-2532")
    }

    @Test("Clearing begins anew, in the rules of the region")
    func clear() {
        var formatter = AsYouTypeFormatter(region: Region("US"))
        for character in "+4420".unicodeScalars { _ = formatter.append(character) }
        formatter.clear()
        #expect(formatter.text.isEmpty)
        for character in "6502532222".unicodeScalars { _ = formatter.append(character) }
        #expect(formatter.text == "(650) 253-2222")
    }

    @Test("Beyond 250 characters nothing more is taken", arguments: [249, 250, 251])
    func bound(_ count: Int) {
        var formatter = AsYouTypeFormatter(region: nil)
        for _ in 0..<count { _ = formatter.append("1") }
        #expect(formatter.text.utf8.count == min(count, AsYouTypeFormatter.charactersMax))
    }
}
