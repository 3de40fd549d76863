// Plain-text caller names for PBXs: always text, never a redirect, and no parameter can make it fail.

import HTTPServer
import HTTPWire
import NumbersCore
import Platform

extension LookupRoutes {
    /// The path that a PBX asks, for errors found before a route is.
    static func isCallerIDPath(_ path: String) -> Bool {
        ["/v1/cid", "/api/v1/cid"].contains { path == $0 || path.hasPrefix($0 + "/") }
    }

    /// `GET /v1/cid/{number}`.
    func callerID(_ request: HTTPRequest) -> Reply {
        let parameters = request.lenientQuery()
        let text = Self.callerIDText(parameters)
        // A number that cannot be decoded is printed as it was sent, percent signs and all, before it is made safe.
        let decoded = try? request.pathParameter("number")
        let sent = decoded ?? request.rawPathParameter("number") ?? ""
        // A PBX with its template wrong sends the key in the number's place: it must not come back as a name.
        let number = Redaction.withoutKeys(sent)
        let miss: @Sendable (HTTPStatus) -> HTTPResponse = { status in
            Self.plain(text.missBody(number: number), status: status)
        }
        let denied: @Sendable (AccessDenial) -> HTTPResponse = { denial in
            // Storage in trouble is no reason for a caller to wait or for a PBX to show an error.
            if denial == .unavailable { return miss(.ok) }
            let problem = Replies.denial(denial, request)
            var response = miss(problem.status)
            for name in ["WWW-Authenticate", "Retry-After"] {
                if let value = problem.field(name) { response.add(name, value) }
            }
            return response
        }
        let work: Work = { [self] admission in
            guard decoded != nil, number.unicodeScalars.count <= LookupQuery.numberCharactersMax else {
                return .ready(miss(.badRequest))
            }
            let plan = plan.value
            let query = LookupQuery(
                plan: plan, numbers: [number], context: callerIDContext(parameters, plan), verstat: .unknown,
                fields: .all, reference: nil, maxCacheAge: parameters["max_cache_age"].flatMap(Self.wholeNumber),
                deadline: callerIDDeadline(request, parameters), idempotency: nil)
            return lookups.callerID(query, for: admission.credential).map { [self] outcome in
                switch outcome {
                case .answered(let record, let receipt):
                    var response = Self.plain(
                        text.body(record.name?.name, record.spam?.score(at: clock.wall()), number: number), status: .ok)
                    if let receipt { Replies.add(receipt, to: &response) }
                    return response
                case .paymentRequired: return miss(.paymentRequired)
                case .rateLimited: return miss(.tooManyRequests).adding("Retry-After", "60")
                // The call goes on: no name, no charge.
                case .unavailable: return miss(.ok)
                }
            }
        }
        return keyed(request, .cid, isKeyInURLAllowed: true, denied: denied, work)
    }

    /// `GET /v1/cid` and `/v1/cid/`: the PBX failed to fill in the number. No key, no work.
    func callerIDWithoutNumber(_ request: HTTPRequest) -> Reply {
        .ready(Self.plain(Self.callerIDText(request.lenientQuery()).missBody(number: ""), status: .ok))
    }

    static func plain(_ body: String, status: HTTPStatus) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", text: body)
            .adding("Cache-Control", "no-store")
    }

    /// The answer to a fault that the HTTP layer found on a caller-ID path.
    /// - Parameter query: as sent, if it could be read; `miss` in it decides the body here too.
    static func callerIDFault(_ fault: HTTPFault, query: String?) -> HTTPResponse {
        let parameters = HTTPQuery(lenient: Array((query ?? "").utf8).span)
        var response = plain(callerIDText(parameters).missBody(number: ""), status: fault.status)
        if case .methodNotAllowed(let allow) = fault { response.add("Allow", allow) }
        return response
    }

    private static func callerIDText(_ parameters: HTTPQuery) -> CallerIDText {
        let miss: CallerIDText.Miss =
            switch parameters["miss"] {
            case "empty": .empty
            case "number": .number
            case "name": .text(Redaction.withoutKeys(parameters["name"] ?? ""))
            default: .unavailable
            }
        let length = parameters["max_length"].flatMap(Self.wholeNumber).flatMap {
            (1...CallerIDText.lengthMax).contains($0) ? $0 : nil
        }
        let threshold = parameters["spam_threshold"].flatMap(Self.wholeNumber).flatMap {
            (1...99).contains($0) ? $0 : nil
        }
        let tag = parameters["spam_tag"].flatMap { text in
            text.isEmpty
                ? nil
                : CallerIDText.SpamTag(
                    text: text, threshold: threshold ?? CallerIDText.SpamTag.defaultThreshold)
        }
        return CallerIDText(
            miss: miss, spamTag: tag, maxLength: length ?? CallerIDText.defaultLength,
            isASCII: parameters["ascii"] == "1")
    }

    private func callerIDContext(_ parameters: HTTPQuery, _ plan: NumberingPlan) -> ReadingContext {
        let text = parameters["country"] ?? "US"
        if text.lowercased() == "none" { return ReadingContext(country: nil, input: .any) }
        let region = Region(text.uppercased()).flatMap { $0.isGeographic && plan.contains($0) ? $0 : nil }
        return ReadingContext(country: region ?? Region("US"), input: .any)
    }

    private func callerIDDeadline(_ request: HTTPRequest, _ parameters: HTTPQuery) -> MonotonicTime {
        let asked = parameters["budget_ms"].flatMap(Self.wholeNumber).flatMap {
            LookupQuery.budgetRange.contains($0) ? $0 : nil
        }
        return request.received + .milliseconds(asked ?? policy.callerIDBudgetMilliseconds)
    }
}
