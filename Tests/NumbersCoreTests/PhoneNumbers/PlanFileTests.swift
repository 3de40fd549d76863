import TestSupport
import Testing

@testable import NumbersCore

@Suite("Plan files", .timeLimit(.minutes(2)))
struct PlanFileTests {
    private static let plan = PlanBytes(NumberingPlan.builtIn.bytes)

    /// Takes a table, or refuses it; what is taken must answer without harm. Returns whether it was taken.
    @discardableResult
    private func load(_ bytes: [UInt8]) -> Bool {
        guard let plan = try? NumberingPlan(bytes) else { return false }
        for (text, code) in [("+14155552671", "ZZ"), ("030 901820", "DE"), ("0111523456789", "AR"), ("0612345", "IT")] {
            guard let number = try? PhoneNumber(parsing: text, region: Region(code), plan: plan) else { continue }
            for format in NumberFormat.allCases { _ = number.formatted(format, in: plan) }
            _ = number.truncated(in: plan)
        }
        _ = plan.regions.prefix(3).map { plan.exampleNumber(for: $0) }
        return true
    }

    @Test("A flipped byte of the header or the directory is refused")
    func flippedHeader() {
        for offset in 0..<32 + 8 * Self.plan.sectionCount {
            // The last four bytes of the header are not used; the checksum begins behind them.
            guard !(28..<32).contains(offset) else { continue }
            var bytes = Self.plan
            bytes[offset] ^= 0xFF
            #expect(throws: NumberingPlanError.self, "offset \(offset)") { try NumberingPlan(bytes.bytes) }
        }
    }

    @Test("A flipped byte that the checksum covers is refused or harmless")
    func signedFlips() {
        var taken = 0
        for section in 0..<Self.plan.sectionCount {
            let directory = 32 + 8 * section
            let place = Self.plan.section(section)
            let samples = (0..<4).map { place.lowerBound + place.count * (2 * $0 + 1) / 8 }
            for offset in [directory, directory + 1, directory + 3, directory + 4, directory + 7] + samples {
                var bytes = Self.plan
                bytes[offset] ^= 0xFF
                if load(bytes.signed()) { taken += 1 }
            }
        }
        // Most bytes lead somewhere, and leading somewhere else is noticed; a label may be any.
        #expect(taken < 100)
    }

    @Test("A table cut at the border of a section is refused, with and without a fitting header")
    func cutAtBorders() {
        for section in 0..<Self.plan.sectionCount {
            var bytes = Self.plan
            let border = bytes.section(section).lowerBound
            bytes.cut(to: border)
            #expect(
                throws: NumberingPlanError.wrongLength(stated: Self.plan.bytes.count, found: border),
                "section \(section)"
            ) { try NumberingPlan(bytes.bytes) }
            #expect(throws: NumberingPlanError.self, "section \(section)") { try NumberingPlan(bytes.signed()) }
        }
    }

    @Test("Random bytes behind a right header are refused")
    func randomBytes() {
        let seed: UInt64 = 11
        var generator = SplitMix64(seed: seed)
        for length in [32, 40, 184, 192, 1_000, 8_192] {
            for _ in 0..<20 {
                let body = (0..<length - length % 8 - 32).map { _ in UInt8.random(in: 0...255, using: &generator) }
                let random = PlanBytes(Array(Self.plan.bytes.prefix(32)) + body)
                #expect(!load(random.signed()), "seed \(seed), length \(length)")
            }
        }
    }

    @Test(
        "The name of the metadata is a short word",
        arguments: [("9.0.99", true), ("9.0 99", false), ("9.0.9\n", false), ("9.0.9\u{7F}", false)])
    func version(name: String, isTaken: Bool) {
        var bytes = Self.plan
        bytes.rename(to: name)
        #expect(load(bytes.signed()) == isTaken)
    }

    @Test("The parts of a plan add up to its file")
    func inspection() throws {
        let plan = NumberingPlan.builtIn
        #expect(plan.byteCount == plan.bytes.count && plan.sections.count == Self.plan.sectionCount)
        #expect(plan.sections.first?.name == "version" && plan.sections.first?.bytes == 6)
        let inSections = plan.sections.reduce(0) { $0 + $1.bytes }
        // Each section is padded to eight bytes.
        #expect((0..<8 * plan.sections.count).contains(plan.byteCount - 184 - inSections))
        #expect(try NumberingPlan(plan.bytes).checksum == plan.checksum)
        var other = Self.plan
        other.rename(to: "9.0.99")
        #expect(try NumberingPlan(other.signed()).checksum != plan.checksum)
    }

    @Test("Every refusal has its own words")
    func words() {
        let errors: [NumberingPlanError] = [
            .notATable(expected: .plan, found: nil), .notATable(expected: .plan, found: .names),
            .notATable(expected: .names, found: nil), .unknownFormat(version: 7, of: .plan),
            .unknownFormat(version: 7, of: .names), .wrongLength(stated: 5, found: 4), .wrongChecksum,
            .malformedSection(number: 3), .malformedContent(section: 3),
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
        #expect(NumberingPlanError.unknownFormat(version: 7, of: .plan).description.contains("format 7"))
    }

    @Test("Who has taken a plan keeps it when another takes its place")
    func replacing() throws {
        var other = Self.plan
        other.rename(to: "9.0.99")
        let present = PresentPlan(.builtIn)
        let taken = present.value
        present.replace(with: try NumberingPlan(other.signed()))
        #expect(present.value.metadataVersion == "9.0.99" && taken.metadataVersion == "9.0.43")
        #expect(taken.regions.count == present.value.regions.count)
    }
}
