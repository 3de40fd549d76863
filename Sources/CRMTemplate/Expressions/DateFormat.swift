// .NET's format strings for dates, standard and custom. Pure functions over a value, a format and a culture.

/// A date written by a .NET format string.
enum DateFormat {
    /// Longer format strings, and runs of one letter in them, are refused: none that a person wrote is.
    static let formatBytesMax = 4_096
    static let runMax = 64

    /// `MM/dd/yyyy HH:mm:ss`: how a date is written where no format is given (spec 2.5).
    static func plain(_ date: DateTimeValue) -> String {
        let civil = date.civil
        var output = ByteText()
        output.padded(civil.month, 2)
        output.append("/")
        output.padded(civil.day, 2)
        output.append("/")
        output.padded(civil.year, 4)
        output.append(" ")
        output.padded(civil.hour, 2)
        output.append(":")
        output.padded(civil.minute, 2)
        output.append(":")
        output.padded(civil.second, 2)
        return output.text
    }

    /// The date as `format` says; an empty format is `G`.
    ///
    /// - Parameter culture: names, separators and patterns. `O`, `R`, `s` and `u` are the same everywhere.
    static func text(
        _ date: DateTimeValue, format: String, culture: Culture, at offset: Int
    ) throws(ExpressionError) -> String {
        let pattern = Array(format.utf8)
        guard pattern.count <= formatBytesMax else {
            throw ExpressionError(
                code: "bad-format", message: "the date format has more than \(formatBytesMax) bytes", offset: offset)
        }
        if pattern.count <= 1 {
            return try standard(pattern.first ?? UInt8(ascii: "G"), date, culture, offset)
        }
        return try custom(pattern, date, culture.data, offset)
    }

    private static func standard(
        _ letter: UInt8, _ date: DateTimeValue, _ culture: Culture, _ offset: Int
    ) throws(ExpressionError) -> String {
        let data = culture.data
        let invariant = Culture.invariant.data
        switch Character(Unicode.Scalar(letter)) {
        case "d": return try custom(data.shortDate, date, data, offset)
        case "D": return try custom(data.longDate, date, data, offset)
        case "t": return try custom(data.shortTime, date, data, offset)
        case "T": return try custom(data.longTime, date, data, offset)
        case "f": return try joined(data.longDate, data.shortTime, date, data, offset)
        case "F": return try joined(data.longDate, data.longTime, date, data, offset)
        case "g": return try joined(data.shortDate, data.shortTime, date, data, offset)
        case "G": return try joined(data.shortDate, data.longTime, date, data, offset)
        case "M", "m": return try custom(data.monthDay, date, data, offset)
        case "Y", "y": return try custom(data.yearMonth, date, data, offset)
        case "O", "o": return try custom("yyyy-MM-ddTHH:mm:ss.fffffffK", date, invariant, offset)
        case "R", "r": return try custom("ddd, dd MMM yyyy HH:mm:ss 'GMT'", date, invariant, offset)
        case "s": return try custom("yyyy-MM-ddTHH:mm:ss", date, invariant, offset)
        case "u": return try custom("yyyy-MM-dd HH:mm:ss'Z'", date, invariant, offset)
        case "U": return try joined(data.longDate, data.longTime, date.universal, data, offset)
        default:
            throw bad(
                "a date format of one letter is one of d D f F g G M O R s t T u U Y; '%' before the letter makes it a "
                    + "custom format", offset)
        }
    }

    private static func joined(
        _ date: String, _ time: String, _ value: DateTimeValue, _ data: CultureData, _ offset: Int
    ) throws(ExpressionError) -> String {
        try custom(date, value, data, offset) + " " + custom(time, value, data, offset)
    }

    private static func custom(
        _ pattern: String, _ date: DateTimeValue, _ data: CultureData, _ offset: Int
    ) throws(ExpressionError) -> String {
        try custom(Array(pattern.utf8), date, data, offset)
    }

    private static func custom(
        _ pattern: [UInt8], _ date: DateTimeValue, _ data: CultureData, _ offset: Int
    ) throws(ExpressionError) -> String {
        let civil = date.civil
        var output = ByteText()
        var index = 0
        // After `%` one letter is a format of its own.
        var isSingle = false
        while index < pattern.count {
            let byte = pattern[index]
            var run = 1
            if !isSingle { while index + run < pattern.count, pattern[index + run] == byte { run += 1 } }
            isSingle = false
            var used = run
            switch Character(Unicode.Scalar(byte)) {
            case "d":
                if run <= 2 {
                    output.padded(civil.day, run)
                } else {
                    output.append(run == 3 ? data.shortDays[civil.weekday] : data.days[civil.weekday])
                }
            case "M":
                switch run {
                case 1, 2: output.padded(civil.month, run)
                case 3: output.append(data.shortMonths[civil.month - 1])
                default:
                    let names = hasDay(pattern) ? data.genitiveMonths : data.months
                    output.append(names[civil.month - 1])
                }
            case "y":
                try checkRun(run, "y", offset)
                if run <= 2 { output.padded(civil.year % 100, run) } else { output.padded(civil.year, run) }
            case "h": output.padded(civil.hour % 12 == 0 ? 12 : civil.hour % 12, min(run, 2))
            case "H": output.padded(civil.hour, min(run, 2))
            case "m": output.padded(civil.minute, min(run, 2))
            case "s": output.padded(civil.second, min(run, 2))
            case "f", "F":
                guard run <= 7 else {
                    throw bad("a date format has at most 7 '\(Character(Unicode.Scalar(byte)))' in a row", offset)
                }
                output.fraction(civil.fraction, run, isOptional: byte == UInt8(ascii: "F"))
            case "t":
                let name = civil.hour < 12 ? data.morning : data.afternoon
                output.append(run == 1 ? String(name.prefix(1)) : name)
            case "z": output.offset(date.offsetSeconds, letters: run)
            case "K":
                for _ in 0..<run {
                    switch date.kind {
                    case .utc: output.append("Z")
                    case .local: output.offset(date.offsetSeconds, letters: 3)
                    }
                }
            case "g": output.append(data.era)
            case ":": for _ in 0..<run { output.append(data.timeSeparator) }
            case "/": for _ in 0..<run { output.append(data.dateSeparator) }
            case "\"", "'":
                index = try output.quoted(pattern, from: index, offset)
                used = 0
            case "%":
                guard index + 1 < pattern.count, pattern[index + 1] != UInt8(ascii: "%") else {
                    throw bad("'%' in a date format needs one letter after it", offset)
                }
                isSingle = true
                used = 1
            case "\\":
                guard index + 1 < pattern.count else {
                    throw bad("a '\\' at the end of a date format has nothing to stand before", offset)
                }
                output.append(byte: pattern[index + 1])
                used = 2
            default: for _ in 0..<run { output.append(byte: byte) }
            }
            index += used
        }
        return output.text
    }

    /// Whether the day of the month is written too: languages with cases then use the genitive.
    private static func hasDay(_ pattern: [UInt8]) -> Bool {
        var index = 0
        while index < pattern.count {
            let byte = pattern[index]
            if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                index = (pattern[(index + 1)...].firstIndex(of: byte) ?? pattern.count - 1) + 1
            } else if byte == UInt8(ascii: "\\") {
                index += 2
            } else {
                let run = pattern[index...].prefix { $0 == byte }.count
                if byte == UInt8(ascii: "d"), run <= 2 { return true }
                index += run
            }
        }
        return false
    }

    private static func checkRun(_ run: Int, _ letter: String, _ offset: Int) throws(ExpressionError) {
        if run > runMax { throw bad("a date format has at most \(runMax) '\(letter)' in a row", offset) }
    }

    static func bad(_ message: String, _ offset: Int) -> ExpressionError {
        ExpressionError(code: "bad-format", message: message, offset: offset)
    }
}

/// Text in the making, as bytes.
struct ByteText {
    var bytes: [UInt8] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func append(byte: UInt8) { bytes.append(byte) }

    /// A number of at least that many digits; not below 0.
    mutating func padded(_ value: Int, _ width: Int) {
        let digits = String(max(0, value)).utf8
        for _ in 0..<max(0, width - digits.count) { bytes.append(0x30) }
        bytes.append(contentsOf: digits)
    }

    /// The first digits of a second's fraction, given in units of 100 ns; an optional one has no trailing zeros, and
    /// takes the point before it along when nothing is left.
    mutating func fraction(_ value: Int, _ count: Int, isOptional: Bool) {
        var digits: [UInt8] = []
        var rest = value
        for _ in 0..<7 {
            digits.append(UInt8(0x30 + rest % 10))
            rest /= 10
        }
        var kept = Array(digits.reversed().prefix(count))
        if isOptional {
            while kept.last == 0x30 { kept.removeLast() }
            if kept.isEmpty, bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        }
        bytes.append(contentsOf: kept)
    }

    /// A distance from UTC: `+1`, `+01`, `+01:00` for one, two, or more letters.
    mutating func offset(_ seconds: Int, letters: Int) {
        append(seconds < 0 ? "-" : "+")
        let minutes = abs(seconds) / 60
        padded(minutes / 60, letters == 1 ? 1 : 2)
        if letters > 2 {
            append(":")
            padded(minutes % 60, 2)
        }
    }

    /// A quoted literal of a format; a back-slash takes the next character as it is. Answers the place behind it.
    mutating func quoted(_ pattern: [UInt8], from start: Int, _ offset: Int) throws(ExpressionError) -> Int {
        let quote = pattern[start]
        var index = start + 1
        while index < pattern.count {
            let byte = pattern[index]
            if byte == quote { return index + 1 }
            if byte == UInt8(ascii: "\\") {
                index += 1
                guard index < pattern.count else { break }
            }
            bytes.append(pattern[index])
            index += 1
        }
        throw DateFormat.bad("a quote in a format is not closed", offset)
    }
}
