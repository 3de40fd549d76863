// What suppliers said about a number, and for how long it counts. Immutable.

package import Platform

/// The last answer of the paid suppliers about one number.
package struct CachedName: Hashable, Sendable {
    /// As it is answered; nil: no supplier knew a name.
    package let name: CallerName?
    /// As the supplier wrote it.
    package let raw: String?
    /// Who gave the name; nil without one.
    package let supplier: SupplierName?
    package let obtainedAt: UnixTime
    /// The name as a cached one is answered; made once, because every lookup of the number answers it.
    let known: KnownName?

    package init(name: CallerName?, raw: String?, supplier: SupplierName?, obtainedAt: UnixTime) {
        self.name = name
        self.raw = raw
        self.supplier = supplier
        self.obtainedAt = obtainedAt
        known = name.map { KnownName(name: $0, source: .cache, asOf: obtainedAt.rfc3339Date()) }
    }
}

/// How long what suppliers said counts.
package enum NameLifetimes {
    /// Names change hands slowly: operators reassign a number after 45 to 90 days at the earliest.
    package static let name: Duration = .seconds(30 * 86_400)
    /// A number without a name today may have one tomorrow.
    package static let noName: Duration = .seconds(86_400)
    /// How much longer an answer is given while a new one is fetched behind it.
    package static let nameWhileRevalidating: Duration = .seconds(7 * 86_400)
    package static let noNameWhileRevalidating: Duration = .seconds(6 * 3_600)
    /// How old a name may be that is given because no supplier answers.
    package static let nameIfError: Duration = .seconds(120 * 86_400)

    /// What a cached answer is good for.
    package enum Standing: Sendable, Hashable {
        /// To be given as it is.
        case fresh
        /// To be given, while a new one is fetched.
        case stale
        /// To be given only if nobody else answers.
        case fallback
        /// Too old for anything.
        case expired
    }

    /// - Parameter maxAge: what the request allows; nothing older is given then, whatever happens.
    package static func standing(_ cached: CachedName, at now: UnixTime, maxAge: Duration?) -> Standing {
        // A clock that was set back makes an answer new, never old.
        let age: Duration = .microseconds(max(0, now.microseconds - cached.obtainedAt.microseconds))
        let life = cached.name == nil ? noName : name
        if let maxAge { return age < min(maxAge, life) ? .fresh : .expired }
        let extra = cached.name == nil ? noNameWhileRevalidating : nameWhileRevalidating
        if age < life { return .fresh }
        if age < life + extra { return .stale }
        return cached.name != nil && age < nameIfError ? .fallback : .expired
    }
}
