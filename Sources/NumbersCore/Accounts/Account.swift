// Accounts and keys as records. Immutable.

package import Platform

/// What an account may do and whether it pays.
package enum Tier: String, Sendable, Hashable, CaseIterable {
    /// Unbilled, 60 numbers a minute.
    case free
    /// Prepaid, 600 a minute.
    case standard
    /// Prepaid, with limits and prices of its own.
    case enterprise

    /// Numbers a minute, unless the account has a limit of its own.
    package var requestsPerMinute: Int {
        switch self {
        case .free: 60
        case .standard, .enterprise: 600
        }
    }

    /// Whether lookups are charged.
    package var isBilled: Bool { self != .free }
}

/// What a key may be used for.
package enum UseCase: String, Sendable, Hashable, CaseIterable {
    case parse, lookup, cid, report, manage
}

/// A set of use cases; the raw value is what storage keeps.
package struct UseCases: OptionSet, Hashable, Sendable {
    package let rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }

    package init(_ cases: some Sequence<UseCase>) {
        self = cases.reduce(into: UseCases(rawValue: 0)) { $0.formUnion(UseCases($1)) }
    }

    package init(_ useCase: UseCase) {
        switch useCase {
        case .parse: self.init(rawValue: 1)
        case .lookup: self.init(rawValue: 2)
        case .cid: self.init(rawValue: 4)
        case .report: self.init(rawValue: 8)
        case .manage: self.init(rawValue: 16)
        }
    }

    package static let all = UseCases(UseCase.allCases)
    /// What the key for a PBX's URL can do.
    package static let cidOnly = UseCases(.cid)

    package func allows(_ useCase: UseCase) -> Bool { contains(UseCases(useCase)) }

    /// The cases in their fixed order.
    package var cases: [UseCase] { UseCase.allCases.filter { allows($0) } }
    /// Their names in their fixed order.
    package var names: [String] { cases.map(\.rawValue) }
}

/// One account.
package struct Account: Sendable, Hashable {
    package let id: AccountID
    package let name: String?
    package let email: String?
    package let tier: Tier
    package let isSuspended: Bool
    /// The account's own limit in numbers a minute, when it has one.
    package let ownLimit: Int?
    package let prices: PriceList
    /// Posted balance, holds not subtracted.
    package let balance: MicroUSD
    /// Set aside by requests at work.
    package let held: MicroUSD
    package let createdAt: UnixTime

    package init(
        id: AccountID, name: String?, email: String?, tier: Tier, isSuspended: Bool, ownLimit: Int?,
        prices: PriceList, balance: MicroUSD, held: MicroUSD, createdAt: UnixTime
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.tier = tier
        self.isSuspended = isSuspended
        self.ownLimit = ownLimit
        self.prices = prices
        self.balance = balance
        self.held = held
        self.createdAt = createdAt
    }

    /// Numbers a minute.
    package var requestsPerMinute: Int { ownLimit ?? tier.requestsPerMinute }
}

/// One key, without its text.
package struct KeyRecord: Sendable, Hashable {
    package let id: KeyID
    package let account: AccountID
    /// `nol_` and eight digits.
    package let displayPrefix: String
    package let name: String?
    package let useCases: UseCases
    /// A limit in numbers a minute below the account's, when it has one.
    package let limit: Int?
    package let dailyCap: MicroUSD?
    package let expiresAt: UnixTime?
    /// Where it may be used from; empty: anywhere.
    package let networks: [NetworkBlock]
    package let isEnabled: Bool
    package let isTest: Bool
    package let createdAt: UnixTime
    package let lastUsedAt: UnixTime?

    package init(
        id: KeyID, account: AccountID, displayPrefix: String, name: String?, useCases: UseCases, limit: Int?,
        dailyCap: MicroUSD?, expiresAt: UnixTime?, networks: [NetworkBlock], isEnabled: Bool, isTest: Bool,
        createdAt: UnixTime, lastUsedAt: UnixTime?
    ) {
        self.id = id
        self.account = account
        self.displayPrefix = displayPrefix
        self.name = name
        self.useCases = useCases
        self.limit = limit
        self.dailyCap = dailyCap
        self.expiresAt = expiresAt
        self.networks = networks
        self.isEnabled = isEnabled
        self.isTest = isTest
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
    }

    /// Whether it opens anything at that instant.
    package func isUsable(at now: UnixTime) -> Bool {
        guard isEnabled else { return false }
        if let expiresAt { return now < expiresAt }
        return true
    }
}
