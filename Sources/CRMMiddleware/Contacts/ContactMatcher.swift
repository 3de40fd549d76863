// Whether a contact has the number or the address that is searched for, whatever way its CRM writes it. A value.

package import NumbersCore

/// Compares contacts with one key. Numbers of both sides are compared in E.164; where either has none (extensions),
/// digit by digit.
package struct ContactMatcher: Sendable {
    private enum Wanted: Sendable {
        case number(E164?, digits: [UInt8])
        case email(String)
    }

    private let wanted: Wanted
    private let country: Region?
    private let suffixDigits: Int
    private let plan: NumberingPlan

    /// - Parameter number: the number of a key that is one.
    package init(_ key: ContactKey, number: PartyNumber?, settings: WorkspaceSettings, plan: NumberingPlan) {
        switch key {
        case .number(let text):
            let e164 = number?.e164 ?? E164(text)
            wanted = .number(e164, digits: Self.digits(e164?.text ?? number?.given ?? text))
        case .email(let email): wanted = .email(email)
        }
        country = settings.defaultCountry
        suffixDigits = settings.suffixDigits
        self.plan = plan
    }

    /// How the contact answers; nil when it does not.
    package func match(_ contact: CRMContact) -> CRMContact.Match? {
        switch wanted {
        case .email(let email):
            guard let text = contact.email else { return nil }
            return Self.normalised(email: text) == email ? .exact : nil
        case .number(let e164, let digits):
            guard !digits.isEmpty else { return nil }
            var isSuffix = false
            for text in contact.lines.values {
                switch match(text, e164, digits) {
                case .exact: return .exact
                case .suffix: isSuffix = true
                case nil: continue
                }
            }
            return isSuffix ? .suffix : nil
        }
    }

    private func match(_ text: String, _ e164: E164?, _ digits: [UInt8]) -> CRMContact.Match? {
        let written = Self.digits(text)
        // Reading a number costs far more than looking at its end, and most numbers of a CRM's answer are others. A
        // number and its extension (`ext. 12`) end differently, and so do letters in place of digits.
        let endsAlike = Self.ends(written, digits, count: min(Self.endingDigits, digits.count, written.count))
        if endsAlike || !Self.isPlain(text) {
            let number = PartyNumber(text, country: country, plan: plan)
            if let e164, let other = number.e164 {
                if e164 == other { return .exact }
            } else if written == digits {
                return .exact
            }
        }
        guard suffixDigits > 0, written.count >= suffixDigits, digits.count >= suffixDigits else { return nil }
        return Self.ends(written, digits, count: suffixDigits) ? .suffix : nil
    }

    /// Digits by which a number is told apart before it is read.
    private static let endingDigits = 4

    /// Whether a text has nothing but digits and what people put between them.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || byte == 0x20
                || [
                    UInt8(ascii: "+"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "/"),
                ].contains(byte)
        }
    }

    private static func ends(_ left: [UInt8], _ right: [UInt8], count: Int) -> Bool {
        left.suffix(count).elementsEqual(right.suffix(count))
    }

    /// The ASCII digits of a text, in order.
    package static func digits(_ text: String) -> [UInt8] { text.utf8.filter { (0x30...0x39).contains($0) } }

    /// An address as it is compared: without the white space around it, in lower case.
    package static func normalised(email text: String) -> String {
        var text = Substring(text)
        while let first = text.unicodeScalars.first, first.properties.isWhitespace { text.unicodeScalars.removeFirst() }
        while let last = text.unicodeScalars.last, last.properties.isWhitespace { text.unicodeScalars.removeLast() }
        return text.lowercased()
    }
}

extension ContactMatcher {
    /// One for each key of a query, the number's first.
    package static func matchers(
        of query: ContactQuery, settings: WorkspaceSettings, plan: NumberingPlan
    ) -> [ContactMatcher] {
        ContactKey.keys(of: query).map {
            ContactMatcher($0, number: query.number, settings: settings, plan: plan)
        }
    }
}
