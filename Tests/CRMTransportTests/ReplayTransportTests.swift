// Recorded once, replayed offline: what is kept, what is not, and which recording answers.

import CRMTemplate
import Glibc
import HTTPClient
import Platform
import TestSupport
import Testing

@testable import CRMTransport

/// Answers with what the test hands it, in order.
private final class Answers: TemplateTransport {
    private let responses: Monitor<[TemplateResponse]>

    init(_ responses: [TemplateResponse]) { self.responses = Monitor(responses) }

    func send(
        _ request: TemplateRequest, deadline: MonotonicTime
    ) async throws(TransportFailure) -> TemplateResponse {
        let next = responses.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        guard let next else { throw TransportFailure(.cannotConnect, "crm.test:443: connection refused") }
        return next
    }
}

private func request(
    _ url: String, method: String = "GET", key: String = "", body: String = ""
) -> TemplateRequest {
    var headers: [TemplateRequest.Header] = []
    if !key.isEmpty {
        headers.append(
            .init("Authorization", EvaluatedText([.init("Bearer ", .template), .init(key, .secret)])))
    }
    return TemplateRequest(
        method: method, url: EvaluatedText(url, .template), headers: headers, body: EvaluatedText(body, .data))
}

private func response(_ status: Int, _ body: String) -> TemplateResponse {
    TemplateResponse(
        status: status, headers: [(name: "Content-Type", value: "application/json")], body: Array(body.utf8))
}

private let deadline = MonotonicTime(nanoseconds: .max)

@Suite struct ReplayTransportTests {
    @Test func `what was recorded is answered again, failures too, and nothing else is`() async throws {
        let folder = try TestFolder()
        let recorder = try RecordingTransport(
            folder: folder.file("recordings"), wrapping: Answers([response(200, #"{"a":1}"#), response(404, "")]))
        let first = try await recorder.send(request("https://crm.test/a"), deadline: deadline)
        _ = try await recorder.send(request("https://crm.test/b"), deadline: deadline)
        await #expect(throws: TransportFailure.self) {
            try await recorder.send(request("https://crm.test/c"), deadline: deadline)
        }
        #expect(recorder.error == nil)
        #expect(recorder.count == 3)

        let replay = try ReplayTransport(folder: folder.file("recordings"))
        #expect(try await replay.send(request("https://crm.test/b"), deadline: deadline).status == 404)
        #expect(try await replay.send(request("https://crm.test/a"), deadline: deadline) == first)
        let failure = await #expect(throws: TransportFailure.self) {
            try await replay.send(request("https://crm.test/c"), deadline: deadline)
        }
        #expect(failure?.kind == .cannotConnect)
        let missing = await #expect(throws: TransportFailure.self) {
            try await replay.send(request("https://crm.test/a", method: "POST"), deadline: deadline)
        }
        #expect(missing?.kind == .notRecorded)
    }

    @Test func `no secret of a request or an answer stands in a recording`() async throws {
        let folder = try TestFolder()
        let answer =
            #"{"access_token":"token-of-the-crm","nested":[{"api-key":"another"}],"echo":"sec-ret-key!","x":1}"#
        let recorder = try RecordingTransport(folder: folder.path, wrapping: Answers([response(200, answer)]))
        let got = try await recorder.send(request("https://crm.test/a", key: "sec-ret-key"), deadline: deadline)
        #expect(got == response(200, answer), "the run itself gets the answer as it came")
        let exchange = try #require(try RecordingFolder(path: folder.path).exchanges().first)
        #expect(exchange.headers == [.init("Authorization", "Bearer <redacted>")])
        guard case .response(let kept) = exchange.outcome else {
            Issue.record("a response was recorded as a failure")
            return
        }
        #expect(
            String(decoding: kept.body, as: UTF8.self)
                == #"{"access_token":"<redacted>","nested":[{"api-key":"<redacted>"}],"echo":"<redacted>!","x":1}"#)
    }

    @Test(arguments: [
        // What a login answers; what is kept of it.
        (
            #"{"d":{"ticket":"0123456789abcdef","instance_url":"https://eu1.crm.test","ok":"success","ttl":3600}}"#,
            #"{"d":{"ticket":"<redacted>","instance_url":"https://eu1.crm.test","ok":"success","ttl":3600}}"#
        ),
        (#"["0123456789abcdef","0123456789abcde"]"#, #"["<redacted>","0123456789abcde"]"#),
        (#""0123456789abcdef""#, #""<redacted>""#), ("<r><t>0123456789abcdef</t></r>", "<redacted>"), ("", ""),
    ])
    func `what may be a token in a login's answer is not kept`(answer: String, kept: String) async throws {
        let folder = try TestFolder()
        let recorder = try RecordingTransport(folder: folder.path, wrapping: Answers([response(200, answer)]))
        var login = request("https://crm.test/login", method: "POST")
        login.givesSecrets = true
        _ = try await recorder.send(login, deadline: deadline)
        let exchange = try #require(try RecordingFolder(path: folder.path).exchanges().first)
        #expect(exchange.outcome == .response(response(200, kept)))
    }

    @Test func `a secret of an earlier request is not kept in a later answer, however it is written`() async throws {
        let folder = try TestFolder()
        let echo = #"{"a":"top+secret%2Fkey","b":"dXNlcjp0b3Agc2VjcmV0L2tleQ==","c":"top secret\/key","d":"user"}"#
        let recorder = try RecordingTransport(
            folder: folder.path, wrapping: Answers([response(200, "{}"), response(200, echo)]))
        let basic = TemplateRequest(
            method: "GET", url: EvaluatedText("https://crm.test/a", .template),
            headers: [
                .init(
                    "Authorization",
                    EvaluatedText([.init("Basic ", .template), .init("dXNlcjp0b3Agc2VjcmV0L2tleQ==", .secret)]))
            ], body: EvaluatedText())
        _ = try await recorder.send(basic, deadline: deadline)
        _ = try await recorder.send(request("https://crm.test/b"), deadline: deadline)
        let exchange = try #require(try RecordingFolder(path: folder.path).exchanges().last)
        #expect(
            exchange.outcome
                == .response(response(200, #"{"a":"<redacted>","b":"<redacted>","c":"<redacted>","d":"user"}"#)))
    }

    @Test func `recordings are their owner's alone, and a link put in their place is not followed`() async throws {
        let folder = try TestFolder()
        let recorder = try RecordingTransport(
            folder: folder.file("kept"), wrapping: Answers([response(200, "{}"), response(200, "{}")]))
        #expect(symlink(folder.file("target"), folder.file("kept/002.json")) == 0)
        for path in ["a", "b"] {
            _ = try await recorder.send(request("https://crm.test/\(path)"), deadline: deadline)
        }
        #expect(recorder.error?.path == folder.file("kept/002.json"))
        #expect(access(folder.file("target"), F_OK) != 0)
        var status = stat()
        #expect(stat(folder.file("kept/001.json"), &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(stat(folder.file("kept"), &status) == 0 && status.st_mode & 0o777 == 0o700)
    }

    @Test func `only headers that tell nothing go along to another host`() {
        let names = [
            "X-Api-Key", "X-Tenant", "Authorization", "Accept", "content-type", "Accept-Language", "User-Agent",
        ]
        let outgoing = LiveTransport.outgoing(
            TemplateRequest(
                method: "GET", url: EvaluatedText("https://crm.test/", .template),
                headers: names.map { .init($0, EvaluatedText("literal", .template)) }, body: EvaluatedText()))
        #expect(outgoing.headers.filter(\.isSecret).map(\.name) == ["X-Api-Key", "X-Tenant", "Authorization"])
        #expect(outgoing.redirects == .follow(max: 3))
    }

    @Test func `the same request again is answered by the next recording, and by the last when they are used up`()
        async throws
    {
        func exchange(_ body: String, _ answer: String) -> RecordedExchange {
            RecordedExchange(
                method: "POST", url: "https://crm.test/", headers: [], body: body,
                outcome: .response(response(200, answer)))
        }
        let replay = ReplayTransport([exchange("x", "1"), exchange("y", "2"), exchange("x", "3")])
        var answers: [String] = []
        for body in ["y", "x", "z", "x"] {
            let answer = try await replay.send(
                request("https://crm.test/", method: "POST", body: body), deadline: deadline)
            answers.append(String(decoding: answer.body, as: UTF8.self))
        }
        #expect(answers == ["2", "1", "3", "3"])
    }

    @Test func `a body that is no text comes back byte for byte`() throws {
        for count in 0...5 {
            let body = [UInt8](repeating: 0xFE, count: count) + [0x80]
            let exchange = RecordedExchange(
                method: "GET", url: "https://crm.test/", headers: [], body: "",
                outcome: .response(TemplateResponse(status: 200, headers: [], body: body)))
            #expect(try RecordedExchange(json: exchange.json) == exchange)
        }
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"request":{}}"#, #"{"request":{"method":"GET","url":"u"}}"#,
        #"{"request":{"method":"GET","url":"u"},"response":{"status":99}}"#,
        #"{"request":{"method":"GET","url":"u"},"response":{"status":200,"body_base64":"A"}}"#,
        #"{"request":{"method":"GET","url":"u"},"failure":{"kind":"bored","message":""}}"#,
        #"{"request":{"method":"GET","url":"u"},"response":{"status":200},"more":1}"#,
    ])
    func `a file that is no recording is refused`(text: String) throws {
        let folder = try TestFolder()
        try folder.write("001.json", text)
        let error = #expect(throws: RecordingError.self) { try ReplayTransport(folder: folder.path) }
        #expect(error?.path == folder.file("001.json"))
    }

    @Test func `an empty or missing folder is no recording, and a used one is not recorded into`() throws {
        let folder = try TestFolder()
        #expect(throws: RecordingError.self) { try ReplayTransport(folder: folder.path) }
        #expect(throws: RecordingError.self) { try ReplayTransport(folder: folder.file("missing")) }
        try folder.write("001.json", "")
        #expect(throws: RecordingError.self) {
            try RecordingTransport(folder: folder.path, wrapping: Answers([]))
        }
    }
}
