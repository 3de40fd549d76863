import Testing

@testable import NumbersCore

@Suite("Reading a number")
struct NumberReadingTests {
    @Test(
        "The reading rule",
        arguments: [
            ("6462345678", "US", "+16462345678"), ("14155552671", "US", "+14155552671"),
            ("4915112345678", "US", "+4915112345678"), ("4352345678", nil, "+4352345678"),
            ("4352345678", "US", "+14352345678"), ("+4352345678", "US", "+4352345678"),
            ("00 49 151 12345678", nil, "+4915112345678"), ("0049 151 12345678", "US", "+4915112345678"),
            ("0049 151 12345678", "SG", "+4915112345678"), ("011 49 151 12345678", "US", "+4915112345678"),
            ("0011 49 151 12345678", "AU", "+4915112345678"), ("010 1 415 555 2671", "JP", "+14155552671"),
            ("tel:+1-415-555-2671", nil, "+14155552671"), ("tel:6462345678;phone-context=+1", nil, "+16462345678"),
            ("1 (415) 555-2671", nil, "+14155552671"), ("1.415.555.2671", nil, "+14155552671"),
            ("030 901820", "DE", "+4930901820"), ("49 30 901820", "DE", "+4930901820"),
            ("（４１５） ５５５−２６７１", "US", "+14155552671"), ("٠٠٤٩ ١٥١ ١٢٣٤٥٦٧٨", nil, "+4915112345678"),
            ("(00) 49 151 12345678", nil, "+4915112345678"), ("390612345678", nil, "+390612345678"),
        ] as [(String, String?, String)])
    func rule(text: String, country: String?, expected: String) {
        let number = NumberReading.read(text, country: country.flatMap { Region($0) })
        #expect(number?.e164?.text == expected)
    }

    @Test(
        "What is not valid stays so",
        arguments: [
            ("", nil), ("abc", "US"), ("+", nil), ("00", nil), ("5552671", "US"), ("0301234567", nil),
            ("+1415555267", "US"), ("0000", "DE"), ("anonymous", nil), ("+999 123 456", nil), ("1", "DE"),
            ("tel:5552671;phone-context=example.com", nil),
        ] as [(String, String?)])
    func notValid(text: String, country: String?) {
        #expect(NumberReading.read(text, country: country.flatMap { Region($0) })?.e164 == nil)
    }

    @Test(
        "Only + and 00 count when the input is E.164",
        arguments: [
            "14155552671", "4155552671", "(415) 555-2671", "tel:+14155552671", "011 49 151 12345678",
            "call +14155552671",
            "", "0", "00", "+", "4915112345678", "1-800-FLOWERS", "x0049 151 12345678",
        ])
    func notE164(text: String) {
        #expect(NumberReading.read(text, country: Region("US"), input: .e164Only)?.isValid != true)
    }

    @Test(
        "+ and 00 count when the input is E.164",
        arguments: [
            "+4915112345678", "0049 151 12345678", " +49 (151) 123-45678", "(+49) 15112345678", "＋4915112345678",
        ])
    func e164(text: String) {
        #expect(NumberReading.read(text, country: Region("US"), input: .e164Only)?.e164?.text == "+4915112345678")
    }

    @Test("A refusal tells why")
    func reasons() {
        #expect(NumberReading.parse("hello", country: nil) == .failure(.notANumber))
        #expect(NumberReading.parse("999123456", country: nil) == .failure(.invalidCountryCode))
        #expect(NumberReading.parse(String(repeating: "1", count: 251), country: nil) == .failure(.tooLong))
        let short = NumberReading.read("5552671", country: Region("US"))
        #expect(short?.possibility == .localOnly && short?.countryCode == 1)
    }
}
