internal import NumbersCore
internal import TestSupport

/// One number. Parts: the region of two letters, the number as somebody wrote it, a second one to compare it with.
enum NumberFuzz {
    static func failure(_ bytes: [UInt8]) -> String? {
        let parts = FuzzParts(bytes)
        let region = Region(parts.text(0))
        let plan = NumberingPlan.builtIn
        // Bytes, because those that are no UTF-8 are part of the promise.
        let read = try? PhoneNumber(parsing: parts[1].span, region: region, plan: plan)
        let other = try? PhoneNumber(parsing: parts[2].span, region: region, plan: plan)
        if let number = read, let failure = failure(number, plan) { return failure }
        if let number = read, let other {
            guard NumberMatch(number, other) == NumberMatch(other, number) else { return "a match has a direction" }
        }
        _ = NumberMatch(parts.text(1), parts.text(2), plan: plan)
        var formatter = AsYouTypeFormatter(region: region, plan: plan)
        for character in parts.text(1).unicodeScalars { _ = formatter.append(character) }
        guard let region else { return nil }
        if plan.isEmergencyNumber(parts.text(1), dialledFrom: region),
            !plan.connectsToEmergency(parts.text(1), dialledFrom: region)
        {
            return "an emergency number does not connect"
        }
        if let number = read, let short = plan.shortNumber(number, dialledFrom: region), short.isValid,
            !plan.isValidShortNumber(number)
        {
            return "a short number of a region is one of none"
        }
        return nil
    }

    /// What holds of every number that was read.
    static func failure(_ number: PhoneNumber, _ plan: NumberingPlan) -> String? {
        let text = number.e164Text
        guard text.utf8.first == UInt8(ascii: "+"), text.utf8.dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
        else { return "E.164 holds more than digits" }
        for format in NumberFormat.allCases { _ = number.formatted(format, in: plan) }
        for region in [number.region, Region("US"), Region("IT")].compactMap({ $0 }) {
            _ = number.formatted(dialledFrom: region, in: plan)
        }
        _ = number.carrier(in: plan)
        _ = number.location(in: plan)
        _ = number.timeZones(in: plan)
        if let shorter = number.truncated(in: plan), !shorter.isValid { return "what was cut short is not valid" }
        guard number.isValid else { return nil }
        guard let again = try? PhoneNumber(parsing: text, region: nil, plan: plan) else {
            return "a valid number's E.164 cannot be read"
        }
        guard again.countryCode == number.countryCode, again.nationalNumber == number.nationalNumber,
            again.type == number.type
        else { return "a valid number's E.164 is another number" }
        return nil
    }
}

/// Numbers in a text. Parts: the region of two letters, the text.
enum FindFuzz {
    static func failure(_ bytes: [UInt8]) -> String? {
        let parts = FuzzParts(bytes)
        let text = parts[1]
        for leniency in PhoneNumberFinder.Leniency.allCases {
            var finder = PhoneNumberFinder(region: Region(parts.text(0)), leniency: leniency)
            var position = 0
            while let match = finder.next(in: text.span) {
                guard match.range.lowerBound >= position, !match.range.isEmpty, match.range.upperBound <= text.count
                else { return "a match lies before the last one, or outside of the text" }
                guard match.text.utf8.elementsEqual(text[match.range]) || String(validating: text, as: UTF8.self) == nil
                else { return "a match's text is not what stands at its place" }
                if leniency != .possible, !match.number.isValid { return "a match is not valid" }
                if let failure = NumberFuzz.failure(match.number, .builtIn) { return failure }
                position = match.range.upperBound
            }
        }
        return nil
    }
}
