// Outcomes to answers: status, fields, bytes. The words of every error are here. Pure functions.

import HTTPWire
import JSONText
import NumbersCore
import Platform

/// Turns what the core decided into HTTP answers.
enum Replies {
    static let json = "application/json"

    /// A JSON answer that nobody may keep.
    static func json(_ body: [UInt8], status: HTTPStatus = .ok) -> HTTPResponse {
        HTTPResponse(status: status, contentType: json, body: body).adding("Cache-Control", "no-store")
    }

    /// A JSON document that has begun with its version; whoever writes on closes the object.
    static func document(reserving byteCount: Int) -> JSONWriter {
        var writer = JSONWriter(reserving: byteCount)
        writer.beginObject()
        writer.key("schema_version")
        writer.token(LookupAnswer.schemaVersion)
        return writer
    }

    // MARK: Problems

    static func problem(
        _ status: HTTPStatus, _ code: String, _ detail: String,
        members: [(name: String, value: ProblemDetails.Member)] = [], _ request: HTTPRequest
    ) -> HTTPResponse {
        ProblemDetails(status: status, code: code, detail: detail, members: members).response(requestID: request.id)
    }

    static func invalid(_ detail: String, _ request: HTTPRequest) -> HTTPResponse {
        problem(.badRequest, "invalid_request", detail, request)
    }

    static func unavailable(_ request: HTTPRequest) -> HTTPResponse {
        problem(
            .serviceUnavailable, "unavailable",
            "The database does not answer in time. Nothing was billed; try again in a second.", request)
    }

    static func denial(_ denial: AccessDenial, _ request: HTTPRequest) -> HTTPResponse {
        switch denial {
        case .missingKey:
            return problem(
                .unauthorized, "missing_key",
                "This endpoint needs an API key: send `Authorization: Bearer <key>` or `X-API-Key: <key>`.", request
            ).adding("WWW-Authenticate", "Bearer")
        case .invalidKey:
            return problem(
                .unauthorized, "invalid_key",
                isForeignScheme(request.field("authorization"))
                    ? "The `Authorization` field is not of the form `Bearer <key>`, and it counts before `X-API-Key`."
                    : "The API key is not known, or it was revoked, has expired or is disabled.", request
            ).adding("WWW-Authenticate", "Bearer")
        case .accountSuspended:
            return problem(
                .forbidden, "account_suspended", "The account of this key is suspended; ask the operator.", request)
        case .networkForbidden:
            return problem(
                .forbidden, "network_forbidden", "This key may not be used from the address of this request.", request)
        case .useCaseForbidden(let useCase):
            return problem(
                .forbidden, "use_case_forbidden", "This key may not be used for \(useCase.rawValue) here.", request)
        case .rateLimitedKey(let rate):
            return rateLimited(
                "rate_limited_key", "The limit of \(rate.limit) numbers a minute is reached.",
                retryAfterSeconds: rate.retryAfterSeconds, request)
        case .rateLimitedAddress(let seconds):
            return rateLimited(
                "rate_limited_ip", "There were too many failed authentications from this address.",
                retryAfterSeconds: seconds, request)
        case .batchExceedsLimit(let units, let limit):
            return invalid(
                "The batch has \(units) numbers, but this key may ask for \(limit) a minute: send smaller batches.",
                request)
        case .unavailable:
            return unavailable(request)
        }
    }

    /// Whether an `Authorization` field is there that has no bearer token: a proxy's password, or a key alone.
    private static func isForeignScheme(_ authorization: String?) -> Bool {
        authorization.map { !$0.lowercased().hasPrefix("bearer ") } ?? false
    }

    static func rateLimited(
        _ code: String, _ detail: String, retryAfterSeconds: Int, _ request: HTTPRequest
    ) -> HTTPResponse {
        let seconds = max(1, retryAfterSeconds)
        return problem(
            .tooManyRequests, code, "\(detail) Try again in \(seconds) seconds.",
            members: [("retry_after_seconds", .integer(Int64(seconds)))], request
        ).adding("Retry-After", String(seconds))
    }

    /// The state of the limit, on every keyed answer.
    static func add(_ rate: RateWindow.Decision, to response: inout HTTPResponse) {
        response.add("RateLimit-Limit", decimal: Int64(rate.limit))
        response.add("RateLimit-Remaining", decimal: Int64(rate.remaining))
        response.add("RateLimit-Reset", decimal: Int64(rate.resetSeconds))
    }

    // MARK: Reports

    /// What was understood of a report.
    static func report(_ number: E164, _ tag: ReportTag) -> [UInt8] {
        var writer = document(reserving: 128)
        writer.field("e164", number.text)
        writer.field("tag", tag.rawValue)
        writer.endObject()
        return writer.finish()
    }

    // MARK: Lookups

    static func lookup(_ outcome: LookupOutcome, _ request: HTTPRequest) -> HTTPResponse {
        switch outcome {
        case .answered(let body, let receipt):
            var response = json(body)
            if let receipt { add(receipt, to: &response) }
            return response
        case .replayed(let body):
            return json(body).adding("Idempotency-Replayed", "true").adding("X-Billed-Micros", "0")
        case .conflict(.otherRequest):
            return problem(
                .conflict, "conflict", "This Idempotency-Key was used for another request in the last 24 hours.",
                request)
        case .conflict(.stillInFlight):
            return problem(
                .conflict, "conflict", "A request with this Idempotency-Key is still being answered.", request)
        case .insufficientBalance(let balance, let held, let needed):
            let onHold =
                held > .zero ? ", of which \(held.usd) USD are on hold for requests that are still being answered," : ""
            return problem(
                .paymentRequired, "insufficient_balance",
                "The balance of \(balance.usd) USD\(onHold) does not cover this request, which needs up to "
                    + "\(needed.usd) USD. Ask the operator for a top-up: `nocli balance top-up ACCOUNT --usd AMOUNT`.",
                members: [
                    ("balance_micros", .integer(balance.micros)), ("held_micros", .integer(held.micros)),
                    ("needed_micros", .integer(needed.micros)),
                ], request)
        case .spendingCapReached(let cap):
            return problem(
                .paymentRequired, "spending_cap_reached",
                "This key may spend \(cap.usd) USD a day (UTC), and this request could exceed that.", request)
        case .rateLimited:
            return rateLimited(
                "rate_limited_key", "The sandbox answers this number as if the limit were reached.",
                retryAfterSeconds: 60, request)
        case .unavailable:
            return unavailable(request)
        }
    }

    /// What an answer cost. An answer that carries this has its charge on disk.
    static func add(_ receipt: Receipt, to response: inout HTTPResponse) {
        response.add("X-Billed-Micros", decimal: receipt.billed.micros)
        response.add("X-Balance-Micros", decimal: receipt.balance.micros)
        let endpoints = receipt.endpoints
        // One number has one: nothing to put together.
        response.add(
            "X-Billing-Endpoint",
            endpoints.count == 1 ? endpoints[0].rawValue : endpoints.map(\.rawValue).joined(separator: ", "))
    }

    // MARK: Accounts

    /// - Parameter webhookSecret: in the answer that has set it, and nowhere else.
    static func account(_ profile: AccountProfile, webhookSecret: Secret? = nil) -> [UInt8] {
        var writer = document(reserving: 512)
        writer.key("account")
        writer.beginObject()
        writeFields(profile.account, to: &writer)
        writer.field("webhook_url", profile.webhookURL?.text)
        writer.field("low_balance_micros", profile.lowBalance?.micros)
        writer.endObject()
        if let webhookSecret { writer.field("webhook_secret", webhookSecret.revealText()) }
        writer.endObject()
        return writer.finish()
    }

    private static func writeFields(_ account: Account, to writer: inout JSONWriter) {
        writer.field("id", account.id.description)
        writer.field("email", account.email)
        writer.field("name", account.name)
        writer.field("tier", account.tier.rawValue)
        writer.field("balance_micros", account.balance.micros)
    }

    static func signUp(_ account: Account, key: APIKey, cidKey: APIKey, docsURL: String) -> [UInt8] {
        var writer = document(reserving: 1024)
        writer.key("account")
        writer.beginObject()
        writeFields(account, to: &writer)
        writer.endObject()
        writer.field("api_key", key.reveal())
        writer.field("cid_key", cidKey.reveal())
        writer.field("key_prefix", key.displayPrefix)
        writer.key("key")
        writer.beginObject()
        writer.field("use_cases", UseCases.all.names)
        writer.key("limits")
        writer.beginObject()
        writer.field("requests_per_minute", account.requestsPerMinute)
        writer.endObject()
        writer.endObject()
        writer.field(
            "note",
            "Keep both keys now: they are stored as hashes only and cannot be shown again. "
                + "Put cid_key, never api_key, into the URL of a PBX.")
        writer.field("docs_url", docsURL)
        writer.endObject()
        return writer.finish()
    }

    static func key(_ key: KeyRecord, text: APIKey? = nil) -> [UInt8] {
        var writer = document(reserving: 512)
        writer.key("key")
        write(key, to: &writer)
        if let text { writer.field("api_key", text.reveal()) }
        writer.endObject()
        return writer.finish()
    }

    static func keys(_ keys: [KeyRecord]) -> [UInt8] {
        var writer = document(reserving: 512 * keys.count + 64)
        writer.key("keys")
        writer.beginArray()
        for key in keys { write(key, to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.finish()
    }

    private static func write(_ key: KeyRecord, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("id", key.id.description)
        writer.field("prefix", key.displayPrefix)
        writer.field("name", key.name)
        writer.field("use_cases", key.useCases.names)
        writer.field("limit", key.limit)
        writer.field("daily_cap_micros", key.dailyCap?.micros)
        writer.field("expires_at", key.expiresAt?.rfc3339())
        writer.field("networks", key.networks.map(\.description))
        writer.field("enabled", key.isEnabled)
        writer.field("test", key.isTest)
        writer.field("created_at", key.createdAt.rfc3339())
        writer.field("last_used_at", key.lastUsedAt?.rfc3339())
        writer.endObject()
    }

    static func keyRefusal(_ refusal: KeyChangeRefusal, _ request: HTTPRequest) -> HTTPResponse {
        switch refusal {
        case .notFound:
            return problem(.notFound, "not_found", "This account has no key with this id.", request)
        case .tooManyKeys:
            return problem(
                .conflict, "conflict",
                "An account has at most \(KeySettings.enabledMax) enabled keys and 1,000 in all: disable one, or rotate.",
                request)
        case .lastManagingKey:
            return problem(
                .conflict, "conflict",
                "This is the last key that can manage the account; make another one first. The operator can end it "
                    + "with `nocli key revoke`.", request)
        case .widerThanCaller:
            return problem(
                .forbidden, "use_case_forbidden",
                "A key can only manage what it could do itself: this needs a key with at least the same use cases, "
                    + "limits, networks and life.", request)
        case .revoked:
            return problem(.conflict, "conflict", "The operator has revoked this key; it stays revoked.", request)
        case .testKey:
            return problem(
                .forbidden, "use_case_forbidden",
                "A test key changes nothing that live keys depend on; use a live key with `manage`.", request)
        case .unavailable:
            return unavailable(request)
        }
    }
}
