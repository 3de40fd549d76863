import Testing

@testable import NumbersCore

@Suite("Regions")
struct RegionTests {
    @Test(
        "Anything but two letters or 001 is no region",
        arguments: ["", "U", "USA", "U1", "1U", "ÜS", "U ", " US", "00", "002", "0011", "üs", "U\u{301}", "001 "])
    func refused(code: String) {
        #expect(Region(code) == nil)
    }

    @Test("Letters of either case are a region", arguments: [("US", "US"), ("us", "US"), ("gB", "GB"), ("001", "001")])
    func accepted(code: String, canonical: String) throws {
        let region = try #require(Region(code))
        #expect(region.code == canonical)
        #expect("\(region)" == canonical)
        #expect(region.isGeographic == (canonical != "001"))
    }

    @Test("The plan has every region with a calling code, a name and an example that is valid there")
    func regions() throws {
        let plan = NumberingPlan.builtIn
        #expect(plan.regions.count == 245)
        #expect(plan.regions == plan.regions.sorted())
        for region in plan.regions {
            #expect(plan.contains(region))
            #expect(plan.name(of: region)?.isEmpty == false)
            let code = try #require(plan.countryCode(of: region))
            #expect(plan.regions(withCountryCode: code).contains(region))
            let example = try #require(plan.exampleNumber(for: region))
            #expect(example.isValid(for: region) && example.countryCode == code)
        }
    }

    @Test("A region the plan does not know has nothing", arguments: ["XX", "ZZ", "AQ", "001"])
    func unknown(code: String) throws {
        let region = try #require(Region(code))
        let plan = NumberingPlan.builtIn
        #expect(!plan.contains(region))
        #expect(plan.countryCode(of: region) == nil)
        #expect(plan.exampleNumber(for: region) == nil)
    }

    @Test("Every example has the type it is an example of")
    func examples() {
        let plan = NumberingPlan.builtIn
        for region in plan.regions {
            for type in LineType.allCases {
                guard let example = plan.exampleNumber(for: region, type: type) else { continue }
                let isEither = example.type == .fixedLineOrMobile && (type == .fixedLine || type == .mobile)
                #expect(example.type == type || isEither, "\(region) \(type)")
            }
        }
    }

    @Test("Non-geographic codes have examples too")
    func nonGeographic() throws {
        let plan = NumberingPlan.builtIn
        let codes = plan.countryCodes.filter { plan.regions(withCountryCode: $0) == [.nonGeographic] }
        #expect(codes == [800, 808, 870, 878, 881, 882, 883, 888, 979])
        for code in codes {
            let example = try #require(plan.exampleNumber(forNonGeographicCode: code))
            #expect(example.isValid && example.region == .nonGeographic)
        }
        #expect(plan.exampleNumber(forNonGeographicCode: 1) == nil)
        #expect(plan.exampleNumber(forNonGeographicCode: 0) == nil)
        #expect(plan.regions(withCountryCode: 999).isEmpty)
    }
}
