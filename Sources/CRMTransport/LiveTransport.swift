// The network: the engine's requests over the HTTP client. Holds nothing but the client.

package import CRMTemplate
package import HTTPClient
internal import HTTPWire
package import Platform

/// Sends requests for real.
package struct LiveTransport: TemplateTransport {
    /// Redirects that a GET follows, each guarded like the first request.
    private static let redirectsMax = 3

    private let client: HTTPClient

    package init(client: HTTPClient) { self.client = client }

    package func send(
        _ request: TemplateRequest, deadline: MonotonicTime
    ) async throws(TransportFailure) -> TemplateResponse {
        let isGet = request.method == "GET"
        let outgoing = ClientRequest(
            HTTPMethod(token: Array(request.method.utf8).span), request.url.text,
            headers: request.headers.map { header in
                // What an authentication gave, or a secret parameter is part of, stays with the host it is meant for.
                ClientRequest.Header(
                    header.name, header.value.text,
                    isSecret: !header.value.origins.isDisjoint(with: [.secret, .authentication]))
            },
            body: Array(request.body.text.utf8), redirects: isGet ? .follow(max: Self.redirectsMax) : .none,
            // A report that was sent twice would be two entries in the CRM.
            retries: isGet ? .staleConnection : .never)
        do throws(ClientError) {
            let response = try await client.send(outgoing, deadline: deadline)
            return TemplateResponse(status: response.status, headers: response.headers, body: response.body)
        } catch {
            throw TransportFailure(Self.kind(error.kind), error.message)
        }
    }

    private static func kind(_ kind: ClientError.Kind) -> TransportFailure.Kind {
        switch kind {
        case .cannotResolve: .cannotResolve
        case .cannotConnect: .cannotConnect
        case .tls: .tls
        case .timedOut: .timedOut
        case .cancelled: .cancelled
        case .refusedAddress: .refusedAddress
        case .tooLarge: .tooLarge
        case .invalidRequest, .protocolError, .connectionLost: .protocolError
        case .badRedirect: .badRedirect
        case .overloaded: .overloaded
        }
    }
}
