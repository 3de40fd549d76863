// How dates and numbers are written somewhere. Immutable; read from ICU once, when a culture is made.

/// A culture as .NET has it: names, patterns and separators.
package struct Culture: Sendable {
    /// `de-AT`; empty for the invariant culture.
    package let name: String
    let data: CultureData

    private init(name: String, data: CultureData) {
        self.name = name
        self.data = data
    }

    /// .NET's invariant culture: English names, `MM/dd/yyyy`, `HH:mm`, a decimal point.
    package static let invariant = Culture(name: "", data: .invariant)

    /// The culture of that name (`de-AT`, `de_AT`, `de`), as ICU knows it; nil when it does not know the language. Making
    /// one takes about a millisecond: keep it.
    package init?(_ name: String) {
        guard let data = CultureData(icu: name) else { return nil }
        self.init(name: String(name.map { $0 == "_" ? "-" : $0 }), data: data)
    }

    /// Date and time as `[DateTime]` of a call has it: the short date, a blank, the short time (decision 0.8).
    package func shortDateTime(_ date: DateTimeValue) -> String {
        // A culture's own patterns have no mistakes in them; the plain form stands where one should.
        (try? DateFormat.text(date, format: "g", culture: self, at: 0)) ?? DateFormat.plain(date)
    }
}

/// What a culture knows. Patterns are .NET's.
final class CultureData: Sendable {
    /// ISO 639; what changes the case of letters looks at it.
    let language: String
    let shortDate: String
    let longDate: String
    let shortTime: String
    let longTime: String
    let monthDay: String
    let yearMonth: String
    let dateSeparator: String
    let timeSeparator: String
    /// Twelve, January first.
    let months: [String]
    /// As they are written beside a day.
    let genitiveMonths: [String]
    let shortMonths: [String]
    /// Seven, Sunday first.
    let days: [String]
    let shortDays: [String]
    let morning: String
    let afternoon: String
    let era: String
    let decimalPoint: String
    let groupSeparator: String
    /// Digits of the group before the point, and of those before that.
    let groupSizes: [Int]
    let minus: String
    let percent: String
    let perMille: String
    /// `n` is the number.
    let percentPattern: String
    let currencySymbol: String
    /// `n` is the number, `$` the symbol.
    let currencyPattern: String
    let negativeCurrencyPattern: String

    init(
        language: String, shortDate: String, longDate: String, shortTime: String, longTime: String, monthDay: String,
        yearMonth: String, dateSeparator: String, timeSeparator: String, months: [String], genitiveMonths: [String],
        shortMonths: [String], days: [String], shortDays: [String], morning: String, afternoon: String, era: String,
        decimalPoint: String, groupSeparator: String, groupSizes: [Int], minus: String, percent: String,
        perMille: String, percentPattern: String, currencySymbol: String, currencyPattern: String,
        negativeCurrencyPattern: String
    ) {
        self.language = language
        self.shortDate = shortDate
        self.longDate = longDate
        self.shortTime = shortTime
        self.longTime = longTime
        self.monthDay = monthDay
        self.yearMonth = yearMonth
        self.dateSeparator = dateSeparator
        self.timeSeparator = timeSeparator
        self.months = months
        self.genitiveMonths = genitiveMonths
        self.shortMonths = shortMonths
        self.days = days
        self.shortDays = shortDays
        self.morning = morning
        self.afternoon = afternoon
        self.era = era
        self.decimalPoint = decimalPoint
        self.groupSeparator = groupSeparator
        self.groupSizes = groupSizes
        self.minus = minus
        self.percent = percent
        self.perMille = perMille
        self.percentPattern = percentPattern
        self.currencySymbol = currencySymbol
        self.currencyPattern = currencyPattern
        self.negativeCurrencyPattern = negativeCurrencyPattern
    }

    /// .NET's `CultureInfo.InvariantCulture`.
    static let invariant = CultureData(
        language: "", shortDate: "MM/dd/yyyy", longDate: "dddd, dd MMMM yyyy", shortTime: "HH:mm",
        longTime: "HH:mm:ss", monthDay: "MMMM dd", yearMonth: "yyyy MMMM", dateSeparator: "/", timeSeparator: ":",
        months: englishMonths, genitiveMonths: englishMonths,
        shortMonths: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        days: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
        shortDays: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"], morning: "AM", afternoon: "PM", era: "A.D.",
        decimalPoint: ".", groupSeparator: ",", groupSizes: [3], minus: "-", percent: "%", perMille: "‰",
        percentPattern: "n %", currencySymbol: "¤", currencyPattern: "$n", negativeCurrencyPattern: "($n)")

    private static let englishMonths = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
