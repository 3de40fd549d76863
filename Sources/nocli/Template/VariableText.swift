// Values of variables as people write them on a command line. Pure functions.

import CRMTemplate
import CommandOptions
import Platform

/// Reads times and lengths of time.
enum VariableText {
    /// An instant: RFC 3339, a date and time without a zone (`2026-03-04 05:06`), which is the place's, or a date alone.
    static func instant(_ text: String, in zone: CivilZone) -> UnixTime? {
        if text.utf8.count > 10, let exact = UnixTime(rfc3339: text) { return exact }
        // Seconds may be left out, and without a zone the text is read as if it were UTC first.
        let hasSeconds = text.utf8.count { $0 == UInt8(ascii: ":") } > 1
        let candidates = text.utf8.count > 10 ? [text + "Z", hasSeconds ? text : text + ":00Z"] : [text + "T00:00:00Z"]
        guard let reading = candidates.lazy.compactMap({ UnixTime(rfc3339: $0) }).first else { return nil }
        // The distance from UTC depends on the instant that is looked for: the second guess is right but in the hour
        // that a clock skips or repeats.
        let first = reading - .seconds(zone.offsetSeconds(at: reading))
        return reading - .seconds(zone.offsetSeconds(at: first))
    }

    /// A length of time: `0:01:30`, `1:30`, `90`, `90s`, `2m`; at most 99 hours in the first form.
    static func duration(_ text: String) -> Duration? {
        guard text.utf8.contains(UInt8(ascii: ":")) else { return DurationText.read(text) }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count) else { return nil }
        var seconds: Int64 = 0
        for (index, part) in parts.enumerated() {
            guard (1...2).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let value = Int64(part), index == 0 || value < 60
            else { return nil }
            seconds = seconds * 60 + value
        }
        return .seconds(seconds)
    }
}
