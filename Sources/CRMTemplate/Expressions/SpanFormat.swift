// .NET's format strings for lengths of time, standard and custom. Pure functions.

/// A length of time written by a .NET format string.
enum SpanFormat {
    private struct Parts {
        let isNegative: Bool
        let days: Int
        let hours: Int
        let minutes: Int
        let seconds: Int
        /// Units of 100 ns.
        let fraction: Int

        init(_ span: TimeSpanValue) {
            isNegative = span.ticks < 0
            // The magnitude also of the least one.
            let ticks = span.ticks.magnitude
            fraction = Int(ticks % 10_000_000)
            let total = Int(ticks / 10_000_000)
            seconds = total % 60
            minutes = total / 60 % 60
            hours = total / 3600 % 24
            days = total / 86_400
        }
    }

    /// `[-][d.]hh:mm:ss[.fffffff]`: .NET's constant form, and how a length of time is written without a format.
    static func plain(_ span: TimeSpanValue) -> String {
        let parts = Parts(span)
        var output = ByteText()
        if parts.isNegative { output.append("-") }
        if parts.days != 0 {
            output.append(String(parts.days))
            output.append(".")
        }
        clock(parts, hours: 2, &output)
        if parts.fraction != 0 {
            output.append(".")
            output.fraction(parts.fraction, 7, isOptional: false)
        }
        return output.text
    }

    /// The length of time as `format` says; an empty format is `c`.
    static func text(
        _ span: TimeSpanValue, format: String, culture: Culture, at offset: Int
    ) throws(ExpressionError) -> String {
        let pattern = Array(format.utf8)
        guard pattern.count <= DateFormat.formatBytesMax else {
            throw DateFormat.bad("the format has more than \(DateFormat.formatBytesMax) bytes", offset)
        }
        guard pattern.count <= 1 else { return try custom(pattern, span, offset) }
        let point = culture.data.decimalPoint
        switch Character(Unicode.Scalar(pattern.first ?? UInt8(ascii: "c"))) {
        case "c", "t", "T": return plain(span)
        case "g":
            let parts = Parts(span)
            var output = ByteText()
            if parts.isNegative { output.append("-") }
            if parts.days != 0 {
                output.append(String(parts.days))
                output.append(":")
            }
            clock(parts, hours: 1, &output)
            if parts.fraction != 0 {
                output.append(point)
                output.fraction(parts.fraction, 7, isOptional: true)
            }
            return output.text
        case "G":
            let parts = Parts(span)
            var output = ByteText()
            if parts.isNegative { output.append("-") }
            output.append(String(parts.days))
            output.append(":")
            clock(parts, hours: 2, &output)
            output.append(point)
            output.fraction(parts.fraction, 7, isOptional: false)
            return output.text
        default:
            throw DateFormat.bad(
                "a format of one letter for a length of time is c, g or G; '%' before the letter makes it a custom "
                    + "format", offset)
        }
    }

    private static func clock(_ parts: Parts, hours width: Int, _ output: inout ByteText) {
        output.padded(parts.hours, width)
        output.append(":")
        output.padded(parts.minutes, 2)
        output.append(":")
        output.padded(parts.seconds, 2)
    }

    private static func custom(
        _ pattern: [UInt8], _ span: TimeSpanValue, _ offset: Int
    ) throws(ExpressionError) -> String {
        let parts = Parts(span)
        var output = ByteText()
        var index = 0
        var isSingle = false
        while index < pattern.count {
            let byte = pattern[index]
            var run = 1
            if !isSingle { while index + run < pattern.count, pattern[index + run] == byte { run += 1 } }
            isSingle = false
            var used = run
            func check(_ limit: Int) throws(ExpressionError) {
                if run > limit {
                    throw DateFormat.bad(
                        "a format for a length of time has at most \(limit) '\(Character(Unicode.Scalar(byte)))' in "
                            + "a row", offset)
                }
            }
            switch Character(Unicode.Scalar(byte)) {
            case "d":
                try check(8)
                output.padded(parts.days, run)
            case "h":
                try check(2)
                output.padded(parts.hours, run)
            case "m":
                try check(2)
                output.padded(parts.minutes, run)
            case "s":
                try check(2)
                output.padded(parts.seconds, run)
            case "f", "F":
                try check(7)
                output.fraction(parts.fraction, run, isOptional: byte == UInt8(ascii: "F"))
            case "'", "\"":
                index = try output.quoted(pattern, from: index, offset)
                used = 0
            case "%":
                guard index + 1 < pattern.count, pattern[index + 1] != UInt8(ascii: "%") else {
                    throw DateFormat.bad("'%' in a format needs one letter after it", offset)
                }
                isSingle = true
                used = 1
            case "\\":
                guard index + 1 < pattern.count else {
                    throw DateFormat.bad("a '\\' at the end of a format has nothing to stand before", offset)
                }
                output.append(byte: pattern[index + 1])
                used = 2
            default:
                // .NET takes nothing for granted here: `hh:mm` is refused, `hh\:mm` is meant.
                let found = byte > 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "a character"
                throw DateFormat.bad(
                    "\(found) in a format for a length of time needs a '\\' before it, or quotes around it (hh\\:mm)",
                    offset)
            }
            index += used
        }
        return output.text
    }
}
