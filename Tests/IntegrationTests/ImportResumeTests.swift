import Foundation
import JSONText
import TestSupport
import Testing

@Suite("Imports that are cut off", .timeLimit(.minutes(3)))
struct ImportResumeTests {
    private static let rowCount = 60_000

    /// A directory with one malformed row in a hundred.
    private static func directory(_ suffix: String = "") -> String {
        var text = "number,name\n"
        for index in 0..<rowCount {
            text += index % 100 == 99 ? "nonsense,X\n" : "+1202\(5_550_000 + index % 9_000),Name \(index)\(suffix)\n"
        }
        return text
    }

    private static func number(_ fixture: LookupFixture, _ name: String) throws -> Int64 {
        try fixture.nocliJSON("name", "stats")[name]?.number?.int64 ?? 0
    }

    /// Starts an import and kills it once it has written a good part.
    private static func cutOff(_ file: String, _ fixture: LookupFixture) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path("nocli"))
        process.arguments = ["--database", fixture.database, "name", "import", file]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        while process.isRunning, try number(fixture, "directory") < 5_000 { usleep(2_000) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    @Test("After SIGKILL the same file goes on where it was and says so; a changed one starts anew")
    func resumes() throws {
        let fixture = try LookupFixture()
        let file = try fixture.folder.write("d.csv", Self.directory())
        try Self.cutOff(file, fixture)
        let result = try Program.run(
            "nocli", ["--database", fixture.database, "name", "import", file, "--json"], seconds: 120)
        #expect(result.exitCode == 0)
        let words = "\(file): an import of this file was cut off after "
        #expect(result.errors.hasPrefix(words), "\(result.errors.prefix(300))")
        #expect(result.output.hasPrefix(#"{"rows":60000,"imported":59400,"left_out":600,"#))
        #expect(!result.output.contains(#""resumed_after":0}"#))
        // As if nothing had happened: the last row of each number.
        #expect(try fixture.nocliJSON("name", "show", "+12025550001")["cnam"]?.string == "Name 54001")
        #expect(try fixture.nocliJSON("name", "show", "+12025555998")["cnam"]?.string == "Name 59998")
        // It has ended: the next one is another import.
        let again = try Program.run(
            "nocli", ["--database", fixture.database, "name", "import", file, "--json"], seconds: 120)
        #expect(again.output.hasSuffix(#""resumed_after":0}"# + "\n") && !again.errors.contains("cut off"))

        let other = try fixture.folder.write("e.csv", Self.directory(" B"))
        let fresh = try LookupFixture()
        try Self.cutOff(other, fresh)
        _ = try fixture.folder.write("e.csv", Self.directory(" C"))
        let changed = try Program.run(
            "nocli", ["--database", fresh.database, "name", "import", other, "--json"], seconds: 120)
        #expect(changed.exitCode == 0 && !changed.errors.contains("cut off"))
        #expect(changed.output.hasPrefix(#"{"rows":60000,"imported":59400,"left_out":600,"#))
        #expect(changed.output.hasSuffix(#""resumed_after":0}"# + "\n"))
        #expect(try fresh.nocliJSON("name", "show", "+12025550001")["cnam"]?.string == "Name 54001 C")
    }
}
