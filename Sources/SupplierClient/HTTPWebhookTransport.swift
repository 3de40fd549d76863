// Webhooks' messages over the network. Immutable.

package import HTTPClient
internal import HTTPWire
package import NumbersCore
package import Platform

/// Sends through an HTTP client of its own, behind its network guard: customers choose these addresses, and none of them
/// may take a supplier's place.
package struct HTTPWebhookTransport: WebhookTransport {
    private let client: HTTPClient

    package init(client: HTTPClient) { self.client = client }

    /// What the client is set to.
    /// - Parameter authorities: PEM; nil: the system's.
    package static func settings(authorities: [UInt8]?) -> ClientSettings {
        var settings = ClientSettings()
        settings.requestsPerHostMax = 4
        settings.waitingPerHostMax = 16
        // The answer's content means nothing.
        settings.responseBytesMax = 64 << 10
        settings.idleConnectionsMax = 8
        settings.certificateAuthorities = authorities
        return settings
    }

    package func post(
        _ body: [UInt8], to url: WebhookURL, fields: [(name: String, value: String)], deadline: MonotonicTime
    ) async -> Result<Int, WebhookFailure> {
        let headers =
            [ClientRequest.Header("Content-Type", "application/json")]
            + fields.map { ClientRequest.Header($0.name, $0.value, isSecret: true) }
        do throws(ClientError) {
            let response = try await client.send(
                ClientRequest(.post, url.text, headers: headers, body: body), deadline: deadline)
            return .success(response.status)
        } catch {
            return .failure(Self.failure(error.kind))
        }
    }

    private static func failure(_ kind: ClientError.Kind) -> WebhookFailure {
        switch kind {
        case .timedOut: .timedOut
        case .refusedAddress: .refusedAddress
        case .tls: .tls
        case .invalidRequest, .cannotResolve, .cannotConnect, .tooLarge, .protocolError, .connectionLost,
            .badRedirect, .overloaded, .cancelled:
            .failed
        }
    }
}
