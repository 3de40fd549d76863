// `nocli number …`: what the numbering plan says. Needs no database.

import CommandOptions
import JSONText
import NumbersCore
import Platform

enum NumberCommands {
    static let family = CommandFamily(
        name: "number", summary: "the numbering plan",
        commands: [parse, format, compare, NumberFind.command] + NumberPlanCommands.all)

    private static let number: Argument<String?> = .optional("NUMBER", .numberText, help: "the number to read")
    private static let country: Option<Region?> = .optional(
        "country", .country, help: "where it was dialled, when it has no country code")
    private static let batch: Option<Bool> = .flag("batch", help: "read many from standard input")

    private static let parse = Command(
        declaration: CommandDeclaration(
            "parse", summary: "reads a number and explains it", arguments: [number.declaration],
            options: [country.declaration, batch.declaration],
            details: [
                """
                With --batch, lines of a text, a tab and a region (ZZ for none) are read from standard input, exactly \
                as libphonenumber reads them, and answered with a line each, separated by tabs: status e164 region \
                type possible valid national international rfc3966.
                """
            ])
    ) { context throws(CommandFailure) in
        let text = context.values[number]
        if context.values[batch] {
            if text != nil { throw .usage(context.invocation.error("--batch reads standard input: leave NUMBER out")) }
            if context.values[country] != nil {
                throw .usage(context.invocation.error("--batch takes the region from each line: leave --country out"))
            }
            return parseBatch(context)
        }
        guard let text else {
            throw .usage(context.invocation.error("NUMBER is missing (the number to read); or give --batch"))
        }
        let plan = NumberingPlan.builtIn
        let reading = ReadingContext(country: context.values[country], input: .any)
        context.answer { writer in
            writer.beginObject()
            ParseAnswer(text, reading, plan: plan).writeFields(to: &writer, includesVersion: true)
            writer.key("short_number")
            if let facts = ShortNumberFacts(text, dialledFrom: reading.country, plan) {
                facts.write(to: &writer)
            } else {
                writer.value(.null)
            }
            writer.endObject()
        } people: {
            explanation(of: text, reading, plan).rendered()
        }
    }

    private static let written: Argument<String> = .required("NUMBER", .numberText, help: "the number to write")
    private static let from: Option<Region?> = .optional("from", .country, help: "where it will be dialled")

    private static let asYouType: Option<Bool> = .flag(
        "as-you-type", help: "show the number after each character that is typed")

    private static let format = Command(
        declaration: CommandDeclaration(
            "format", summary: "writes a number in every form", arguments: [written.declaration],
            options: [country.declaration, from.declaration, asYouType.declaration],
            details: [
                "With --from, also as it is dialled in that country. Digits that are too many are left out.",
                "With --as-you-type, a line for each character of NUMBER: what a telephone shows while it is typed.",
            ])
    ) { context throws(CommandFailure) in
        let plan = NumberingPlan.builtIn
        let text = context.values[written]
        if context.values[asYouType] {
            if context.values[from] != nil {
                throw .usage(context.invocation.error("--as-you-type shows what is typed: leave --from out"))
            }
            return showTyping(of: text, context)
        }
        let found: PhoneNumber
        switch NumberReading.parse(text, country: context.values[country], plan: plan) {
        case .failure(let error): throw .badData("'\(terminalSafe(text))' is no number: \(words(error))")
        case .success(let number): found = number
        }
        let number = found.truncated(in: plan) ?? found
        let home = context.values[from]
        let forms: [(name: StaticString, title: String, text: String?)] = [
            ("e164", "E.164", number.e164Text), ("national", "National", number.formatted(.national, in: plan)),
            ("international", "International", number.formatted(.international, in: plan)),
            ("rfc3966", "RFC 3966", number.formatted(.rfc3966, in: plan)),
            ("dialled_from", "From \(home?.code ?? "")", home.map { number.formatted(dialledFrom: $0, in: plan) }),
        ]
        context.answer { writer in
            writer.beginObject()
            writer.field("valid", number.isValid)
            for form in forms { writer.field(form.name, form.text) }
            writer.endObject()
        } people: {
            var fields = FieldList([])
            for case (_, let title, let text?) in forms { fields.add(title, text) }
            if !number.isValid { fields.add("Valid", "no: \(words(number))") }
            return fields.rendered()
        }
    }

    private static func showTyping(of text: String, _ context: CommandContext) {
        var formatter = AsYouTypeFormatter(region: context.values[country])
        let shown = text.unicodeScalars.prefix(AsYouTypeFormatter.charactersMax).map { formatter.append($0) }
        context.answer { writer in
            writer.beginObject()
            writer.field("shown", shown)
            writer.endObject()
        } people: {
            shown.map { terminalSafe($0) }.joined(separator: "\n")
        }
    }

    private static let left: Argument<String> = .required("NUMBER", .numberText, help: "one number")
    private static let right: Argument<String> = .required("OTHER", .numberText, help: "the other")

    private static let compare = Command(
        declaration: CommandDeclaration(
            "compare", summary: "tells whether two numbers are the same one",
            arguments: [left.declaration, right.declaration], options: [country.declaration],
            details: [
                """
                Without --country, a number without a country code belongs to the other one's country. Exits with 1 \
                when they are different numbers, with 65 when one of them is no number.
                """
            ])
    ) { context throws(CommandFailure) in
        let texts = (context.values[left], context.values[right])
        let match = try match(texts, context.values[country])
        context.answer { writer in
            writer.beginObject()
            writer.field("match", match.rawValue)
            writer.endObject()
        } people: {
            switch match {
            case .exact: "the same number"
            case .nsn: "the same number, if both belong to one country"
            case .shortNSN: "possibly the same number: one is the end of the other"
            case .none: "different numbers"
            case .notANumber: "one of them is no number"
            }
        }
        switch match {
        case .exact, .nsn, .shortNSN: break
        case .none: throw .failed("these are not spellings of one number")
        case .notANumber: throw .badData("'\(terminalSafe(texts.0))' or '\(terminalSafe(texts.1))' is no number")
        }
    }

    private static func match(
        _ texts: (String, String), _ country: Region?
    ) throws(CommandFailure) -> NumberMatch {
        guard let country else { return NumberMatch(texts.0, texts.1) }
        guard let left = NumberReading.read(texts.0, country: country),
            let right = NumberReading.read(texts.1, country: country)
        else { return .notANumber }
        return NumberMatch(left, right)
    }

    /// Bytes read at a time from standard input.
    private static let readBytes = 65_536
    /// A longer line is no number in any reading; what is beyond is not kept.
    private static let lineBytesMax = 1 << 20

    private static func parseBatch(_ context: CommandContext) {
        let plan = NumberingPlan.builtIn
        var output: [UInt8] = []
        var line: [UInt8] = []
        func endLine() {
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            output.append(contentsOf: BatchRow.row(forLine: String(decoding: line, as: UTF8.self), plan: plan).utf8)
            output.append(UInt8(ascii: "\n"))
            line.removeAll(keepingCapacity: true)
        }
        while true {
            let block = context.surroundings.readInput(readBytes)
            if block.isEmpty { break }
            for byte in block {
                if byte == UInt8(ascii: "\n") {
                    endLine()
                } else if line.count < lineBytesMax {
                    line.append(byte)
                }
            }
            // What is complete goes out at once, so that a program on the other side can wait for it.
            if !output.isEmpty {
                context.console.write(output)
                output.removeAll(keepingCapacity: true)
            }
        }
        if !line.isEmpty { endLine() }
        if !output.isEmpty { context.console.write(output) }
    }

    private static func explanation(of text: String, _ reading: ReadingContext, _ plan: NumberingPlan) -> FieldList {
        let number: PhoneNumber
        switch NumberReading.parse(text, country: reading.country, input: reading.input, plan: plan) {
        case .failure(let error):
            var fields = FieldList([("Number", text), ("Valid", "no: \(words(error))")])
            ShortNumberFacts(text, dialledFrom: reading.country, plan)?.add(to: &fields)
            return fields
        case .success(let found): number = found
        }
        let region = number.region.map { region in
            region.isGeographic ? "\(region.code), \(plan.name(of: region) ?? "no name")" : "no country"
        }
        var fields = FieldList([
            ("Number", text), ("Read as", number.e164Text), ("Valid", number.isValid ? "yes" : "no: \(words(number))"),
            ("Country", region ?? ""), ("Country code", "+\(number.countryCode)"),
        ])
        if let digits = number.extension { fields.add("Extension", digits) }
        ShortNumberFacts(text, dialledFrom: reading.country, plan)?.add(to: &fields)
        guard number.isValid else { return fields }
        fields.add("Type", words(number.type))
        fields.add("Carrier", number.carrier(in: plan) ?? "")
        fields.add("Location", number.location(in: plan) ?? "")
        fields.add("Time zones", number.timeZones(in: plan).joined(separator: ", "))
        fields.add("National", number.formatted(.national, in: plan))
        fields.add("International", number.formatted(.international, in: plan))
        fields.add("RFC 3966", number.formatted(.rfc3966, in: plan))
        return fields
    }

    private static func words(_ error: PhoneNumberError) -> String {
        switch error {
        case .invalidCountryCode: "it begins with no known country code; is --country missing?"
        case .notANumber: "it does not look like a number"
        case .tooShortAfterIDD: "too few digits follow its prefix or country code"
        case .tooShortNSN: "it has too few digits"
        case .tooLong: "it has too many digits"
        }
    }

    private static func words(_ number: PhoneNumber) -> String {
        switch number.possibility {
        case .possible: "its length is right, but no range of the numbering plan has it"
        case .localOnly: "it can be dialled only within its area"
        case .invalidCountryCode: "it begins with no known country code"
        case .tooShort: "it is too short for its country"
        case .invalidLength: "no number of its country has this length"
        case .tooLong: "it is too long for its country"
        }
    }

    private static func words(_ type: LineType?) -> String {
        switch type {
        case .fixedLine: "fixed line"
        case .mobile: "mobile"
        case .fixedLineOrMobile: "fixed line or mobile"
        case .tollFree: "toll free"
        case .premiumRate: "premium rate"
        case .sharedCost: "shared cost"
        case .voip: "voice over IP"
        case .personalNumber: "personal number"
        case .pager: "pager"
        case .uan: "company number"
        case .voicemail: "voicemail"
        case nil: "unknown"
        }
    }
}
