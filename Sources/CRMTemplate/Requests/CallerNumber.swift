// The form in which a CRM expects telephone numbers (`Crm/Number`). Pure functions.

/// Telephone numbers as a template wants them.
package enum CallerNumber {
    /// The number as the template's `Number` element writes it.
    ///
    /// White space and `-`, `.`, `(`, `)`, `/` are removed. The prefix applies to international numbers only, which
    /// begin with `+` or `00`. A number of more digits than `maxLength` keeps the last ones and loses its mark. What
    /// holds no digit at all (`anonymous`) is not cut.
    ///
    /// - Parameter maxLength: digits to keep, counted from the right; 0 or less: all.
    package static func written(_ number: String, prefix: NumberElement.Prefix, maxLength: Int) -> String {
        var text = number
        if number.unicodeScalars.contains(where: isSeparator) {
            text.unicodeScalars = String.UnicodeScalarView(number.unicodeScalars.filter { !isSeparator($0) })
        }
        let mark: String
        if text.utf8.first == UInt8(ascii: "+") {
            mark = "+"
        } else if text.utf8.starts(with: "00".utf8) {
            mark = "00"
        } else {
            mark = ""
        }
        let rest = text.dropFirst(mark.count)
        if maxLength > 0, let cut = lastDigits(of: rest, maxLength) { return cut }
        if mark.isEmpty { return text }
        switch prefix {
        case .asIs: return text
        case .off: return String(rest)
        case .plus: return "+" + rest
        case .zeros: return "00" + rest
        }
    }

    /// What begins with the last `count` digits; nil when there are no more digits than that.
    private static func lastDigits(of text: Substring, _ count: Int) -> String? {
        var found = 0
        var start = text.utf8.endIndex
        for index in text.utf8.indices.reversed() where (0x30...0x39).contains(text.utf8[index]) {
            if found == count { return String(text[start...]) }
            found += 1
            start = index
        }
        return nil
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "-", ".", "(", ")", "/": true
        // White space of ASCII: most numbers have no other character, and Unicode's tables are slow.
        case _ where scalar.isASCII: (0x09...0x0D).contains(scalar.value) || scalar.value == 0x20
        default: scalar.properties.isWhitespace
        }
    }
}
