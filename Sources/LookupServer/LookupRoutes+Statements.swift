// Statements: what an account was charged, by entry and in sums.

import HTTPServer
import HTTPWire
import NumbersCore
import Platform

extension LookupRoutes {
    /// `GET /v1/account/ledger`: JSON, or CSV when `Accept` asks for it.
    func ledger(_ request: HTTPRequest) -> Reply {
        keyed(request, .manage) { admission in
            guard let parameters = try? request.query() else {
                return .ready(Replies.invalid("The query cannot be decoded.", request))
            }
            var cursor: Int64?
            if let text = parameters["cursor"] {
                guard text.utf8.count <= 18, let value = Int64(text), value > 0, String(value) == text else {
                    return .ready(
                        Replies.invalid(
                            "Parameter `cursor`: expected the `next_cursor` of an earlier answer.", request))
                }
                cursor = value
            }
            var limit = LedgerPage.linesMax
            if let text = parameters["limit"] {
                guard let value = Self.wholeNumber(text), (1...LedgerPage.linesMax).contains(value) else {
                    return .ready(
                        Replies.invalid(
                            "Parameter `limit`: expected a number from 1 to \(LedgerPage.linesMax).", request))
                }
                limit = value
            }
            let wantsCSV = Self.prefersCSV(request.field("accept") ?? "")
            // A page is what a limit asks for; without one, CSV is the whole ledger.
            let isWhole = wantsCSV && parameters["limit"] == nil
            let (from, count) = (cursor, limit)
            return .pending { [self] in
                let result = await accounts.ledger(
                    of: admission.credential.account.id, before: from, limit: count,
                    deadline: storageDeadline(request))
                switch result {
                case .failure: return Replies.unavailable(request)
                case .success(let page):
                    guard wantsCSV else { return Replies.json(Replies.ledger(page)) }
                    if isWhole, page.nextCursor != nil {
                        let account = admission.credential.account.id
                        var response = HTTPResponse(status: .ok, contentType: Self.csvType) { [self] writer in
                            try await writeLedger(of: account, beginningWith: page, to: writer)
                        }
                        Self.addCSVFields(to: &response, named: "ledger")
                        return response
                    }
                    var response = Self.csv(Replies.ledgerCSV(page), named: "ledger")
                    // CSV has no place for the cursor, so it stands in the field that links pages (RFC 8288).
                    if !isWhole, let next = page.nextCursor {
                        response.add("Link", "<\(request.path)?cursor=\(next)&limit=\(count)>; rel=\"next\"")
                    }
                    return response
                }
            }
        }
    }

    /// Writes a ledger page by page, each read when the client has taken enough of those before; what a page cannot be
    /// read for ends the answer in the middle, which the client can tell.
    private func writeLedger(
        of account: AccountID, beginningWith first: LedgerPage, to writer: BodyWriter
    ) async throws {
        var page = first
        try await writer.write(Replies.ledgerCSV(page))
        while let cursor = page.nextCursor {
            page = try await accounts.ledger(
                of: account, before: cursor, limit: LedgerPage.linesMax, deadline: clock.monotonic() + Self.storageTime
            ).get()
            try await writer.write(Replies.ledgerCSV(page, withHeader: false))
        }
    }

    /// Whether an `Accept` names CSV and does not rule it out (RFC 9110 §12.5.1).
    private static func prefersCSV(_ accept: String) -> Bool {
        var weights: [String: Double] = [:]
        for range in accept.lowercased().split(separator: ",") {
            let parts = range.split(separator: ";").map { String($0.filter { $0 != " " && $0 != "\t" }) }
            guard let type = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 }
            weights[type] = weight ?? 1
        }
        // Whoever names CSV wants it, unless JSON is wanted more; a range like */* names neither.
        let csv = weights["text/csv"] ?? 0
        return csv > 0 && csv >= weights["application/json"] ?? 0
    }

    private static func csv(_ body: [UInt8], named name: String) -> HTTPResponse {
        var response = HTTPResponse(status: .ok, contentType: csvType, body: body)
        addCSVFields(to: &response, named: name)
        response.variants = .compressible
        return response
    }

    /// RFC 4180 §3.
    private static let csvType = "text/csv; charset=utf-8; header=present"

    private static func addCSVFields(to response: inout HTTPResponse, named name: String) {
        response.add("Cache-Control", "no-store")
        response.add("Content-Disposition", "attachment; filename=\"\(name).csv\"")
    }

    /// `GET /v1/account/usage`: JSON, or CSV when `Accept` asks for it.
    func usage(_ request: HTTPRequest) -> Reply {
        keyed(request, .manage) { [self] admission in
            guard let parameters = try? request.query() else {
                return .ready(Replies.invalid("The query cannot be decoded.", request))
            }
            let now = clock.wall()
            // Without bounds: the last 30 days, today included.
            var from = UnixTime(seconds: (now.dayNumber - 29) * 86_400)
            var to = now + .seconds(1)
            for (name, isFrom) in [("from", true), ("to", false)] {
                guard let text = parameters[name] else { continue }
                guard let time = UnixTime(rfc3339: text) else {
                    return .ready(
                        Replies.invalid(
                            "Parameter `\(name)`: expected a date or time like 2026-01-31 or 2026-01-31T12:00:00Z.",
                            request))
                }
                if isFrom { from = time } else { to = time }
            }
            let word = parameters["group"] ?? UsageGroup.day.rawValue
            guard let group = UsageGroup(rawValue: word) else {
                return .ready(
                    Replies.invalid("Parameter `group`: expected day, key, reference or kind.", request))
            }
            guard from < to else {
                return .ready(Replies.invalid("Parameter `to`: expected a time behind `from`.", request))
            }
            let (first, last) = (from, to)
            let wantsCSV = Self.prefersCSV(request.field("accept") ?? "")
            return .pending { [self] in
                let result = await accounts.usage(
                    of: admission.credential.account.id, from: first, to: last, by: group,
                    deadline: storageDeadline(request))
                return switch result {
                case .success(let rows) where wantsCSV: Self.csv(Replies.usageCSV(rows, by: group), named: "usage")
                case .success(let rows): Replies.json(Replies.usage(rows))
                case .failure: Replies.unavailable(request)
                }
            }
        }
    }
}
