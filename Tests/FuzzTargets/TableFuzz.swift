internal import NumbersCore
internal import TestSupport

/// Compiled tables with changes. Each five bytes of an input change one byte of the table: four say where, one how. The
/// table is signed anew, so that what is changed is reached; a single byte left over cuts the table short.
enum TableFuzz {
    /// Changes of one input; more only hide each other.
    private static let changesMax = 64

    static func changed(_ table: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        var changed = PlanBytes(table)
        var index = 0
        while index + 5 <= bytes.count, index < 5 * changesMax {
            let place = bytes[index..<index + 4].reduce(0) { $0 << 8 | Int($1) } % table.count
            changed[place] = bytes[index + 4]
            index += 5
        }
        if bytes.count - index == 1 { changed.cut(to: table.count / 256 * Int(bytes[index]) & ~7) }
        return changed.signed()
    }
}

/// The reader of compiled plans: changes of the built-in one.
enum PlanFuzz {
    private static let table = NumberingPlan.builtIn.bytes
    private static let samples = ["+14155550100", "0142000000", "+390236618300", "tel:+4930;ext=5", "1-800-FLOWERS"]

    static func failure(_ bytes: [UInt8]) -> String? {
        // Refused is the right answer to nearly all of them.
        guard let plan = try? NumberingPlan(TableFuzz.changed(table, bytes)) else { return nil }
        for region in [nil, Region("US"), Region("FR"), Region("IT"), Region("AR")] {
            for sample in samples {
                guard let number = try? PhoneNumber(parsing: sample, region: region, plan: plan) else { continue }
                for format in NumberFormat.allCases { _ = number.formatted(format, in: plan) }
                _ = number.formatted(dialledFrom: .nonGeographic, in: plan)
                _ = number.truncated(in: plan)
            }
        }
        for region in plan.regions.prefix(8) {
            _ = plan.exampleNumber(for: region)
            _ = plan.exampleShortNumber(for: region)
            for sample in samples {
                var formatter = AsYouTypeFormatter(region: region, plan: plan)
                for character in sample.unicodeScalars { _ = formatter.append(character) }
                _ = plan.connectsToEmergency(sample, dialledFrom: region)
                guard let number = try? PhoneNumber(parsing: sample, region: region, plan: plan) else { continue }
                _ = plan.shortNumber(number, dialledFrom: region)
                _ = plan.expectedCost(of: number)
            }
        }
        let text = "call 415 555 0100 or +44 20 7946 0000 or +49 30 901820"
        for leniency in PhoneNumberFinder.Leniency.allCases {
            _ = PhoneNumberFinder.matches(in: text, region: Region("US"), leniency: leniency, plan: plan)
        }
        return nil
    }
}

/// The reader of names: changes of a small table, which has all parts of the real one.
enum NamesFuzz {
    private static let table = PlanBytes.smallNames().bytes
    private static let samples = ["+4915123456789", "+493012345678", "+4412345678", "+14155550100", "+5491123456789"]

    static func failure(_ bytes: [UInt8]) -> String? {
        guard let names = try? NumberNames(TableFuzz.changed(table, bytes)) else { return nil }
        let plan = NumberingPlan.builtIn.with(names)
        for sample in samples {
            guard let number = try? PhoneNumber(parsing: sample, region: nil, plan: plan) else { continue }
            let found = [number.carrier(in: plan), number.location(in: plan)].compactMap { $0 }
            for text in found + number.timeZones(in: plan) {
                guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0 }) else {
                    return "a name holds control characters"
                }
            }
        }
        _ = (plan.name(of: .nonGeographic), Region("DE").flatMap { plan.name(of: $0) })
        return nil
    }
}
