// `nocli number find`: the numbers in a text. Needs no database.

import CommandOptions
import JSONText
import NumbersCore
import Platform

enum NumberFind {
    /// The most bytes of a text; it is held in memory while it is searched.
    static let textBytesMax = 64 << 20
    /// Answers go out in blocks of about this size, so that their number does not matter.
    private static let answerBytes = 65_536

    private static let country: Option<Region?> = .optional(
        "country", .country, help: "where numbers without a country code belong")
    private static let possible: Option<Bool> = .flag(
        "possible", help: "also those that are in no range in use, by their length")

    /// How the digits of a number have to be grouped.
    private enum Grouping: String, CaseIterable {
        case strict, exact
    }

    private static let grouping: Option<Grouping?> = .optional(
        "grouping", .choice(), help: "only numbers whose groups of digits are unbroken, or those of their country")

    static let command = Command(
        declaration: CommandDeclaration(
            "find", summary: "finds the numbers in a text", arguments: [],
            options: [country.declaration, possible.declaration, grouping.declaration],
            details: [
                """
                Reads a text of at most 64 MiB from standard input and prints a line for each number: where it is, as \
                line:column, how it is written there, and as E.164. Without --country only numbers with a \
                country code are found.
                """,
                """
                --grouping strict leaves out numbers of which a group is broken in two (0161 49 60 123), --grouping \
                exact also those that are grouped in another way than their country does it (0161 4960123). Digits \
                without any groups are found with both.
                """,
            ])
    ) { context throws(CommandFailure) in
        if context.values[possible], context.values[grouping] != nil {
            throw .usage(
                context.invocation.error("--possible asks for less than validity, --grouping for more: leave one out"))
        }
        let text = try WholeFile.read("-", "a text", limit: textBytesMax, context)
        search(text, context)
    }

    private static func search(_ text: [UInt8], _ context: CommandContext) {
        let isJSON = context.values[GlobalOptions.json]
        let leniency: PhoneNumberFinder.Leniency =
            switch context.values[grouping] {
            case .strict: .strictGrouping
            case .exact: .exactGrouping
            case nil: context.values[possible] ? .possible : .valid
            }
        var finder = PhoneNumberFinder(region: context.values[country], leniency: leniency)
        var place = TextPlace()
        var output: [UInt8] = isJSON ? Array("{\"numbers\":[".utf8) : []
        var isFirst = true
        let bytes = text.span
        while let match = finder.next(in: bytes) {
            place.advance(to: match.range.lowerBound, in: bytes)
            if isJSON {
                if !isFirst { output.append(UInt8(ascii: ",")) }
                output += json(match, place)
            } else {
                output += line(match, place, context.console)
            }
            isFirst = false
            if output.count >= answerBytes {
                context.console.write(output)
                output.removeAll(keepingCapacity: true)
            }
        }
        if isJSON { output += Array("],\"complete\":\(!finder.hasGivenUp)}\n".utf8) }
        if !output.isEmpty { context.console.write(output) }
        if finder.hasGivenUp {
            context.console.printError(
                "nocli: the rest of the text was not searched: \(PhoneNumberFinder.triesMax) figures in it are no "
                    + "numbers. Split it, or take tables of figures out.")
        }
    }

    private static func json(_ match: PhoneNumberMatch, _ place: TextPlace) -> [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writer.beginObject()
        writer.field("line", place.line)
        writer.field("column", place.column)
        writer.field("start", match.range.lowerBound)
        writer.field("end", match.range.upperBound)
        writer.field("text", match.text)
        writer.field("e164", match.number.e164Text)
        writer.field("extension", match.number.extension)
        writer.field("valid", match.number.isValid)
        writer.endObject()
        return writer.finish()
    }

    private static func line(_ match: PhoneNumberMatch, _ place: TextPlace, _ console: Console) -> [UInt8] {
        let location = "\(place.line):\(place.column)"
        let number = match.number.e164Text + (match.number.extension.map { " ext. \($0)" } ?? "")
        return Array("\(padded(location, 8))  \(padded(terminalSafe(match.text), 20))  \(number)\n".utf8)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.unicodeScalars.count, 0))
    }
}

/// A place in a text as people count: lines and characters from 1. It only moves forward.
private struct TextPlace {
    private(set) var line = 1
    private(set) var column = 1
    private var offset = 0

    mutating func advance(to end: Int, in text: borrowing Span<UInt8>) {
        while offset < end {
            let byte = text[offset]
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                // Bytes that continue a character are not counted.
                column += 1
            }
            offset += 1
        }
    }
}
