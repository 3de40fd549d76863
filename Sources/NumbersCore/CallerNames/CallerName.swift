// A caller name as stored and answered. Immutable.

/// A name that is not empty, has no control characters and no stray white space, in at most 255 characters.
package struct CallerName: Hashable, Sendable {
    /// Longer names are cut, at a character.
    package static let charactersMax = 255

    package let text: String

    /// Cleans a name as people and suppliers write it; nil when nothing is left.
    package init?(_ raw: String) {
        var scalars = String.UnicodeScalarView()
        var isSpacePending = false
        for scalar in raw.unicodeScalars {
            if scalar.properties.isWhitespace || scalar.value == 0 {
                isSpacePending = !scalars.isEmpty
                continue
            }
            switch scalar.properties.generalCategory {
            // Control characters and the invisible ones that turn or join text (bidirectional overrides among them)
            // have no place on a phone's display.
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: continue
            default: break
            }
            if isSpacePending {
                scalars.append(" ")
                isSpacePending = false
            }
            scalars.append(scalar)
        }
        var cleaned = String(scalars)
        guard !cleaned.isEmpty else { return nil }
        if cleaned.count > Self.charactersMax {
            cleaned = String(cleaned.prefix(Self.charactersMax))
            if cleaned.last == " " { cleaned.removeLast() }
        }
        text = cleaned
    }
}

/// Where a name came from, as `sources.cnam` tells.
package enum CallerNameSource: Hashable, Sendable {
    /// The operator pinned it.
    case override
    /// The operator imported it.
    case directory
    /// A supplier gave it earlier.
    case cache
    /// A supplier of this name gave it.
    case supplier(String)

    package var text: String {
        switch self {
        case .override: "override"
        case .directory: "directory"
        case .cache: "cache"
        case .supplier(let name): "supplier:" + name
        }
    }
}

/// A name with its source and the day it was obtained.
package struct KnownName: Hashable, Sendable {
    package let name: CallerName
    package let source: CallerNameSource
    /// RFC 3339 full-date.
    package let asOf: String

    package init(name: CallerName, source: CallerNameSource, asOf: String) {
        self.name = name
        self.source = source
        self.asOf = asOf
    }
}

/// What is recorded about one number.
package struct NumberRecord: Hashable, Sendable {
    /// The listing is private: its name is never returned, dipped or billed.
    package let isSuppressed: Bool
    /// The first name in the order override, directory; nil also when the number is suppressed.
    package let name: KnownName?
    /// What the paid suppliers said last; nil when they were never asked, and when the number is suppressed.
    package let cached: CachedName?
    /// What the spam score comes from; nil when nothing is known, and when the number is suppressed: nothing is told
    /// about a listing that is private.
    package let spam: SpamSignal?

    package init(isSuppressed: Bool, name: KnownName?, cached: CachedName? = nil, spam: SpamSignal? = nil) {
        self.isSuppressed = isSuppressed
        self.name = isSuppressed ? nil : name
        self.cached = isSuppressed ? nil : cached
        self.spam = isSuppressed ? nil : spam
    }

    /// The record with a name to answer.
    func with(_ name: KnownName) -> NumberRecord {
        NumberRecord(isSuppressed: isSuppressed, name: name, cached: cached, spam: spam)
    }

    /// The record with what the suppliers have just said.
    func with(_ cached: CachedName) -> NumberRecord {
        NumberRecord(isSuppressed: isSuppressed, name: name, cached: cached, spam: spam)
    }

    /// A number that nothing is recorded about.
    package static let none = NumberRecord(isSuppressed: false, name: nil)
}
