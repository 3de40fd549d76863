import NumbersCore
import Platform

// Accounts, keys and credentials as the tests need them.

extension Account {
    static func sample(
        id: Int64 = 1, tier: Tier = .standard, isSuspended: Bool = false, ownLimit: Int? = nil,
        prices: PriceList = .standard
    ) -> Account {
        Account(
            id: AccountID(value: id), name: nil, email: nil, tier: tier, isSuspended: isSuspended, ownLimit: ownLimit,
            prices: prices, balance: .zero, held: .zero, createdAt: UnixTime(seconds: 0))
    }
}

extension KeyRecord {
    static func sample(
        id: Int64 = 2, account: Int64 = 1, settings: KeySettings = KeySettings(name: nil, useCases: .all)
    ) -> KeyRecord {
        KeyRecord(
            id: KeyID(value: id), account: AccountID(value: account), displayPrefix: "nol_00000000",
            name: settings.name,
            useCases: settings.useCases, limit: settings.limit, dailyCap: settings.dailyCap,
            expiresAt: settings.expiresAt, networks: settings.networks, isEnabled: settings.isEnabled,
            isTest: settings.isTest, createdAt: UnixTime(seconds: 0), lastUsedAt: nil)
    }
}

extension Credential {
    static func sample(_ account: Account = .sample(), _ key: KeyRecord = .sample()) -> Credential {
        Credential(
            key: key, account: account, accountWindow: SharedRateWindow(),
            keyWindow: key.limit == nil ? nil : SharedRateWindow())
    }
}
