// Accounts and keys as answers: the same fields in every command's JSON, the same words in every table.

import JSONText
import NumbersCore
import Platform

extension Account {
    /// The account's members, inside an object that the caller opens and closes.
    func writeMembers(to writer: inout JSONWriter) {
        writer.field("account_id", id.description)
        writer.field("name", name)
        writer.field("email", email)
        writer.field("tier", tier.rawValue)
        writer.field("suspended", isSuspended)
        writer.field("requests_per_minute", requestsPerMinute)
        writer.field("has_own_limit", ownLimit != nil)
        writer.field("dip_micros", prices.dip.micros)
        writer.field("enriched_micros", prices.enriched.micros)
        writer.field("balance_micros", balance.micros)
        writer.field("held_micros", held.micros)
        writer.field("created_at", createdAt.rfc3339())
    }

    /// The account in full, for people.
    var fieldList: FieldList {
        var fields = FieldList([
            ("Account", id.description), ("Name", name ?? ""), ("E-mail", email ?? ""), ("Tier", tier.rawValue),
            ("Limit", "\(requestsPerMinute) numbers a minute" + (ownLimit == nil ? "" : " (its own)")),
            ("Prices", "\(prices.dip.usd) USD a fresh name, \(prices.enriched.usd) USD any other billed answer"),
            ("Balance", balance.description),
        ])
        if held > .zero { fields.add("Held", "\(held) by requests at work") }
        fields.add("State", isSuspended ? "suspended" : "active")
        fields.add("Opened", createdAt.rfc3339())
        return fields
    }
}

extension KeyRecord {
    /// The key's members, inside an object that the caller opens and closes.
    func writeMembers(to writer: inout JSONWriter) {
        writer.field("key_id", id.description)
        writer.field("account_id", account.description)
        writer.field("prefix", displayPrefix)
        writer.field("name", name)
        writer.field("use_cases", useCases.names)
        writer.field("limit", limit)
        writer.field("daily_cap_micros", dailyCap?.micros)
        writer.field("expires_at", expiresAt?.rfc3339())
        writer.field("networks", networks.map(\.description))
        writer.field("enabled", isEnabled)
        writer.field("test", isTest)
        writer.field("created_at", createdAt.rfc3339())
        writer.field("last_used_at", lastUsedAt?.rfc3339())
    }

    /// The columns of a table of keys.
    static let columns: [TextTable.Column] = [
        .text("Key"), .text("Shown as"), .text("Name"), .text("Use cases"), .text("State"), .text("Bounds"),
        .text("Last used"),
    ]

    /// What narrows the key below its account, in words.
    private var bounds: [String] {
        var bounds: [String] = []
        if let limit { bounds.append("\(limit) a minute") }
        if let dailyCap { bounds.append("\(dailyCap.usd) USD a day") }
        if let expiresAt { bounds.append("until \(expiresAt.rfc3339())") }
        if !networks.isEmpty { bounds.append("from " + networks.map(\.description).joined(separator: " ")) }
        return bounds
    }

    /// The key's cells under those columns.
    func cells(at now: UnixTime) -> [String] {
        let state = !isEnabled ? "disabled" : isUsable(at: now) ? (isTest ? "test" : "enabled") : "expired"
        return [
            id.description, displayPrefix, name ?? "-", useCases.names.joined(separator: ","), state,
            bounds.isEmpty ? "-" : bounds.joined(separator: ", "), lastUsedAt?.rfc3339() ?? "never",
        ]
    }
}
