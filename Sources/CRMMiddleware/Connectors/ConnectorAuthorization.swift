// Access to a CRM that one of its users grants (OAuth): how it is asked for, and what becomes of the answer. Immutable.

package import CRMTemplate
package import Platform

/// Begins authorizations and completes them.
package struct ConnectorAuthorization: Sendable {
    /// How an answer of a provider ended.
    package enum Outcome: Sendable, Hashable {
        /// It belongs to nothing that was begun: nothing was done.
        case refused
        /// The user, or the provider, said no; the word is the provider's.
        case denied(String)
        /// The answer could not be traded for access; the sentence is for people.
        case failed(String)
        /// The connector of that name has access now.
        case done(String)
        /// The database does not answer.
        case unavailable
    }

    /// Where providers send users back to, behind the public address.
    package static let callbackPath = "/api/crm/oauth/callback"
    /// Parameters that a provider may send; they send two to five.
    package static let parametersMax = 20
    /// Bytes of one parameter, name and value together; codes have some hundred.
    package static let parameterBytesMax = 4_096
    /// How long the provider may take to trade the answer; a browser waits for it.
    private static let tradeTime = Duration.seconds(20)
    /// Characters of a state: 32 bytes in hexadecimal digits.
    private static let stateCharacters = 64

    private let store: any ConnectorStore
    private let assembly: ConnectorAssembly
    private let hasKey: Bool
    private let clock: Clock

    /// - Parameter hasKey: whether a secret can be kept.
    package init(store: any ConnectorStore, assembly: ConnectorAssembly, hasKey: Bool, clock: Clock) {
        self.store = store
        self.assembly = assembly
        self.hasKey = hasKey
        self.clock = clock
    }

    /// The address to open, and the hash of the state that comes back. The state itself is kept by nobody.
    package static func begin(
        _ instance: TemplateInstance, parameter: String, redirectURI: String
    ) throws(AuthorizationError) -> (url: String, state: SHA256Digest) {
        let begun = try instance.beginAuthorization(parameter: parameter, redirectURI: redirectURI)
        return (begun.url, SHA256Digest.of(begun.state))
    }

    /// Trades what a provider sent for a secret, and keeps it.
    /// - Parameter query: the parameters of the callback, decoded, in order.
    package func complete(
        _ query: [(name: String, value: String)], workspaceOf: @Sendable (WorkspaceID) async -> Workspace?,
        deadline: MonotonicTime
    ) async -> Outcome {
        let states = query.filter { $0.name == "state" }
        guard query.count <= Self.parametersMax, states.count == 1,
            query.allSatisfy({ $0.name.utf8.count + $0.value.utf8.count <= Self.parameterBytesMax })
        else { return .refused }
        let candidates = Self.candidates(states[0].value)
        guard !candidates.isEmpty else { return .refused }
        let taken: (state: SHA256Digest, pending: PendingAuthorization)?
        switch await store.takeAuthorization(
            states: candidates.map { SHA256Digest.of($0) }, at: clock.wall(), deadline: deadline)
        {
        case .success(let found): taken = found
        case .failure: return .unavailable
        }
        guard let taken, let state = candidates.first(where: { SHA256Digest.of($0) == taken.state }) else {
            return .refused
        }
        // From here on the state is gone, whatever comes.
        if let error = query.first(where: { $0.name == "error" }) { return .denied(Self.harmless(error.value)) }
        guard hasKey else { return .failed("The server has no secret key, so it keeps no secrets.") }
        return await trade(taken.pending, state, query, workspaceOf, deadline)
    }

    private func trade(
        _ pending: PendingAuthorization, _ state: String, _ query: [(name: String, value: String)],
        _ workspaceOf: @Sendable (WorkspaceID) async -> Workspace?, _ deadline: MonotonicTime
    ) async -> Outcome {
        guard let workspace = await workspaceOf(pending.workspace),
            case .success(let found) = await store.connector(
                pending.connector, of: pending.workspace, deadline: deadline)
        else { return .unavailable }
        guard let record = found else { return .failed("The connector has been removed in the meantime.") }
        let instance: TemplateInstance
        switch assembly.instance(record, of: workspace, loginDeadline: Self.tradeTime) {
        case .success(let made): instance = made
        case .failure(let failure): return .failed("The connector cannot be used: \(failure.message).")
        }
        let result = await instance.completeAuthorization(
            parameter: pending.parameter, state: state, query: query, redirectURI: pending.redirectURI)
        guard let value = result.value else {
            return .failed("The provider's answer could not be used: \(result.error?.message ?? "it gave nothing").")
        }
        let keeping = await store.keepSecret(
            value, parameter: pending.parameter, of: record.id, workspace: record.workspace, at: clock.wall(),
            deadline: clock.monotonic() + .seconds(5))
        switch keeping {
        case .success(.kept): return .done(record.name)
        case .success(.noConnector): return .failed("The connector has been removed in the meantime.")
        case .success(.noKey): return .failed("The server has no secret key, so it keeps no secrets.")
        case .failure: return .unavailable
        }
    }

    /// A template may join something of its own to the state, before it or behind it (docs/templates.md, 7.2).
    private static func candidates(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        guard bytes.count >= stateCharacters else { return [] }
        let ends =
            bytes.count == stateCharacters
            ? [bytes[...]] : [bytes.prefix(stateCharacters), bytes.suffix(stateCharacters)]
        return ends.map { String(decoding: $0, as: UTF8.self) }
    }

    /// A provider's word for an error, fit for a sentence.
    private static func harmless(_ text: String) -> String {
        String(
            decoding: text.utf8.prefix(100).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}
