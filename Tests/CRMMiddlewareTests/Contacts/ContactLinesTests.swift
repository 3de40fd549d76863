import CRMMiddleware
import Testing

@Suite struct ContactLinesTests {
    @Test func `every line holds its own number`() {
        var lines = ContactLines()
        for line in CRMContact.Line.allCases.reversed() { lines[line] = line.rawValue }
        for line in CRMContact.Line.allCases { #expect(lines[line] == line.rawValue) }
        #expect(lines.values == CRMContact.Line.allCases.map(\.rawValue))
    }

    @Test func `a number takes the place of the one before, and nil takes it away`() {
        var lines: ContactLines = [.phoneMobile1: "1", .faxHome1: "2"]
        lines[.phoneMobile1] = "3"
        #expect(lines.values == ["3", "2"])
        lines[.phoneMobile1] = nil
        lines[.phoneHome1] = nil
        #expect(lines.values == ["2"] && lines[.phoneMobile1] == nil && !lines.isEmpty)
        lines[.faxHome1] = nil
        #expect(lines.isEmpty)
    }

    @Test func `equal numbers are equal whatever order they came in`() {
        let one: ContactLines = [.phoneMobile1: "1", .phoneBusiness1: "2", .faxHome1: "3"]
        let other: ContactLines = [.faxHome1: "3", .phoneBusiness1: "2", .phoneMobile1: "1"]
        #expect(one == other && one.hashValue == other.hashValue)
        #expect(one != [.phoneMobile1: "1", .phoneBusiness2: "2", .faxHome1: "3"])
    }
}
