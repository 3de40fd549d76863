// The body of a request to a token endpoint, and who sent it. Immutable.

import CRMMiddleware
import HTTPWire
import Platform

/// The parameters of a form, each there once at most.
struct OAuthForm: Sendable {
    /// The client's identifier and secret, from `Authorization` or from the form.
    let client: PresentedClient
    private let parameters: HTTPQuery

    /// Reads the form; the media type is the caller's business.
    init(_ request: HTTPRequest) throws(OAuthRefusal) {
        let parameters: HTTPQuery
        do throws(HTTPDecodingError) {
            parameters = try HTTPQuery(strict: request.body.span)
        } catch {
            throw .invalidRequest("The body cannot be decoded: \(error).")
        }
        var names: Set<String> = []
        for pair in parameters.pairs {
            // RFC 6749 §3.2. The name is not repeated in the answer: it may be anything, a secret for one.
            guard names.insert(pair.name).inserted else {
                throw .invalidRequest("A parameter is there more than once.")
            }
        }
        self.parameters = parameters
        client = try Self.client(request, parameters)
    }

    /// A parameter's value; one without a value counts as absent (RFC 6749 §3.2).
    subscript(name: String) -> String? { Self.value(parameters, name) }

    /// A parameter that must be there.
    func required(_ name: String) throws(OAuthRefusal) -> String {
        guard let value = self[name] else { throw .invalidRequest("The parameter `\(name)` is missing.") }
        return value
    }

    private static func value(_ parameters: HTTPQuery, _ name: String) -> String? {
        parameters[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// RFC 6749 §2.3.1: HTTP Basic or the form, not both.
    private static func client(
        _ request: HTTPRequest, _ parameters: HTTPQuery
    ) throws(OAuthRefusal) -> PresentedClient {
        let formID = value(parameters, "client_id")
        let formSecret = value(parameters, "client_secret")
        guard let authorization = request.field("authorization") else {
            return PresentedClient(id: formID, secret: formSecret.map { Secret($0) })
        }
        guard formSecret == nil else {
            throw .invalidRequest("The client authenticates with `Authorization` or in the form, not with both.")
        }
        guard let (id, secret) = basic(authorization) else { return PresentedClient(id: nil, secret: nil) }
        // Some clients name themselves in the form as well.
        guard formID == nil || formID == id else {
            throw .invalidRequest("The form names another client than `Authorization`.")
        }
        return PresentedClient(id: id, secret: Secret(secret))
    }

    /// The two texts of `Basic` credentials, each of them form-encoded before they were joined; nil for anything else.
    private static func basic(_ authorization: String) -> (id: String, secret: String)? {
        guard authorization.utf8.count > 6, authorization.prefix(6).lowercased() == "basic ",
            let bytes = Base64.decoded(String(authorization.dropFirst(6).drop { $0 == " " })),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        do throws(HTTPDecodingError) {
            return (
                try PercentCoding.decode(Array(bytes[..<colon]).span, plusIsSpace: true),
                try PercentCoding.decode(Array(bytes[(colon + 1)...]).span, plusIsSpace: true)
            )
        } catch {
            return nil
        }
    }
}
