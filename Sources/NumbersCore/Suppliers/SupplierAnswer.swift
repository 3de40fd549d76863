// What a supplier's answer says: a name, no name, or nothing that can be read. Pure functions over what a stranger wrote.

internal import JSONText

/// A name as a supplier gave it.
package struct SuppliedName: Sendable, Hashable {
    /// As it came, white space cleaned.
    package let raw: String
    /// As it is answered: `LAST,FIRST` put right; letters as they came.
    package let name: CallerName

    package init(raw: String, name: CallerName) {
        self.raw = raw
        self.name = name
    }
}

/// The reading of one answer.
package enum SupplierAnswer: Sendable, Hashable {
    case named(SuppliedName)
    /// The supplier knows no name.
    case unnamed
    /// No answer to the question: an error page, another document, an error message. Never cached.
    case unreadable(Fault)

    package enum Fault: String, Sendable, Hashable, CaseIterable {
        /// 401, 402 or 403: key or balance.
        case refused
        /// 429.
        case throttled
        /// Any other status than 200, 204 and 404.
        case status
        /// HTML where a name was expected.
        case html
        /// No JSON, or another document than the path expects: also an object that has members, but not the path's first.
        case document
        /// Plain text that cannot be a name.
        case text
    }

    /// The longest body that is looked at; names are a few dozen bytes, and the largest known document is 4 KiB.
    package static let bodyBytesMax = 65_536
    /// The longest plain text that is taken for a name; CNAM has 15 characters, registers of companies write up to 100.
    private static let plainCharactersMax = 120

    /// Words that stand for no name at every supplier: what networks send in a name's place, and what a caller's wish for
    /// privacy looks like. Compared without case, with punctuation as spaces.
    package static let noNameWords: Set<String> = [
        "UNAVAILABLE", "NAME UNAVAILABLE", "UNAVAIL", "NOT AVAILABLE", "NA", "N A", "UNKNOWN", "UNKNOWN NAME",
        "UNKNOWN CALLER", "UNKNOWN NUMBER", "UNKNOWN UNKNOWN", "NO NAME", "NO DATA", "NO RECORD", "NOT FOUND",
        "NAME NOT FOUND", "NOT PROVIDED", "NOT LISTED", "UNLISTED", "UNASSIGNED", "NONE", "NULL", "NIL", "UNDEFINED",
        "EMPTY", "WIRELESS CALLER", "WIRELESS CALL", "WIRELESS", "CELLULAR CALL", "CELLULAR CALLER", "CELL PHONE",
        "CELLPHONE", "MOBILE CALLER", "MOBILE CALL", "MOBILE", "VOIP CALLER", "VOIP CALL", "LANDLINE CALLER",
        "TOLL FREE CALL", "TOLL FREE CALLER", "TOLL FREE", "TOLLFREE", "800 SERVICE", "OUT OF AREA", "INTERNATIONAL",
        "INTERNATIONAL CALL", "PRIVATE", "PRIVATE CALLER", "PRIVATE NUMBER", "PRIVATE NAME", "RESTRICTED", "ANONYMOUS",
        "BLOCKED", "BLOCKED CALL", "WITHHELD", "CALLER", "CALLER ID", "CNAM", "INVALID", "INVALID NUMBER",
        "UNITED STATES", "USA", "CANADA", "SUBSCRIBER",
    ]

    /// Whether a text stands where a name would, and is none.
    package static func isNoName(_ name: CallerName) -> Bool { noNameWords.contains(folded(name.text)) }

    /// Reads an answer. 204 and 404 mean *no name*, unless 404 brings a page: that is a wrong address.
    package static func read(
        status: Int, body: [UInt8], supplier: Supplier, question: SupplierQuestion
    ) -> SupplierAnswer {
        switch status {
        case 200: break
        case 204: return .unnamed
        case 404: return isHTML(body) ? .unreadable(.html) : .unnamed
        case 401, 402, 403: return .unreadable(.refused)
        case 429: return .unreadable(.throttled)
        default: return .unreadable(.status)
        }
        if isHTML(body) { return .unreadable(.html) }
        guard body.count <= bodyBytesMax else { return .unreadable(.document) }
        switch supplier.form {
        case .plain: return plain(body, supplier, question)
        case .json(let path, let isFirstOptional): return json(body, path, isFirstOptional, supplier, question)
        }
    }

    /// Reads a name that a supplier gave as text.
    package static func read(_ text: String, supplier: Supplier, question: SupplierQuestion) -> SupplierAnswer {
        guard let name = CallerName(text) else { return .unnamed }
        let folded = Self.folded(name.text)
        if folded.isEmpty || isNoName(name)
            || supplier.noNameWords.contains(where: { Self.folded($0) == folded })
        {
            return .unnamed
        }
        // The number itself, or one letter repeated, is no name.
        if !name.text.unicodeScalars.contains(where: { $0.properties.isAlphabetic }) { return .unnamed }
        if isPlace(text, question.place) { return .unnamed }
        return .named(SuppliedName(raw: name.text, name: ordered(name)))
    }

    // MARK: Forms

    private static func plain(_ body: [UInt8], _ supplier: Supplier, _ question: SupplierQuestion) -> SupplierAnswer {
        guard let text = String(validating: body, as: UTF8.self) else { return .unreadable(.text) }
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
        guard let line = lines.first else { return .unnamed }
        let upper = line.uppercased()
        guard lines.count == 1, line.count <= plainCharactersMax, let first = line.first(where: { !$0.isWhitespace }),
            first != "{", first != "[", first != "<", !upper.hasPrefix("ERROR"), !upper.hasPrefix("ERR:")
        else { return .unreadable(.text) }
        return read(String(line), supplier: supplier, question: question)
    }

    private static func json(
        _ body: [UInt8], _ path: [String], _ isFirstOptional: Bool, _ supplier: Supplier, _ question: SupplierQuestion
    ) -> SupplierAnswer {
        guard let document = try? JSONDocument(parsing: body, limits: .standard, reading: .tolerant) else {
            return .unreadable(.document)
        }
        guard document.kind(of: document.root) == .object || document.kind(of: document.root) == .array else {
            return .unreadable(.document)
        }
        // A supplier that changes its answers would otherwise be paid for ever for names that nobody reads.
        if !isFirstOptional, isOtherObject(document, than: path) { return .unreadable(.document) }
        var node: JSONDocument.Node? = document.root
        for step in path {
            guard let present = node else { break }
            switch document.kind(of: present) {
            case .object: node = document.member(JSONName(step), of: present)
            case .array:
                guard let index = Int(step), index >= 0 else { return .unreadable(.document) }
                var element = document.first(in: present)
                let end = document.end(of: present)
                for _ in 0..<index where element < end { element = document.next(after: element) }
                node = element < end ? element : nil
            case .null: node = nil
            case .boolean, .number, .string: return .unreadable(.document)
            }
        }
        guard let node else {
            // No member, no name; but an error message in a 200 is no answer.
            return hasError(document) ? .unreadable(.document) : .unnamed
        }
        switch document.kind(of: node) {
        case .null: return .unnamed
        case .string: return read(document.text(of: node), supplier: supplier, question: question)
        case .boolean, .number, .array, .object: return .unreadable(.document)
        }
    }

    /// Whether the document is an object with members, none of which is the path's first step.
    private static func isOtherObject(_ document: JSONDocument, than path: [String]) -> Bool {
        guard document.kind(of: document.root) == .object, let first = path.first else { return false }
        let isEmpty = document.first(in: document.root) >= document.end(of: document.root)
        return !isEmpty && document.member(JSONName(first), of: document.root) == nil
    }

    private static func hasError(_ document: JSONDocument) -> Bool {
        ["error", "errors", "err", "fault"].contains { name in
            guard let value = document.member(JSONName(name), of: document.root) else { return false }
            switch document.kind(of: value) {
            case .null, .boolean(false): return false
            case .boolean(true), .number: return true
            case .string: return !document.text(of: value).isEmpty
            case .array, .object: return document.first(in: value) < document.end(of: value)
            }
        }
    }

    private static func isHTML(_ body: [UInt8]) -> Bool {
        guard let first = body.first(where: { $0 > 0x20 && $0 != 0xef && $0 != 0xbb && $0 != 0xbf }) else {
            return false
        }
        return first == UInt8(ascii: "<")
    }

    // MARK: Words and places

    /// Letters and digits in upper case, everything else one space.
    private static func folded(_ text: String) -> String {
        var result = ""
        var isSpacePending = false
        for scalar in text.unicodeScalars {
            let properties = scalar.properties
            guard properties.isAlphabetic || properties.numericType != nil else {
                isSpacePending = !result.isEmpty
                continue
            }
            if isSpacePending { result += " " }
            isSpacePending = false
            result += properties.uppercaseMapping
        }
        return result
    }

    /// Whether the text is what networks send for a number without a name: its rate centre, as `SAN FRANCISCO  CA`.
    ///
    /// CNAM has 15 characters; a city padded so that the state ends in the last column is never a person. Otherwise the
    /// city has to be the plan's own: `SMITH, AL` is a name.
    private static func isPlace(_ text: String, _ place: String?) -> Bool {
        let letters = Array(text.drop(while: { $0 == " " }))
        var trimmed = letters
        while trimmed.last?.isWhitespace == true { trimmed.removeLast() }
        let words = folded(String(trimmed)).split(separator: " ").map(String.init)
        guard let state = words.last, states.contains(state), words.count > 1 else {
            // The city or the country alone.
            guard let place else { return false }
            return folded(place) == words.joined(separator: " ")
        }
        if trimmed.count == 15, trimmed[12] == " ", trimmed[11] == " ", trimmed.suffix(2).allSatisfy(\.isUppercase) {
            return true
        }
        guard let place else { return false }
        let city = words.dropLast().joined(separator: " ")
        let own = folded(place)
        let ownCity =
            states.contains(String(own.suffix(2))) && own.dropLast(2).last == " " ? String(own.dropLast(3)) : own
        // Long names of cities are cut to their twelve columns.
        return ownCity == city || (city.count >= 10 && ownCity.hasPrefix(city))
    }

    /// The postal codes of the United States and of Canada's provinces.
    private static let states: Set<String> = [
        "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY",
        "LA",
        "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK",
        "OR",
        "PA", "PR", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "AB", "BC", "MB", "NB",
        "NL",
        "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT",
    ]

    // MARK: Order

    /// Words that follow a comma without being somebody's first name.
    private static let suffixes: Set<String> = [
        "INC", "LLC", "LLP", "LP", "LTD", "CORP", "CO", "COMPANY", "PLLC", "PC", "PA", "PLC", "GMBH", "AG", "SA", "BV",
        "JR", "SR", "II", "III", "IV", "MD", "DDS", "DMD", "PHD", "ESQ", "DVM", "CPA", "RN", "DO", "OD", "THE", "OF",
        "AND", "DEPT", "CITY", "COUNTY", "STATE",
    ]

    /// Puts `LAST,FIRST` right: one comma, on each side one to three words of letters, none of them a company's or a
    /// title. Anything else stays as it came: a wrong name is worse than an unusual one.
    private static func ordered(_ name: CallerName) -> CallerName {
        let sides = name.text.split(separator: ",", omittingEmptySubsequences: false)
        guard sides.count == 2 else { return name }
        let last = sides[0].split(separator: " ")
        let first = sides[1].split(separator: " ")
        guard (1...2).contains(last.count), (1...3).contains(first.count) else { return name }
        let isOfNames = (last + first).allSatisfy { word in
            let letters = word.filter(\.isLetter)
            return !letters.isEmpty
                && word.allSatisfy { $0.isLetter || $0 == "-" || $0 == "'" || $0 == "." || $0 == "’" }
                && !suffixes.contains(letters.uppercased())
        }
        guard isOfNames else { return name }
        return CallerName((first + last).joined(separator: " ")) ?? name
    }
}
