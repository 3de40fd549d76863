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
    func origin(of request: HTTPRequest) -> PublicOrigin? {
        policy.publicOrigin ?? request.authority.flatMap { PublicOrigin(scheme: .http, host: $0) }
    }

    /// Documentation, style sheet and specification.
    func serve(_ document: ServedDocument, _ request: HTTPRequest) -> HTTPResponse {
        guard let origin = origin(of: request) else { return Self.hostUnusable(request) }
        var response = HTTPResponse(
            status: .ok, contentType: document.contentType, body: document.body(origin: origin))
        if let policy = document.contentSecurityPolicy { response.add("Content-Security-Policy", policy) }
        let isShared = policy.publicOrigin != nil || !document.dependsOnOrigin
        response.add("Cache-Control", isShared ? "public, max-age=300" : "no-store")
        return response
    }

    /// `GET /integrations/3cx/numbers-online.crm.xml`.
    func template3CX(_ request: HTTPRequest) -> Reply {
        guard let origin = origin(of: request) else { return .ready(Self.hostUnusable(request)) }
        let key = headerKey(request)
        var response = HTTPResponse(
            status: .ok, contentType: ThreeCXTemplate.contentType,
            body: site.template3CX.body(origin: origin, apiKey: key))
        response.add("Content-Disposition", site.template3CX.contentDisposition)
        response.add("Vary", "Authorization, X-API-Key")
        let isShared = policy.publicOrigin != nil && key == nil
        response.add("Cache-Control", isShared ? "public, max-age=300" : "no-store")
        return .ready(response)
    }

    private static func hostUnusable(_ request: HTTPRequest) -> HTTPResponse {
        Replies.invalid("The Host field must be `host` or `host:port` for this document.", request)
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
