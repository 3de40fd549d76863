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

    /// A number without its extension has at most this many bytes in every form: scheme, calling code and digits between
    /// the separators of a format.
    package static let bytesMax = 96
}

extension PhoneNumber {
    /// The number in one of its written forms; an extension is appended as its country does.
    ///
    /// A number that no format of its country fits is written without separators.
    package func formatted(_ format: NumberFormat, in plan: NumberingPlan = .builtIn) -> String {
        var output = ShortText()
        guard let record = write(format, to: &output, plan.tables) else { return output.string }
        guard format != .e164, let `extension`, !`extension`.isEmpty else { return output.string }
        return output.string + plan.tables.extensionLabel(format, callingCode: record) + `extension`
    }

    /// Appends one of the number's written forms, without its extension, to `output`, which must have room for
    /// `NumberFormat.bytesMax` more bytes. Nothing is allocated.
    package func write(
        _ format: NumberFormat, to output: inout OutputSpan<UInt8>, in plan: borrowing NumberingPlan
    ) {
        var text = ShortText()
        _ = write(format, to: &text, plan.tables)
        text.copy(to: &output)
    }

    /// Writes the number without its extension, and says the record of its calling code; nil when the plan has none.
    private func write(_ format: NumberFormat, to output: inout ShortText, _ tables: PlanTables) -> Int? {
        let digits = nationalDigits
        guard let record = tables.callingCode(Int(countryCode)) else {
            if format == .e164 { output.append(international: countryCode) }
            output.append(digits)
            return nil
        }
        switch format {
        case .e164:
            output.append(international: countryCode)
            output.append(digits)
            return record
        case .national:
            break
        case .international:
            output.append(international: countryCode)
            output.append(UInt8(ascii: " "))
        case .rfc3966:
            for byte in "tel:".utf8 { output.append(byte) }
            output.append(international: countryCode)
            output.append(UInt8(ascii: "-"))
        }
        tables.write(digits, as: format, callingCode: record, to: &output)
        return record
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
        write(digits, count: digits.count, as: format, inFormat: chosen, startingAt: output.count, to: &output)
    }

    /// Writes the first `count` digits, as many as the format takes, where the national number began at `start`.
    @inline(__always)
    private func write(
        _ digits: DigitString, count: Int, as format: NumberFormat, inFormat chosen: Int, startingAt start: Int,
        to output: inout ShortText
    ) {
        let ends = groupEnds(of: count, inFormat: chosen)
        let ascii = digits.ascii
        for byte in text(self.format(chosen, format == .national ? .national : .plain)) {
            if byte <= UInt8(PlanLayout.groupsMax) {
                let group = Int(byte)
                let place = ends &>> UInt128(8 &* (group &- 1))
                let (first, end) = (Int(place & 0xFF), Int(place >> 8 & 0xFF))
                if end <= 16 {
                    output.append(ascii &>> UInt128(8 * first), count: end - first)
                } else {
                    for index in first..<end { output.append(digits[index] + 48) }
                }
            } else if format != .rfc3966 || !Self.isSeparator(byte) {
                output.append(byte)
            } else if output.count > start, output.last != UInt8(ascii: "-") {
                // RFC 3966 §5.1.1: a run of separators becomes one dash, at the front nothing.
                output.append(UInt8(ascii: "-"))
            }
        }
    }

    /// National digits in the groups of their international form, with a dash between two of them.
    func groupedText(of digits: DigitString, callingCode record: Int) -> ShortText {
        var output = ShortText()
        write(digits, as: .rfc3966, callingCode: record, to: &output)
        return output
    }

    /// National digits in the groups of a format that need not be made for so many: as often as it fits, one time behind
    /// the other, and what is left over at the end. That is how the reference uses alternate formats.
    func groupedText(of digits: DigitString, inAlternate record: Int) -> ShortText {
        var (least, most) = (0, 0)
        for group in 0..<format(record, .groupCount) & 0xFF {
            let bounds = bounds(ofGroup: group, inFormat: record)
            least += bounds.low
            most += bounds.high
        }
        var output = ShortText()
        var rest = digits
        while rest.count >= least {
            let taken = min(rest.count, most)
            write(rest, count: taken, as: .rfc3966, inFormat: record, startingAt: 0, to: &output)
            rest.removeFirst(taken)
        }
        output.append(rest)
        return output
    }

    /// Where each group ends when the groups take, one after the other, as many digits as they may: a byte for each, the
    /// lowest one a zero for the beginning. In registers rather than in an array, which would be copied for each group.
    func groupEnds(of digitCount: Int, inFormat record: Int) -> UInt128 {
        let count = format(record, .groupCount) & 0xFF
        var needed = 0
        for group in 0..<count { needed &+= bounds(ofGroup: group, inFormat: record).low }
        var ends: UInt128 = 0
        var taken = 0
        for group in 0..<count {
            let (low, high) = bounds(ofGroup: group, inFormat: record)
            needed &-= low
            taken &+= max(min(high, digitCount &- taken &- needed), 0)
            ends |= UInt128(UInt8(truncatingIfNeeded: taken)) &<< UInt128(8 &* (group &+ 1))
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
