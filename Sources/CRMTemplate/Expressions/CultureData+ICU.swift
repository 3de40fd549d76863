// A culture read from ICU, through Foundation: the only file that asks for the names and patterns of a language. Pure.

internal import Foundation

extension CultureData {
    /// Longer names are none: BCP 47 tags of this kind have three short parts.
    private static let nameBytesMax = 35

    /// - Parameter name: a language, with a script and a country if need be: `de`, `de-AT`, `zh-Hans-CN`.
    convenience init?(icu name: String) {
        guard name.utf8.count <= Self.nameBytesMax,
            name.utf8.allSatisfy({ ExpressionScanner.isIdentifier($0) || $0 == UInt8(ascii: "-") })
        else { return nil }
        let parts = name.split(whereSeparator: { $0 == "-" || $0 == "_" }).map(String.init)
        guard let language = parts.first?.lowercased(), (2...3).contains(language.utf8.count), parts.count <= 3,
            Locale.availableIdentifiers.contains(language)
        else { return nil }
        // .NET writes western digits and, but for a few cultures, the Gregorian calendar; both everywhere here.
        let locale = Locale(identifier: parts.joined(separator: "_") + "@calendar=gregorian;numbers=latn")

        let formatter = DateFormatter()
        formatter.locale = locale
        func pattern(_ date: DateFormatter.Style, _ time: DateFormatter.Style) -> String {
            formatter.dateStyle = date
            formatter.timeStyle = time
            return formatter.dateFormat ?? ""
        }
        func pattern(_ skeleton: String) -> String {
            DateFormatter.dateFormat(fromTemplate: skeleton, options: 0, locale: locale) ?? ""
        }
        let shortDate = Self.netPattern(pattern(.short, .none), widensYear: true)
        let shortTime = Self.netPattern(pattern(.none, .short))

        let number = NumberFormatter()
        number.locale = locale
        number.numberStyle = .decimal
        let groupSizes = Self.groupSizes(in: 1_234_567_890.formatted(.number.locale(locale)))
        let percent = NumberFormatter()
        percent.locale = locale
        percent.numberStyle = .percent
        let currency = NumberFormatter()
        currency.locale = locale
        currency.numberStyle = .currency
        let symbol = Self.plainSpaces(currency.currencySymbol ?? "¤")
        let currencyPattern = Self.affixes(currency.positiveFormat ?? "", sign: "¤", as: "$", default: "$n")

        let invariant = CultureData.invariant
        func names(_ names: [String]?, _ count: Int, _ fallback: [String]) -> [String] {
            guard let names, names.count == count else { return fallback }
            return names
        }
        let genitive = names(formatter.monthSymbols, 12, invariant.months)
        self.init(
            language: language, shortDate: shortDate, longDate: Self.netPattern(pattern(.full, .none)),
            shortTime: shortTime, longTime: Self.netPattern(pattern(.none, .medium)),
            monthDay: Self.netPattern(pattern("MMMMd")), yearMonth: Self.netPattern(pattern("yMMMM")),
            dateSeparator: Self.separator(of: shortDate, between: "dMy") ?? invariant.dateSeparator,
            timeSeparator: Self.separator(of: shortTime, between: "hHm") ?? invariant.timeSeparator,
            months: names(formatter.standaloneMonthSymbols, 12, genitive), genitiveMonths: genitive,
            shortMonths: names(formatter.shortMonthSymbols, 12, invariant.shortMonths),
            days: names(formatter.weekdaySymbols, 7, invariant.days),
            shortDays: names(formatter.shortWeekdaySymbols, 7, invariant.shortDays),
            morning: formatter.amSymbol, afternoon: formatter.pmSymbol,
            era: formatter.eraSymbols.last ?? invariant.era,
            decimalPoint: number.decimalSeparator ?? invariant.decimalPoint,
            groupSeparator: number.groupingSeparator ?? invariant.groupSeparator,
            groupSizes: groupSizes ?? invariant.groupSizes,
            minus: number.minusSign ?? invariant.minus, percent: number.percentSymbol ?? invariant.percent,
            perMille: number.perMillSymbol ?? invariant.perMille,
            percentPattern: Self.affixes(percent.positiveFormat ?? "", sign: "%", as: "%", default: "n %"),
            currencySymbol: symbol, currencyPattern: currencyPattern, negativeCurrencyPattern: "-" + currencyPattern)
    }

    /// A pattern of CLDR as .NET writes it. U+202F and U+00A0 become a blank (decision 0.8).
    ///
    /// - Parameter widensYear: whether a year of two digits becomes one of four.
    static func netPattern(_ pattern: String, widensYear: Bool = false) -> String {
        let scalars = Array(plainSpaces(pattern).unicodeScalars)
        var result = ""
        var literal = ""
        func flush() {
            if !literal.isEmpty {
                result += literal == " " ? " " : "'" + literal.map { $0 == "'" ? "\\'" : String($0) }.joined() + "'"
            }
            literal = ""
        }
        var index = 0
        var isQuoted = false
        while index < scalars.count {
            let scalar = scalars[index]
            if scalar == "'" {
                if index + 1 < scalars.count, scalars[index + 1] == "'" {
                    literal.unicodeScalars.append("'")
                    index += 2
                } else {
                    isQuoted.toggle()
                    index += 1
                }
                continue
            }
            guard !isQuoted, ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) else {
                literal.unicodeScalars.append(scalar)
                index += 1
                continue
            }
            let run = scalars[index...].prefix { $0 == scalar }.count
            index += run
            flush()
            switch scalar {
            case "y", "u": result += run == 2 && !widensYear ? "yy" : "yyyy"
            case "M", "L": result += String(repeating: "M", count: min(run, 4))
            case "d": result += String(repeating: "d", count: min(run, 2))
            case "E", "c", "e": result += run <= 3 ? "ddd" : "dddd"
            case "h", "K": result += String(repeating: "h", count: min(run, 2))
            case "H", "k": result += String(repeating: "H", count: min(run, 2))
            case "m": result += String(repeating: "m", count: min(run, 2))
            case "s": result += String(repeating: "s", count: min(run, 2))
            case "a", "b", "B": result += "tt"
            case "G": result += "g"
            // What .NET has no letter for is left out: time zones, weeks, quarters.
            default: break
            }
        }
        flush()
        return result
    }

    static func plainSpaces(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\u{202F}" || $0 == "\u{A0}" ? " " : $0 }))
    }

    /// The literal between the first two fields of a pattern, which .NET writes for `/` and `:`.
    private static func separator(of pattern: String, between letters: String) -> String? {
        guard let first = pattern.firstIndex(where: letters.contains) else { return nil }
        let rest = pattern[first...].drop(while: letters.contains)
        let literal = rest.prefix { !letters.contains($0) }
        let text = literal.filter { $0 != "'" }
        return text.isEmpty || rest.count == literal.count ? nil : String(text)
    }

    /// The digits of the last group and of the one before it, in a number as ICU writes it: `1,23,45,67,890` is 3 and 2.
    /// `NumberFormatter` does not know the second.
    private static func groupSizes(in sample: String) -> [Int]? {
        let groups = sample.split { !("0"..."9").contains($0) }
        guard groups.count > 2 else { return nil }
        return groups.dropFirst().suffix(2).reversed().map(\.count)
    }

    /// What stands around the number in a pattern of ICU: `#,##0.00 ¤` is `n $`.
    private static func affixes(_ pattern: String, sign: Character, as mark: String, default other: String) -> String {
        let positive = pattern.prefix { $0 != ";" }
        guard let first = positive.firstIndex(where: "#0".contains), let last = positive.lastIndex(where: "#0".contains)
        else { return other }
        func part(_ text: Substring) -> String {
            plainSpaces(text.map { $0 == sign ? mark : $0 == "'" ? "" : String($0) }.joined())
        }
        return part(positive[..<first]) + "n" + part(positive[positive.index(after: last)...])
    }
}
