// Who may read the metrics. Immutable.

internal import CommandOptions
package import HTTPWire
internal import Platform

/// The networks and the token that may read `/metrics`.
package struct MetricsAccess: Sendable {
    private let networks: [NetworkBlock]
    private let trustedProxies: [NetworkBlock]
    private let token: Secret?

    /// Reads the token's file.
    package init(_ settings: ServerSettings) throws(StartFailure) {
        networks = settings.metricsAllow
        trustedProxies = settings.trustedProxies
        token = try Self.token(settings.metricsTokenFile)
    }

    /// Whether a request may read the metrics. A request that came through a proxy counts by its forwarded address,
    /// and not at all when the proxy is not trusted: else everybody behind it would look like the proxy.
    package func allows(_ request: HTTPRequest) -> Bool {
        if let token, let authorization = request.field("authorization") {
            return constantTimeEquals(Array(authorization.utf8), Array("Bearer ".utf8) + token.reveal())
        }
        let address = request.clientAddress
        // Forwarded, and yet the address is the proxy's own: the proxy was not trusted, or did not say for whom.
        if request.isForwarded, address == request.peer || trustedProxies.contains(where: { $0.contains(address) }) {
            return false
        }
        return networks.contains { $0.contains(address) }
            || (address == .unix && networks.contains { $0.contains(.v4(0x7f00_0001)) })
    }

    private static func token(_ path: String?) throws(StartFailure) -> Secret? {
        guard let path else { return nil }
        switch ConfigurationReader.read(path) {
        case .failure(let error): throw StartFailure(description: "--metrics-token-file \(path): \(error.reason)")
        case .success(let bytes):
            let token = bytes.filter { $0 > 0x20 && $0 < 0x7f }
            guard token.count >= 16 else {
                throw StartFailure(
                    description: "--metrics-token-file \(path): expected a token of at least 16 printable characters")
            }
            return Secret(token)
        }
    }
}
