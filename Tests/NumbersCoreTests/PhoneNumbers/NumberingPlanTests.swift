import TestSupport
import Testing

@testable import NumbersCore

@Suite("The compiled plan")
struct NumberingPlanTests {
    private static let plan = NumberingPlan.builtIn.tables.bytes.all
    private static let places = NumberingPlan.builtIn.places.bytes.all

    /// The table with a checksum that fits, as a hostile author would write it.
    private func signed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        guard bytes.count >= 32, bytes.count.isMultiple(of: 8) else { return bytes }
        let copy = TableBytes.copying(bytes)
        defer { copy.deallocate() }
        let checksum = TableBytes.checksum(copy)
        for index in 0..<8 { bytes[16 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt64(index))) }
        return bytes
    }

    @Test("The built-in table can be loaded from its bytes")
    func roundTrip() throws {
        let plan = try NumberingPlan(Self.plan, names: NumberNames(Self.places))
        #expect(plan.metadataVersion == "9.0.43")
        let number = try PhoneNumber(parsing: "030 901820", region: Region("DE"), plan: plan)
        #expect(number.formatted(.international, in: plan) == "+49 30 901820")
        #expect(number.location(in: plan) == "Berlin")
    }

    @Test("A table that is none is refused")
    func notATable() {
        let nothing = NumberingPlanError.notATable(expected: .plan, found: nil)
        #expect(throws: nothing) { try NumberingPlan([]) }
        #expect(throws: nothing) { try NumberingPlan([UInt8](repeating: 0, count: 64)) }
        #expect(throws: nothing) { try NumberingPlan(Array(Self.plan.prefix(7))) }
        #expect(throws: NumberingPlanError.notATable(expected: .plan, found: .names)) {
            try NumberingPlan(Self.places)
        }
        #expect(throws: NumberingPlanError.notATable(expected: .names, found: .plan)) { try NumberNames(Self.plan) }
    }

    @Test("Another format is refused by its number")
    func format() {
        var bytes = Self.plan
        bytes[8] = 9
        #expect(throws: NumberingPlanError.unknownFormat(version: 9, of: .plan)) { try NumberingPlan(bytes) }
    }

    @Test("A table that was cut or extended is refused", arguments: [-1, -8, 1, 8, -4096])
    func length(change: Int) {
        let bytes = change < 0 ? Array(Self.plan.dropLast(-change)) : Self.plan + [UInt8](repeating: 0, count: change)
        #expect(throws: NumberingPlanError.wrongLength(stated: Self.plan.count, found: bytes.count)) {
            try NumberingPlan(bytes)
        }
    }

    @Test("A changed byte is refused", arguments: [16, 24, 40, 1000, 100_000])
    func checksum(offset: Int) {
        var bytes = Self.plan
        bytes[offset] ^= 0x10
        #expect(throws: NumberingPlanError.self) { try NumberingPlan(bytes) }
    }

    @Test("Every section that leads outside of the table is refused")
    func directory() {
        for section in PlanSection.allCases {
            for (field, value) in [(0, 0xFF), (3, 0x7F), (4, 0x7F), (7, 0xFF)] as [(Int, UInt8)] {
                var bytes = Self.plan
                bytes[32 + 8 * section.rawValue + field] = value
                // A few of these leave a section that is right, only elsewhere; none may be followed outside.
                if let plan = try? NumberingPlan(signed(bytes)) { exercise(plan) }
            }
        }
    }

    @Test("A well-signed hostile table is refused or harmless")
    func hostile() {
        let seed: UInt64 = 7
        var generator = SplitMix64(seed: seed)
        var refused = 0
        for _ in 0..<60 {
            var bytes = Self.plan
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                bytes[Int.random(in: 32..<bytes.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            do {
                exercise(try NumberingPlan(signed(bytes)))
            } catch {
                refused += 1
            }
        }
        #expect(refused > 0, "seed \(seed)")
    }

    @Test("A hostile table of places gives no answer instead of a wrong access")
    func hostilePlaces() {
        var generator = SplitMix64(seed: 8)
        for _ in 0..<10 {
            var bytes = Self.places
            for _ in 0..<2000 {
                bytes[Int.random(in: 120..<bytes.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            if let names = try? NumberNames(signed(bytes)) { exercise(NumberingPlan.builtIn.with(names)) }
        }
    }

    private func exercise(_ plan: NumberingPlan) {
        let texts = [
            "+14155552671", "030 901820", "0111523456789", "+390612345678", "tel:1;phone-context=+1", "+49151123456789",
            "08001234567 ext. 12", "\u{661}\u{662}\u{663}456789", "1-800-FLOWERS", "+8001234567890", "9990151234567",
        ]
        for text in texts {
            for code in ["US", "DE", "AR", "BR", "IT", "JP"] {
                guard let number = try? PhoneNumber(parsing: text, region: Region(code), plan: plan) else { continue }
                for format in NumberFormat.allCases { _ = number.formatted(format, in: plan) }
                _ = (number.carrier(in: plan), number.location(in: plan), number.timeZones(in: plan))
            }
        }
        for region in plan.regions.prefix(20) { _ = (plan.exampleNumber(for: region), plan.name(of: region)) }
    }
}
