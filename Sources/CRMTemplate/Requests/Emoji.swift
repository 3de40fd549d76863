// Emoji in chat messages, which some CRMs cannot store. Pure functions.

/// Removes emoji from text.
package enum Emoji {
    /// The text without emoji: whole ones go, with their skin tones, joiners and flags. What is text unless a variation
    /// selector asks for its emoji form stays: digits, `©`, `™`, arrows.
    package static func removed(from text: String) -> String {
        // ASCII holds no emoji: keycaps need U+20E3.
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        return text.filter { !isEmoji($0) }
    }

    /// Whether the user sees one emoji (UTS #51 §1.4).
    private static func isEmoji(_ character: Character) -> Bool {
        let scalars = character.unicodeScalars
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let scalar = scalars[index]
            index = scalars.index(after: index)
            // Latin letters and most others are settled here.
            guard scalar.value >= 0x23, scalar.properties.isEmoji else {
                continue
            }
            let next = index < scalars.endIndex ? scalars[index] : nil
            if scalar.value < 0x80 {
                // `1️⃣`: a digit, perhaps a selector, the keycap.
                if scalars.contains(keycap) { return true }
            } else if next == emojiSelector || next.map(\.properties.isEmojiModifier) == true {
                return true
            } else if next != textSelector, scalar.properties.isEmojiPresentation || scalar.value >= pictographs {
                return true
            }
        }
        return false
    }

    private static let keycap: Unicode.Scalar = "\u{20E3}"
    private static let emojiSelector: Unicode.Scalar = "\u{FE0F}"
    private static let textSelector: Unicode.Scalar = "\u{FE0E}"
    /// From here on every emoji is a picture, also those whose default is said to be text.
    private static let pictographs: UInt32 = 0x1F000
}
