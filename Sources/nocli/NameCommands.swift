// `nocli name …`: what the operator knows about numbers: pinned names, the directory, suppressions.

import CommandOptions
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

enum NameCommands {
    static let family = CommandFamily(
        name: "name", summary: "caller names",
        commands: [importFile, pin, unpin, suppress, unsuppress, show, search, expire, stats])

    static let number: Argument<String> = .required(
        "NUMBER", .numberText, help: "a number with its country code, or as dialled in --country")
    private static let name: Argument<CallerName> = .required(
        "NAME", ValueKind(placeholder: "NAME", expects: "a name that is not empty") { CallerName($0) },
        help: "the name to answer")
    private static let text: Argument<String> = .required("TEXT", .text, help: "a part of the name")
    private static let file: Argument<String> = .required("FILE", .path, help: "a CSV file; - for standard input")
    static let country: Option<Region?> = .optional(
        "country", .country, help: "where numbers without a country code were dialled")
    private static let limit: Option<Int> = .value(
        "limit", .integer(1...10_000), default: "50", help: "most names shown")

    private static let importFile = Command(
        declaration: CommandDeclaration(
            "import", summary: "reads a CSV file into the directory", arguments: [file.declaration],
            options: [country.declaration],
            details: [
                """
                UTF-8 with a header: number,name and, if you have it, as_of (the day the name was obtained, such as \
                2026-01-31). The last row of a number counts. Rows that cannot be read are listed with their line and \
                left out; the others are imported. An import that was cut off goes on where it was when it is started \
                again with the same file.
                """
            ])
    ) { context throws(CommandFailure) in
        try NumberListImport.names(path: context.values[file], country: context.values[country], context)
    }

    private static let pin = Command(
        declaration: CommandDeclaration(
            "pin", summary: "sets a name that wins over every other source",
            arguments: [number.declaration, name.declaration], options: [country.declaration])
    ) { context throws(CommandFailure) in
        let number = try readNumber(context)
        let name = context.values[name]
        guard !SupplierAnswer.isNoName(name) else {
            throw .badData(
                "\(terminalSafe(name.text)) stands for no name, and phones would show it as one. To answer without a "
                    + "name: nocli name suppress \(number.text)")
        }
        let desk = try context.openDesk()
        try context.perform { () throws(DatabaseError) in try desk.pin(number, name) }
        try showListing(of: number, desk, context) { listing in
            "\(number.text) is answered with \(terminalSafe(name.text))"
                + (listing.suppressedAt == nil
                    ? "." : " once its suppression ends: nocli name unsuppress \(number.text)")
        }
    }

    private static let unpin = Command(
        declaration: CommandDeclaration(
            "unpin", summary: "takes a pinned name away", arguments: [number.declaration],
            options: [country.declaration])
    ) { context throws(CommandFailure) in
        let number = try readNumber(context)
        let desk = try context.openDesk()
        guard try context.perform({ () throws(DatabaseError) in try desk.unpin(number) }) else {
            throw .failed("\(number) has no pinned name")
        }
        try showListing(of: number, desk, context) { _ in "The pinned name of \(number.text) is gone." }
    }

    private static let suppress = Command(
        declaration: CommandDeclaration(
            "suppress", summary: "answers a number without a name, whatever is known",
            arguments: [number.declaration], options: [country.declaration])
    ) { context throws(CommandFailure) in
        let number = try readNumber(context)
        let desk = try context.openDesk()
        try context.perform { () throws(DatabaseError) in try desk.suppress(number) }
        try showListing(of: number, desk, context) { _ in
            "\(number.text) is suppressed: answered without a name and free of charge. Undo with: nocli name unsuppress "
                + number.text
        }
    }

    private static let unsuppress = Command(
        declaration: CommandDeclaration(
            "unsuppress", summary: "ends a suppression", arguments: [number.declaration],
            options: [country.declaration])
    ) { context throws(CommandFailure) in
        let number = try readNumber(context)
        let desk = try context.openDesk()
        guard try context.perform({ () throws(DatabaseError) in try desk.unsuppress(number) }) else {
            throw .failed("\(number) is not suppressed")
        }
        try showListing(of: number, desk, context) { _ in "\(number.text) is not suppressed any more." }
    }

    private static let show = Command(
        declaration: CommandDeclaration(
            "show", summary: "shows everything recorded about a number", arguments: [number.declaration],
            options: [country.declaration])
    ) { context throws(CommandFailure) in
        let number = try readNumber(context)
        let desk = try context.openDesk()
        try showListing(of: number, desk, context) { listing in
            FieldList([
                ("Number", number.text),
                ("Suppressed", listing.suppressedAt.map { "since \($0.rfc3339())" } ?? "no"),
                ("Pinned", listing.override.map { "\($0.name) (\($0.asOf))" } ?? ""),
                ("Directory", listing.directory.map { "\($0.name) (\($0.asOf))" } ?? ""),
                ("Suppliers", cachedText(listing.cached)),
                ("Answered", answered(listing)?.name ?? "no name"),
            ]).rendered()
        }
    }

    private static let search = Command(
        declaration: CommandDeclaration(
            "search", summary: "finds names that contain a text, in either case", arguments: [text.declaration],
            options: [limit.declaration])
    ) { context throws(CommandFailure) in
        let limit = context.values[limit]
        let text = context.values[text]
        let desk = try context.openDesk()
        // One more than shown tells whether there are more.
        let found = try context.perform { () throws(DatabaseError) in
            try desk.searchNames(text, limit: limit + 1)
        }
        let shown = found.prefix(limit)
        context.answer { writer in
            writer.beginObject()
            writer.key("names")
            writer.beginArray()
            for name in shown {
                writer.beginObject()
                writer.field("e164", name.number.text)
                writer.field("name", name.name)
                writer.field("source", name.source.text)
                writer.field("as_of", name.asOf)
                writer.endObject()
            }
            writer.endArray()
            writer.field("more", found.count > limit)
            writer.endObject()
        } people: {
            if shown.isEmpty { return "No name contains that text." }
            var table = TextTable([.text("Number"), .text("Name"), .text("Source"), .text("As of")])
            for name in shown { table.add([name.number.text, name.name, name.source.text, name.asOf]) }
            let more = found.count > limit ? "\n\nThere are more; see them with --limit N." : ""
            return table.rendered(on: context.console) + more
        }
    }

    private static let expire = Command(
        declaration: CommandDeclaration(
            "expire", summary: "forgets what suppliers said about a number, so that the next lookup asks again",
            arguments: [number.declaration], options: [country.declaration])
    ) { context throws(CommandFailure) in
        let number = try readNumber(context)
        let desk = try context.openDesk()
        guard try context.perform({ () throws(DatabaseError) in try desk.expire(number) }) else {
            throw .failed("nothing that a supplier said about \(number) is kept")
        }
        try showListing(of: number, desk, context) { _ in
            "What suppliers said about \(number.text) is forgotten."
        }
    }

    private static let stats = Command(
        declaration: CommandDeclaration("stats", summary: "counts names and suppressions")
    ) { context throws(CommandFailure) in
        let desk = try context.openDesk()
        let counts = try context.perform { () throws(DatabaseError) in try desk.nameCounts() }
        context.answer { writer in
            writer.beginObject()
            writer.field("directory", counts.directory)
            writer.field("overrides", counts.overrides)
            writer.field("suppressed", counts.suppressed)
            writer.field("cached", counts.cached)
            writer.field("cached_without_name", counts.cachedWithout)
            writer.endObject()
        } people: {
            var table = TextTable([.text("What"), .number("Numbers")])
            table.add(["directory names", String(counts.directory)])
            table.add(["pinned names", String(counts.overrides)])
            table.add(["suppressed", String(counts.suppressed)])
            table.add(["names from suppliers", String(counts.cached)])
            table.add(["without a name, say suppliers", String(counts.cachedWithout)])
            return table.rendered(on: context.console)
        }
    }

    /// The number of the argument, which must be valid: a name for a number that nobody can have would never be found.
    static func readNumber(_ context: CommandContext) throws(CommandFailure) -> E164 {
        let plan = NumberingPlan.builtIn
        let number = NumberReading.read(
            context.values[number], country: context.values[country], input: .any, plan: plan)
        guard let e164 = number?.e164(in: plan) else {
            throw .badData(
                "NUMBER: expected a valid number such as +12025550143, or as dialled in --country; found another text. "
                    + "Run 'nocli number parse NUMBER' to see why.")
        }
        return e164
    }

    /// What suppliers said last, for people.
    private static func cachedText(_ cached: CachedName?) -> String {
        guard let cached else { return "" }
        let day = cached.obtainedAt.rfc3339Date()
        guard let name = cached.name, let supplier = cached.supplier else { return "no name (\(day))" }
        return "\(name.text) (\(supplier), \(day))"
    }

    /// The name that is answered: the pinned one before the directory's before what suppliers said, none when suppressed.
    /// A cached one may be too old for an answer of the server, which then asks again.
    private static func answered(_ listing: NameTables.Listing) -> (name: String, source: CallerNameSource)? {
        if listing.suppressedAt != nil { return nil }
        if let override = listing.override { return (override.name, .override) }
        if let directory = listing.directory { return (directory.name, .directory) }
        return listing.cached?.name.map { ($0.text, .cache) }
    }

    private static func showListing(
        of number: E164, _ desk: OperatorDesk, _ context: CommandContext, people: (NameTables.Listing) -> String
    ) throws(CommandFailure) {
        let listing = try context.perform { () throws(DatabaseError) in try desk.listing(of: number) }
        let answered = answered(listing)
        context.answer { writer in
            writer.beginObject()
            writer.field("e164", number.text)
            writer.field("cnam", answered?.name)
            writer.field("source", answered?.source.text)
            writer.field("suppressed", listing.suppressedAt != nil)
            writer.field("suppressed_at", listing.suppressedAt?.rfc3339())
            write("override", listing.override, to: &writer)
            write("directory", listing.directory, to: &writer)
            writer.key("cached")
            if let cached = listing.cached {
                writer.beginObject()
                writer.field("name", cached.name?.text)
                writer.field("raw", cached.raw)
                writer.field("supplier", cached.supplier?.text)
                writer.field("obtained_at", cached.obtainedAt.rfc3339())
                writer.endObject()
            } else {
                writer.null()
            }
            writer.endObject()
        } people: {
            people(listing)
        }
    }

    private static func write(
        _ key: StaticString, _ entry: (name: String, asOf: String)?, to writer: inout JSONWriter
    ) {
        writer.key(key)
        guard let entry else {
            writer.null()
            return
        }
        writer.beginObject()
        writer.field("name", entry.name)
        writer.field("as_of", entry.asOf)
        writer.endObject()
    }
}
