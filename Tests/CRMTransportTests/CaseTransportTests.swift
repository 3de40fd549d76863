// Which prepared answer a request gets.

import CRMTemplate
import Platform
import Testing

@testable import CRMTransport

@Suite struct CaseTransportTests {
    private func answer(_ url: String, _ status: Int) -> CaseTransport.Answer {
        CaseTransport.Answer(
            method: "GET", url: url,
            outcome: .response(TemplateResponse(status: status, headers: [], body: [])))
    }

    private func status(_ transport: CaseTransport, _ method: String, _ url: String) async -> Int? {
        let request = TemplateRequest(
            method: method, url: EvaluatedText(url, .template), headers: [], body: EvaluatedText())
        return try? await transport.send(request, deadline: MonotonicTime(nanoseconds: .max)).status
    }

    @Test func `answers of one URL are used in order and the last one again`() async {
        let transport = CaseTransport([
            answer("https://crm.test/a", 200), answer("https://crm.test/*", 201), answer("https://crm.test/a", 202),
        ])
        #expect(await status(transport, "GET", "https://crm.test/a") == 200)
        #expect(transport.unused.count == 2)
        #expect(await status(transport, "GET", "https://crm.test/b?c=d") == 201)
        #expect(await status(transport, "GET", "https://crm.test/a") == 202)
        #expect(await status(transport, "GET", "https://crm.test/a") == 202)
        #expect(transport.unused.isEmpty)
    }

    @Test func `another method or URL has no answer and is remembered`() async {
        let transport = CaseTransport([answer("https://crm.test/a", 200)])
        #expect(await status(transport, "POST", "https://crm.test/a") == nil)
        #expect(await status(transport, "GET", "https://crm.test/a?") == nil)
        #expect(transport.unanswered.count == 2)
        #expect(transport.sent.count == 2)
    }
}
