import CRMTemplate
import Testing

@Suite struct ContactAcceptanceTests {
    private static func contact(_ fields: [(String, String)]) -> Contact {
        Contact(fields.filter { !$0.1.isEmpty }.map { Contact.Field($0.0, $0.1) })
    }

    @Test(arguments: [
        // Url, first name, last name, company; why it is refused.
        ("u", "a", "", "", ""), ("u", "", "a", "", ""), ("u", "", "", "a", ""), ("u", "a", "a", "a", ""),
        ("", "a", "a", "a", "it has no ContactUrl"), ("", "", "", "", "it has no ContactUrl"),
        ("u", "", "", "", "it has neither FirstName nor LastName nor CompanyName"),
    ])
    func `A contact has a ContactUrl and a name`(
        url: String, firstName: String, lastName: String, company: String, reason: String
    ) {
        let contact = Self.contact([
            ("ContactUrl", url), ("FirstName", firstName), ("LastName", lastName), ("CompanyName", company),
            ("FullName", "x"), ("PhoneMobile", "+15550100"),
        ])
        #expect(ContactAcceptance.withoutNumber.refusal(of: contact)?.reason ?? "" == reason)
        #expect(ContactAcceptance.byNumber("15550100", maxLength: 0).refusal(of: contact)?.reason ?? "" == reason)
    }

    @Test(arguments: [
        // Searched, MaxLength, the output, its value, whether it is accepted.
        ("+15550100", 0, "PhoneMobile", "+1 555-0100", true), ("15550100", 0, "PhoneHome2", "0015550100", true),
        ("5550100", 0, "PhoneOther", "+15550100", false), ("5550100", 7, "PhoneBusiness", "+15550100", true),
        ("5550100", 8, "PhoneBusiness", "+15550100", false), ("15550100", 0, "FaxBusiness", "15550100", true),
        ("15550100", 0, "FaxHome", "15550100", true), ("15550100", 0, "Pager", "15550100", false),
        ("15550100", 0, "PhoneOfTheAuthor", "15550100", true), ("15550100", 0, "Mobile", "15550100", false),
        ("15550100", 0, "Email", "15550100", false), ("15550100", 0, "phonemobile", "15550100", false),
        ("", 0, "PhoneMobile", "", false), ("anonymous", 0, "PhoneMobile", "anonymous", false),
        ("", 6, "PhoneMobile", "15550100", false), ("15550100", 0, "PhoneMobile", "15550101", false),
    ])
    func `A contact found by number has that number`(
        number: String, maxLength: Int, output: String, value: String, isAccepted: Bool
    ) {
        let contact = Self.contact([("ContactUrl", "u"), ("LastName", "Example"), (output, value)])
        let refusal = ContactAcceptance.byNumber(number, maxLength: maxLength).refusal(of: contact)
        #expect((refusal == nil) == isAccepted)
        #expect(ContactAcceptance.withoutNumber.refusal(of: contact) == nil)
    }

    @Test func `One number of several is enough, and the reason counts the others`() {
        let contact = Self.contact([
            ("ContactUrl", "u"), ("LastName", "Example"), ("PhoneMobile", "1"), ("PhoneHome", "2"), ("PhoneOther", "3"),
        ])
        #expect(ContactAcceptance.byNumber("3", maxLength: 0).refusal(of: contact) == nil)
        let refusal = ContactAcceptance.byNumber("4", maxLength: 0).refusal(of: contact)
        #expect(refusal == .noMatchingNumber(of: 3))
        #expect(refusal?.reason == "none of its 3 telephone numbers is the searched one")
        let none = ContactAcceptance.byNumber("4", maxLength: 0).refusal(
            of: Self.contact([("ContactUrl", "u"), ("LastName", "E")]))
        #expect(none?.reason == "it has no telephone number")
    }
}
