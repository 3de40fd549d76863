// A telephone number of a call as the PBX gave it, and what it is in E.164. A value.

package import NumbersCore

/// Who takes part in a call: a number, or whatever the PBX has in its place (`anonymous`, an extension, nothing).
package struct PartyNumber: Sendable, Hashable {
    /// As sent, without the white space around it.
    package let given: String
    /// nil when it cannot be normalised.
    package let e164: E164?

    /// - Parameter country: the workspace's, for national numbers.
    package init(_ text: String, country: Region?, plan: NumberingPlan) {
        var text = Substring(text)
        while let first = text.unicodeScalars.first, first.properties.isWhitespace { text.unicodeScalars.removeFirst() }
        while let last = text.unicodeScalars.last, last.properties.isWhitespace { text.unicodeScalars.removeLast() }
        given = String(text)
        let number = text.isEmpty ? nil : NumberReading.read(given, country: country, plan: plan)
        let isInternational = text.hasPrefix("+") || text.hasPrefix("00")
        // Ranges open faster than plans are released: what is written as an international number is one if its length
        // is right. Without a plus sign it may be an extension.
        if let number, number.isValid || isInternational && number.possibility == .possible {
            e164 = E164(number.e164Text)
        } else {
            e164 = nil
        }
    }

    /// One that was read before.
    package init(given: String, e164: E164?) {
        self.given = given
        self.e164 = e164
    }

    /// What is stored, compared and answered: E.164 where there is one, else the text as sent.
    package var text: String { e164?.text ?? given }
}
