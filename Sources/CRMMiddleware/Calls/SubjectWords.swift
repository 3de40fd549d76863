// The words of a subject, as they are found again: without regard to case and accents. Pure functions.

@_spi(_Unicode) internal import Swift

/// Words of subjects and of searches for them.
package enum SubjectWords {
    /// Bytes of a word that are compared; no word of a language is longer.
    package static let bytesMax = 96
    /// Words of one search.
    package static let searchMax = 16

    /// The distinct words of a text, in the order of their bytes.
    ///
    /// A word is letters and digits without anything between them. Case is folded by way of upper case, which makes
    /// `ß` equal to `ss`; accents are the marks that canonical decomposition (UAX #15) splits off.
    package static func of(_ text: String) -> [String] {
        var words: Set<String> = []
        var word = String.UnicodeScalarView()
        func end() {
            guard !word.isEmpty else { return }
            var folded = String(word)
            while folded.utf8.count > bytesMax { folded.unicodeScalars.removeLast() }
            words.insert(folded)
            word.removeAll()
        }
        for scalar in text.uppercased().lowercased()._nfd {
            switch scalar.properties.generalCategory {
            case .nonspacingMark: continue
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
                .letterNumber, .otherNumber, .spacingMark:
                word.append(scalar)
            default: end()
            }
        }
        end()
        return words.sorted()
    }
}
