// Links between documents lead somewhere in the repository too, where the documents are read as files.

import Foundation
import Testing

@testable import DocumentPages

@Suite struct RepositoryLinksTests {
    /// The top of the repository, three folders above this file's own.
    private static let top = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static let files =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
        + EmbeddedDocument.allCases.filter { $0.format == .markdown }.map(\.repositoryPath)

    @Test(arguments: files)
    func `every relative link leads to a file`(path: String) throws {
        let file = Self.top.appending(path: path)
        var targets: [String] = []
        _ = MarkdownPage(markdown: Array(try Data(contentsOf: file))) { target in
            targets.append(target)
            return target
        }
        for target in targets where !target.contains("://") && !target.hasPrefix("#") {
            #expect(!target.hasPrefix("/"), "\(target) works on a server only")
            let linked = file.deletingLastPathComponent().appending(path: String(target.prefix { $0 != "#" }))
            #expect(FileManager.default.fileExists(atPath: linked.path), "\(target) in \(path)")
        }
    }

    @Test(arguments: EmbeddedDocument.allCases)
    func `what is embedded is what stands in the repository`(document: EmbeddedDocument) throws {
        let file = try Data(contentsOf: Self.top.appending(path: document.repositoryPath))
        #expect(document.bytes == Array(file))
    }
}
