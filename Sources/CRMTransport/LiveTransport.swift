// The network: the engine's requests over the HTTP client. Holds nothing but the client.

package import CRMTemplate
package import HTTPClient
internal import HTTPWire
package import Platform

/// Sends requests for real.
package struct LiveTransport: TemplateTransport {
    /// Redirects that a GET follows, each guarded like the first request.
    private static let redirectsMax = 3

    /// Headers that go along to another host.
    private static let plainHeaders = ["accept", "accept-language", "content-type", "user-agent"]

    private let client: HTTPClient

    package init(client: HTTPClient) { self.client = client }

    package nonisolated(nonsending) func send(
        _ request: TemplateRequest, deadline: MonotonicTime
    ) async throws(TransportFailure) -> TemplateResponse {
        do throws(ClientError) {
            let response = try await client.send(Self.outgoing(request), deadline: deadline)
            return TemplateResponse(status: response.status, fields: response.fields, body: response.body)
        } catch {
            throw TransportFailure(Self.kind(error.kind), error.message, mayHaveArrived: error.mayHaveArrived)
        }
    }

    /// The request as the client sends it.
    static func outgoing(_ request: TemplateRequest) -> ClientRequest {
        let isGet = request.method == "GET"
        return ClientRequest(
            HTTPMethod(token: Array(request.method.utf8).span), request.url.text,
            headers: request.headers.map { header in
                // A key may stand in any header, as plain text or in a parameter of the type String: but for what
                // says nothing about the caller, headers stay with the host they are meant for.
                ClientRequest.Header(
                    header.name, header.value.text, isSecret: !Self.isPlain(header.name))
            },
            body: Array(request.body.text.utf8), redirects: isGet ? .follow(max: Self.redirectsMax) : .none,
            // A report that was sent twice would be two entries in the CRM.
            retries: isGet ? .staleConnection : .never)
    }

    private static func isPlain(_ name: String) -> Bool {
        let bytes = name.utf8
        return plainHeaders.contains { plain in
            plain.utf8.count == bytes.count && plain.utf8.elementsEqual(bytes.lazy.map(ByteClass.lowered))
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
