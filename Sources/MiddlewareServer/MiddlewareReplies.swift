// Outcomes to answers: status, fields, bytes. Pure functions.

import HTTPWire
import JSONText
import NumbersCore

/// The shapes that every answer of the middleware has. What belongs to one subject is beside its routes.
enum MiddlewareReplies {
    /// A JSON answer that nobody may keep.
    static func json(_ body: [UInt8], status: HTTPStatus = .ok) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", body: body).adding("Cache-Control", "no-store")
    }

    /// `{message, error}`: all errors but those of validation.
    /// - Parameters:
    ///   - code: the stable word a client can act on.
    ///   - message: one sentence for people, without anything secret in it.
    static func problem(_ status: HTTPStatus, _ code: String, _ message: String) -> HTTPResponse {
        var writer = JSONWriter(reserving: 64 + message.utf8.count)
        writer.beginObject()
        writer.field("message", message)
        writer.field("error", code)
        writer.endObject()
        var response = json(writer.finish(), status: status)
        // RFC 9110 §15.6.4: when to come back; the shortage is expected to be over in a moment.
        if status == .serviceUnavailable { response.add("Retry-After", "1") }
        return response
    }

    /// 400: the body or the parameters break rules.
    /// - Parameter hints: one sentence for each field.
    static func invalid(hints: [String]) -> HTTPResponse {
        var writer = JSONWriter(reserving: 256)
        writer.beginObject()
        writer.field("response", "bad request: please check body parameters.")
        writer.field("message", hints.first ?? "The request cannot be read.")
        writer.field("error", "invalid_request")
        writer.field("hint", hints)
        writer.endObject()
        return json(writer.finish(), status: .badRequest)
    }

    /// 400: what was asked is well formed, and still not done: `call_logging_disabled`, `chat_logging_disabled`,
    /// `contact_not_created`.
    static func refused(_ code: String, _ message: String) -> HTTPResponse {
        var writer = JSONWriter(reserving: 128)
        writer.beginObject()
        writer.field("response", "error")
        writer.field("message", message)
        writer.field("error", code)
        writer.endObject()
        return json(writer.finish(), status: .badRequest)
    }

    /// 429.
    static func rateLimited(_ code: String, _ message: String, retryAfterSeconds: Int) -> HTTPResponse {
        let seconds = max(1, retryAfterSeconds)
        return problem(.tooManyRequests, code, "\(message) Try again in \(seconds) seconds.")
            .adding("Retry-After", String(seconds))
    }

    /// The state of a workspace's limit, on every answer to a token.
    static func add(_ rate: RateWindow.Decision, to response: inout HTTPResponse) {
        response.add("RateLimit-Limit", decimal: Int64(rate.limit))
        response.add("RateLimit-Remaining", decimal: Int64(rate.remaining))
        response.add("RateLimit-Reset", decimal: Int64(rate.resetSeconds))
    }

    /// 503: storage does not answer in time.
    static func unavailable() -> HTTPResponse {
        problem(.serviceUnavailable, "unavailable", "The database does not answer in time; try again in a second.")
    }

    /// What the HTTP layer found wrong.
    static func fault(_ fault: HTTPFault) -> HTTPResponse {
        var response = problem(fault.status, fault.code, fault.detail)
        if case .methodNotAllowed(let allow) = fault { response.add("Allow", allow) }
        return response
    }
}
