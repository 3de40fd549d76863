import Platform
import TestSupport
import Testing

@testable import NumbersCore

@Suite("Names as files", .timeLimit(.minutes(2)))
struct NumberNamesTests {
    private static let names = PlanBytes(NumberNames.builtIn.bytes)
    private static let berlin = "+4930901820"

    private func location(_ plan: NumberingPlan) throws -> String? {
        try PhoneNumber(parsing: Self.berlin, region: nil, plan: plan).location(in: plan)
    }

    /// Takes names, or refuses them; what is taken must answer without harm. Returns whether they were taken.
    @discardableResult
    private func load(_ bytes: [UInt8]) -> Bool {
        guard let names = try? NumberNames(bytes) else { return false }
        let plan = NumberingPlan.builtIn.with(names)
        for text in [Self.berlin, "+4915123456789", "+5491123456789", "+12025550143", "+80012345678"] {
            guard let number = try? PhoneNumber(parsing: text, region: nil, plan: plan) else { continue }
            _ = (number.carrier(in: plan), number.location(in: plan), number.timeZones(in: plan))
        }
        _ = plan.regions.map { plan.name(of: $0) }
        return true
    }

    // MARK: Files

    @Test("The built-in names can be loaded from their bytes")
    func roundTrip() throws {
        let names = try NumberNames(Self.names.bytes)
        #expect(names.metadataVersion == "9.0.43" && !names.isBuiltIn && names.wasRead)
        #expect(names.checksum == NumberNames.builtIn.checksum && names.byteCount == Self.names.bytes.count)
        #expect(names.nameCount > 10_000)
        #expect(try location(NumberingPlan.builtIn.with(names)) == "Berlin")
    }

    @Test("What is no table of names is refused with what it is")
    func wrongMagic() {
        let nothing = NumberingPlanError.notATable(expected: .names, found: nil)
        for bytes in [[], Array("NUMPLAC".utf8), Array("<html></html>".utf8), [UInt8](repeating: 0, count: 4096)] {
            #expect(throws: nothing) { try NumberNames(bytes) }
        }
        for place in 0..<8 {
            var bytes = Self.names
            bytes[place] ^= 1
            #expect(throws: nothing, "byte \(place)") { try NumberNames(bytes.signed()) }
        }
        #expect(throws: NumberingPlanError.notATable(expected: .names, found: .plan)) {
            try NumberNames(NumberingPlan.builtIn.bytes)
        }
    }

    @Test("Every field of the header is checked")
    func header() {
        for (offset, error) in [
            (8, NumberingPlanError.unknownFormat(version: 0xFE, of: .names)),
            (11, .unknownFormat(version: 0xFF00_0001, of: .names)), (16, .wrongChecksum), (23, .wrongChecksum),
            (24, .malformedSection(number: 0)), (27, .malformedSection(number: 0)),
        ] {
            var bytes = Self.names
            bytes[offset] ^= 0xFF
            #expect(throws: error, "offset \(offset)") { try NumberNames(bytes.bytes) }
        }
        for offset in 0..<32 + 8 * Self.names.sectionCount where !(28..<32).contains(offset) {
            var bytes = Self.names
            bytes[offset] ^= 0xFF
            #expect(throws: NumberingPlanError.self, "offset \(offset)") { try NumberNames(bytes.bytes) }
        }
    }

    @Test("Names that were cut or extended are refused", arguments: [0, 7, 8, 31, 32, 119, 120, 4096, -1, -8, 1, 8])
    func length(change: Int) {
        let whole = Self.names.bytes
        let bytes =
            change > 8 || change == 0 || change == 7
            ? Array(whole.prefix(change))
            : change < 0 ? Array(whole.dropLast(-change)) : whole + [UInt8](repeating: 0, count: change)
        let error: NumberingPlanError =
            bytes.count < 32
            ? .notATable(expected: .names, found: bytes.count < 8 ? nil : .names)
            : .wrongLength(stated: whole.count, found: bytes.count)
        #expect(throws: error) { try NumberNames(bytes) }
    }

    @Test("Names cut at the border of a section are refused, with and without a fitting header")
    func cutAtBorders() {
        for section in 0..<Self.names.sectionCount {
            var bytes = Self.names
            bytes.cut(to: bytes.section(section).lowerBound)
            #expect(throws: NumberingPlanError.self, "section \(section)") { try NumberNames(bytes.bytes) }
            #expect(throws: NumberingPlanError.self, "section \(section)") { try NumberNames(bytes.signed()) }
        }
    }

    @Test("A flipped byte is refused; one that the checksum covers is refused or harmless")
    func flips() {
        for section in 0..<Self.names.sectionCount {
            let place = Self.names.section(section)
            for sample in 0..<4 {
                var bytes = Self.names
                bytes[place.lowerBound + place.count * (2 * sample + 1) / 8] ^= 0xFF
                #expect(throws: NumberingPlanError.wrongChecksum, "section \(section)") { try NumberNames(bytes.bytes) }
                load(bytes.signed())
            }
            for field in 0..<8 {
                var bytes = Self.names
                bytes[32 + 8 * section + field] ^= 0xFF
                load(bytes.signed())
            }
        }
    }

    @Test("The name of the metadata is a short word, and no name holds what a terminal would act on")
    func texts() {
        for (name, isTaken) in [("9.0.99", true), ("9.0 99", false), ("9.0.9\n", false), ("9.0.9\u{7F}", false)] {
            var bytes = Self.names
            bytes.rename(to: name)
            #expect(load(bytes.signed()) == isTaken, "\(name.debugDescription)")
        }
        let text = Self.names.section(Self.names.sectionCount - 1)
        for (byte, isTaken) in [(0x1B, false), (0x1F, false), (0x20, true), (0x7E, true), (0x7F, false)] {
            var bytes = Self.names
            bytes[text.lowerBound + 40] = UInt8(byte)
            #expect(load(bytes.signed()) == isTaken, "\(byte)")
        }
    }

    // MARK: Reading later

    @Test("Names are read when the first one is asked for, and once")
    func lazily() throws {
        let calls = Monitor(0)
        let names = NumberNames {
            calls.withLock { $0 += 1 }
            return try? NumberNames(Self.names.bytes)
        }
        let plan = NumberingPlan.builtIn.with(names)
        let number = try PhoneNumber(parsing: Self.berlin, region: nil, plan: plan)
        #expect(number.isValid && number.formatted(.national, in: plan) == "030 901820")
        #expect(number.type == .fixedLine && plan.exampleNumber(for: .init("DE")!) != nil)
        #expect(calls.withLock { $0 } == 0 && !names.wasRead)
        #expect(try location(plan) == "Berlin")
        #expect(number.timeZones(in: plan) == ["Europe/Berlin"] && number.carrier(in: plan) == nil)
        #expect(calls.withLock { $0 } == 1 && names.wasRead && !names.isBuiltIn)
    }

    @Test("Many that ask at once get the same names from one reading")
    func together() async throws {
        let calls = Monitor(0)
        let names = NumberNames {
            calls.withLock { $0 += 1 }
            return try? NumberNames(Self.names.bytes)
        }
        let plan = NumberingPlan.builtIn.with(names)
        try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<32 { group.addTask { try location(plan) } }
            for try await place in group { #expect(place == "Berlin") }
        }
        #expect(calls.withLock { $0 } == 1)
    }

    @Test("Names that cannot be read are those of the program, and are not tried again")
    func fallback() throws {
        let calls = Monitor(0)
        let names = NumberNames {
            calls.withLock { $0 += 1 }
            return nil
        }
        let plan = NumberingPlan.builtIn.with(names)
        for _ in 0..<3 { #expect(try location(plan) == "Berlin") }
        #expect(calls.withLock { $0 } == 1 && names.isBuiltIn && names.wasRead)
    }

    // MARK: Comparing

    @Test("Names that are the same have no changes")
    func same() throws {
        var other = Self.names
        other.rename(to: "9.0.99")
        let changes = try NameChanges(from: .builtIn, to: NumberNames(other.signed()))
        #expect(changes.isEmpty)
    }

    @Test("A name that changed is told for the numbers it belongs to, and nothing else")
    func changed() throws {
        var other = Self.names
        let text = other.section(other.sectionCount - 1)
        let berlin = Array("Berlin".utf8)
        let place = try #require(
            text.first { start in berlin.indices.allSatisfy { other[start + $0] == berlin[$0] } })
        other[place] = UInt8(ascii: "M")
        let changes = try NameChanges(from: .builtIn, to: NumberNames(other.signed())).changes
        #expect(
            changes.first
                == NameChanges.Change(kind: .location, place: "+1410208", before: "Berlin, MD", after: "Merlin, MD"))
        #expect(changes.allSatisfy { $0.before.contains("Berlin") && $0.after.contains("Merlin") })
        let back = try NameChanges(from: NumberNames(other.signed()), to: .builtIn).changes
        #expect(back.map(\.place) == changes.map(\.place) && back.first?.before == changes.first?.after)
    }

    @Test("A prefix that no longer leads anywhere and a country without a name are told")
    func removed() throws {
        var other = Self.names
        // The region names follow the lists of time zones; DE is the 82nd of 26 × 26.
        other.set(word: 3 * 26 + 4, ofSection: 8, to: 0)
        // The root of the carriers lets nothing follow a 4.
        let roots = other.section(3).lowerBound
        let root = Int(other[roots + 4]) | Int(other[roots + 5]) << 8 | Int(other[roots + 6]) << 16
        let present = other.section(5).lowerBound + 2 * root
        #expect(other[present] & 1 << 4 != 0)
        var damaged = other
        damaged.set(word: root, ofSection: 5, to: UInt16(other[present] & 0x0F))
        let changes = try NameChanges(from: .builtIn, to: NumberNames(damaged.signed())).changes
        #expect(changes.contains(NameChanges.Change(kind: .region, place: "DE", before: "Germany", after: "")))
        #expect(changes.contains { $0.kind == .carrier && $0.place.hasPrefix("+49") && $0.after.isEmpty })
    }

    @Test("Tables are compared as long as there are no more pairs of prefixes than allowed")
    func pairs() throws {
        let names = try NumberNames(PlanBytes.smallNames().bytes)
        // The root, ten digits from there, and ten from the 4.
        for (pairsMax, isCompared) in [(20, false), (21, true), (22, true)] {
            let changes = Result { try NameChanges(from: names, to: names, pairsMax: pairsMax) }
            #expect(((try? changes.get()) != nil) == isCompared, "\(pairsMax)")
        }
        let changes = try NameChanges(from: names, to: .builtIn).changes
        #expect(changes.contains(NameChanges.Change(kind: .region, place: "DE", before: "", after: "Germany")))
    }

    @Test("A table that leads in a circle is refused by the comparison, and gives answers all the same")
    func circle() throws {
        var bytes = PlanBytes.smallNames()
        // The 4 of the carriers leads to the root again.
        bytes.set(word: 6, ofSection: 5, to: 4)
        let names = try NumberNames(bytes.signed())
        #expect(throws: PlanComparisonError.tooManyNames(.carrier)) {
            // Ten more pairs for each 4, up to the longest number.
            try NameChanges(from: names, to: names, pairsMax: 200)
        }
        #expect(load(bytes.signed()))
    }
}
