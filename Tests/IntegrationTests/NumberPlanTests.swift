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

    /// The built-in names of a release, with another spelling of Berlin.
    private static func names(named name: String, _ berlin: String) throws -> [UInt8] {
        var bytes = PlanBytes(NumberNames.builtIn.bytes)
        bytes.rename(to: name)
        let text = bytes.section(bytes.sectionCount - 1)
        let old = Array("Berlin".utf8)
        precondition(berlin.utf8.count == old.count, "the name keeps its length")
        let places = text.dropLast(old.count).filter { start in old.indices.allSatisfy { bytes[start + $0] == old[$0] }
        }
        for place in places {
            for (index, byte) in berlin.utf8.enumerated() { bytes[place + index] = byte }
        }
        return bytes.signed()
    }

    private static func location(_ fixture: LookupFixture, _ key: String) throws -> String? {
        let answer = try fixture.post("/v1/parse", #"{"number":"+4930901820"}"#, key: key)
        #expect(answer.status == 200 && answer["valid"]?.bool == true)
        return answer["location"]?.string
    }

    private static func namesMetric(_ fixture: LookupFixture) throws -> String? {
        try fixture.client.get("/metrics").text.split(separator: "\n")
            .first { $0.hasPrefix("numbers_number_names_info{") }.map { String($0) }
    }

    @Test("Names come from a file that is read when the first is asked for, and SIGHUP takes others")
    func names() throws {
        let folder = try TestFolder()
        let path = folder.file("number-names.bin")
        try Self.put(Self.names(named: "9.0.91", "Merlin"), path)
        let fixture = try LookupFixture(["--number-names", path], folder: folder)
        let key = try fixture.account().key
        #expect(
            try Self.namesMetric(fixture) == #"numbers_number_names_info{metadata_version="",source="not_read"} 1"#)
        #expect(!fixture.server.errors.contains("number_names_loaded"))
        #expect(try Self.location(fixture, key) == "Merlin")
        #expect(
            try Self.namesMetric(fixture) == #"numbers_number_names_info{metadata_version="9.0.91",source="file"} 1"#)
        #expect(fixture.server.errors.contains(#""event":"number_names_loaded""#))
        try Self.put(Self.names(named: "9.0.92", "Perlin"), path)
        fixture.server.signal(SIGHUP)
        #expect(try fixture.eventually { try Self.location(fixture, key) == "Perlin" })
        #expect(fixture.server.errors.contains(#""names_version":"9.0.92""#))
        // The plan is the built-in one all along.
        #expect(try Self.version(fixture) == NumberingPlan.builtIn.metadataVersion)
    }

    @Test("Plan and names change together or not at all")
    func together() throws {
        let folder = try TestFolder()
        let (plan, names) = (folder.file("number-plan.bin"), folder.file("number-names.bin"))
        try Self.put(Self.plan(named: "9.0.91"), plan)
        try Self.put(Self.names(named: "9.0.91", "Merlin"), names)
        let fixture = try LookupFixture(["--number-plan", plan, "--number-names", names], folder: folder)
        let key = try fixture.account().key
        #expect(try Self.location(fixture, key) == "Merlin")
        let good = try Self.names(named: "9.0.92", "Perlin")
        var changed = good
        changed[1_000_000] ^= 4
        let bad: [([UInt8]?, String)] = [
            (changed, "checksum"), (Array(good.dropLast(8)), "found \(good.count - 8): it was cut"),
            (Self.plan(named: "9.0.92"), "mixed up"),
            (Array("<html>".utf8), "found something else"), (nil, "no such file"),
        ]
        try Self.put(Self.plan(named: "9.0.92"), plan)
        for (count, (bytes, words)) in bad.enumerated() {
            if let bytes { try Self.put(bytes, names) } else { try FileManager.default.removeItem(atPath: names) }
            fixture.server.signal(SIGHUP)
            let refusals = #"numbers_number_plan_reloads_total{result="refused"} \#(count + 1)"#
            #expect(try fixture.eventually { try fixture.client.get("/metrics").text.contains(refusals) }, "\(words)")
            #expect(fixture.server.errors.contains(words), "\(words)")
            #expect(try Self.version(fixture) == "9.0.91", "\(words)")
            #expect(try Self.location(fixture, key) == "Merlin", "\(words)")
        }
        try Self.put(good, names)
        fixture.server.signal(SIGHUP)
        #expect(try fixture.eventually { try Self.version(fixture) == "9.0.92" })
        #expect(try Self.location(fixture, key) == "Perlin")
    }

    @Test(
        "Names that are missing or damaged when they are first asked for are told, and lookups go on with the built-in",
        arguments: ["missing", "junk", "plan", "pipe"])
    func namesFallback(kind: String) throws {
        let folder = try TestFolder()
        let path = folder.file("number-names.bin")
        switch kind {
        case "junk": try Self.put(Array("no names".utf8), path)
        case "plan": try Self.put(Self.plan(named: "9.0.91"), path)
        case "pipe": #expect(mkfifo(path, 0o600) == 0)
        default: break
        }
        let fixture = try LookupFixture(["--number-names", path], folder: folder)
        let key = try fixture.account().key
        for _ in 0..<3 { #expect(try Self.location(fixture, key) == "Berlin") }
        #expect(try fixture.eventually { fixture.server.errors.contains(path) })
        #expect(fixture.server.errors.components(separatedBy: "number_names_refused").count == 2)
        #expect(try Self.namesMetric(fixture)?.contains(#"source="built_in""#) == true)
        // Once it is there, SIGHUP takes it.
        try? FileManager.default.removeItem(atPath: path)
        try Self.put(Self.names(named: "9.0.92", "Perlin"), path)
        fixture.server.signal(SIGHUP)
        #expect(try fixture.eventually { try Self.location(fixture, key) == "Perlin" })
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
