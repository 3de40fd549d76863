// A supplier's URL or header value with places for the number and for secrets. Parsed once; immutable.

package import Platform

/// The number that a supplier is asked about, in the spellings that templates have places for.
package struct SupplierQuestion: Sendable, Hashable {
    package let number: E164
    /// The national digits with their leading zeros, as in `4155552671`.
    package let national: String
    /// nil for codes that belong to no country.
    package let country: Region?
    /// Where the range is used, as the plan names it; a supplier that only repeats it has no name.
    package let place: String?

    /// nil when the plan does not know the number.
    package init?(_ number: E164, plan: NumberingPlan) {
        guard let read = NumberReading.read(number.text, country: nil, input: .e164Only, plan: plan) else { return nil }
        self.number = number
        national = read.nationalSignificantNumber
        country = read.region(in: plan).flatMap { $0.isGeographic ? $0 : nil }
        place = read.location(in: plan)
    }
}

/// Why a text cannot be a template, in words for an operator.
package struct SupplierTemplateFault: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: String
    package var description: String { reason }
}

/// A text with places: `{e164}` (`+14155552671`), `{digits}` (the same without `+`), `{national}`, `{country}` (`US`),
/// `{secret:NAME}`, and in headers `{basic:USER:PASSWORD}`, the two secrets as RFC 7617 §2 wants them.
package struct SupplierTemplate: Sendable, Hashable {
    /// The longest text: more than any request target that a server must take (RFC 9110 §4.1 asks for 8,000).
    package static let bytesMax = 2_048

    private enum Part: Sendable, Hashable {
        case text(String)
        case e164, digits, national, country
        case secret(String)
        case basic(user: String, password: String)
    }

    /// What it was read from.
    package let text: String
    private let parts: [Part]

    /// Reads the URL of a supplier: http or https, with the host written out, so that no number and no secret decides
    /// who is asked.
    package init(url text: String) throws(SupplierTemplateFault) {
        try self.init(text, isURL: true)
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw Self.fault(
                "the URL has a space, a control or a character that is not ASCII; write it percent-encoded")
        }
        guard let scheme = ["https://", "http://"].first(where: { text.hasPrefix($0) }) else {
            throw Self.fault("the URL does not begin with https:// or http://")
        }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.isEmpty, !authority.contains("{") else {
            throw Self.fault("the host must be written out, without places such as {e164}")
        }
        guard !authority.contains("@") else {
            throw Self.fault("the URL has user information; send it as --header 'Authorization: Basic {basic:…:…}'")
        }
        guard !text.contains("#") else { throw Self.fault("the URL has a fragment, which is never sent") }
        guard hasNumber else {
            throw Self.fault("the URL has no place for the number: {e164}, {digits} or {national}")
        }
    }

    /// Reads the value of a header.
    package init(header text: String) throws(SupplierTemplateFault) {
        try self.init(text, isURL: false)
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else {
            throw Self.fault("the header has a control or a character that is not ASCII")
        }
    }

    private init(_ text: String, isURL: Bool) throws(SupplierTemplateFault) {
        guard text.utf8.count <= Self.bytesMax else { throw Self.fault("longer than \(Self.bytesMax) bytes") }
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            if rest[..<open].contains("}") { throw Self.fault("a } without a {") }
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else { throw Self.fault("a { without a }") }
            parts.append(try Self.part(String(rest[rest.index(after: open)..<close]), isURL: isURL))
            rest = rest[rest.index(after: close)...]
        }
        if rest.contains("}") { throw Self.fault("a } without a {") }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.text = text
        self.parts = parts
    }

    private static func part(_ word: String, isURL: Bool) throws(SupplierTemplateFault) -> Part {
        switch word {
        case "e164": return .e164
        case "digits": return .digits
        case "national": return .national
        case "country": return .country
        default: break
        }
        let words = word.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if words.count == 2, words[0] == "secret", SupplierSecrets.isName(words[1]) { return .secret(words[1]) }
        if words.count == 3, words[0] == "basic", SupplierSecrets.isName(words[1]), SupplierSecrets.isName(words[2]) {
            if isURL { throw fault("{basic:…} belongs into a header") }
            return .basic(user: words[1], password: words[2])
        }
        throw fault(
            "expected {e164}, {digits}, {national}, {country}, {secret:NAME} or, in a header, {basic:USER:PASSWORD}; "
                + "found another word in braces")
    }

    private static func fault(_ reason: String) -> SupplierTemplateFault { SupplierTemplateFault(reason: reason) }

    private var hasNumber: Bool {
        parts.contains { part in
            switch part {
            case .e164, .digits, .national: true
            case .text, .country, .secret, .basic: false
            }
        }
    }

    /// The names of the secrets it needs.
    package var secretNames: Set<String> {
        var names: Set<String> = []
        for part in parts {
            switch part {
            case .secret(let name): names.insert(name)
            case .basic(let user, let password): names.formUnion([user, password])
            case .text, .e164, .digits, .national, .country: break
            }
        }
        return names
    }

    /// The text for one question; every value in it percent-encoded. Nil when a secret is missing.
    package func url(for question: SupplierQuestion, secrets: SupplierSecrets) -> String? {
        filled(for: question, secrets: secrets, Self.percentEncoded)
    }

    /// The text for one question as it is. Nil when a secret is missing.
    package func header(for question: SupplierQuestion, secrets: SupplierSecrets) -> String? {
        filled(for: question, secrets: secrets) { $0 }
    }

    private func filled(
        for question: SupplierQuestion, secrets: SupplierSecrets, _ encode: (String) -> String
    ) -> String? {
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .e164: result += encode(question.number.text)
            case .digits: result += encode(String(question.number.digits))
            case .national: result += encode(question.national)
            case .country: result += encode(question.country?.code ?? "")
            case .secret(let name):
                guard let secret = secrets[name] else { return nil }
                result += encode(secret.revealText())
            case .basic(let user, let password):
                guard let user = secrets[user], let password = secrets[password] else { return nil }
                result += Base64.encoded(user.reveal() + Array(":".utf8) + password.reveal())
            }
        }
        return result
    }

    /// Everything but the unreserved characters as `%XX` (RFC 3986 §2.3).
    private static func percentEncoded(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            default:
                let digits = Array("0123456789ABCDEF".utf8)
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

/// The secrets of one supplier by name.
package struct SupplierSecrets: Sendable {
    /// How many one supplier may have; the services that are known need one or two.
    package static let countMax = 16
    /// The longest value: a JSON web token with room to spare.
    package static let valueBytesMax = 4_096

    private let values: [String: Secret]

    package init(_ values: [String: Secret]) { self.values = values }
    package static let none = SupplierSecrets([:])

    package subscript(name: String) -> Secret? { values[name] }
    package var names: [String] { values.keys.sorted() }

    /// Whether a text can name a secret: 1 to 32 ASCII letters, digits, `_` and `-`.
    package static func isName(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
                    || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            }
    }

    /// Reads a file of lines `NAME=value`; blank lines and lines that begin with `#` are left out. No message has a
    /// value in it.
    package static func parsing(_ text: String) -> Result<SupplierSecrets, SupplierTemplateFault> {
        func fault(_ reason: String) -> Result<SupplierSecrets, SupplierTemplateFault> {
            .failure(SupplierTemplateFault(reason: reason))
        }
        var values: [String: Secret] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            if line.isEmpty || line.hasPrefix("#") || line.allSatisfy({ $0 == " " }) { continue }
            guard let equals = line.firstIndex(of: "="), isName(String(line[..<equals])) else {
                return fault("line \(index + 1): expected NAME=value, the name of letters, digits, _ and -")
            }
            let value = line[line.index(after: equals)...]
            guard !value.isEmpty, value.utf8.count <= valueBytesMax, value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f })
            else {
                return fault("line \(index + 1): expected a value of 1 to \(valueBytesMax) visible ASCII characters")
            }
            guard values.updateValue(Secret(String(value)), forKey: String(line[..<equals])) == nil else {
                return fault("line \(index + 1): the name is there twice")
            }
        }
        return values.count > countMax ? fault("more than \(countMax) secrets") : .success(SupplierSecrets(values))
    }
}
