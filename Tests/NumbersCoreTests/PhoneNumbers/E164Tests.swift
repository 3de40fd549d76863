import Testing

@testable import NumbersCore

@Suite("E.164 numbers")
struct E164Tests {
    @Test(
        "Text is read strictly",
        arguments: [
            "", "+", "14155552671", "+1", "+04155552671", "++14155552671", "+1415555267a", "+1 4155552671",
            "+1234567890123456", " +14155552671", "+14155552671 ", "+\u{661}\u{664}155552671", "+-4155552671",
            "+14155552671\n", "＋14155552671", "+0",
        ])
    func badText(text: String) {
        #expect(E164(text) == nil)
    }

    @Test("Two to fifteen digits are a number", arguments: ["+10", "+14155552671", "+999999999999999", "+390612345"])
    func goodText(text: String) throws {
        let number = try #require(E164(text))
        #expect(number.text == text)
        #expect(E164(number.digits) == number)
    }

    @Test(
        "Integers outside of two to fifteen digits are refused",
        arguments: [0, 1, 9, 1_000_000_000_000_000, UInt64.max])
    func badInteger(digits: UInt64) {
        #expect(E164(digits) == nil)
    }

    @Test(
        "What is printed shows the calling code and two digits only",
        arguments: [
            ("+14155552671", "+1…71"), ("+77012345678", "+7…78"), ("+4915112345600", "+49…00"),
            ("+390612345", "+39…45"),
            ("+35312345605", "+353…05"), ("+80012345678", "+800…78"), ("+818012345678", "+81…78"),
            ("+21012", "+210…12"),
        ])
    func masked(text: String, shown: String) throws {
        let number = try #require(E164(text))
        #expect("\(number)" == shown)
        #expect(String(reflecting: number) == shown)
        #expect("\([number])" == "[\(shown)]")
    }

    @Test("Numbers are ordered by their digits")
    func order() throws {
        let short = try #require(E164("+4930123"))
        let long = try #require(E164("+14155552671"))
        #expect(short < long)
    }
}
