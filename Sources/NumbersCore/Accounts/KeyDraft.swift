// A key that is to be made or changed, and the rules for both. Immutable values.

package import Platform

/// The settings of a key.
package struct KeySettings: Sendable, Hashable {
    /// Characters of a key's or account's name.
    package static let nameMax = 200
    /// Networks a key can be bound to.
    package static let networksMax = 32
    /// Enabled keys of one account.
    package static let enabledMax = 25
    /// Longest grace of a rotation, in seconds, and the default.
    package static let graceSecondsMax = 86_400

    package var name: String?
    package var useCases: UseCases
    package var limit: Int?
    package var dailyCap: MicroUSD?
    package var expiresAt: UnixTime?
    package var networks: [NetworkBlock]
    package var isEnabled: Bool
    package let isTest: Bool

    package init(
        name: String?, useCases: UseCases, limit: Int? = nil, dailyCap: MicroUSD? = nil, expiresAt: UnixTime? = nil,
        networks: [NetworkBlock] = [], isEnabled: Bool = true, isTest: Bool = false
    ) {
        self.name = name
        self.useCases = useCases
        self.limit = limit
        self.dailyCap = dailyCap
        self.expiresAt = expiresAt
        self.networks = networks
        self.isEnabled = isEnabled
        self.isTest = isTest
    }

    /// The settings of a key that exists.
    package init(_ record: KeyRecord) {
        self.init(
            name: record.name, useCases: record.useCases, limit: record.limit, dailyCap: record.dailyCap,
            expiresAt: record.expiresAt, networks: record.networks, isEnabled: record.isEnabled, isTest: record.isTest)
    }
}

extension KeySettings {
    /// Whether a key with these settings could do nothing that a key with the other settings cannot: customers can
    /// only narrow.
    package func isWithin(_ other: KeySettings) -> Bool {
        func isBelow<Value: Comparable>(_ value: Value?, _ bound: Value?) -> Bool {
            guard let bound else { return true }
            return value.map { $0 <= bound } ?? false
        }
        let isNearby =
            other.networks.isEmpty
            || (!networks.isEmpty
                && networks.allSatisfy { block in other.networks.contains { $0.contains(block) } })
        return useCases.isSubset(of: other.useCases) && isBelow(limit, other.limit)
            && isBelow(dailyCap, other.dailyCap) && isBelow(expiresAt, other.expiresAt) && isNearby
            && (isTest || !other.isTest)
    }
}

/// A change to a key's settings; nil leaves a setting as it is, an inner nil takes it away.
package struct KeyPatch: Sendable, Hashable {
    package var name: String??
    package var useCases: UseCases?
    package var limit: Int??
    package var dailyCap: MicroUSD??
    package var expiresAt: UnixTime??
    package var networks: [NetworkBlock]?
    package var isEnabled: Bool?

    package init() {}

    /// Whether it touches what a key may do; a new name does not, and neither does switching the key off.
    package var concernsRights: Bool {
        useCases != nil || limit != nil || dailyCap != nil || expiresAt != nil || networks != nil || isEnabled == true
    }

    /// The settings with the change made.
    package func applied(to settings: KeySettings) -> KeySettings {
        var result = settings
        if let name { result.name = name }
        if let useCases { result.useCases = useCases }
        if let limit { result.limit = limit }
        if let dailyCap { result.dailyCap = dailyCap }
        if let expiresAt { result.expiresAt = expiresAt }
        if let networks { result.networks = networks }
        if let isEnabled { result.isEnabled = isEnabled }
        return result
    }
}

/// A key about to be stored: its text is known to the caller only.
package struct NewKey: Sendable {
    package let id: KeyID
    package let hash: KeyHash
    package let displayPrefix: String
    package let settings: KeySettings

    package init(id: KeyID, key: APIKey, settings: KeySettings) {
        self.id = id
        hash = key.hash
        displayPrefix = key.displayPrefix
        self.settings = settings
    }
}
