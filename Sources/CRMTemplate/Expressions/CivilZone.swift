// The clock of a place. Immutable.

internal import FoundationEssentials
package import Platform

/// A time zone of the IANA database.
package struct CivilZone: Sendable, Hashable {
    /// `Europe/Vienna`.
    package let name: String
    private let zone: TimeZone

    private init(_ name: String, _ zone: TimeZone) {
        self.name = name
        self.zone = zone
    }

    /// Coordinated universal time.
    package static let utc = CivilZone("UTC", .gmt)

    /// The zone of that IANA name; nil when there is none.
    package init?(_ name: String) {
        guard let zone = TimeZone(identifier: name) else { return nil }
        self.init(name, zone)
    }

    /// Distance of the place's clock from UTC at an instant, in seconds, positive to the east.
    package func offsetSeconds(at instant: UnixTime) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.seconds)))
    }
}
