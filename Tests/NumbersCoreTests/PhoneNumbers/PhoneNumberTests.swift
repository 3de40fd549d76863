import TestSupport
import Testing

@testable import NumbersCore

@Suite("Phone numbers")
struct PhoneNumberTests {
    @Test("A number tells everything about itself")
    func whole() throws {
        let number = try PhoneNumber(parsing: "(415) 555-2671 ext. 22", region: Region("US"))
        #expect(number.countryCode == 1)
        #expect(number.nationalNumber == 4_155_552_671)
        #expect(number.nationalSignificantNumber == "4155552671")
        #expect(number.extension == "22")
        #expect(number.region == Region("US"))
        #expect(number.type == .fixedLineOrMobile)
        #expect(number.isValid)
        #expect(number.possibility == .possible)
        #expect(number.e164 == E164("+14155552671"))
        #expect(number.e164Text == "+14155552671")
        #expect(number.formatted(.e164) == "+14155552671")
        #expect(number.formatted(.national) == "(415) 555-2671 ext. 22")
        #expect(number.formatted(.international) == "+1 415-555-2671 ext. 22")
        #expect(number.formatted(.rfc3966) == "tel:+1-415-555-2671;ext=22")
        #expect("\(number)" == "+1…71")
    }

    @Test("Italian zeros belong to the number")
    func leadingZero() throws {
        let number = try PhoneNumber(parsing: "06 1234 5678", region: Region("IT"))
        #expect(number.leadingZeros == 1)
        #expect(number.nationalNumber == 612_345_678)
        #expect(number.e164Text == "+390612345678")
        #expect(number.formatted(.national) == "06 1234 5678")
    }

    @Test("A number of zeros keeps all of them")
    func zeros() throws {
        let number = try PhoneNumber(parsing: "+39000", region: nil)
        #expect(number.leadingZeros == 2)
        #expect(number.nationalSignificantNumber == "000")
        #expect(!number.isValid)
        #expect(number.e164 == nil)
    }

    @Test(
        "Ways to write one number",
        arguments: [
            "+49 30 901820", "0049 30 901820", "030 901820", "030/901820", "(030) 90 18 20", "+49 (0)30 901820",
            "tel:+49-30-901820", "tel:30901820;phone-context=+49", "tel:030901820;phone-context=example.de",
            "４９３０９０１８２０", "+٤٩٣٠٩٠١٨٢٠", "call +49 30 901820!", "49 30 901820", "\u{FF0B}49 30 901820.",
            "+49 30 901820;isub=12345", "(030) 901820 x302/x2303",
        ])
    func spellings(text: String) throws {
        let number = try PhoneNumber(parsing: text, region: Region("DE"))
        #expect(number.e164Text == "+4930901820")
        #expect(number.type == .fixedLine)
    }

    @Test("Letters are digits of the keypad when there are three of them")
    func vanity() throws {
        #expect(try PhoneNumber(parsing: "1-800-FLOWERS", region: Region("US")).e164Text == "+18003569377")
        #expect(try PhoneNumber(parsing: "+1 800 mattress", region: nil).e164Text == "+180062887377")
    }

    @Test(
        "What is no number, and why",
        arguments: [
            ("", "US", .notANumber), ("hello", "US", .notANumber), ("+", "US", .notANumber),
            ("1", "US", .notANumber), ("+1", "US", .notANumber), ("1 2", "US", .notANumber),
            ("4155552671", nil, .invalidCountryCode), ("0041445551234", nil, .invalidCountryCode),
            ("+0123456", nil, .invalidCountryCode), ("+2101234567", nil, .invalidCountryCode),
            ("011 9 9 9 123456", "US", .invalidCountryCode), ("01149", "US", .tooShortAfterIDD),
            ("+491", "US", .tooShortNSN), ("+49 123456789012345678", nil, .tooLong),
            ("tel:123456;phone-context=+", "US", .notANumber), ("tel:123456;phone-context=", "US", .notANumber),
            ("tel:123456;phone-context=-a", "US", .notANumber), ("415%5552671", "US", .notANumber),
            (String(repeating: "1", count: 251), "US", .tooLong), (String(repeating: "é", count: 251), nil, .tooLong),
            (String(repeating: " ", count: 250), "US", .notANumber), ("\u{0}", "US", .notANumber),
        ] as [(String, String?, PhoneNumberError)])
    func errors(text: String, code: String?, error: PhoneNumberError) {
        #expect(throws: error) { try PhoneNumber(parsing: text, region: code.flatMap { Region($0) }) }
    }

    @Test("More digits than E.164 allows are valid in Germany, but no E.164")
    func longNumbers() throws {
        let number = try PhoneNumber(parsing: "+49 30 1234 5678 9012 3", region: nil)
        #expect(number.nationalSignificantNumber.count == 15)
        #expect(number.e164 == nil)
    }

    @Test("A number is valid for the regions that have its range")
    func validFor() throws {
        let plan = NumberingPlan.builtIn
        let toronto = try PhoneNumber(parsing: "+1 416 967 1111", region: nil)
        #expect(plan.regions.filter { toronto.isValid(for: $0) }.map(\.code) == ["CA"])
        let free = try PhoneNumber(parsing: "+800 1234 5678", region: nil)
        #expect(free.isValid(for: .nonGeographic))
        #expect(!toronto.isValid(for: .nonGeographic))
        #expect(free.region == .nonGeographic)
        let unknown = try #require(Region("XX"))
        #expect(!toronto.isValid(for: unknown))
    }

    @Test("Another plan is asked the same questions")
    func otherPlan() throws {
        let plan = NumberingPlan.builtIn
        let number = try PhoneNumber(parsing: "+4915112345678", region: nil)
        #expect(number.type(in: plan) == number.type && number.region(in: plan) == number.region)
        #expect(number.isValid(in: plan) && number.e164(in: plan) == number.e164)
        #expect(number.possibility(in: plan) == number.possibility)
    }

    @Test(
        "What a length says",
        arguments: [
            ("+14155552671", Possibility.possible), ("+15552671", .localOnly), ("+502167130047", .invalidLength),
            ("+141555526", .tooShort),
            ("+1415", .tooShort), ("+1415555267123", .tooLong),
        ])
    func possibilities(text: String, possibility: Possibility) throws {
        #expect(try PhoneNumber(parsing: text, region: nil).possibility == possibility)
    }

    @Test("Arbitrary bytes are a number or an error, and nothing else")
    func arbitraryBytes() {
        let seed: UInt64 = 20
        var generator = SplitMix64(seed: seed)
        let pieces: [[UInt8]] = [
            Array("+".utf8), Array("00".utf8), Array("tel:".utf8), Array(";phone-context=".utf8), Array(";ext=".utf8),
            Array(" x".utf8), Array("1".utf8), Array("415555".utf8), [0xFF], [0xC3], [0xE2, 0x80],
            [0xF0, 0x9F, 0x93, 0x9E],
            [0xED, 0xA0, 0x80], [0], Array("٣".utf8), Array(";isub=".utf8), Array("/x".utf8), [0xC0, 0xAF],
            Array("ext".utf8),
        ]
        let regions = NumberingPlan.builtIn.regions
        var numbers = 0
        for _ in 0..<20_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                bytes += pieces[Int.random(in: 0..<pieces.count, using: &generator)]
                if Bool.random(using: &generator) { bytes.append(UInt8.random(in: 0...255, using: &generator)) }
                if Bool.random(using: &generator) { bytes.append(UInt8.random(in: 48...57, using: &generator)) }
            }
            guard
                let number = try? PhoneNumber(
                    parsing: bytes.span, region: regions.randomElement(using: &generator), plan: .builtIn)
            else { continue }
            numbers += 1
            #expect(number.e164Text.utf8.count >= 4, "seed \(seed)")
            for format in NumberFormat.allCases { #expect(!number.formatted(format).isEmpty) }
        }
        #expect(numbers > 100)
    }

    @Test("Writing a valid number and reading it again gives the same number")
    func roundTrip() throws {
        let plan = NumberingPlan.builtIn
        for region in plan.regions {
            for type in LineType.allCases {
                guard let number = plan.exampleNumber(for: region, type: type) else { continue }
                for format in [NumberFormat.e164, .international, .rfc3966] {
                    #expect(try PhoneNumber(parsing: number.formatted(format), region: nil) == number)
                }
            }
        }
    }
}
