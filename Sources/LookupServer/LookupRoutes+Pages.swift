// What people and supervisors read: documentation, the number page, the 3CX template, health and metrics.

import DocumentPages
import HTTPServer
import HTTPWire
import NumbersCore
import Platform
import ServerProcess

extension LookupRoutes {
    /// Pages of numbers an address may ask for in a minute: enough for a person clicking through a call list.
    private static let numberPagesPerMinute = 60

    /// Where customers reach this server: as configured, or as the request names it. nil when its `Host` is unusable.
    func origin(of request: HTTPRequest) -> PublicOrigin? { documents.origin(of: request) }

    /// Guides, style sheet, specification and the 3CX template, which takes a key out of a header.
    var documents: DocumentAnswers {
        DocumentAnswers(
            site, publicOrigin: policy.publicOrigin,
            fileKey: .init(fields: "Authorization, X-API-Key", read: headerKey),
            refused: { Replies.invalid(DocumentAnswers.unusableHost, $0) })
    }

    /// `GET /lookup/{e164}`: what 3CX links a contact to. The numbering plan's facts, never a name.
    func numberPage(_ request: HTTPRequest) -> Reply {
        let decision = pageViews.take(
            request.clientAddress, limit: Self.numberPagesPerMinute, at: request.received)
        guard decision.isAllowed else {
            return .ready(
                Replies.rateLimited(
                    "rate_limited_ip",
                    "At most \(Self.numberPagesPerMinute) numbers a minute are shown to one address.",
                    retryAfterSeconds: decision.retryAfterSeconds, request))
        }
        guard let text = try? request.pathParameter("e164"),
            text.unicodeScalars.count <= LookupQuery.numberCharactersMax
        else {
            return .ready(Replies.invalid("The number cannot be decoded or is too long.", request))
        }
        let plan = plan.value
        let facts = NumberReading.read(text, country: nil, input: .any, plan: plan)
            .flatMap { NumberFacts($0, plan: plan) }
        var response = HTTPResponse(
            status: facts == nil ? .notFound : .ok, contentType: PageShell.contentType,
            body: facts.map(NumberPage.body) ?? NumberPage.invalid())
        response.add("Content-Security-Policy", PageShell.contentSecurityPolicy)
        response.add("X-Robots-Tag", "noindex, nofollow")
        response.add("Cache-Control", "no-store")
        return .ready(response)
    }

    /// `GET /api/health`.
    func health(_ request: HTTPRequest) -> Reply { .ready(operations.health(request)) }

    /// `GET /metrics`.
    func metrics(_ request: HTTPRequest) -> Reply {
        .ready(
            operations.metrics(request)
                ?? Replies.problem(.forbidden, "network_forbidden", Operations.metricsForbidden, request))
    }
}

/// The page of one number.
enum NumberPage {
    static func body(_ facts: NumberFacts) -> [UInt8] {
        var rows: [(String, String)] = [
            ("E.164", facts.e164.text), ("National", facts.national), ("International", facts.international),
        ]
        if let type = facts.lineType { rows.append(("Line type", type.rawValue.replacingUnderscores)) }
        if let region = facts.region { rows.append(("Country", region.code)) }
        if let location = facts.location { rows.append(("Location", location)) }
        if let carrier = facts.carrier { rows.append(("Range allocated to", carrier)) }
        if !facts.timeZones.isEmpty { rows.append(("Time zone", facts.timeZones.joined(separator: ", "))) }
        let list = HTMLFragment.joined(rows.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>\n" })
        return PageShell.page(
            title: facts.international,
            bodyHTML: """
                <h1>\(facts.international)</h1>
                <dl>
                \(list)</dl>
                \(advice)
                """, site: .lookup, isIndexed: false)
    }

    static func invalid() -> [UInt8] {
        PageShell.page(
            title: "Not a valid number",
            bodyHTML: """
                <h1>Not a valid number</h1>
                <p>The numbering plan knows no such number. Numbers are written with a plus sign and the country code, \
                as in +14155550100.</p>
                """, site: .lookup, isIndexed: false)
    }

    private static let advice: HTMLFragment = """
        <p>These facts come from public numbering plans: they tell how a number range is used and who it was allocated \
        to, not who is calling. Ported numbers keep their old range. A caller name, where one is known, is advisory; \
        nothing here says that a call is lawful, unlawful, safe or spam.</p>
        """
}

extension String {
    fileprivate var replacingUnderscores: String { String(map { $0 == "_" ? " " : $0 }) }
}
