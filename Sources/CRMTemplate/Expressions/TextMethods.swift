// .NET's methods of strings, ordinal. Positions count UTF-16 units as .NET's do. Pure functions; lengths are checked
// before anything is made.

/// Methods of a text.
enum TextMethods {
    /// A text with positions as .NET counts them.
    struct Units {
        private let text: String
        /// nil: every unit is one byte.
        private let units: [UInt16]?
        private let bytes: [UInt8]

        init(_ text: String) {
            self.text = text
            bytes = Array(text.utf8)
            units = bytes.allSatisfy { $0 < 0x80 } ? nil : Array(text.utf16)
        }

        var count: Int { units?.count ?? bytes.count }

        /// The part of the text; a character that is cut in two is replaced by U+FFFD.
        subscript(range: Range<Int>) -> String {
            if let units { return String(decoding: units[range], as: UTF16.self) }
            return String(decoding: bytes[range], as: UTF8.self)
        }

        /// Units before a position in bytes.
        func index(ofByte position: Int) -> Int {
            units == nil ? position : String(decoding: bytes[..<position], as: UTF8.self).utf16.count
        }

        /// Bytes before a position in units.
        func byte(ofIndex index: Int) -> Int { units == nil ? index : self[0..<index].utf8.count }
    }

    static func replace(_ text: String, _ old: String, _ new: String, limit: Int) -> String? {
        let pattern = Array(old.utf8)
        // .NET refuses an empty text to look for; the input is what every author means.
        guard !pattern.isEmpty, text.utf8.count >= pattern.count else { return text }
        let bytes = Array(text.utf8)
        let replacement = Array(new.utf8)
        var search = ByteSearch(pattern)
        guard var found = search.next(in: bytes, from: 0) else { return text }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var copied = 0
        while true {
            result.append(contentsOf: bytes[copied..<found])
            result.append(contentsOf: replacement)
            if result.count > limit { return nil }
            copied = found + pattern.count
            guard let next = search.next(in: bytes, from: copied) else { break }
            found = next
        }
        result.append(contentsOf: bytes[copied...])
        return result.count > limit ? nil : String(decoding: result, as: UTF8.self)
    }

    /// Without white space, or without the characters of `set`, at the ends.
    static func trim(_ text: String, _ set: Set<Unicode.Scalar>?, start: Bool, end: Bool) -> String {
        func isCut(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? scalar.properties.isWhitespace }
        var scalars = text.unicodeScalars[...]
        if start { scalars = scalars.drop(while: isCut) }
        if end { while let last = scalars.last, isCut(last) { scalars.removeLast() } }
        return String(scalars)
    }

    /// Letter by letter as .NET does it: `ß` has no upper case of one letter, and stays.
    static func upper(_ text: String, language: String) -> String {
        mapped(text) { scalar in
            if scalar == "i", language == "tr" || language == "az" { return "\u{130}" }
            return scalar.properties.uppercaseMapping
        }
    }

    static func lower(_ text: String, language: String) -> String {
        mapped(text) { scalar in
            if language == "tr" || language == "az" {
                if scalar == "I" { return "\u{131}" }
                if scalar == "\u{130}" { return "i" }
            }
            return scalar == "\u{130}" ? "i\u{307}" : scalar.properties.lowercaseMapping
        }
    }

    private static func mapped(_ text: String, _ map: (Unicode.Scalar) -> String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let mapped = map(scalar).unicodeScalars
            if mapped.count == 1, let first = mapped.first { result.append(first) } else { result.append(scalar) }
        }
        return String(result)
    }

    /// The first place of a text at or after `start`, in units; -1: nowhere.
    static func firstIndex(of other: String, in units: Units, _ text: String, from start: Int) -> Int {
        let found = Ordinal.firstIndex(of: Array(other.utf8), in: Array(text.utf8), from: units.byte(ofIndex: start))
        return found.map(units.index(ofByte:)) ?? -1
    }

    static func lastIndex(of other: String, in units: Units, _ text: String) -> Int {
        let found = Ordinal.firstIndex(of: other.utf8.reversed(), in: text.utf8.reversed())
        return found.map { units.index(ofByte: text.utf8.count - $0 - other.utf8.count) } ?? -1
    }
}
