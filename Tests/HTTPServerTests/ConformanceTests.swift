// The server answers as RFC 9112 and RFC 9110 say, case by case, in the files of the folder Conformance.

import Foundation
import HTTPServer
import Testing

enum ConformanceFiles {
    static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "Conformance")

    /// The case files, by name.
    static let names: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(".cases") }
        .sorted()

    static func read(_ name: String) throws -> [ConformanceCase] {
        try ConformanceReader.read(
            String(contentsOf: folder.appending(path: name), encoding: .utf8), file: name)
    }
}

@Suite struct `Conformance` {
    @Test(arguments: ConformanceFiles.names)
    func `cases of a file are answered as they say, however they are cut`(_ name: String) throws {
        let cases = try ConformanceFiles.read(name)
        try withServer(limits: ConformanceRun.limits) { live in
            for failure in try ConformanceRun.failures(cases, live).prefix(20) { Issue.record("\(failure)") }
        }
    }

    @Test func `has a case for each testable requirement`() throws {
        let text = try String(
            contentsOf: ConformanceFiles.folder.appending(path: "requirements.txt"), encoding: .utf8)
        var cited: Set<String> = []
        for name in ConformanceFiles.names { for one in try ConformanceFiles.read(name) { cited.formUnion(one.rules) } }
        var count = 0
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let rule = line.prefix { $0 != ":" }
            #expect(cited.contains(String(rule)), "no case cites \(rule): \(line)")
            count += 1
        }
        #expect(count > 50)
    }

    // MARK: The suite itself

    private static let sample = "= a [RFC 9112 §3]\n> GET /ready HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n\n"

    @Test(arguments: [
        "< 200 = steady\nopen\n", "< 201\nopen\n", "< 200\nclosed\n", "< 200\n  Date: now\nopen\n",
        "< 200\n  !Date\nopen\n", "< 200\n< 200\nopen\n", "closed\n", "< HEAD 200\nopen\n",
        "end\n< 200\n< 400\nclosed\n", "< 200\n  Allow: GET\nopen\n",
    ])
    func `fails where a server answers something else`(_ rest: String) throws {
        let cases = try ConformanceReader.read(Self.sample + rest, file: "sample")
        var limits = ConformanceRun.limits
        // A case that waits for what never comes ends by these.
        limits.idleTimeout = .milliseconds(300)
        limits.headerTimeout = .milliseconds(300)
        limits.lingerTimeout = .milliseconds(300)
        try withServer(limits: limits) { live in
            let failures = try ConformanceRun.failures(cases, live)
            #expect(failures.count == 1 && failures.first?.hasPrefix("sample:1: a: whole: ") == true, "\(failures)")
        }
    }

    @Test func `tells in which way a case fails`() throws {
        // Says 100 only when the body is not there yet, so it is right whole and wrong when it is cut.
        let text = """
            = a [RFC 9110 §10.1.1]
            > POST /echo HTTP/1.1\\r\\nHost: h\\r\\nContent-Length: 1\\r\\nExpect: 100-continue\\r\\n\\r\\nx
            < 200 = x
            open

            """
        let cases = try ConformanceReader.read(text, file: "sample")
        try withServer(limits: ConformanceRun.limits) { live in
            let failures = try ConformanceRun.failures(cases, live)
            #expect(failures.count == 2, "\(failures)")
            #expect(failures.contains { $0.contains("byte by byte: 200 expected, found 100") })
            #expect(failures.contains { $0.contains("cut at byte 73 of step 1: 200 expected, found 100") })
        }
    }

    @Test(arguments: [
        ("", 1, "no case"), ("= a [RFC 9112 §3]\n> x\n< 200\n", 1, "does not end"),
        ("= a [RFC 9112 §3]\n> x\n= b [ours]\n", 1, "does not end"), ("= a\n", 1, "rule is missing"),
        ("= [RFC 9112 §3]\n", 1, "title is missing"), ("= a []\n", 1, "rule is missing"),
        ("= a [RFC 9112 3]\n", 1, "found 'RFC 9112 3'"), ("= a [RFC 9112 §3.]\n", 1, "found 'RFC 9112 §3.'"),
        ("= a [ours, theirs]\n", 1, "found 'theirs'"), ("> x\n", 1, "title [rule]"),
        ("= a [ours]\n> x\\q\n", 2, "no escape '\\q'"), ("= a [ours]\n> x\\\n", 2, "no escape"),
        ("= a [ours]\n> \\x0g\n", 2, "two hexadecimal"), ("= a [ours]\n> \\(b)\n", 2, "no name 'b'"),
        ("= a [ours]\n> \\(b\n", 2, "not closed"), ("= a [ours]\n> \\{0:a}\n", 2, "count of 1"),
        ("= a [ours]\n> \\{3:}\n", 2, "nothing is repeated"), ("= a [ours]\n> \\{3}\n", 2, "count:bytes"),
        ("= a [ours]\n> a \n", 2, "space at the end"), ("= a [ours]\n> a\tb\n", 2, "control byte"),
        ("= a [ours]\n> é\n", 2, "above ASCII"), ("= a [ours]\n>x\n", 2, "found '>x'"),
        ("= a [ours]\n> x\nclose\n", 3, "found 'close'"), ("= a [ours]\n> x\n< 2000\n", 3, "a status expected"),
        ("= a [ours]\n> x\n< 299\n", 3, "a status expected"), ("= a [ours]\n> x\n< 200 x\n", 3, "' = content'"),
        ("= a [ours]\n> x\n< HEAD 200 = x\n", 3, "has no content"),
        ("= a [ours]\n> x\n  A: b\n", 3, "behind its answer"),
        ("= a [ours]\n> x\n< 200\n  A b\n", 4, "'Name: value'"), ("= a [ours]\n> x\n< 200\n  !\n", 4, "'!Name'"),
        ("= a [ours]\nopen\n", 2, "does nothing"), ("= a [ours]\n> x\nopen\n", 3, "no answer"),
        ("= a [ours]\n> x\nend\n< 200\nopen\n", 5, "'closed'"),
        ("= a [ours]\n> x\nwait 100\n< 200\nopen\n", 5, "'< 100'"),
        ("= a [ours]\n> x\nclosed\n= a [ours]\n", 4, "there already"), ("let a=b\n", 1, "let name = bytes"),
        ("let a = b\nlet a = c\n", 2, "given twice"), ("= a [ours]\nlet a = b\n", 2, "between cases"),
    ])
    func `takes no file with a mistake`(_ text: String, _ line: Int, _ message: String) throws {
        let error = try #require(throws: ConformanceError.self) { try ConformanceReader.read(text, file: "f") }
        #expect(
            error.line == line && error.description.hasPrefix("f:\(line): ") && error.message.contains(message),
            "\(error)")
    }

    @Test func `bytes are cut at each place but within repetitions`() throws {
        let cases = try ConformanceReader.read(
            "let b = \\{9:xy}\n= a [ours]\n> a\\x00\\(b)\n> \\s\\\\\nclosed\n", file: "f")
        guard case .send(let bytes)? = cases.first?.steps.first else { throw ConformanceMismatch("nothing is sent") }
        #expect(bytes.bytes == Array("a\u{0}xyxyxyxyxyxyxyxyxy \\".utf8))
        #expect(bytes.cuts == [1, 2, 3, 19, 20, 21])
    }
}
