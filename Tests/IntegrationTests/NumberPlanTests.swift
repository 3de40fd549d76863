import Foundation
import JSONText
import NumbersCore
import TestSupport
import Testing

@Suite("The numbering plan of a running server", .timeLimit(.minutes(3)))
struct NumberPlanTests {
    /// The built-in plan under another name.
    private static func plan(named name: String) -> [UInt8] {
        var bytes = PlanBytes(NumberingPlan.builtIn.bytes)
        bytes.rename(to: name)
        return bytes.signed()
    }

    /// Puts a file in place in one step.
    private static func put(_ bytes: [UInt8], _ path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    private static func version(_ fixture: LookupFixture) throws -> String? {
        try fixture.get("/api/health")["metadata_version"]?.string
    }

    @Test("SIGHUP takes another plan, while requests go on and none fails")
    func replaced() throws {
        let folder = try TestFolder()
        let path = folder.file("number-plan.bin")
        try Self.put(Self.plan(named: "9.0.91"), path)
        let fixture = try LookupFixture(environment: ["NUMBERS_LOOKUP_NUMBER_PLAN": path], folder: folder)
        #expect(try Self.version(fixture) == "9.0.91")
        let key = try fixture.account().key
        for round in 2...4 {
            try Self.put(Self.plan(named: "9.0.9\(round)"), path)
            fixture.server.signal(SIGHUP, after: 0.02)
            for _ in 0..<40 {
                let answer = try fixture.post("/v1/parse", #"{"number":"+14155552671"}"#, key: key)
                #expect(answer.status == 200 && answer["valid"]?.bool == true)
            }
            #expect(try fixture.eventually { try Self.version(fixture) == "9.0.9\(round)" })
        }
        let metrics = try fixture.client.get("/metrics").text
        #expect(metrics.contains(#"numbers_number_plan_info{metadata_version="9.0.94",source="file"} 1"#))
        #expect(metrics.contains(#"numbers_number_plan_reloads_total{result="taken"} 3"#))
        #expect(fixture.server.errors.contains(#""event":"number_plan_loaded""#))
    }

    @Test("A bad file is refused with a line in the log, and the present plan stays")
    func refused() throws {
        let folder = try TestFolder()
        let path = folder.file("number-plan.bin")
        try Self.put(Self.plan(named: "9.0.91"), path)
        let fixture = try LookupFixture(["--number-plan", path], folder: folder)
        var damaged = Self.plan(named: "9.0.92")
        damaged[90_000] ^= 4
        try Self.put(damaged, path)
        fixture.server.signal(SIGHUP)
        #expect(try fixture.eventually { fixture.server.errors.contains("number_plan_refused") })
        #expect(fixture.server.errors.contains("checksum"))
        try FileManager.default.removeItem(atPath: path)
        fixture.server.signal(SIGHUP)
        #expect(try fixture.eventually { fixture.server.errors.contains("no such file") })
        #expect(try Self.version(fixture) == "9.0.91")
        #expect(
            try fixture.client.get("/metrics").text.contains(
                #"numbers_number_plan_reloads_total{result="refused"} 2"#))
    }

    @Test("Without a file SIGHUP changes nothing")
    func builtIn() throws {
        let fixture = try LookupFixture()
        fixture.server.signal(SIGHUP)
        fixture.server.signal(SIGHUP)
        #expect(try Self.version(fixture) == NumberingPlan.builtIn.metadataVersion)
        #expect(try fixture.client.get("/metrics").text.contains(#"source="built_in"} 1"#))
        fixture.server.signal(SIGTERM)
        #expect(fixture.server.waitForExit() == 0)
    }

    @Test("A server does not start on a file that is no plan", arguments: ["missing", "junk", "places"])
    func start(kind: String) throws {
        let folder = try TestFolder()
        let path = folder.file("number-plan.bin")
        switch kind {
        case "junk": try Self.put(Array("not a plan".utf8), path)
        case "places": try Self.put(Array("NUMPLACE".utf8) + [UInt8](repeating: 0, count: 64), path)
        default: break
        }
        let result = try Program.run(
            "LookupServer",
            ["--listen", "127.0.0.1:0", "--database", folder.file("a.sqlite"), "--number-plan", path], seconds: 10)
        #expect(result.exitCode == 1)
        #expect(result.errors.contains("--number-plan \(path): "), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("a.sqlite")))
    }
}
