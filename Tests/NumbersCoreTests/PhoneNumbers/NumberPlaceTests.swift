import Testing

@testable import NumbersCore

@Suite("Places, carriers and time zones")
struct NumberPlaceTests {
    private func number(_ text: String) throws -> PhoneNumber { try PhoneNumber(parsing: text, region: nil) }

    @Test(
        "What a range tells",
        arguments: [
            ("+16502530000", nil, "Mountain View, CA", ["America/Los_Angeles"]),
            ("+4930901820", nil, "Berlin", ["Europe/Berlin"]),
            ("+41446681800", nil, "Zurich", ["Europe/Zurich"]),
            ("+18002345678", nil, nil, nil),
            ("+447912345678", "O2", nil, nil),
            ("+5491123456789", nil, "Buenos Aires", ["America/Buenos_Aires"]),
        ] as [(String, String?, String?, [String]?)])
    func places(text: String, carrier: String?, location: String?, zones: [String]?) throws {
        let number = try number(text)
        #expect(number.isValid)
        if let carrier { #expect(number.carrier() == carrier) }
        if let location { #expect(number.location()?.hasPrefix(location) == true, "\(number.location() ?? "-")") }
        if let zones { #expect(number.timeZones() == zones) }
    }

    @Test("A number that is not valid has none of them", arguments: ["+1415555", "+49", "+8001", "+1999555267"])
    func notValid(text: String) {
        guard let number = try? number(text) else { return }
        #expect(number.carrier() == nil && number.location() == nil && number.timeZones().isEmpty)
    }

    @Test("A number of no one country has no location")
    func nonGeographic() throws {
        let number = try number("+80012345678")
        #expect(number.location() == nil)
        #expect(number.carrier() == nil)
    }
}
