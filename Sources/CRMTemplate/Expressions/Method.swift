// The methods that can be called on a value, by their .NET names. An enum: a method is added here and in `calling`.

/// A .NET method of strings, dates, lengths of time or numbers (A16). The names are .NET's, and so is their case.
enum Method: String, Sendable, CaseIterable {
    // Of any value.
    case toString = "ToString"
    case equals = "Equals"
    case compareTo = "CompareTo"
    // Of text.
    case replace = "Replace"
    case substring = "Substring"
    case trim = "Trim"
    case trimStart = "TrimStart"
    case trimEnd = "TrimEnd"
    case toUpper = "ToUpper"
    case toLower = "ToLower"
    case toUpperInvariant = "ToUpperInvariant"
    case toLowerInvariant = "ToLowerInvariant"
    case padLeft = "PadLeft"
    case padRight = "PadRight"
    case startsWith = "StartsWith"
    case endsWith = "EndsWith"
    case contains = "Contains"
    case indexOf = "IndexOf"
    case lastIndexOf = "LastIndexOf"
    case remove = "Remove"
    case insert = "Insert"
    case length = "get_Length"
    case characterAt = "get_Chars"
    // Of dates.
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
    // Of dates and of lengths of time.
    case ticks = "get_Ticks"
    case add = "Add"
    case subtract = "Subtract"
    // Of lengths of time.
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

    init?(named name: String) { self.init(rawValue: name) }

    /// How many arguments it takes.
    var argumentCounts: ClosedRange<Int> {
        switch self {
        case .toString: 0...1
        case .substring, .padLeft, .padRight, .indexOf, .remove: 1...2
        case .replace, .insert: 2...2
        case .trim, .trimStart, .trimEnd: 0...16
        case .equals, .compareTo, .startsWith, .endsWith, .contains, .lastIndexOf, .characterAt, .addYears, .addMonths,
            .addDays, .addHours, .addMinutes, .addSeconds, .addMilliseconds, .addTicks, .add, .subtract:
            1...1
        case .toUpper, .toLower, .toUpperInvariant, .toLowerInvariant, .length, .year, .month, .day, .hour, .minute,
            .second, .millisecond, .dayOfWeek, .dayOfYear, .date, .timeOfDay, .kind, .toUniversalTime, .toLocalTime,
            .toShortDateString, .toLongDateString, .toShortTimeString, .toLongTimeString, .ticks, .days, .hours,
            .minutes, .seconds, .milliseconds, .totalDays, .totalHours, .totalMinutes, .totalSeconds,
            .totalMilliseconds, .negate, .duration:
            0...0
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

    /// The method an author most likely means: the same name in another case, without `get_`, or two letters away.
    static func nearest(to name: String) -> String? {
        guard name.utf8.count <= 40 else { return nil }
        let wanted = name.lowercased()
        for method in allCases {
            let candidate = method.rawValue.lowercased()
            if candidate == wanted || candidate == "get_" + wanted { return method.rawValue }
        }
        let near = allCases.map { ($0.rawValue, distance(Array(wanted.utf8), Array($0.rawValue.lowercased().utf8))) }
        guard let best = near.min(by: { $0.1 < $1.1 }), best.1 <= 2, best.1 < name.utf8.count - 1 else { return nil }
        return best.0
    }

    /// Letters to change, add or drop on the way from one word to the other.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var corner = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let above = row[column + 1]
                row[column + 1] = min(above + 1, row[column] + 1, corner + (byte == other ? 0 : 1))
                corner = above
            }
        }
        return row[right.count]
    }
}
