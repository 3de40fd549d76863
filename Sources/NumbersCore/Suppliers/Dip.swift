// Who causes a question to suppliers, and what comes of it. Values.

/// Who causes a dip.
package enum DipPayer: Sendable, Hashable {
    /// An account that is charged for what it asks.
    case prepaid
    /// A free account, which may cause so many dips a day.
    case free(AccountID)
}

/// How a dip ended for one who waited for it.
package enum DipOutcome: Sendable, Hashable {
    case named(CachedName)
    /// Every supplier that could be asked answered, and none knew a name.
    case unnamed(CachedName)
    /// Nobody knew a name, but not everybody answered.
    case failed
    /// The time of the one who waits is over; the dip goes on and fills the cache.
    case late
    /// Nobody was asked: no supplier serves the number, or an allowance is used up. The waterfall ends at the cache.
    case notAsked
}
