// How numbers are written: national, international, as a URI. Reads the plan, returns texts.

/// The forms a number is written in.
package enum NumberFormat: Sendable, Hashable, CaseIterable {
    /// "+14155552671"; without the extension.
    case e164
    /// As at home, with the national prefix where it is customary: "(415) 555-2671".
    case national
    /// "+1 415-555-2671".
    case international
    /// A `tel:` URI, RFC 3966: "tel:+1-415-555-2671".
    case rfc3966
}

extension PhoneNumber {
    /// The number in one of its written forms; an extension is appended as its country does.
    ///
    /// A number that no format of its country fits is written without separators.
    package func formatted(_ format: NumberFormat, in plan: NumberingPlan = .builtIn) -> String {
        let tables = plan.tables
        let digits = nationalDigits
        guard format != .e164 else { return e164Text }
        guard let record = tables.callingCode(Int(countryCode)) else { return nationalSignificantNumber }
        var output = ShortText()
        switch format {
        case .e164, .national:
            break
        case .international:
            output.append(UInt8(ascii: "+"))
            output.append(decimal: countryCode)
            output.append(UInt8(ascii: " "))
        case .rfc3966:
            for byte in "tel:+".utf8 { output.append(byte) }
            output.append(decimal: countryCode)
            output.append(UInt8(ascii: "-"))
        }
        tables.write(digits, as: format, callingCode: record, to: &output)
        guard let `extension`, !`extension`.isEmpty else { return output.string }
        return output.string + tables.extensionLabel(format, callingCode: record) + `extension`
    }
}

extension PhoneNumber {
    /// The number as it is dialled from a region: nationally in its own, abroad behind the region's international
    /// prefix ("011 44 20 7946 0958" from the US), or behind a plus sign where the region has several such prefixes.
    ///
    /// From a region that the plan does not know it is the international form.
    package func formatted(dialledFrom region: Region, in plan: NumberingPlan = .builtIn) -> String {
        let tables = plan.tables
        guard let territory = tables.territory(of: region) else { return formatted(.international, in: plan) }
        guard tables.callingCode(Int(countryCode)) != nil else { return nationalSignificantNumber }
        if tables.territory(territory, .callingCode) == Int(countryCode) {
            let national = formatted(.national, in: plan)
            // Between the countries of the North American plan the trunk prefix and the calling code are the same 1.
            return countryCode == 1 ? "1 " + national : national
        }
        let international = formatted(.international, in: plan)
        let prefix = tables.string(tables.territory(territory, .dialledInternationalPrefix))
        // The international form is a plus sign, the calling code and the rest.
        return prefix.isEmpty ? international : prefix + " " + international.dropFirst()
    }
}

extension PlanTables {
    /// Writes national digits by the first format of the country that fits them.
    fileprivate func write(
        _ digits: DigitString, as format: NumberFormat, callingCode record: Int, to output: inout ShortText
    ) {
        let isNational = format == .national
        let place = label(from: callingCode(record, isNational ? .nationalFormat : .internationalFormat), digits)
        let count = callingCode(record, isNational ? .nationalCount : .internationalCount)
        guard place > 0, place <= count else {
            output.append(digits)
            return
        }
        let chosen = callingCode(record, isNational ? .nationalFirst : .internationalFirst) + place - 1
        let ends = groupEnds(of: digits.count, inFormat: chosen)
        let start = output.count
        for byte in text(self.format(chosen, isNational ? .national : .plain)) {
            if byte <= UInt8(PlanLayout.groupsMax) {
                let group = Int(byte)
                for index in ends[group - 1]..<ends[group] { output.append(digits[index] + 48) }
            } else if format != .rfc3966 || !Self.isSeparator(byte) {
                output.append(byte)
            } else if output.count > start, output.last != UInt8(ascii: "-") {
                // RFC 3966 §5.1.1: a run of separators becomes one dash, at the front nothing.
                output.append(UInt8(ascii: "-"))
            }
        }
    }

    /// Where each group ends when the groups take, one after the other, as many digits as they may.
    private func groupEnds(of digitCount: Int, inFormat record: Int) -> InlineArray<9, Int> {
        var ends = InlineArray<9, Int>(repeating: 0)
        let count = format(record, .groupCount) & 0xFF
        var needed = 0
        for group in 0..<count { needed += bounds(ofGroup: group, inFormat: record).low }
        var taken = 0
        for group in 0..<count {
            let (low, high) = bounds(ofGroup: group, inFormat: record)
            needed -= low
            taken += max(min(high, digitCount - taken - needed), 0)
            ends[group + 1] = taken
        }
        return ends
    }

    /// The punctuation of written numbers that occurs in formats.
    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "/"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "~"), UInt8(ascii: "x"):
            true
        default: false
        }
    }

    fileprivate func extensionLabel(_ format: NumberFormat, callingCode record: Int) -> String {
        if format == .rfc3966 { return ";ext=" }
        let label = string(territory(callingCode(record, .mainTerritory), .extensionPrefix))
        return label.isEmpty ? " ext. " : label
    }
}

/// A short ASCII text on the stack; what does not fit is dropped, which verified formats cannot cause.
struct ShortText {
    private static let capacity = 128

    private var storage = InlineArray<128, UInt8>(repeating: 0)
    private(set) var count = 0

    var last: UInt8? { count > 0 ? storage[count - 1] : nil }

    mutating func append(_ byte: UInt8) {
        guard count < Self.capacity else { return }
        storage[count] = byte
        count += 1
    }

    /// Appends digits, each of them 0 to 9.
    mutating func append(_ digits: DigitString) {
        for index in 0..<digits.count { append(digits[index] + 48) }
    }

    mutating func append(decimal number: UInt16) {
        var digits = DigitString()
        digits.append(decimal: UInt64(number))
        append(digits)
    }

    var string: String {
        String(unsafeUninitializedCapacity: count) { buffer in
            for index in 0..<count { buffer[index] = storage[index] }
            return count
        }
    }
}
