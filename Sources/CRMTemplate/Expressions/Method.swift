// The methods that can be called on a value, by their .NET names, grouped by what answers them. Enums: a method is added
// to its group here and to the switch that answers for the group.

internal import Platform

/// A .NET method of strings, dates, lengths of time or numbers (A16). The names are .NET's, and so is their case.
enum Method: Sendable, Hashable {
    /// Of any value.
    enum OfValue: String, Sendable, CaseIterable {
        case toString = "ToString"
        case equals = "Equals"
        case compareTo = "CompareTo"
    }

    /// Of text.
    enum OfText: String, Sendable, CaseIterable {
        case replace = "Replace"
        case trim = "Trim"
        case trimStart = "TrimStart"
        case trimEnd = "TrimEnd"
        case toUpper = "ToUpper"
        case toLower = "ToLower"
        case toUpperInvariant = "ToUpperInvariant"
        case toLowerInvariant = "ToLowerInvariant"
        case startsWith = "StartsWith"
        case endsWith = "EndsWith"
        case contains = "Contains"
    }

    /// Of text, with positions in it.
    enum OfPositions: String, Sendable, CaseIterable {
        case substring = "Substring"
        case remove = "Remove"
        case insert = "Insert"
        case padLeft = "PadLeft"
        case padRight = "PadRight"
        case indexOf = "IndexOf"
        case lastIndexOf = "LastIndexOf"
        case length = "get_Length"
        case characterAt = "get_Chars"
    }

    /// Of dates.
    enum OfDate: String, Sendable, CaseIterable {
        case year = "get_Year"
        case month = "get_Month"
        case day = "get_Day"
        case hour = "get_Hour"
        case minute = "get_Minute"
        case second = "get_Second"
        case millisecond = "get_Millisecond"
        case dayOfWeek = "get_DayOfWeek"
        case dayOfYear = "get_DayOfYear"
        case date = "get_Date"
        case timeOfDay = "get_TimeOfDay"
        case kind = "get_Kind"
        case addYears = "AddYears"
        case addMonths = "AddMonths"
        case addDays = "AddDays"
        case addHours = "AddHours"
        case addMinutes = "AddMinutes"
        case addSeconds = "AddSeconds"
        case addMilliseconds = "AddMilliseconds"
        case addTicks = "AddTicks"
        case toUniversalTime = "ToUniversalTime"
        case toLocalTime = "ToLocalTime"
        case toShortDateString = "ToShortDateString"
        case toLongDateString = "ToLongDateString"
        case toShortTimeString = "ToShortTimeString"
        case toLongTimeString = "ToLongTimeString"
    }

    /// Of lengths of time.
    enum OfSpan: String, Sendable, CaseIterable {
        case days = "get_Days"
        case hours = "get_Hours"
        case minutes = "get_Minutes"
        case seconds = "get_Seconds"
        case milliseconds = "get_Milliseconds"
        case totalDays = "get_TotalDays"
        case totalHours = "get_TotalHours"
        case totalMinutes = "get_TotalMinutes"
        case totalSeconds = "get_TotalSeconds"
        case totalMilliseconds = "get_TotalMilliseconds"
        case negate = "Negate"
        case duration = "Duration"
    }

    /// Of dates and of lengths of time.
    enum OfTime: String, Sendable, CaseIterable {
        case ticks = "get_Ticks"
        case add = "Add"
        case subtract = "Subtract"
    }

    case value(OfValue)
    case text(OfText)
    case positions(OfPositions)
    case date(OfDate)
    case span(OfSpan)
    case time(OfTime)

    static let all: [Method] =
        OfValue.allCases.map(Method.value) + OfText.allCases.map(Method.text)
        + OfPositions.allCases.map(Method.positions) + OfDate.allCases.map(Method.date)
        + OfSpan.allCases.map(Method.span) + OfTime.allCases.map(Method.time)

    init?(named name: String) {
        if let method = OfValue(rawValue: name) {
            self = .value(method)
        } else if let method = OfText(rawValue: name) {
            self = .text(method)
        } else if let method = OfPositions(rawValue: name) {
            self = .positions(method)
        } else if let method = OfDate(rawValue: name) {
            self = .date(method)
        } else if let method = OfSpan(rawValue: name) {
            self = .span(method)
        } else if let method = OfTime(rawValue: name) {
            self = .time(method)
        } else {
            return nil
        }
    }

    /// As .NET writes it.
    var name: String {
        switch self {
        case .value(let method): method.rawValue
        case .text(let method): method.rawValue
        case .positions(let method): method.rawValue
        case .date(let method): method.rawValue
        case .span(let method): method.rawValue
        case .time(let method): method.rawValue
        }
    }

    /// How many arguments it takes.
    var argumentCounts: ClosedRange<Int> {
        switch self {
        case .value(.toString): 0...1
        case .value(.equals), .value(.compareTo): 1...1
        case .text(.replace): 2...2
        case .text(.trim), .text(.trimStart), .text(.trimEnd): 0...16
        case .text(.toUpper), .text(.toLower), .text(.toUpperInvariant), .text(.toLowerInvariant): 0...0
        case .text(.startsWith), .text(.endsWith), .text(.contains): 1...1
        case .positions(.substring), .positions(.remove), .positions(.padLeft), .positions(.padRight),
            .positions(.indexOf):
            1...2
        case .positions(.insert): 2...2
        case .positions(.lastIndexOf), .positions(.characterAt): 1...1
        case .positions(.length): 0...0
        case .date(.addYears), .date(.addMonths), .date(.addDays), .date(.addHours), .date(.addMinutes),
            .date(.addSeconds), .date(.addMilliseconds), .date(.addTicks):
            1...1
        case .date, .span, .time(.ticks): 0...0
        case .time(.add), .time(.subtract): 1...1
        }
    }

    /// `1 or 2 arguments`
    var argumentCountText: String {
        let counts = argumentCounts
        if counts == 0...0 { return "no argument" }
        if counts.lowerBound == counts.upperBound {
            return counts.lowerBound == 1 ? "1 argument" : "\(counts.lowerBound) arguments"
        }
        return counts.upperBound - counts.lowerBound == 1
            ? "\(counts.lowerBound) or \(counts.upperBound) arguments"
            : "\(counts.lowerBound) to \(counts.upperBound) arguments"
    }

    /// The method an author most likely means: the same name in another case, without `get_`, or a slip away.
    static func nearest(to name: String) -> String? {
        let wanted = name.lowercased()
        let names = all.map(\.name)
        if let same = names.first(where: { $0.lowercased() == wanted || $0.lowercased() == "get_" + wanted }) {
            return same
        }
        return Suggestion.slip(name, among: names)
    }
}
