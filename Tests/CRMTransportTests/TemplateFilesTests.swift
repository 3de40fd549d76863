// The templates of this repository: each is free of findings, and does what its cases say.

import CRMTemplate
import CRMTransport
import Foundation
import Testing

@Suite struct TemplateFilesTests {
    /// The folder of the templates, three above this file's own.
    private static let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Templates")

    static let names: [String] = {
        // Without the folder there are no names, and the first test says so.
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".crm.xml") }.map { String($0.dropLast(".crm.xml".count)) }.sorted()
    }()

    private static func bytes(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: file)))
    }

    @Test func `there are templates for us, one for any REST service, and at least six for real CRMs`() {
        #expect(Self.names.contains("numbers-online"))
        #expect(Self.names.contains("crm-middleware"))
        #expect(Self.names.contains("generic-rest"))
        #expect(Self.names.count >= 8)
    }

    @Test(arguments: names)
    func `a template has no findings`(name: String) throws {
        let document = TemplateDocument(try Self.bytes(name + ".crm.xml"))
        #expect(document.template != nil)
        for diagnostic in document.diagnostics {
            Issue.record("\(name).crm.xml:\(diagnostic.position.line): \(diagnostic.message) [\(diagnostic.code)]")
        }
    }

    @Test(arguments: names)
    func `a template passes its cases`(name: String) async throws {
        let template = try #require(TemplateDocument(try Self.bytes(name + ".crm.xml")).template)
        let cases = try TemplateCases(json: try Self.bytes(name + ".cases.json")).cases
        for testCase in cases {
            let outcome = await testCase.run(on: template)
            for difference in outcome.differences { Issue.record("\(name), \(testCase.name): \(difference)") }
        }
    }
}
