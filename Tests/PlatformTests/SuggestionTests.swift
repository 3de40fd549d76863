// Which names count as slips of which.

import Platform
import Testing

@Suite struct SuggestionTests {
    @Test(
        arguments: [
            ("Nmae", ["Version", "Name"], "Name"),  // two letters exchanged
            ("ids", ["Ids", "ids-of"], "Ids"),  // another case
            ("base_url", ["base-url"], "base-url"),  // `_` for `-`
            ("AlowEmpty", ["Next", "AllowEmpty"], "AllowEmpty"),
            ("MaxConcurentRequest", ["MaxConcurrentRequests"], "MaxConcurrentRequests"),  // two in a long name
            ("Fristname", ["LastName", "FirstName"], "FirstName"),
            ("Etalon", ["Type", "Ethalon"], "Ethalon"),
            ("Id", ["If"], nil),  // in two letters everything is near everything
            ("Tapes", ["Tables"], nil),  // two edits in five letters
            ("Country", ["Count"], nil),
            ("Name", ["Nama", "Name"], nil),  // it is known
            ("", ["a"], nil),
            ("abc", [], nil),
        ] as [(String, [String], String?)])
    func `a slip is a letter or two, a neighbour exchanged, or another case`(
        given: String, known: [String], expected: String?
    ) {
        #expect(Suggestion.slip(given, among: known) == expected)
    }

    @Test func `the only name that begins with what was given is near, one of several is not`() {
        #expect(Suggestion.nearest(to: "out", among: ["output-folder", "input"]) == "output-folder")
        #expect(Suggestion.nearest(to: "out", among: ["output-folder", "outline"]) == nil)
        #expect(Suggestion.nearest(to: "o", among: ["output-folder"]) == nil)
        #expect(Suggestion.nearest(to: "output", among: ["output"]) == nil)
        #expect(Suggestion.slip("out", among: ["output-folder"]) == nil)
    }

    @Test(arguments: [(47, true), (48, true), (49, false)])
    func `long names are compared up to a length`(length: Int, isNear: Bool) {
        let name = String(repeating: "x", count: length)
        #expect((Suggestion.slip("y" + name.dropFirst(), among: [name]) != nil) == isNear)
    }

    @Test(arguments: [(254, true), (255, true), (256, false)])
    func `so many names are compared`(before: Int, isFound: Bool) {
        let known = (0..<before).map { "number\($0)-of-many" } + ["Firstname"]
        #expect((Suggestion.slip("FirstName", among: known) != nil) == isFound)
    }
}
