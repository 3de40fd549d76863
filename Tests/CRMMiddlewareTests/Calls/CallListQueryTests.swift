import CRMMiddleware
import NumbersCore
import Platform
import Testing

@Suite struct CallListQueryTests {
    private func read(_ parameters: [(String, String)]) -> Result<CallListQuery, CallListQuery.Refusal> {
        CallListQuery.read(parameters.map { (name: $0.0, value: $0.1) }, country: Region("FR"), plan: .builtIn)
    }

    @Test func `without parameters the latest calls come first, twenty of them`() throws {
        #expect(try read([]).get() == CallListQuery())
        #expect(try read([("utm", "x"), ("sort", ""), ("include", "")]).get() == CallListQuery())
    }

    @Test func `every parameter is read`() throws {
        let query = try read([
            ("filter[direction]", "INBOUND"), ("filter[status]", "unanswered"), ("filter[answered]", "0"),
            ("filter[number_from]", "0142000000"), ("filter[number_to]", " 33142000001"),
            ("filter[number_did]", "Anonymous"), ("filter[start_time]", "2026-01-02T03:04:05Z"),
            ("filter[end_time]", "2026-01-02T03:04:05Z,2026-01-03T05:04:05 02:00"), ("filter[agent_email]", "A@B.c"),
            ("filter[subject]", "Straße  ÉTÉ, straße"), ("include", "logs,segments"), ("sort", "updated_at"),
            ("per_page", "100"), ("page", "100"),
        ]).get()
        #expect(query.direction == .inbound && query.statusKey == "notanswered" && query.answered == false)
        #expect(query.numberFrom == "+33142000000" && query.numberTo == "+33142000001")
        #expect(query.numberDID == "anonymous" && query.agentEmail == "a@b.c")
        let second = try #require(UnixTime(rfc3339: "2026-01-02T03:04:05Z"))
        #expect(query.startTime == second...UnixTime(microseconds: second.microseconds + 999_999))
        #expect(query.endTime?.upperBound == second + .seconds(86_400) + .microseconds(999_999))
        #expect(query.subjectWords == ["ete", "strasse"])
        #expect(query.includesLogs && query.includesSegments && query.order == .updatedAt && !query.isDescending)
        #expect(query.perPage == 100 && query.page == 100 && query.offset == 9_900)
    }

    @Test(
        arguments: [
            ("filter[color]", "red"), ("filter[]", "x"), ("filter[status", "x"), ("filter", "x"),
            ("include[]", "logs"), ("filters[direction]", "inbound"), ("sort_by", "end_time"), ("pages", "2"),
            ("filter[status]", ""), ("filter[status]", "answered"), ("filter[direction]", "up"),
            ("filter[answered]", "maybe"), ("filter[start_time]", "2026-01-02"), ("filter[start_time]", "a,b"),
            ("filter[start_time]", "2026-01-02T03:04:05Z,"), ("filter[end_time]", ",2026-01-02T03:04:05Z"),
            ("filter[start_time]", "2026-01-02T03:04:05Z,2026-01-01T03:04:05Z"),
            ("filter[start_time]", "2026-01-02T03:04:05Z,2026-01-02T03:04:05Z,2026-01-02T03:04:05Z"),
            ("filter[subject]", "!?"), ("filter[subject]", "a b c d e f g h i j k l m n o p q"),
            ("include", "contact"), ("include", "segments,segments"), ("include", "segments,"), ("include", "Logs"),
            ("sort", "duration"), ("sort", "--start_time"), ("sort", "start_time,end_time"), ("per_page", "0"),
            ("per_page", "101"), ("per_page", "+5"), ("per_page", "ten"), ("per_page", ""), ("page", "0"),
            ("page", "-1"), ("page", "501"), ("page", "99999999999999999999"),
        ] as [(String, String)])
    func `what is not known is a mistake`(_ name: String, _ value: String) {
        guard case .failure(let refusal) = read([(name, value)]) else {
            Issue.record("\(name)=\(value) was taken")
            return
        }
        #expect(refusal.hints.count == 1)
    }

    @Test(arguments: ["filter[status]", "sort", "include", "page", "per_page"])
    func `nothing may be given twice`(_ name: String) {
        let value = ["filter[status]": "busy", "sort": "end_time", "include": "logs"][name] ?? "1"
        guard case .failure(let refusal) = read([(name, value), (name, value)]) else {
            Issue.record("\(name) was taken twice")
            return
        }
        #expect(refusal.hints == ["The \(name) parameter must not be given twice."])
    }

    @Test(
        arguments: [(500, 20, true), (501, 20, false), (100, 100, true), (101, 100, false), (10_000, 1, true)]
            as [(Int, Int, Bool)])
    func `a list is paged through to its ten thousandth call`(_ page: Int, _ perPage: Int, _ isTaken: Bool) throws {
        let result = read([("page", "\(page)"), ("per_page", "\(perPage)")])
        #expect(((try? result.get()) != nil) == isTaken)
    }

    @Test(
        arguments: [
            ("", []), ("Rechnung", ["rechnung"]), ("RECHNUNG rechnung", ["rechnung"]),
            ("Café, naïve; ÅNGSTRÖM", ["angstrom", "cafe", "naive"]), ("order #4711-b", ["4711", "b", "order"]),
            ("Straße STRASSE", ["strasse"]), ("日本 語", ["日本", "語"]), ("İstanbul", ["istanbul"]),
        ] as [(String, [String])])
    func `words are compared without case and accents`(_ text: String, _ words: [String]) {
        #expect(SubjectWords.of(text) == words)
    }

    @Test func `a word is compared by so many bytes`() {
        let long = String(repeating: "x", count: SubjectWords.bytesMax)
        #expect(SubjectWords.of(long + "y") == [long] && SubjectWords.of(long) == [long])
    }
}
