// The phone book, page by page.

import CRMTemplate
import Platform
import Testing

@Suite("Pages of the phone book", .timeLimit(.minutes(1)))
struct ContactPagesTests {
    private func sample(_ listPageSize: String = "2", places: Int = 2) -> Template {
        template(
            [
                scenario(
                    "GetAllContacts", "https://crm.test/all?page=[Page]&next=[Page+1]&size=[PageSize]",
                    rules: ["Any people.id"], variables: peopleVariables, outputs: peopleOutputs)
            ], parameters: [parameter("Size", .integer, "3")], listPageSize: listPageSize)
    }

    private func run(
        _ template: Template, _ pages: [String], inputs: RunInputs = RunInputs(), limits: RunLimits = .standard
    ) async -> (result: RunResult, queries: [String]) {
        let time = HeldTime()
        let transport = ScriptedTransport(["GET *": pages.map { .json($0) }], time: time)
        let result = await instance(template, transport, time: time, limits: limits).run(.getAllContacts, inputs)
        return (result, transport.lines.map { String($0.dropFirst("GET https://crm.test/all?".count)) })
    }

    @Test func `pages are fetched until one has fewer records than the page size`() async {
        let (result, queries) = await run(sample(), [people(1...2), people(3...4), people(5...5)])
        #expect(queries == ["page=0&next=1&size=2", "page=1&next=2&size=2", "page=2&next=3&size=2"])
        #expect(result.contacts.count == 5)
        #expect(result.failures == [])
    }

    @Test(arguments: [
        ([people(1...1)], 1, 1), (["{}"], 1, 0), ([people(1...2), "{}"], 2, 2), (["nothing"], 1, 0),
        // The same page again: the CRM does not know the parameter.
        ([people(1...2)], 2, 2), ([people(1...2), people(3...4)], 3, 4),
        // Longer than it was asked for: it goes on until the pages repeat.
        ([people(1...5)], 2, 5),
    ])
    func `paging ends at a short page, an empty one, a failure and a repeated one`(
        pages: [String], requests: Int, contacts: Int
    ) async {
        let (result, queries) = await run(sample(), pages)
        #expect(queries.count == requests)
        #expect(result.contacts.count == contacts)
    }

    @Test(arguments: [("", 100), ("0", 100), ("-1", 100), ("x", 100), ("25", 25), ("[Size]", 3)])
    func `the page size is the template's, or 100`(listPageSize: String, expected: Int) async {
        let (_, queries) = await run(sample(listPageSize), ["{}"])
        #expect(queries == ["page=0&next=1&size=\(expected)"])
    }

    @Test func `a page that the caller asks for is the only one`() async {
        let (result, queries) = await run(sample(), [people(1...2)], inputs: .page(4, size: 50))
        #expect(queries == ["page=4&next=5&size=50"])
        #expect(result.contacts.count == 2)
        let own = await run(sample(), [people(1...2)], inputs: RunInputs(["Page": .integer(1)]))
        #expect(own.queries == ["page=1&next=2&size=2"])
    }

    @Test(arguments: [(2, 2, false), (3, 3, false), (4, 3, true)])
    func `no more pages are fetched than the limit says`(pages: Int, requests: Int, isTold: Bool) async {
        // The last of the CRM's pages is a short one.
        let texts = (0..<pages).map { people(($0 * 2 + 1)...($0 * 2 + ($0 == pages - 1 ? 1 : 2))) }
        let (result, queries) = await run(sample(), texts, limits: limits { $0.pages = 3 })
        #expect(queries.count == requests)
        #expect(result.failures.map(\.code) == (isTold ? ["limit"] : []))
    }

    @Test func `requests are counted for each page by itself`() async {
        let texts = (0..<5).map { people(($0 * 2 + 1)...($0 * 2 + ($0 == 4 ? 1 : 2))) }
        let (result, queries) = await run(sample(), texts, limits: limits { $0.requests = 1 })
        #expect(queries.count == 5)
        #expect(result.failures == [])
    }
}
