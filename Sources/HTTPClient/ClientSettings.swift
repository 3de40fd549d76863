// What an operator sets of outgoing requests. A value.

package import Platform

/// Limits and identities of one client. Every limit has a default that suits calls to CRMs and suppliers.
package struct ClientSettings: Sendable {
    /// Who the client is to a server that asks for a certificate. It is shown to the first host of a request only, never
    /// to one that a redirect points to.
    package struct Identity: Sendable {
        /// PEM: the certificate, then the chain.
        package let certificateChain: [UInt8]
        /// PEM, not encrypted.
        package let privateKey: Secret

        package init(certificateChain: [UInt8], privateKey: Secret) {
            self.certificateChain = certificateChain
            self.privateKey = privateKey
        }
    }

    /// Name resolution, TCP and TLS together. A healthy server on the other side of the world needs under 2 s.
    package var connectTimeout: Duration = .seconds(5)
    /// The largest body taken, in bytes, before and after decompression. The largest lists of contacts stay below it.
    package var responseBytesMax = 16 << 20
    /// The largest head taken, all interim answers and trailers of one hop together. Servers send 1 to 4 KiB.
    package var headBytesMax = 64 << 10
    /// How many bytes one compressed byte may become, once ``expansionFreeBytes`` have come out. JSON reaches 20 to 50,
    /// a bomb has 1,000.
    package var expansionMax = 200
    /// Below this size no ratio is asked for: small texts of one letter are harmless.
    package var expansionFreeBytes = 1 << 20
    /// Requests under way to one host and port at a time. Most CRMs refuse far fewer than this.
    package var requestsPerHostMax = 100
    /// Requests that wait for their turn at one host and port; one more fails with ``ClientError/Kind/overloaded``.
    package var waitingPerHostMax = 1_000
    /// Requests under way or waiting in all; one more fails. Each holds at most one body.
    package var requestsMax = 4_096
    /// Connections kept open when nothing is under way on them.
    package var idleConnectionsMax = 256
    /// How long a connection is kept for the next request. Below the 60 s after which many servers close.
    package var idleConnectionSeconds = 30
    /// PEM: who signs the servers' certificates, in place of the system's authorities.
    package var certificateAuthorities: [UInt8]?
    package var identity: Identity?
    /// Whether requests sent while a request is served tell of its trace (`traceparent`, `tracestate`); a request that
    /// has one of these fields of its own is sent as it is.
    package var passesTrace = true
    package var userAgent = "numbers-online/" + ProductVersion.text
    /// Answers for names before the system is asked (nil: it is); called on the client's thread at the start of each
    /// hop, so it must not wait.
    package var resolve: (@Sendable (_ host: String) -> [NetworkAddress]?)?

    package init() {}
}
