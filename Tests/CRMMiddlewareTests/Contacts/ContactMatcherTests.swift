import NumbersCore
import Testing

@testable import CRMMiddleware

@Suite struct ContactMatcherTests {
    private func match(_ wanted: String, _ written: String, country: String?, suffix: Int = 0) -> CRMContact.Match? {
        var settings = WorkspaceSettings()
        settings.defaultCountry = country.flatMap { Region($0) }
        settings.suffixDigits = suffix
        let number = PartyNumber(wanted, country: settings.defaultCountry, plan: .builtIn)
        guard let key = ContactKey(number) else { return nil }
        return ContactMatcher(key, number: number, settings: settings, plan: .builtIn)
            .match(.person("A", written))
    }

    @Test(
        arguments: [
            ("+33142000000", "(0)1 42 00 00 00", "FR"), ("+33142000000", "0033142000000", "FR"),
            ("+33142000000", "00 33 1 42 00 00 00", nil), ("+33142000000", "+33 (0)1 42 00 00 00", nil),
            ("+33142000000", "+33 (0)1.42.00.00.00", "FR"), ("0142000000", "+33142000000", "FR"),
            ("33142000000", "01-42-00-00-00", "FR"), ("+33142000000", "tel:+33-1-42-00-00-00", nil),
            ("+33142000000", "0142000000 ext. 12", "FR"), ("+12025550143", "(202) 555-0143", "US"),
            ("+12025550143", "1-202-555-0143", nil), ("+442079460018", "+44 (0)20 7946 0018", nil),
            ("+390612345678", "06 1234 5678", "IT"), ("+33142000000", "\u{202A}+33 1 42 00 00 00\u{202C}", nil),
            ("+33142000000", "＋３３１４２００００００", nil), ("101", "101", "FR"), ("8001", "80-01", nil), ("101", "101", nil),
            ("0142000000", "01 42 00 00 00", nil), ("+18005627638", "1-800-562-7638", "US"),
        ] as [(String, String, String?)])
    func `a number is the same one in whatever way either side writes it`(
        _ wanted: String, _ written: String, _ country: String?
    ) {
        #expect(match(wanted, written, country: country) == .exact)
    }

    @Test(
        arguments: [
            ("+33142000000", "+33142000001", "FR"), ("+33142000000", "0142000000", nil),
            ("+33142000000", "0142000000", "DE"),
            ("+33142000000", "42000000", "FR"), ("+33142000000", "", "FR"), ("+33142000000", "anonymous", "FR"),
            ("101", "1010", "FR"), ("101", "0101", nil), ("101", "ext", nil), ("+33142000000", "+49142000000", "FR"),
            ("+33142000000", "+33142000000000", "FR"), ("anonymous", "anonymous", "FR"), ("-", "-", nil),
            ("+12025550143", "+12025550143123", "US"), ("+33142000000", "3142000000", "FR"),
        ] as [(String, String, String?)])
    func `a number is not another one that looks like it`(_ wanted: String, _ written: String, _ country: String?) {
        #expect(match(wanted, written, country: country) == nil)
    }

    @Test(
        arguments: [
            ("+33142000000", "42000000", 8, .suffix), ("+33142000000", "42000000", 9, nil),
            ("+33142000000", "0142000000", 9, .exact), ("+33142000000", "+49142000000", 9, .suffix),
            ("+33142000000", "+49142000000", 10, nil), ("+33142000000", "2000000", 7, .suffix),
            ("+33142000000", "2000000", 8, nil), ("2000000", "+33142000000", 7, .suffix), ("101", "33101", 6, nil),
            ("+33142000000", "42000001", 6, nil),
        ] as [(String, String, Int, CRMContact.Match?)])
    func `so many last digits count as the workspace says, and whole numbers before them`(
        _ wanted: String, _ written: String, _ digits: Int, _ expected: CRMContact.Match?
    ) {
        #expect(match(wanted, written, country: "FR", suffix: digits) == expected)
    }

    @Test func `an exact number wins over another of the same contact that only ends alike`() {
        var settings = WorkspaceSettings()
        settings.suffixDigits = 6
        let number = PartyNumber("+33142000000", country: nil, plan: .builtIn)
        var contact = CRMContact.person("A", "+49142000000")
        contact.lines[.faxHome1] = "+33 1 42 00 00 00"
        #expect(
            ContactMatcher(.number(number.text), number: number, settings: settings, plan: .builtIn).match(contact)
                == .exact)
    }

    @Test(
        arguments: [
            ("a@b.example", .exact), ("A@B.Example", .exact), (" a@b.example\t", .exact), ("a@b.example.org", nil),
            ("", nil), ("ba@b.example", nil), (nil, nil),
        ] as [(String?, CRMContact.Match?)])
    func `addresses are compared without case and white space`(_ written: String?, _ expected: CRMContact.Match?) {
        let matcher = ContactMatcher(
            .email("a@b.example"), number: nil, settings: WorkspaceSettings(), plan: .builtIn)
        #expect(matcher.match(.person("A", email: written)) == expected)
    }
}
