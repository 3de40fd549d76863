import TestSupport
import Testing

@testable import NumbersCore

@Suite("What changed between two plans", .timeLimit(.minutes(2)))
struct PlanChangesTests {
    private static let plan = NumberingPlan.builtIn

    /// The built-in plan with another label for all numbers that share their meaning's automaton state with this one.
    private func plan(relabelling number: String, to label: UInt16) throws -> NumberingPlan {
        let tables = Self.plan.tables
        let read = try PhoneNumber(parsing: number, region: nil)
        let record = try #require(tables.callingCode(Int(read.countryCode)))
        let digits = read.nationalDigits
        var node = tables.callingCode(record, .plan)
        var index = 0
        while node < tables.branchCount, index < digits.count {
            node = Int(tables.branches[node * PlanLayout.branchWords + Int(digits[index])])
            index += 1
        }
        var bytes = PlanBytes(Self.plan.bytes)
        if node < tables.branchCount {
            bytes.set(
                word: node * PlanLayout.branchWords + 10, ofSection: PlanSection.branches.rawValue, to: label)
        } else {
            let word = (node - tables.branchCount) * PlanLayout.tailWords + digits.count - index
            bytes.set(word: word, ofSection: PlanSection.tails.rawValue, to: label)
        }
        return try NumberingPlan(bytes.signed())
    }

    private func meaning(_ plan: NumberingPlan, _ code: Int, _ digits: DigitString) throws -> PlanRangeChange.Meaning {
        let record = try #require(plan.tables.callingCode(code))
        let (region, type) = plan.tables.classification(of: digits, callingCode: record)
        return PlanRangeChange.Meaning(region: type == nil ? nil : region, type: type)
    }

    @Test("A plan has no differences from itself, nor from a copy under another name")
    func same() throws {
        var bytes = PlanBytes(Self.plan.bytes)
        bytes.rename(to: "9.0.99")
        let changes = try PlanChanges(from: Self.plan, to: NumberingPlan(bytes.signed()))
        #expect(changes.isEmpty)
        #expect(changes.examplesCompared > 900)
    }

    @Test("Ranges that are no longer valid are found with how many numbers they have")
    func counted() throws {
        // Saint Helena has numbers of four and five digits, few enough to try them all.
        let after = try plan(relabelling: "+29022158", to: 0)
        let changes = try PlanChanges(from: Self.plan, to: after).ranges.filter { $0.countryCode == 290 }
        var expected: [PlanRangeChange.Meaning: UInt64] = [:]
        for length in 2...6 {
            var limit: UInt64 = 1
            for _ in 0..<length { limit *= 10 }
            for value in 0..<limit {
                var digits = DigitString()
                let text = String(value)
                for _ in text.utf8.count..<length { digits.append(0) }
                for byte in text.utf8 { digits.append(byte - 48) }
                let before = try meaning(Self.plan, 290, digits)
                if before.type == nil { continue }
                if try before != meaning(after, 290, digits) { expected[before, default: 0] += 1 }
            }
        }
        #expect(!expected.isEmpty)
        #expect(Dictionary(uniqueKeysWithValues: changes.map { ($0.before, $0.count) }) == expected)
        #expect(changes.allSatisfy { $0.after == PlanRangeChange.Meaning(region: nil, type: nil) })
    }

    @Test(
        "A number means something else exactly where a range says so",
        arguments: [("+4930123456", 6), ("+12015550123", 0), ("+390612345678", 2), ("+80012345678", 0)]
            as [(String, UInt16)])
    func agreesWithNumbers(number: String, label: UInt16) throws {
        let seed: UInt64 = 5
        var generator = SplitMix64(seed: seed)
        let after = try plan(relabelling: number, to: label)
        let changes = try PlanChanges(from: Self.plan, to: after)
        #expect(!changes.ranges.isEmpty && changes.regions.isEmpty && changes.countryCodes.isEmpty)
        var kinds: [UInt16: Set<[PlanRangeChange.Meaning]>] = [:]
        for range in changes.ranges {
            kinds[range.countryCode, default: []].insert([range.before, range.after])
            // The example is one of the numbers it stands for.
            let example = String(range.example.dropFirst(1 + String(range.countryCode).count))
            var digits = DigitString()
            for byte in example.utf8 { digits.append(byte - 48) }
            #expect(try meaning(Self.plan, Int(range.countryCode), digits) == range.before, "\(range.example)")
            #expect(try meaning(after, Int(range.countryCode), digits) == range.after, "\(range.example)")
        }
        for code in Self.plan.countryCodes {
            for _ in 0..<20 {
                var digits = DigitString()
                for _ in 0..<Int.random(in: 2...17, using: &generator) {
                    digits.append(UInt8.random(in: 0...9, using: &generator))
                }
                let before = try meaning(Self.plan, Int(code), digits)
                let now = try meaning(after, Int(code), digits)
                if before != now { #expect(kinds[code]?.contains([before, now]) == true, "+\(code), seed \(seed)") }
            }
        }
    }

    @Test("Example numbers that are read differently say in what")
    func examples() throws {
        let saintHelena = try #require(Region("SH"))
        let example = try #require(Self.plan.exampleNumber(for: saintHelena))
        let after = try plan(relabelling: example.e164Text, to: 0)
        let changes = try PlanChanges(from: Self.plan, to: after)
        let found = try #require(changes.examples.first { $0.number == example.e164Text })
        // Two regions share the code, so a number that is not valid belongs to none.
        let expected: [PlanChanges.Field] = [
            .init(name: .region, before: "SH", after: ""), .init(name: .type, before: "fixed_line", after: ""),
        ]
        #expect(found.fields == expected)
    }

    @Test("Regions and calling codes that came or went are told")
    func territories() throws {
        var bytes = PlanBytes(Self.plan.bytes)
        // Nobody has +290 any more, but its regions are still there: that is no plan.
        bytes.set(word: 290, ofSection: PlanSection.codesByNumber.rawValue, to: 0)
        #expect(throws: NumberingPlanError.self) { try NumberingPlan(bytes.signed()) }
        let difference = PlanChanges.Difference<UInt16>([1, 43, 290], [1, 49, 43, 7])
        #expect(difference.added == [7, 49] && difference.removed == [290] && !difference.isEmpty)
    }
}
