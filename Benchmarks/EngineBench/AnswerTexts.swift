// The texts that are measured, always the same: what CRMs answer, and strings of many scripts. A value.

/// Makes texts from a fixed seed.
struct AnswerTexts {
    // SplitMix64.
    private var state: UInt64 = 6

    private mutating func next(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((bits ^ bits >> 31) % UInt64(bound))
    }

    private mutating func pick(_ words: [String]) -> String { words[next(words.count)] }

    private static let first = ["Ann", "Johnny", "Hannibal", "Zoë", "José", "Maria Magdalena"]
    private static let last = ["Example", "Bravo", "Lecter", "Müller-Lüdenscheidt", "O'Example"]
    private static let streets = ["Example Street", "Rue de l’Exemple", "Beispielgasse", "Main Road"]
    private static let sentences = [
        "Called about the offer and wants to be called back. ", "RT @example: see https://t.example/aB3dE9 ",
        "これは例文です。電話してください。", "Пример сообщения, просьба перезвонить. ", "مثال على رسالة قصيرة ",
        "Schöne Grüße aus Österreich! ", "😀👍🏽🎉 ", "\\\"quoted\\\" \\/ line\\nbreak\\ttab ", "caf\\u00e9 \\ud83d\\ude00 ",
    ]

    /// An answer to a lookup: so many contacts, each with its telephone numbers.
    mutating func answer(contacts: Int) -> String {
        var items: [String] = []
        for index in 0..<contacts { items.append(contact(index)) }
        return "{\"status\":\"ok\",\"count\":\(contacts),\"next\":null,\"contacts\":[" + items.joined(separator: ",")
            + "]}"
    }

    private mutating func contact(_ index: Int) -> String {
        let first = pick(Self.first)
        let last = pick(Self.last)
        let phone = "+1555010\(next(10))\(next(10))\(next(10))\(next(10))"
        return """
            {"id":\(100_000 + index),"uuid":"\(String(state, radix: 16))-\(index)","first_name":"\(first)",\
            "last_name":"\(last)","company":{"id":\(next(9_999)),"name":"\(last) Ltd","active":true},\
            "email":"\(index)@crm.test","phones":[{"kind":"work","value":"\(phone)"},\
            {"kind":"mobile","value":"+44 1632 960\(next(900) + 100)"}],"address":{"street":"\(next(200)) \
            \(pick(Self.streets))","city":"Example","zip":"\(next(90_000) + 10_000)","lat":\(next(90)).\(next(999_999)),\
            "lon":-\(next(180)).\(next(999_999))},"owner":null,"score":\(next(100)),"opted_out":false,\
            "created_at":"2026-03-04T05:06:07Z","tags":["customer","vip"],"url":"https://crm.test/contacts/\(index)"}
            """
    }

    /// Short messages in many scripts, with emoji and escapes, laid out for people.
    mutating func messages(count: Int) -> String {
        var items: [String] = []
        for index in 0..<count {
            var text = ""
            for _ in 0...next(4) { text += pick(Self.sentences) }
            items.append(
                """
                    {
                      "id": \(9_007_199_254_740_993 + next(1_000_000)),
                      "text": "\(text)",
                      "user": { "name": "\(pick(Self.first)) \(pick(Self.last))", "followers": \(next(100_000)) },
                      "lang": "\(pick(["de", "en", "ja", "ru", "ar"]))",
                      "favorited": \(next(2) == 0),
                      "place": null,
                      "url": "https:\\/\\/crm.test\\/messages\\/\(index)",
                      "entities": { "hashtags": [], "indices": [\(next(100)), \(100 + next(100))], "weight": 0.\(next(999_999)) }
                    }
                """)
        }
        return "[\n" + items.joined(separator: ",\n") + "\n]\n"
    }
}
