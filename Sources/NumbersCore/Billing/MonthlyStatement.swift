// What moved on an account in one month. Immutable values.

package import Platform

/// A month of the calendar in UTC.
package struct StatementMonth: Sendable, Hashable, CustomStringConvertible {
    /// `2026-01`.
    package let description: String
    /// Its first instant.
    package let from: UnixTime
    /// The first instant of the next one.
    package let to: UnixTime

    /// Reads `YYYY-MM`.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2, let year = Int(parts[0]),
            let month = Int(parts[1]), (1...12).contains(month), (1970...9998).contains(year),
            let from = UnixTime(rfc3339: "\(text)-01")
        else { return nil }
        let next = month == 12 ? (year + 1, 1) : (year, month + 1)
        guard let to = UnixTime(rfc3339: "\(next.0)-\(next.1 < 10 ? "0" : "")\(next.1)-01") else { return nil }
        description = text
        self.from = from
        self.to = to
    }
}

/// An account's month: what was there, what moved, what is left. `opening` and all `lines` sum to `closing`.
package struct MonthlyStatement: Sendable {
    /// The movements of one kind.
    package struct Line: Sendable, Hashable {
        package let kind: EntryKind
        package let entries: Int64
        /// Numbers that were paid for.
        package let lookups: Int64
        /// As the account sees it: positive when its balance grew.
        package let amount: MicroUSD

        package init(kind: EntryKind, entries: Int64, lookups: Int64, amount: MicroUSD) {
            self.kind = kind
            self.entries = entries
            self.lookups = lookups
            self.amount = amount
        }
    }

    package let account: AccountID
    package let name: String?
    package let month: StatementMonth
    package let opening: MicroUSD
    /// Every kind that occurred, in the order of `EntryKind`.
    package let lines: [Line]
    package let closing: MicroUSD

    package init(
        account: AccountID, name: String?, month: StatementMonth, opening: MicroUSD, lines: [Line], closing: MicroUSD
    ) {
        self.account = account
        self.name = name
        self.month = month
        self.opening = opening
        self.lines = lines
        self.closing = closing
    }
}
