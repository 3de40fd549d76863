// That docs/templates.md knows every diagnostic.

import CRMTemplate
import Foundation
import Testing

@Suite struct DiagnosticGuideTests {
    @Test func `the guide lists every code with its explanation`() throws {
        let repository = (0..<4).reduce(URL(filePath: #filePath).resolvingSymlinksInPath()) { url, _ in
            url.deletingLastPathComponent()
        }
        let guide = try String(contentsOf: repository.appending(path: "docs/templates.md"), encoding: .utf8)
        let start = try #require(guide.range(of: "\n## What lint tells\n")).upperBound
        let section = guide[start...].prefix(upTo: guide[start...].range(of: "\n## ")?.lowerBound ?? guide.endIndex)
        let listed = section.split(separator: "\n").filter { $0.hasPrefix("- ") }.map(String.init)
        #expect(Set(listed) == Set(DiagnosticCode.allCases.map { "- `\($0.rawValue)`: \($0.explanation)" }))
    }
}
