import Foundation
import NumbersCore
import TestSupport
import Testing

@Suite struct NumberPlanCommandsTests {
    private static let plan = NumberingPlan.builtIn

    /// A file in the harness's directory.
    private func file(_ harness: CommandLineHarness, _ bytes: [UInt8]) throws -> String {
        let path = "\(harness.directory)/plan-\(bytes.count)-\(bytes.hashValue).bin"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test("the built-in plan is shown with its parts")
    func show() throws {
        let harness = try CommandLineHarness()
        let result = harness.call(["number", "plan", "show"])
        #expect(result.code == 0)
        #expect(result.output.hasPrefix("Metadata       9.0.43\nFormat         4\nBytes          "))
        #expect(result.output.contains("Regions        245\n") && result.output.contains("\nSection"))
        let path = try file(harness, Self.plan.bytes)
        #expect(harness.call(["number", "plan", "show", path]).output == result.output)
        let json = harness.call(["number", "plan", "show", "--json"]).output
        #expect(json.hasPrefix(#"{"kind":"plan","metadata_version":"9.0.43","format_version":4,"bytes":"#))
        #expect(json.contains(#""country_codes":[1,7,20,"#) && json.contains(#"{"name":"version","bytes":6}"#))
    }

    @Test("a plan that a server would take is named")
    func check() throws {
        let harness = try CommandLineHarness()
        let path = try file(harness, Self.plan.bytes)
        #expect(
            harness.call(["number", "plan", "check", path]).output
                == "\(path) is a numbering plan of metadata 9.0.43.\n")
        #expect(
            harness.call(["number", "plan", "check", path, "--json"]).output.hasPrefix(
                #"{"ok":true,"kind":"plan","metadata_version":"9.0.43""#))
    }

    @Test("a plan is put in place in one step, and only where a plan was")
    func load() throws {
        let harness = try CommandLineHarness()
        let path = try file(harness, Self.plan.bytes)
        let place = "\(harness.directory)/in-place.bin"
        let first = harness.call(["number", "plan", "load", path, place])
        #expect(first.code == 0, "\(first.error)")
        #expect(
            first.output == "\(place) is a numbering plan of metadata 9.0.43.\n"
                + "A running server takes it with: systemctl reload lookup-server\n")
        #expect(harness.call(["number", "plan", "check", place]).code == 0)
        let again = harness.call(["number", "plan", "load", path, place, "--json"]).output
        #expect(again.hasPrefix(#"{"place":""#) && again.contains(#""before":"9.0.43","kind":"plan""#), "\(again)")
        // Neither names over a plan, nor what is neither, nor over what is neither.
        let names = "\(harness.directory)/names.bin"
        #expect(
            harness.call(["number", "plan", "load", try file(harness, NumberNames.builtIn.bytes), names]).code == 0)
        let broken = try file(harness, Array(Self.plan.bytes.dropLast()))
        let text = try file(harness, Array("not a plan".utf8))
        for (from, to) in [(names, place), (place, names), (broken, place), (place, text)] {
            let before = harness.call(["number", "plan", "show", to]).output
            let refused = harness.call(["number", "plan", "load", from, to])
            #expect(refused.code == 65 && refused.output == "", "\(refused.error)")
            #expect(harness.call(["number", "plan", "show", to]).output == before)
        }
        let nowhere = harness.call(["number", "plan", "load", place, "\(harness.directory)/none/x.bin"])
        #expect(nowhere.code == 1 && nowhere.error.contains("cannot be written"))
    }

    @Test("names are shown and checked like a plan")
    func names() throws {
        let harness = try CommandLineHarness()
        let shown = harness.call(["number", "plan", "show", "built-in-names"])
        #expect(shown.code == 0 && shown.output.hasPrefix("Metadata  9.0.43\nFormat    1\nBytes     "))
        #expect(shown.output.contains("\nNames     ") && shown.output.contains("\nlocationNames "))
        let path = try file(harness, NumberNames.builtIn.bytes)
        #expect(harness.call(["number", "plan", "show", path]).output == shown.output)
        let json = harness.call(["number", "plan", "show", path, "--json"]).output
        #expect(json.hasPrefix(#"{"kind":"names","metadata_version":"9.0.43","format_version":1,"bytes":"#))
        #expect(
            harness.call(["number", "plan", "check", path]).output
                == "\(path) has the names that go with a numbering plan of metadata 9.0.43.\n")
        #expect(
            harness.call(["number", "plan", "check", path, "--json"]).output.hasPrefix(
                #"{"ok":true,"kind":"names","metadata_version":"9.0.43""#))
    }

    @Test("names that a server would not take exit with 65 and say what is wrong", arguments: ["check", "show"])
    func refusedNames(command: String) throws {
        let harness = try CommandLineHarness()
        let names = NumberNames.builtIn.bytes
        var format = names
        format[8] = 9
        var changed = names
        changed[1_000_000] ^= 1
        var control = PlanBytes(names)
        control[control.section(10).lowerBound + 9] = 7
        let large = Array(names.prefix(8)) + [UInt8](repeating: 0, count: CompiledTable.names.fileBytesMax - 7)
        let cases: [([UInt8], String)] = [
            (format, "expected format 1 of compiled names"), (Array(names.dropLast(8)), "found \(names.count - 8)"),
            (Array(names.prefix(20)), "expected compiled names"), (changed, "checksum"),
            (control.signed(), "section 10"), (large, "at most"),
        ]
        for (bytes, words) in cases {
            let path = try file(harness, bytes)
            let result = harness.call(["number", "plan", command, path])
            #expect(result.code == 65 && result.output == "", "\(words): \(result.error)")
            #expect(result.error.contains(path) && result.error.contains(words), "\(result.error)")
        }
    }

    @Test("names are compared with names, and with nothing else")
    func comparedNames() throws {
        let harness = try CommandLineHarness()
        var other = PlanBytes(NumberNames.builtIn.bytes)
        other.rename(to: "9.0.99")
        var path = try file(harness, other.signed())
        var result = harness.call(["number", "plan", "compare", "built-in-names", path])
        #expect(
            result.output == """
                Both files name everything alike.

                From the names of metadata 9.0.43 to those of 9.0.99: 0 changes.

                """, "\(result.error)")
        // Germany has no name any more.
        other.set(word: 3 * 26 + 4, ofSection: 8, to: 0)
        path = try file(harness, other.signed())
        result = harness.call(["number", "plan", "compare", "built-in-names", path])
        #expect(result.output.contains("DE       country  Germany  -"), "\(result.output)")
        let json = harness.call(["number", "plan", "compare", "built-in-names", path, "--json"]).output
        #expect(
            json == #"{"before":"9.0.43","after":"9.0.99","same":false,"names":[{"kind":"region","place":"DE","#
                + #""before":"Germany","after":""}]}"# + "\n")
        let mixed = harness.call(["number", "plan", "compare", "built-in", path])
        #expect(mixed.code == 65 && mixed.error.contains("built-in-names"), "\(mixed.error)")
    }

    @Test("what is no plan exits with 65 and says what is wrong", arguments: ["check", "show", "compare"])
    func refused(command: String) throws {
        let harness = try CommandLineHarness()
        var format = Self.plan.bytes
        format[8] = 9
        var changed = Self.plan.bytes
        changed[100_000] ^= 1
        var hostile = PlanBytes(Self.plan.bytes)
        hostile[hostile.section(1).lowerBound + 1] = 0xFF
        let cases: [([UInt8], String)] = [
            ([], "expected a compiled numbering plan"), (Array("<html>".utf8), "expected a compiled numbering plan"),
            (format, "found format 9"), (Array(Self.plan.bytes.dropLast(8)), "found \(Self.plan.byteCount - 8)"),
            (changed, "checksum"), (hostile.signed(), "section 1 leads outside"),
            ([UInt8](repeating: 0, count: CompiledTable.plan.fileBytesMax + 1), "at most"),
        ]
        for (bytes, words) in cases {
            let path = try file(harness, bytes)
            let result = harness.call(["number", "plan", command, path] + (command == "compare" ? ["built-in"] : []))
            #expect(result.code == 65 && result.output == "", "\(words): \(result.error)")
            #expect(result.error.contains(path) && result.error.contains(words), "\(result.error)")
        }
        let missing = harness.call(
            ["number", "plan", command, "/nonexistent/plan.bin", "built-in"].dropLast(
                command == "compare" ? 0 : 1))
        #expect(missing.code == 65 && missing.error.contains("/nonexistent/plan.bin"))
        if command == "check" {
            let path = try file(harness, changed)
            let result = harness.call(["number", "plan", "check", path, "--json"])
            #expect(result.code == 65 && result.output.hasPrefix(#"{"ok":false,"reason":"its checksum"#))
        }
    }

    @Test("plans that say the same are told apart by their names only")
    func same() throws {
        let harness = try CommandLineHarness()
        var other = PlanBytes(Self.plan.bytes)
        other.rename(to: "9.0.99")
        let path = try file(harness, other.signed())
        let result = harness.call(["number", "plan", "compare", "built-in", path])
        #expect(result.code == 0)
        #expect(
            result.output.hasPrefix("Both plans say the same of every number.\n\nFrom metadata 9.0.43 to 9.0.99: 0 "))
        let json = harness.call(["number", "plan", "compare", path, "built-in", "--json"]).output
        #expect(
            json.hasPrefix(
                #"{"before":"9.0.99","after":"9.0.43","same":true,"regions":{"added":[],"removed":[]},"country_codes":"#
            ))
    }

    @Test("ranges and examples that changed are listed")
    func changed() throws {
        let harness = try CommandLineHarness()
        var other = PlanBytes(Self.plan.bytes)
        // Every label of every tail that says "pager" says nothing now.
        let tails = other.section(2)
        for index in 0..<tails.count / 2 where other[tails.lowerBound + 2 * index] & 15 == 9 {
            other.set(word: index, ofSection: 2, to: 0)
        }
        let path = try file(harness, other.signed())
        let text = harness.call(["number", "plan", "compare", "built-in", path])
        #expect(text.code == 0 && text.output.contains(" pager "), "\(text.error)")
        #expect(text.output.contains("not valid") && text.output.contains("For example"))
        let json = harness.call(["number", "plan", "compare", "built-in", path, "--json"]).output
        #expect(json.contains(#""same":false"#))
        #expect(json.contains(#""type":"pager"},"after":{"valid":false,"region":null,"type":null}"#))
        #expect(json.contains(#"{"name":"type","before":"pager","after":""}"#))
    }

    @Test("the group within the group has its own help and its own messages")
    func help() throws {
        let harness = try CommandLineHarness()
        let help = harness.call(["number", "plan", "--help"])
        #expect(help.code == 0 && help.output.contains("nocli number plan: ") && help.output.contains("  compare  "))
        #expect(!help.output.contains("parse"))
        let one = harness.call(["number", "plan", "check", "--help"])
        #expect(one.output.contains("number plan check") && one.output.contains("FILE"))
        let missing = harness.call(["number", "plan"])
        #expect(missing.code == 64 && missing.error.contains("nocli number plan --help"))
        let wrong = harness.call(["number", "plan", "shwo"])
        #expect(wrong.code == 64 && wrong.error.contains("show"))
    }
}
