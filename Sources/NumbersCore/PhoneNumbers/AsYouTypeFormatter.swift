// A number that is formatted while somebody types it. A value; whoever has it owns it.

/// Formats a number digit by digit, as it is typed on a telephone or into a field.
///
///     var formatter = AsYouTypeFormatter(region: Region("US"))
///     for character in "6502532222".unicodeScalars { print(formatter.append(character)) }
///     // 6  65  650  650-2  650-25  650-253  650-2532  (650) 253-22  (650) 253-222  (650) 253-2222
///
/// Digits of any script count as digits, and as soon as something else is typed, but for a plus sign at the front, the
/// text is shown as it was typed. The rules are those of the formatter of Google's libphonenumber.
package struct AsYouTypeFormatter: Sendable {
    /// More characters than this are not taken: what is longer is no number, and is not held in memory either.
    package static let charactersMax = writtenCharactersMax

    private let plan: NumberingPlan
    private let region: Region?
    /// The calling code whose rules hold at first: that of the region.
    private let home: Int?

    /// What was typed, as UTF-8, and how many characters that is.
    private var typed: [UInt8] = []
    private var typedCount = 0
    /// The same without what is neither a digit nor a plus sign at the front, as ASCII.
    private var dialled: [UInt8] = []
    /// What stands before the national number, blanks included.
    private var prefix: [UInt8] = []
    private var nationalPrefix: [UInt8] = []
    private var national: [UInt8] = []
    private var record: Int?
    private var choice = TypedFormatChoice()
    private var canFormat = true
    private var hasPunctuation = false
    /// A calling code or a national prefix was typed: the number has all its digits.
    private var isComplete = false
    private var expectsCallingCode = false

    /// What is to be shown now.
    package private(set) var text = ""

    /// - Parameter region: where the number is typed; without one only international numbers are formatted.
    package init(region: Region?, plan: NumberingPlan = .builtIn) {
        self.plan = plan
        self.region = region
        home = region.flatMap { plan.countryCode(of: $0) }.flatMap { plan.tables.callingCode(Int($0)) }
        record = home
    }

    /// Forgets what was typed.
    package mutating func clear() { self = AsYouTypeFormatter(region: region, plan: plan) }

    /// Takes the next character, and gives the whole number as it is to be shown.
    package mutating func append(_ character: Unicode.Scalar) -> String {
        guard typedCount < Self.charactersMax else { return text }
        typed += String(character).utf8
        typedCount += 1
        text = String(decoding: shown(after: character), as: UTF8.self)
        return text
    }

    private mutating func shown(after character: Unicode.Scalar) -> [UInt8] {
        let digit = accrue(character)
        if !canFormat {
            if hasPunctuation { return typed }
            if extractInternationalPrefix() {
                if extractCallingCode() { return startAgain() }
            } else if extractLongerNationalPrefix() {
                prefix.append(Self.blank)
                return startAgain()
            }
            return typed
        }
        // Nothing is known of a number with fewer characters.
        if dialled.count < PlanLayout.leadingDigitsMin { return typed }
        if dialled.count == PlanLayout.leadingDigitsMin {
            guard extractInternationalPrefix() else {
                nationalPrefix = removeNationalPrefix()
                return chooseFormat()
            }
            expectsCallingCode = true
        }
        if expectsCallingCode {
            if extractCallingCode() { expectsCallingCode = false }
            return prefix + national
        }
        guard !choice.isEmpty else { return chooseFormat() }
        return shownInTemplate(digit)
    }

    private mutating func shownInTemplate(_ digit: UInt8) -> [UInt8] {
        let attempt = fill(digit)
        if let whole = wholeNumber() { return whole }
        choice.narrow(to: digits(national), plan.tables)
        switch choice.makeTemplate(forDigits: national.count, plan.tables) {
        case .fresh: return fillAll()
        case .same: return combined(attempt)
        case .none:
            canFormat = false
            return typed
        }
    }

    // MARK: What was typed

    private static let blank = UInt8(ascii: " ")

    /// Keeps a digit or the plus sign at the front as ASCII; anything else ends the formatting.
    private mutating func accrue(_ character: Unicode.Scalar) -> UInt8 {
        if let digit = plan.tables.characters.digit(character.value) {
            dialled.append(digit + 48)
            national.append(digit + 48)
            return digit + 48
        }
        // A full-width plus sign is not understood here, as in the reference.
        guard typedCount == 1, character == "+" else {
            canFormat = false
            hasPunctuation = true
            return Self.blank
        }
        dialled.append(UInt8(ascii: "+"))
        return UInt8(ascii: "+")
    }

    private func digits(_ text: [UInt8]) -> DigitString {
        var digits = DigitString()
        for byte in text { digits.append(byte & 15) }
        return digits
    }

    private var territory: Int? { record.map { plan.tables.callingCode($0, .mainTerritory) } }

    /// Moves a plus sign or the international prefix of the country to the prefix.
    private mutating func extractInternationalPrefix() -> Bool {
        var end = 1
        if dialled.first != UInt8(ascii: "+") {
            guard let territory else { return false }
            let start = plan.tables.territory(territory, .internationalPrefix)
            if start == PlanLayout.none {
                // A non-geographic code has none, and that is found in front of everything.
                end = 0
            } else {
                guard let match = plan.tables.prefixMatch(from: start, digits(dialled)) else { return false }
                end = match.end
            }
        }
        isComplete = true
        national = Array(dialled[min(end, dialled.count)...])
        prefix = Array(dialled[..<min(end, dialled.count)])
        if dialled.first != UInt8(ascii: "+") { prefix.append(Self.blank) }
        return true
    }

    /// Moves the calling code at the front of the national number to the prefix; from here on its rules hold.
    private mutating func extractCallingCode() -> Bool {
        guard let first = national.first, first != UInt8(ascii: "0") else { return false }
        var code = 0
        for length in 1...min(3, national.count) {
            code = code * 10 + Int(national[length - 1] & 15)
            guard let found = plan.tables.callingCode(code) else { continue }
            prefix += national[..<length]
            prefix.append(Self.blank)
            national.removeFirst(length)
            if plan.tables.region(of: plan.tables.callingCode(found, .mainTerritory)) != region { record = found }
            nationalPrefix = []
            return true
        }
        return false
    }

    /// Moves the national prefix at the front of the national number to the prefix, and gives it.
    private mutating func removeNationalPrefix() -> [UInt8] {
        guard let record, let territory else { return [] }
        var length = 0
        if plan.tables.callingCode(record, .code) == 1, national.count > 1, national[0] == UInt8(ascii: "1"),
            national[1] != UInt8(ascii: "0"), national[1] != UInt8(ascii: "1")
        {
            // North America writes its 1 apart.
            length = 1
            prefix += [UInt8(ascii: "1"), Self.blank]
            isComplete = true
        } else {
            let start = plan.tables.territory(territory, .nationalPrefix)
            if start != PlanLayout.none, let match = plan.tables.prefixMatch(from: start, digits(national)),
                match.end > 0
            {
                length = match.end
                isComplete = true
                prefix += national[..<length]
            }
        }
        let removed = Array(national[..<length])
        national.removeFirst(length)
        return removed
    }

    /// Whether more digits make another national prefix than the one found before.
    private mutating func extractLongerNationalPrefix() -> Bool {
        if !nationalPrefix.isEmpty {
            national = nationalPrefix + national
            prefix = Array(prefix[..<(lastPlace(of: nationalPrefix, in: prefix) ?? max(prefix.count - 1, 0))])
        }
        return nationalPrefix != removeNationalPrefix()
    }

    private func lastPlace(of part: [UInt8], in whole: [UInt8]) -> Int? {
        guard part.count <= whole.count else { return nil }
        return (0...whole.count - part.count).last { whole[$0..<$0 + part.count].elementsEqual(part) }
    }

    // MARK: Formats

    private mutating func startAgain() -> [UInt8] {
        canFormat = true
        expectsCallingCode = false
        choice = TypedFormatChoice()
        return chooseFormat()
    }

    private mutating func chooseFormat() -> [UInt8] {
        guard national.count >= PlanLayout.leadingDigitsMin else { return combined(national) }
        if let record {
            choice.addFormats(
                of: record, isInternational: isComplete && nationalPrefix.isEmpty,
                hasNationalPrefix: !nationalPrefix.isEmpty, isComplete: isComplete, plan.tables)
            choice.narrow(to: digits(national), plan.tables)
        }
        if let whole = wholeNumber() { return whole }
        switch choice.makeTemplate(forDigits: national.count, plan.tables) {
        case .fresh: return fillAll()
        case .same: return typed
        case .none:
            canFormat = false
            return typed
        }
    }

    /// The number by the first format that it fits exactly, if that shows all digits that were typed.
    private mutating func wholeNumber() -> [UInt8]? {
        for format in choice.formats {
            guard let formatted = plan.tables.plainText(of: digits(national), inFormat: format) else { continue }
            choice.separatesPrefix = plan.tables.typedFlags(ofFormat: format).contains(.prefixSeparated)
            let whole = combined(formatted)
            if whole.lazy.filter(Self.isDialled).elementsEqual(dialled) { return whole }
        }
        return nil
    }

    private static func isDialled(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "*"), UInt8(ascii: "#"): true
        default: false
        }
    }

    private func combined(_ number: [UInt8]) -> [UInt8] {
        guard choice.separatesPrefix, let last = prefix.last, last != Self.blank else { return prefix + number }
        return prefix + [Self.blank] + number
    }

    private mutating func fillAll() -> [UInt8] {
        guard !national.isEmpty else { return prefix }
        var filled: [UInt8] = []
        for digit in national { filled = fill(digit) }
        return canFormat ? combined(filled) : typed
    }

    private mutating func fill(_ digit: UInt8) -> [UInt8] {
        if let filled = choice.fill(digit) { return filled }
        if choice.hasOne { canFormat = false }
        choice.forgetPattern()
        return typed
    }
}
