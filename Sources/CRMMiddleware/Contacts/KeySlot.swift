// What is remembered under one key, and how long it is good for. Values, but for the slots, which the index guards.

internal import Platform

/// How long an answer of a connector is good for.
struct AnswerLifetime: Sendable {
    /// Nobody is asked meanwhile.
    let fresh: Duration
    /// It is answered, and the connector asked again.
    let stale: Duration
    /// How long "nobody" is believed. Short: the contact may be being typed in right now.
    let nobody: Duration

    /// A CRM of one's own: asking is free.
    private static let crm = AnswerLifetime(fresh: .seconds(60), stale: .seconds(24 * 3_600), nobody: .seconds(15))
    /// Every question costs money: asked once a day, and never just to see whether something has changed.
    private static let paid = AnswerLifetime(
        fresh: .seconds(24 * 3_600), stale: .seconds(24 * 3_600), nobody: .seconds(3_600))

    static func of(_ kind: ConnectorKind) -> AnswerLifetime {
        switch kind {
        case .template, .builtin, .url: crm
        case .numbers: paid
        }
    }
}

/// One question to one connector.
struct Probe: Hashable, Sendable {
    let workspace: WorkspaceID
    let connector: ConnectorID
    let key: ContactKey
}

/// What is known of a probe.
enum Holding {
    case fresh([CRMContact])
    case stale([CRMContact])
    case absent
}

/// What is remembered under one key of one workspace. Guarded by the index's mutex, which takes the place of checks of
/// exclusivity.
final class KeySlot {
    struct Part {
        let contacts: [CRMContact]
        let rules: AnswerRules
        let at: MonotonicTime
        let cost: Int
        /// Not before then is it asked again, after it failed to answer.
        var nextTry: MonotonicTime
    }

    @exclusivity(unchecked) var parts: [ConnectorID: Part] = [:]
    /// Whether storage has been asked what it knows.
    @exclusivity(unchecked) var isLoaded = false
    /// Raised whenever answers made of this slot must not be given any more.
    @exclusivity(unchecked) var version: UInt64
    /// What storage was told to have been shown, and when.
    @exclusivity(unchecked) var shown: (contact: UniqueID, at: MonotonicTime)?

    /// - Parameter number: of no other slot, so that one that comes after another under the same key is not taken for it.
    init(number: UInt64) { version = number << 32 }

    /// Takes out everything but what was bought.
    func forgetFree() {
        if parts.contains(where: { !$0.value.rules.isBought }) { parts = parts.filter { $0.value.rules.isBought } }
    }

    var cost: Int { parts.values.reduce(256) { $0 + $1.cost } }
}
