// The body of a plain-text caller-ID answer: made safe for dialplans, which treat it as code. Immutable.

internal import Foundation

/// How a PBX wants its caller-ID text.
package struct CallerIDText: Sendable, Hashable {
    /// What stands in the body when there is no name.
    package enum Miss: Sendable, Hashable {
        /// The literal `UNAVAILABLE`, which FreeSWITCH drops.
        case unavailable
        case empty
        /// The number as it was sent.
        case number
        /// A text of the caller's, such as the trunk's own name.
        case text(String)
    }

    /// Characters of the body unless the caller says otherwise, and at the most.
    package static let defaultLength = 64
    package static let lengthMax = 255
    /// Characters of a number, however it is written; one is answered whole.
    private static let numberLengthMax = 40
    /// FreeSWITCH's older builds cut bodies at 1,024 bytes, inside a character if need be.
    private static let bytesMax = 1_000

    /// A word for callers with a high spam score; without it the score never alters the body.
    package struct SpamTag: Sendable, Hashable {
        package static let defaultThreshold = 80

        package let text: String
        /// 1 to 99: the score from which the tag is shown.
        package let threshold: Int

        package init(text: String, threshold: Int) {
            self.text = text
            self.threshold = threshold
        }
    }

    package let miss: Miss
    package let spamTag: SpamTag?
    /// 1 to `lengthMax` characters.
    package let maxLength: Int
    /// Whether to write the name with ASCII letters only.
    package let isASCII: Bool

    package init(miss: Miss, spamTag: SpamTag?, maxLength: Int, isASCII: Bool) {
        self.miss = miss
        self.spamTag = spamTag
        self.maxLength = min(max(1, maxLength), Self.lengthMax)
        self.isASCII = isASCII
    }

    package static let standard = CallerIDText(
        miss: .unavailable, spamTag: nil, maxLength: defaultLength, isASCII: false)

    /// The body for what is known about a number.
    /// - Parameter number: the number as it was sent.
    package func body(_ name: CallerName?, _ spam: SpamScore?, number: String) -> String {
        // A name that leaves nothing usable is no name; the tag then stands alone.
        let name = name.flatMap { safeText($0.text) }
        if let spamTag, let score = spam?.score, score >= spamTag.threshold,
            let tagged = safeText(name.map { spamTag.text + " " + $0 } ?? spamTag.text)
        {
            return tagged
        }
        return name ?? missBody(number: number)
    }

    /// The body when nothing is known, or nothing may be told.
    /// - Parameter number: the number as it was sent.
    package func missBody(number: String) -> String {
        switch miss {
        case .unavailable: return "UNAVAILABLE"
        case .empty: return ""
        // Cut, it would be another number; what is longer than any way to write one is none.
        case .number:
            let isNumber = number.unicodeScalars.count <= Self.numberLengthMax
            return safeText(number, lengthMax: isNumber ? Self.numberLengthMax : nil) ?? "UNAVAILABLE"
        case .text(let text): return safeText(text) ?? "UNAVAILABLE"
        }
    }

    /// A text without anything that a dialplan, a printf or a shell would act on; nil when nothing usable is left:
    /// `1` is empty to Superfecta, and the two sentinel words mean "no name" to FreeSWITCH.
    private func safeText(_ text: String, lengthMax: Int? = nil) -> String? {
        let source = isASCII ? Self.transliterated(text) : text
        var scalars = String.UnicodeScalarView()
        var isSpacePending = false
        for scalar in source.unicodeScalars {
            if scalar.properties.isWhitespace {
                isSpacePending = !scalars.isEmpty
                continue
            }
            guard Self.isHarmless(scalar), !isASCII || scalar.isASCII else { continue }
            if isSpacePending {
                scalars.append(" ")
                isSpacePending = false
            }
            scalars.append(scalar)
        }
        var result = String(String(scalars).prefix(lengthMax ?? maxLength))
        while result.utf8.count > Self.bytesMax { result.removeLast() }
        while result.last == " " { result.removeLast() }
        let folded = result.lowercased()
        return result.isEmpty || folded == "1" || folded == "unknown" || folded == "unavailable" ? nil : result
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "$", "{", "}", "%", "\\", "\"", "'", "`", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}": return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }

    /// The text in ASCII letters, through ICU: `Größe` is `Grosse`, `Москва` is `Moskva`.
    private static func transliterated(_ text: String) -> String {
        // Asked for by one parameter of one endpoint, so Foundation's cost is off the common path.
        text.applyingTransform(StringTransform("Any-Latin; Latin-ASCII"), reverse: false) ?? text
    }
}
