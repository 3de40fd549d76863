// Suppliers asked over the network. Immutable.

package import HTTPClient
internal import HTTPWire
package import NumbersCore
package import Platform

/// Sends requests to suppliers through the HTTP client, behind its network guard.
package struct HTTPSupplierTransport: SupplierTransport {
    private let client: HTTPClient

    package init(client: HTTPClient) { self.client = client }

    /// What the client of a program is set to for suppliers.
    package static var settings: ClientSettings {
        var settings = ClientSettings()
        // Suppliers are bounded one by one; two of them may share a host.
        settings.requestsPerHostMax = Supplier.concurrentRange.upperBound
        settings.waitingPerHostMax = Supplier.concurrentRange.upperBound
        settings.responseBytesMax = SupplierAnswer.bodyBytesMax
        // A supplier that has not taken the connection by then is behind any budget.
        settings.connectTimeout = .seconds(3)
        return settings
    }

    package func send(
        _ request: SupplierRequest, deadline: MonotonicTime
    ) async -> Result<(status: Int, body: [UInt8]), SupplierSendFailure> {
        // A kept connection that turned out to be closed got no answer, so asking again costs nothing twice.
        let outgoing = ClientRequest(
            .get, request.url,
            headers: request.headers.map { ClientRequest.Header($0.name, $0.value, isSecret: true) }, redirects: .none,
            retries: .staleConnection, responseBytesMax: request.bodyBytesMax)
        do throws(ClientError) {
            let response = try await client.send(outgoing, deadline: deadline)
            return .success((response.status, response.body))
        } catch {
            return .failure(Self.failure(error.kind))
        }
    }

    private static func failure(_ kind: ClientError.Kind) -> SupplierSendFailure {
        switch kind {
        case .timedOut: .timedOut
        case .cancelled: .cancelled
        case .refusedAddress: .refusedAddress
        case .invalidRequest, .cannotResolve, .cannotConnect, .tls, .tooLarge, .protocolError, .connectionLost,
            .badRedirect, .overloaded:
            .failed
        }
    }
}
