// The body of a request as PBXs send it: everything optional, much of it empty, some of it template text that nobody
// replaced. Reads the fields and gathers what is wrong with all of them. A value that changes while it is read.

package import JSONText
package import Platform

/// Reads a body's fields by name. What is wrong with a field is kept as a hint, and reading goes on, so that one answer
/// names every mistake.
package struct GivenFields {
    /// One sentence for each mistake, in the order the fields were read.
    package private(set) var hints: [String] = []
    /// Names of the fields that held nothing but one unreplaced `[Name]` and were taken for absent.
    package private(set) var unreplaced: [String] = []
    private let object: JSONObject

    package init(_ object: JSONObject) { self.object = object }

    /// Whether the body has the key, whatever its value, also null.
    package func mentions(_ name: String) -> Bool { object[name] != nil }

    /// Whether the body has the key with any value but null.
    package func has(_ name: String) -> Bool { object[name].map { !$0.isNull } ?? false }

    /// The field as it is; nil when it is absent or null.
    package func value(_ name: String) -> JSONValue? { object[name].flatMap { $0.isNull ? nil : $0 } }

    // MARK: Texts

    /// A text without the white space around it; nil when it is absent, empty or one unreplaced `[Name]`. Numbers count
    /// as their text: PBXs send extensions either way.
    /// - Parameter max: Unicode scalars; more is a mistake, because a text cut short would be another one.
    package mutating func text(_ name: String, max: Int) -> String? {
        let text: String
        switch value(name) {
        case nil: return nil
        case .string(let string): text = Self.trimmed(string)
        case .number(let number): text = number.text
        case .bool, .array, .object, .null:
            hints.append("The \(Self.words(name)) field must be a string.")
            return nil
        }
        guard !text.isEmpty else { return nil }
        if Self.isUnreplaced(text) {
            unreplaced.append(name)
            return nil
        }
        guard text.utf8.count <= max || text.unicodeScalars.count <= max else {
            hints.append("The \(Self.words(name)) field must not be greater than \(max) characters.")
            return nil
        }
        return text
    }

    /// A text that must be there; empty, with a hint, when it is not.
    package mutating func required(_ name: String, max: Int) -> String {
        let before = hints.count
        if let text = text(name, max: max) { return text }
        if hints.count == before { hints.append("The \(Self.words(name)) field is required.") }
        return ""
    }

    /// One of a closed list, compared without case; nil when it is absent.
    package mutating func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ name: String, as type: Choice.Type
    ) -> Choice? {
        let before = hints.count
        guard let text = text(name, max: 64) else {
            if hints.count > before { hints[before] = Self.invalidChoice(name, type) }
            return nil
        }
        let lowered = text.lowercased()
        if let choice = type.allCases.first(where: { $0.rawValue.lowercased() == lowered }) { return choice }
        hints.append(Self.invalidChoice(name, type))
        return nil
    }

    /// The same for a field that must be there.
    package mutating func requiredChoice<Choice: CaseIterable & RawRepresentable<String>>(
        _ name: String, as type: Choice.Type
    ) -> Choice? {
        let before = hints.count
        let choice = choice(name, as: type)
        if choice == nil, hints.count == before { hints.append("The \(Self.words(name)) field is required.") }
        return choice
    }

    private static func invalidChoice<Choice: CaseIterable & RawRepresentable<String>>(
        _ name: String, _ type: Choice.Type
    ) -> String {
        let names = type.allCases.map(\.rawValue).joined(separator: ", ")
        return "The selected \(words(name)) is invalid: expected one of \(names)."
    }

    // MARK: Other kinds

    /// `true` or `false`, also as text, `1` or `0`; nil when it is absent.
    package mutating func flag(_ name: String) -> Bool? {
        switch value(name) {
        case .bool(let flag): return flag
        case .array, .object:
            hints.append("The \(Self.words(name)) field must be true or false.")
            return nil
        case nil, .null, .string, .number: break
        }
        guard let text = text(name, max: 64) else { return nil }
        switch text.lowercased() {
        case "true", "1", "yes": return true
        case "false", "0", "no": return false
        default:
            hints.append("The \(Self.words(name)) field must be true or false.")
            return nil
        }
    }

    /// An instant as `YYYY-MM-DDTHH:MM:SSZ`, fractions of a second and another offset allowed; nil when it is absent.
    package mutating func time(_ name: String) -> UnixTime? {
        guard let text = text(name, max: 64) else { return nil }
        if let time = UnixTime(rfc3339: text), text.utf8.contains(UInt8(ascii: "T")) || text.utf8.contains(0x74) {
            return time
        }
        hints.append("The \(Self.words(name)) field must match the format YYYY-MM-DDTHH:MM:SSZ.")
        return nil
    }

    /// Seconds, as a number or as `hh:mm:ss` (or `mm:ss`, or `d.hh:mm:ss` as .NET writes a day and more); nil when it is
    /// absent.
    package mutating func seconds(_ name: String) -> Int64? {
        guard let text = text(name, max: 64) else { return nil }
        if let seconds = Self.seconds(text) { return seconds }
        hints.append("The \(Self.words(name)) field must be seconds or hh:mm:ss.")
        return nil
    }

    /// The longest duration taken: 366 days.
    private static let secondsMax: Int64 = 366 * 86_400

    static func seconds(_ text: String) -> Int64? {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count) else { return nil }
        var total: Int64 = 0
        if parts.count == 3, let point = parts[0].firstIndex(of: ".") {
            let days = parts[0][..<point]
            guard (1...3).contains(days.utf8.count), days.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let count = Int64(days)
            else { return nil }
            let hours = parts[0][parts[0].index(after: point)...]
            guard (1...2).contains(hours.utf8.count), hours.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let rest = Int64(hours), rest < 24
            else { return nil }
            parts[0] = Substring(String(count * 24 + rest))
        }
        for (index, part) in parts.enumerated() {
            // Templates write whole seconds; 3CX's own duration may have a fraction, which is cut.
            let digits = index == parts.count - 1 ? part.prefix { $0 != "." } : part
            let fraction = part.dropFirst(digits.count + 1)
            guard (1...9).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                fraction.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(digits),
                index == 0 || value < 60
            else { return nil }
            total = total * 60 + value
        }
        return total <= secondsMax ? total : nil
    }

    /// An http or https URL; nil when it is absent.
    package mutating func webAddress(_ name: String) -> String? {
        guard let text = text(name, max: 2_048) else { return nil }
        let lowered = text.prefix(8).lowercased()
        let rest = lowered.hasPrefix("https://") ? text.dropFirst(8) : text.dropFirst(7)
        if lowered.hasPrefix("http://") || lowered.hasPrefix("https://"), let first = rest.utf8.first,
            first != UInt8(ascii: "/"), text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        {
            return text
        }
        hints.append("The \(Self.words(name)) field must be a URL that begins with http:// or https://.")
        return nil
    }

    /// Adds a mistake of a rule of the caller's own.
    package mutating func addHint(_ hint: String) { hints.append(hint) }

    // MARK: Words

    /// `start_time_utc` as people read it: `start time utc`.
    package static func words(_ name: String) -> String {
        String(name.map { $0 == "_" ? " " : $0 })
    }

    /// `[Name]`, `[Contact::Name]` and nothing else: a template variable that the PBX has not replaced.
    package static func isUnreplaced(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count > 2, bytes.count <= 64, bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]")
        else { return false }
        return bytes.dropFirst().dropLast().allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: ":")
        }
    }

    private static func trimmed(_ text: String) -> String {
        var text = Substring(text)
        while let first = text.unicodeScalars.first, first.properties.isWhitespace { text.unicodeScalars.removeFirst() }
        while let last = text.unicodeScalars.last, last.properties.isWhitespace { text.unicodeScalars.removeLast() }
        return String(text)
    }
}
