import Testing

@testable import NumbersCore

@Suite("Short and emergency numbers")
struct ShortNumberTests {
    private let plan = NumberingPlan.builtIn

    private func flags(_ values: Bool...) -> String { values.map { $0 ? "y" : "n" }.joined() }

    @Test("Every answer is the reference's")
    func expected() throws {
        let rows = ReferenceRows.read("expected-short.tsv", or: "NUMBERS_SHORT")
        #expect(rows.count >= 4_000)
        for row in rows where row[1] != "example" {
            let region = try #require(Region(row[0]))
            let number = try? PhoneNumber(parsing: row[1], region: region)
            let here = number.flatMap { plan.shortNumber($0, dialledFrom: region) }.map { short in
                flags(short.isPossible, short.isValid, short.isCarrierSpecific, short.isSMSService) + " "
                    + short.cost.rawValue
            }
            let anywhere = number.map { number in
                flags(plan.isPossibleShortNumber(number), plan.isValidShortNumber(number)) + " "
                    + plan.expectedCost(of: number).rawValue
            }
            let emergency = flags(
                plan.isEmergencyNumber(row[1], dialledFrom: region),
                plan.connectsToEmergency(row[1], dialledFrom: region))
            #expect([here ?? "-", anywhere ?? "-", emergency] == Array(row[2...]), "\(row[0]) \(row[1])")
        }
    }

    @Test("Examples are the reference's, and short numbers in use of the price that they are for")
    func examples() throws {
        let rows = ReferenceRows.read("expected-short.tsv", or: "NUMBERS_SHORT").filter { $0[1] == "example" }
        #expect(rows.count >= 240)
        let costs: [ShortNumberCost?] = [nil, .tollFree, .standardRate, .premiumRate]
        for row in rows {
            let region = try #require(Region(row[0]))
            #expect(costs.map { plan.exampleShortNumber(for: region, cost: $0) ?? "" } == Array(row[2...]), "\(row[0])")
            for cost in costs {
                guard let example = plan.exampleShortNumber(for: region, cost: cost) else { continue }
                let number = try PhoneNumber(parsing: example, region: region)
                let short = try #require(plan.shortNumber(number, dialledFrom: region))
                #expect(short.isPossible && (cost == nil ? short.isValid : short.cost == cost), "\(region) \(example)")
            }
            #expect(plan.exampleShortNumber(for: region, cost: .unknown) == nil)
        }
        for region in [Region.nonGeographic, try #require(Region("XX"))] {
            #expect(plan.exampleShortNumber(for: region) == nil)
        }
    }

    @Test(
        "Emergency numbers",
        arguments: [
            ("911", "US", true, true), ("112", "US", true, true), ("9111", "US", false, true),
            ("911", "GB", false, false), ("999", "GB", true, true), ("999 1", "GB", false, true),
            ("190", "BR", true, true), ("1901", "BR", false, false), ("+911", "US", false, false),
            ("91", "US", false, false), ("", "US", false, false), ("nine one one", "US", false, false),
            ("9 1 1", "US", true, true), ("\u{FF19}\u{FF11}\u{FF11}", "US", true, true),
        ])
    func emergencies(_ text: String, _ code: String, _ isOne: Bool, _ connects: Bool) throws {
        let region = try #require(Region(code))
        #expect(plan.isEmergencyNumber(text, dialledFrom: region) == isOne)
        #expect(plan.connectsToEmergency(text, dialledFrom: region) == connects)
    }

    @Test("A region without short numbers, an unknown one and the non-geographic codes have none")
    func none() throws {
        let number = try PhoneNumber(parsing: "911", region: Region("US"))
        for region in [Region.nonGeographic, try #require(Region("XX")), try #require(Region("GB"))] {
            #expect(plan.shortNumber(number, dialledFrom: region) == nil)
        }
        #expect(!plan.isEmergencyNumber("911", dialledFrom: .nonGeographic))
    }
}
