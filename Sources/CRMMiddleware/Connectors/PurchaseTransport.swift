// Requests that cost money, each with a key that keeps it from being charged twice. Immutable.

internal import CRMTemplate
internal import Platform

/// Gives each request an `Idempotency-Key` of its own. The transport below sends a GET again when a kept connection turns
/// out to be closed; whether the lookup service had answered, and charged, by then nobody can tell. Under the same key
/// the service sends the answer it has and charges nothing.
struct PurchaseTransport: TemplateTransport {
    static let keyField = "Idempotency-Key"
    /// Random bytes of a key, shown as twice as many hexadecimal digits: enough never to meet another purchase's.
    private static let keyBytes = 16

    private let base: any TemplateTransport
    private let random: RandomSource

    init(over base: any TemplateTransport, random: RandomSource) {
        self.base = base
        self.random = random
    }

    nonisolated(nonsending) func send(
        _ request: TemplateRequest, deadline: MonotonicTime
    ) async throws(TransportFailure) -> TemplateResponse {
        let key = EvaluatedText(Hex.encode(random.bytes(Self.keyBytes)), .template)
        var keyed = TemplateRequest(
            method: request.method, url: request.url,
            headers: request.headers + [TemplateRequest.Header(Self.keyField, key)], body: request.body)
        keyed.givesSecrets = request.givesSecrets
        return try await base.send(keyed, deadline: deadline)
    }
}
