import Foundation
import TestSupport
import Testing

@Suite("The systemd units")
struct UnitFileTests {
    private static func lines(_ name: String) throws -> [String] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "deploy/\(name)"), encoding: .utf8)
            .split(separator: "\n").map { String($0) }.filter { !$0.hasPrefix("#") }
    }

    /// The values of a setting.
    private static func values(_ setting: String, _ lines: [String]) -> [String] {
        lines.filter { $0.hasPrefix(setting + "=") }.map { String($0.dropFirst(setting.count + 1)) }
    }

    @Test("Both servers are run alike, but for their names")
    func alike() throws {
        func nameless(_ line: String) -> String {
            line.replacing("MiddlewareServer", with: "X").replacing("LookupServer", with: "X")
                .replacing("middleware-server", with: "x").replacing("lookup-server", with: "x")
        }
        let lookup = try Self.lines("lookup-server.service").map(nameless).filter { !$0.hasPrefix("Description=") }
        let middleware = try Self.lines("middleware-server.service").map(nameless)
            .filter { !$0.hasPrefix("Description=") }
        #expect(lookup == middleware)
    }

    @Test(
        "A unit tells systemd what the server does: it is ready, reloads, ends in time, and when it is of no use to start it",
        arguments: ["lookup", "middleware"])
    func conduct(name: String) throws {
        let lines = try Self.lines("\(name)-server.service")
        #expect(Self.values("Type", lines) == ["notify"])
        #expect(Self.values("ExecReload", lines) == ["/bin/kill -HUP $MAINPID"])
        #expect(Self.values("RestartPreventExitStatus", lines) == ["64 65"])
        // A limit of starts would leave a server dead after a short trouble.
        #expect(Self.values("StartLimitIntervalSec", lines) == ["0"])
        #expect(try #require(Self.values("RestartSec", lines).first.flatMap { Int($0) }) >= 1)
        #expect(Self.values("LimitCORE", lines) == ["0"])
        #expect(Self.values("RuntimeDirectory", lines) == ["\(name)-server"])
        #expect(Self.values("After", lines).contains { $0.contains("time-sync.target") })
        let help = try Program.run(name == "lookup" ? "LookupServer" : "MiddlewareServer", ["--help"]).output
        let option = try #require(help.components(separatedBy: "--drain-timeout").last)
        let standard = try #require(option.components(separatedBy: "(default ").dropFirst().first)
        let drain = try #require(Int(standard.prefix { $0 != "s" }))
        let end = try #require(Self.values("TimeoutStopSec", lines).first.flatMap { Int($0) })
        #expect(end >= drain + 15)
    }

    @Test("systemd understands them")
    func verified() throws {
        let folder = try TestFolder()
        for name in ["lookup-server.service", "middleware-server.service", "lookup-server.socket"] {
            // The programs are not installed where the tests run.
            let text = try Self.lines(name).map {
                $0.hasPrefix("ExecStart=") ? "ExecStart=/bin/true" : $0
            }
            try folder.write(name, text.joined(separator: "\n") + "\n")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/systemd-analyze")
        process.arguments = [
            "verify", folder.file("lookup-server.service"), folder.file("middleware-server.service"),
            folder.file("lookup-server.socket"),
        ]
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && !said.contains(folder.path), "\(said)")
    }
}
