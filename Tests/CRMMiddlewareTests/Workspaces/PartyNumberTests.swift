import CRMMiddleware
import NumbersCore
import Testing

@Suite struct PartyNumberTests {
    @Test(
        arguments: [
            ("+33 1 42 00 00 00", nil, "+33142000000"), ("0142000000", "FR", "+33142000000"),
            ("0033142000000", nil, "+33142000000"), (" +33142000000 ", nil, "+33142000000"),
            ("33142000000", nil, "+33142000000"), ("0142000000", nil, "0142000000"), ("anonymous", "FR", "anonymous"),
            ("101", "FR", "101"), ("101", nil, "101"), ("", "FR", ""), ("  ", nil, ""), ("8001", "US", "8001"),
            ("+12", nil, "+12"), ("+999123456789", nil, "+999123456789"),
        ] as [(String, String?, String)])
    func `what can be is E.164, the rest stays as it was sent`(
        _ text: String, _ country: String?, _ expected: String
    ) {
        let number = PartyNumber(text, country: country.flatMap { Region($0) }, plan: .builtIn)
        #expect(number.text == expected)
    }

    @Test func `a number of a range that is not known is one when it is written internationally`() {
        #expect(PartyNumber("+15550100123", country: nil, plan: .builtIn).e164 != nil)
        #expect(PartyNumber("15550100123", country: nil, plan: .builtIn).e164 == nil)
    }
}
