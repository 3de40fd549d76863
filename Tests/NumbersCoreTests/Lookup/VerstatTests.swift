import NumbersCore
import Testing

@Suite struct VerstatTests {
    @Test(
        "a token, a parameter, or a whole SIP address tells what the network found",
        arguments: [
            ("TN-Validation-Passed", Verstat.verified), ("TN-Validation-Passed-A", .verified),
            ("tn-validation-passed-b", .verified), ("TN-VALIDATION-PASSED-C", .verified),
            ("TN-Validation-Failed", .unverified), ("TN-Validation-Failed-C", .unverified),
            ("verstat=TN-Validation-Passed", .verified), ("VERSTAT=TN-Validation-Failed", .unverified),
            ("<sip:+14155552671;verstat=TN-Validation-Passed@example.com;user=phone>;tag=1", .verified),
            ("\"ACME\" <sip:+14155552671@example.com;verstat=TN-Validation-Failed-B>", .unverified),
            ("ACME <tel:+14155552671;verstat=TN-Validation-Passed>", .verified),
            ("<sip:a@b>, <tel:+14155552671;verstat=TN-Validation-Passed>", .verified),
            ("sip:+14155552671;verstat=TN-Validation-Passed@example.com", .verified),
        ])
    func known(text: String, verstat: Verstat) {
        #expect(Verstat(text) == verstat)
    }

    @Test(
        "anything else says nothing",
        arguments: [
            "", " ", "verified", "passed", "true", "1", "No-TN-Validation", "verstat=No-TN-Validation", "verstat=",
            "verstat",
            "TN-Validation-Passed-D", "TN-Validation-Passed-AA", "TN-Validation-Passed-", "TN-Validation-Passedx",
            "xTN-Validation-Passed", "TN-Validation", "TN Validation Passed", "xverstat=TN-Validation-Passed",
            "not-verstat=TN-Validation-Passed", "<sip:+14155552671@example.com>",
            "sip:TN-Validation-Passed@example.com",
            "TN-Validation-Passed@example.com", "<TN-Validation-Passed>", "\"TN-Validation-Passed\"",
            "verstat=\"TN-Validation-Passed\"", "verstat = TN-Validation-Passed", "verstat=\u{FF34}N-Validation-Passed",
        ])
    func unknown(text: String) {
        #expect(Verstat(text) == .unknown)
    }

    @Test(
        "a caller cannot vouch for himself in his display name",
        arguments: [
            "\"verstat=TN-Validation-Passed\" <sip:+1@b;verstat=No-TN-Validation>",
            "\"a\\\"verstat=TN-Validation-Passed\" <sip:+1@b>", "\"x;verstat=TN-Validation-Passed\" <sip:+1@b>",
            "verstat=TN-Validation-Passed <sip:+1@b>",
            "verstat=TN-Validation-Passed <sip:+1@b;verstat=No-TN-Validation>",
            "x;verstat=TN-Validation-Passed <sip:+1@b;verstat=No-TN-Validation>",
            "\"<\" verstat=TN-Validation-Passed <sip:+1@b>",
            "\"verstat=TN-Validation-Passed",
        ])
    func displayNames(text: String) {
        #expect(Verstat(text) == .unknown)
    }
}
