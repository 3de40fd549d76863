import Platform
import TestSupport
import Testing

@Suite struct RedactionTests {
    private static let key = "nol_0123456789abcdef0123456789abcdef01234567"

    @Test(
        "a key is masked wherever it stands and however it is written",
        arguments: [
            ("K", "nol_<redacted>"), ("/v1/cid/x?key=K", "/v1/cid/x?key=nol_<redacted>"),
            ("?key=K&country=US", "?key=nol_<redacted>&country=US"),
            ("Authorization: Bearer K", "Authorization: Bearer nol_<redacted>"),
            ("{\"key\":\"K\"}", "{\"key\":\"nol_<redacted>\"}"), ("KK", "nol_<redacted>"),
            ("K,K", "nol_<redacted>,nol_<redacted>"),
            ("nol_test_0123456789abcdef", "nol_<redacted>"), ("NOL_0123ABCDEF", "nol_<redacted>"),
            ("Nol_a", "nol_<redacted>"),
            ("nol_", "nol_<redacted>"), ("nol_0123 rest", "nol_<redacted> rest"), ("nol%5F0123abcd", "nol_<redacted>"),
            ("%6E%6f%6C%5f%30%31%61", "nol_<redacted>"), ("nol_%30%31&x=1", "nol_<redacted>&x=1"),
            ("%nol_ab", "%nol_<redacted>"), ("%6nol_ab", "%6nol_<redacted>"), ("xnol_ab", "xnol_<redacted>"),
            ("nom_0123456789abcdef", "nom_<redacted>"), ("nom_secret_0a1b nol_1", "nom_<redacted> nol_<redacted>"),
            ("NOM_ab", "nom_<redacted>"), ("nom%5Fab", "nom_<redacted>"),
            ("nom_context_0a/rest", "nom_<redacted>/rest"),
            ("non_ab", "non_ab"), ("nom-ab", "nom-ab"),
            ("nol-0123", "nol-0123"), ("no_l", "no_l"), ("nol", "nol"), ("nonol_a", "nonol_<redacted>"), ("", ""),
        ])
    func keys(text: String, redacted: String) {
        let text = text.replacing("K", with: Self.key)
        #expect(Redaction.redact(text) == redacted)
    }

    @Test(
        "the two path segments after /phone-calls-context/ are masked",
        arguments: [
            ("/phone-calls-context/abc/def", "/phone-calls-context/<redacted>/<redacted>"),
            ("/phone-calls-context/abc/def/rest", "/phone-calls-context/<redacted>/<redacted>/rest"),
            ("/phone-calls-context/abc", "/phone-calls-context/<redacted>"),
            ("/phone-calls-context/abc/", "/phone-calls-context/<redacted>/"),
            ("/phone-calls-context/", "/phone-calls-context/"),
            ("/phone-calls-context/abc/def?x=y", "/phone-calls-context/<redacted>/<redacted>?x=y"),
            ("GET /phone-calls-context/abc/def HTTP/1.1", "GET /phone-calls-context/<redacted>/<redacted> HTTP/1.1"),
            ("{\"url\":\"/phone-calls-context/a/b\"}", "{\"url\":\"/phone-calls-context/<redacted>/<redacted>\"}"),
            ("/Phone-Calls-Context/abc/def", "/Phone-Calls-Context/<redacted>/<redacted>"),
            ("/phone%2Dcalls-context/abc/def", "/phone%2Dcalls-context/<redacted>/<redacted>"),
            ("%2Fphone-calls-context%2Fabc%2Fdef", "%2Fphone-calls-context%2F<redacted>"),
            ("/phone-calls-contexts/abc/def", "/phone-calls-contexts/abc/def"),
            ("/phone-calls/abc/def", "/phone-calls/abc/def"),
        ])
    func contextTokens(text: String, redacted: String) {
        #expect(Redaction.redact(text) == redacted)
    }

    @Test(
        "an e-mail address is masked, however it is written",
        arguments: [
            ("a@b.example", "<redacted>"), ("/x?email=a.b+c@d.example&y=1", "/x?email=<redacted>&y=1"),
            ("/x?email=a%40b.example", "/x?email=<redacted>"), ("/x?email=%61%40%62", "/x?email=<redacted>"),
            ("mail from <a@b.example>: refused", "mail from <<redacted>>: refused"),
            ("a@b.example,c@d.example", "<redacted>,<redacted>"), ("a@b@c", "<redacted>"), ("@b", "<redacted>"),
            ("a@", "<redacted>"), ("@", "@"), ("%40", "%40"), ("/@/", "/@/"), ("a b", "a b"), ("a%4", "a%4"),
            ("https://user:pass@host/x", "https://user:<redacted>/x"),
        ])
    func addresses(text: String, redacted: String) {
        #expect(Redaction.redact(text) == redacted)
    }

    @Test(
        "behind /api/crm/ the names of parameters stay, and of the number its country code and last two digits",
        arguments: [
            ("/api/crm/x?phone=%2B33142000000", "/api/crm/x?phone=+33…00"),
            ("/api/crm/x?phone=Ann", "/api/crm/x?phone=…"),
            ("/api/crm/x?email=ann&display_name=Ann%20B", "/api/crm/x?email=<redacted>&display_name=<redacted>"),
            ("/api/crm/y?code=abc&state=def", "/api/crm/y?code=<redacted>&state=<redacted>"),
            ("/api/crm/x?filter[subject]=Ann&page=2", "/api/crm/x?filter[subject]=<redacted>&page=<redacted>"),
            ("/api/crm/x?filter%5Bsubject%5D=Ann", "/api/crm/x?filter%5Bsubject%5D=<redacted>"),
            ("/API/CRM/x?a=b", "/API/CRM/x?a=<redacted>"), ("%2fapi/crm/x?a=b", "%2fapi/crm/x?a=<redacted>"),
            ("/z/api/crm/x?a=b?c=d", "/z/api/crm/x?a=<redacted>"), ("/api/crm/x?Ann", "/api/crm/x?<redacted>"),
            ("/api/crm/x?a.b=c", "/api/crm/x?<redacted>"), ("/api/crm/x?a=&b=", "/api/crm/x?a=&b="),
            ("/api/crm/x?a=b&&c", "/api/crm/x?a=<redacted>&&<redacted>"), ("/api/crm/x?", "/api/crm/x?"),
            ("/api/crm/x", "/api/crm/x"), ("/api/crm/", "/api/crm/"), ("/api/cr?a=b", "/api/cr?a=b"),
            ("GET /api/crm/x?a=b HTTP/1.1", "GET /api/crm/x?a=<redacted> HTTP/1.1"), ("/x?a=b", "/x?a=b"),
            ("/x?y=/api/crm/&a=b", "/x?y=/api/crm/&a=b"),
        ])
    func queries(text: String, redacted: String) {
        #expect(Redaction.redact(text) == redacted)
    }

    @Test(
        "a number is masked but for its country code and last two digits, however it is written",
        arguments: [
            ("+14155552671", "+1…71"), ("/v1/lookup/+14155552671", "/v1/lookup/+1…71"),
            ("/v1/lookup/%2B14155552671?x=1", "/v1/lookup/%2B1…71?x=1"), ("%2b4915112345678", "%2b49…78"),
            ("+35812345678", "+358…78"), ("+79161234567", "+7…67"), ("14155552671", "…71"), ("0014155552671", "…71"),
            ("(415) 555-2671", "(…71"), ("+1 (415) 555-2671", "+1…71"), ("+1%20(415)%20555-2671", "+1…71"),
            ("415.555.2671", "…71"), ("415 - 555 - 2671", "…71"), ("415%20-%20555%20-%202671", "…71"),
            ("415/555/2671", "…71"), ("415+555+2671", "…71"), ("[415]~5552671", "[…71"),
            ("%34%31%35%35%35%35%32%36%37%31", "…71"), ("４１５５５５２６７１", "…71"), ("٤١٥٥٥٥٢٦٧١", "…71"),
            ("۴۱۵۵۵۵۲۶۷۱", "…71"), ("४१५५५५२६७१", "…71"), ("᱔᱑᱕᱕᱕᱕᱒᱖᱗᱑", "…71"),
            ("%EF%BC%94%EF%BC%91%EF%BC%95%EF%BC%95%EF%BC%95%EF%BC%95%EF%BC%92", "…52"),
            ("%D9%A4%D9%A1%D9%A55552671", "…71"), ("+33\u{A0}6\u{A0}12\u{A0}34\u{A0}56\u{A0}78", "+33…78"),
            ("+33%C2%A06%C2%A012%C2%A034%C2%A056%C2%A078", "+33…78"), ("415\u{2013}555\u{2011}2671", "…71"),
            ("415\u{200B}5552671", "…71"), ("（415）555－2671", "（…71"), ("tel:+14155552671;ext=12", "tel:+1…71;ext=12"),
            ("{\"number\":\"+14155552671\"}", "{\"number\":\"+1…71\"}"), ("a4155552671b", "a…71b"),
            ("4155552671,4155552672", "…71,…72"), ("1234567", "…67"), ("1 2 3 4 5 6 7", "…67"),
            ("415\u{FF}", "415\u{FF}"),
        ])
    func numbers(text: String, redacted: String) {
        #expect(Redaction.redact(text) == redacted)
    }

    @Test(
        "runs of up to six digits stay as they are",
        arguments: [
            "", "0", "123456", "12-34 56", "status 200 in 15 ms", "port 65535", "/v1/lookup", "a1b2c3d4e5f6g7h8",
            "1,2,3,4,5,6,7,8", "1:2:3:4:5:6:7:8", "123456=123456", "ext 1234", "１２３４５６", "123 ----- 4567", "½¼¾ ²³¹ ⅧⅨ",
            "%", "%4", "%zz", "%E2%82", "Größe 123456 Ω",
        ])
    func shortRuns(text: String) {
        #expect(Redaction.redact(text) == text)
    }

    @Test(
        "a date or an address that has seven digits cannot be told from a number and is masked",
        arguments: [
            ("2026-01-02", "…02"), ("192.168.100.200", "…00"), ("1700000000", "…00"),
            ("127.0.0.1:8080", "127.0.0.1:8080"),
        ])
    func lookalikes(text: String, redacted: String) {
        #expect(Redaction.redact(text) == redacted)
    }

    @Test("bytes that are no UTF-8 are passed on, and hide no number")
    func brokenBytes() {
        let number = Array("4155552671".utf8)
        let heads: [[UInt8]] = [
            [0xff], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80],
        ]
        for head in heads {
            #expect(Redaction.redact(head) == head)
            #expect(Redaction.redact(head + number) == head + Array("…71".utf8))
            #expect(Redaction.redact(number + head) == Array("…71".utf8) + head)
        }
    }

    @Test("of a number written in any mixture of digits and separators the last two digits stay")
    func mixtures() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(seed: seed)
        let digits = ["0", "7", "%35", "３", "٤", "%EF%BC%99"]
        let separators = ["", "", "", " ", "-", ".", "%20", "(", ")", "\u{A0}", " - ", "/"]
        let frames = [("", ""), ("/v1/cid/", "?country=US"), ("{\"n\":\"", "\"}"), ("nol", "x"), ("é", "é")]
        for _ in 0..<500 {
            let (front, back) = frames[Int(random.next() % UInt64(frames.count))]
            var number = ""
            for index in 0..<(7 + random.next() % 9) {
                if index > 0 { number += separators[Int(random.next() % UInt64(separators.count))] }
                number += digits[Int(random.next() % UInt64(digits.count))]
            }
            let redacted = Redaction.redact(front + number + back)
            let left = redacted.unicodeScalars.count { $0.properties.numericType == .decimal }
            #expect(left == 2 + front.count { $0.isNumber }, "seed \(seed): \(front + number + back) gave \(redacted)")
        }
    }
}
