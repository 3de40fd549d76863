// Emoji in chat messages, which some CRMs cannot store. Pure functions.

/// Removes emoji from text.
package enum Emoji {
    /// The text without emoji: whole ones go, with their skin tones, joiners and flags. What is text unless a variation
    /// selector asks for its emoji form stays: digits, `©`, `™`, arrows.
    package static func removed(from text: String) -> String {
        // ASCII holds no emoji: keycaps need U+20E3.
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        var result = ""
        for character in text {
            switch kind(of: character) {
            case .text: result.append(character)
            case .emoji: break
            case .textWithMarks:
                result.unicodeScalars.append(
                    contentsOf: character.unicodeScalars.filter { !$0.properties.isEmojiModifier })
            }
        }
        return result
    }

    private enum Kind {
        case text
        case emoji
        /// A letter with a skin tone behind it, which belongs to no emoji but is a mark on the letter by the rules.
        case textWithMarks
    }

    /// Whether the user sees one emoji (UTS #51 §1.4).
    private static func kind(of character: Character) -> Kind {
        let scalars = character.unicodeScalars
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let scalar = scalars[index]
            let isFirst = index == scalars.startIndex
            index = scalars.index(after: index)
            // Most letters are settled here.
            guard scalar.value >= 0x23, scalar.properties.isEmoji else { continue }
            let next = index < scalars.endIndex ? scalars[index] : nil
            if scalar.value < 0x80 {
                // `1️⃣`: a digit, perhaps a selector, the keycap.
                if scalars.contains(keycap) { return .emoji }
            } else if scalar.properties.isEmojiModifier, !isFirst {
                return .textWithMarks
            } else if next == emojiSelector || next.map(\.properties.isEmojiModifier) == true {
                return .emoji
            } else if next != textSelector, scalar.properties.isEmojiPresentation || scalar.value >= pictographs {
                return .emoji
            }
        }
        return .text
    }

    private static let keycap: Unicode.Scalar = "\u{20E3}"
    private static let emojiSelector: Unicode.Scalar = "\u{FE0F}"
    private static let textSelector: Unicode.Scalar = "\u{FE0E}"
    /// From here on every emoji is a picture, also those whose default is said to be text.
    private static let pictographs: UInt32 = 0x1F000
}
