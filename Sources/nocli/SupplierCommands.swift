// `nocli supplier …`: the paid sources of names.

import CommandOptions
import HTTPClient
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase
import SupplierClient

enum SupplierCommands {
    static let family = CommandFamily(
        name: "supplier", summary: "paid sources of names",
        commands: [add, preset, presets, list, test, enable, disable, remove])

    /// The variable of LookupServer that names the key's file.
    private static let keyFileVariable = "NUMBERS_LOOKUP_SECRET_KEY_FILE"
    /// The largest file of secrets: as many as there may be, each as long as it may be.
    private static let secretFileBytesMax =
        SupplierSecrets.countMax * (SupplierSecrets.valueBytesMax + 64)
    /// Days whose sums the list shows.
    private static let listDays = 30

    private static let name: Argument<SupplierName> = .required(
        "NAME",
        ValueKind(placeholder: "NAME", expects: "1 to 32 lower-case letters, digits and -") { SupplierName($0) },
        help: "how the supplier is called in answers and metrics")
    private static let presetName: Argument<String> = .required(
        "NAME", .text, help: "a service of 'nocli supplier presets'")
    private static let number: Argument<String> = .required(
        "NUMBER", .numberText, help: "a number with its country code, or as dialled in --country")
    private static let country: Option<Region?> = .optional(
        "country", .country, help: "where numbers without a country code were dialled")

    private static let url: Option<String> = .required(
        "url", .text, help: "what is asked for, with {e164}, {digits}, {national}, {country}, {secret:NAME}")
    private static let header: Option<[String]> = .list(
        "header", ValueKind(placeholder: "K: V", expects: "a header as NAME: VALUE") { $0.contains(":") ? $0 : nil },
        help: "a header to send; also with {basic:USER:PASSWORD}")
    private static let namePath: Option<SupplierAnswerForm?> = .optional(
        "name-path",
        ValueKind(placeholder: "PATH", expects: "a path such as data.name or results.0.name") {
            SupplierAnswerForm.json(path: $0)
        }, help: "where the name is in a JSON answer")
    private static let plain: Option<Bool> = .flag("plain", help: "the whole answer is the name")
    private static let noName: Option<[String]> = .list(
        "no-name",
        ValueKind(placeholder: "WORD", expects: "a word of at most \(Supplier.wordBytesMax) bytes") { text in
            text.utf8.count <= Supplier.wordBytesMax ? ValueKind<String>.text.read(text) : nil
        }, help: "a whole answer that means no name")
    private static let price: Option<MicroUSD?> = .optional(
        "price-micros", .micros(0...1_000_000), help: "what one request costs, in micro-USD")
    private static let timeout: Option<Int?> = .optional(
        "timeout-ms", .integer(Supplier.timeoutRange), help: "how long one request may take")
    private static let concurrent: Option<Int?> = .optional(
        "max-concurrent", .integer(Supplier.concurrentRange), help: "requests at a time")
    private static let countries: Option<[Region]?> = .optional(
        "countries",
        ValueKind(placeholder: "CC,...", expects: "countries such as US,CA") { text in
            let kind = ValueKind<Region>.country
            let codes = text.split(separator: ",", omittingEmptySubsequences: false).map { kind.read(String($0)) }
            return codes.contains { $0 == nil } ? nil : codes.compactMap { $0 }
        }, help: "where it has names; everywhere unless set")
    private static let position: Option<Int?> = .optional(
        "position", .integer(0...1_000_000), help: "lower ones are asked first, whatever they cost")
    private static let secretFile: Option<String?> = .optional(
        "secret-file", .path, help: "lines NAME=value; - for standard input")
    private static let keyFile: Option<String?> = .optional(
        "secret-key-file", .path, help: "the server's key for secrets; else \(keyFileVariable) names it")
    private static let only: Option<SupplierName?> = .optional(
        "supplier", ValueKind(placeholder: "NAME", expects: "a supplier's name") { SupplierName($0) },
        help: "asks this one only, also when it is switched off")
    private static let networks: Option<[NetworkBlock]> = .list(
        "allow-network", .network.placeholder("CIDR"), help: "a network that is not public and may be asked")

    private static let settings = [
        price.declaration, timeout.declaration, concurrent.declaration, countries.declaration, position.declaration,
        secretFile.declaration, keyFile.declaration,
    ]

    // MARK: Adding

    private static let add = Command(
        declaration: CommandDeclaration(
            "add", summary: "adds a supplier", arguments: [name.declaration],
            options: [
                url.declaration, header.declaration, namePath.declaration, plain.declaration, noName.declaration,
            ] + settings,
            details: [
                """
                The answer is JSON with --name-path, or the name alone with --plain. Secrets are written in no option: \
                put them into a file of lines NAME=value and refer to them as {secret:NAME}. They are sealed with the \
                key of --secret-key-file, which the server needs, too.
                """
            ])
    ) { context throws(CommandFailure) in
        let values = context.values
        guard values[plain] != (values[namePath] != nil) else {
            throw .usage(context.invocation.error("give either --name-path PATH or --plain"))
        }
        let supplier = Supplier(
            name: values[name],
            url: try template("--url", context) { () throws(SupplierTemplateFault) in
                try SupplierTemplate(url: values[url])
            },
            headers: try headers(context), form: values[namePath] ?? .plain, noNameWords: values[noName],
            price: values[price] ?? .zero,
            timeoutMilliseconds: values[timeout] ?? Supplier.defaultTimeoutMilliseconds,
            concurrentMax: values[concurrent] ?? Supplier.defaultConcurrentMax,
            countries: Set(values[countries] ?? []), isEnabled: true,
            position: values[position] ?? Supplier.defaultPosition)
        guard supplier.noNameWords.count <= Supplier.wordsMax else {
            throw .usage(context.invocation.error("expected at most \(Supplier.wordsMax) times --no-name"))
        }
        try store(supplier, context)
    }

    private static let preset = Command(
        declaration: CommandDeclaration(
            "preset", summary: "adds a well-known service with your own secrets", arguments: [presetName.declaration],
            options: settings,
            details: [
                """
                The descriptions were written from the services' public documentation and not tried against them. The \
                price is a guess: set your own with --price-micros. See what one answers with: nocli supplier test NUMBER
                """
            ])
    ) { context throws(CommandFailure) in
        let values = context.values
        guard let preset = SupplierPreset.named(values[presetName]) else {
            let known = SupplierPreset.all.map(\.name.text)
            let meant = Suggestion.nearest(to: values[presetName], among: known).map { " Did you mean \($0)?" } ?? ""
            throw .badData(
                "NAME: expected a preset among \(known.joined(separator: ", ")); found another word.\(meant)")
        }
        let base = preset.supplier(position: values[position] ?? Supplier.defaultPosition)
        try store(
            Supplier(
                name: base.name, url: base.url, headers: base.headers, form: base.form, noNameWords: base.noNameWords,
                price: values[price] ?? base.price, timeoutMilliseconds: values[timeout] ?? base.timeoutMilliseconds,
                concurrentMax: values[concurrent] ?? base.concurrentMax,
                countries: values[countries].map { Set($0) } ?? base.countries, isEnabled: true,
                position: base.position), context)
    }

    private static let presets = Command(
        declaration: CommandDeclaration("presets", summary: "lists the well-known services")
    ) { context throws(CommandFailure) in
        context.answer { writer in
            writer.beginObject()
            writer.key("presets")
            writer.beginArray()
            for preset in SupplierPreset.all {
                writer.beginObject()
                writer.field("name", preset.name.text)
                writer.field("service", preset.service)
                writer.field("documentation", preset.documentation)
                writer.field("url", preset.url.text)
                writer.field("secrets", preset.secretNames)
                writer.field("countries", preset.countries.map(\.code).sorted())
                writer.field("price_micros", preset.price.micros)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        } people: {
            var table = TextTable([.text("Name"), .text("Service"), .text("Secrets"), .text("Countries")])
            for preset in SupplierPreset.all {
                table.add([
                    preset.name.text, preset.service, preset.secretNames.joined(separator: " "),
                    preset.countries.map(\.code).sorted().joined(separator: " "),
                ])
            }
            return table.rendered(on: context.console)
                + "\n\nWritten from public documentation. Add one with: nocli supplier preset NAME --secret-file FILE"
        }
    }

    private static func store(_ supplier: Supplier, _ context: CommandContext) throws(CommandFailure) {
        var secrets = SupplierSecrets.none
        if let path = context.values[secretFile] {
            let bytes = try WholeFile.read(path, "a file of secrets", limit: secretFileBytesMax, context)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw .badData("\(WholeFile.name(path)): expected lines NAME=value in UTF-8")
            }
            switch SupplierSecrets.parsing(text) {
            case .success(let some): secrets = some
            case .failure(let fault): throw .badData("\(WholeFile.name(path)): \(fault)")
            }
        }
        let vault = try vault(context)
        let desk = try context.openDesk()
        let outcome = try context.perform { () throws(DatabaseError) in
            try desk.addSupplier(supplier, secrets: secrets, vault: vault)
        }
        switch outcome {
        case .success: break
        case .failure(.exists):
            throw .failed(
                "there is a supplier \(supplier.name) already; take it away with: nocli supplier remove \(supplier.name)"
            )
        case .failure(.tooMany): throw .failed("there are \(Supplier.countMax) suppliers, the most there may be")
        case .failure(.noKey):
            throw .failed(
                "secrets are only stored sealed: name the server's key with --secret-key-file FILE, or set "
                    + keyFileVariable)
        case .failure(.missingSecrets(let names)):
            throw .badData(
                "expected the secrets \(names.joined(separator: ", ")) as lines NAME=value in --secret-file; they are "
                    + "not there")
        }
        context.answer { writer in
            writer.beginObject()
            write(supplier, secretNames: supplier.secretNames.sorted(), to: &writer)
            writer.endObject()
        } people: {
            "Supplier \(supplier.name) is asked from now on. Try it with: nocli supplier test NUMBER --supplier "
                + supplier.name.text
        }
    }

    private static func headers(_ context: CommandContext) throws(CommandFailure) -> [Supplier.Header] {
        var headers: [Supplier.Header] = []
        for text in context.values[header] {
            let name = String(text.prefix { $0 != ":" })
            var value = text.dropFirst(name.count + 1)
            while value.first == " " { value.removeFirst() }
            guard Supplier.isHeaderName(name) else {
                throw .usage(
                    context.invocation.error(
                        "--header: expected the name of a header that does not frame the message, found another"))
            }
            let trimmed = String(value)
            headers.append(
                Supplier.Header(
                    name: name,
                    value: try template("--header", context) { () throws(SupplierTemplateFault) in
                        try SupplierTemplate(header: trimmed)
                    }))
        }
        guard headers.count <= Supplier.headersMax else {
            throw .usage(context.invocation.error("expected at most \(Supplier.headersMax) times --header"))
        }
        return headers
    }

    private static func template(
        _ option: String, _ context: CommandContext,
        _ make: () throws(SupplierTemplateFault) -> SupplierTemplate
    ) throws(CommandFailure) -> SupplierTemplate {
        do throws(SupplierTemplateFault) {
            return try make()
        } catch {
            throw .usage(context.invocation.error("\(option): \(error)"))
        }
    }

    private static func vault(_ context: CommandContext) throws(CommandFailure) -> SecretVault {
        let named = context.surroundings.environment[keyFileVariable].flatMap { $0.isEmpty ? nil : $0 }
        do throws(SecretKeyError) {
            let path = context.values[keyFile] ?? named
            let key = try path.map { path throws(SecretKeyError) in try SecretKey(file: path) }
            return SecretVault(key: key, random: context.surroundings.random)
        } catch {
            throw .badData(error.description)
        }
    }

    // MARK: Looking

    private static let list = Command(
        declaration: CommandDeclaration(
            "list", summary: "shows the suppliers and what they did in \(listDays) days", options: [keyFile.declaration]
        )
    ) { context throws(CommandFailure) in
        let vault = try vault(context)
        let desk = try context.openDesk()
        let stored = try context.perform { () throws(DatabaseError) in try desk.suppliers(vault: vault) }
        let totals = try context.perform { () throws(DatabaseError) in try desk.supplierTotals(days: listDays) }
        context.answer { writer in
            writer.beginObject()
            writer.key("suppliers")
            writer.beginArray()
            for one in stored {
                let tally = totals[one.supplier.name.text] ?? SupplierTally()
                writer.beginObject()
                write(one.supplier, secretNames: one.secretNames, to: &writer)
                writer.field("requests", tally.requests)
                writer.field("hits", tally.hits)
                writer.field("misses", tally.misses)
                writer.field("errors", tally.errors)
                writer.field("spent_micros", tally.spent)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        } people: {
            if stored.isEmpty { return "There is no supplier. Add one with: nocli supplier preset NAME" }
            var table = TextTable([
                .text("Name"), .text("State"), .number("Position"), .number("USD"), .text("Countries"),
                .number("Requests"), .number("Names"), .number("Errors"), .number("Spent USD"),
            ])
            for one in stored {
                let (supplier, tally) = (one.supplier, totals[one.supplier.name.text] ?? SupplierTally())
                table.add([
                    supplier.name.text, supplier.isEnabled ? "on" : "off", String(supplier.position),
                    supplier.price.usd, countryText(supplier), String(tally.requests), String(tally.hits),
                    String(tally.errors), MicroUSD(micros: tally.spent).usd,
                ])
            }
            return table.rendered(on: context.console)
        }
    }

    private static func countryText(_ supplier: Supplier) -> String {
        supplier.countries.isEmpty ? "all" : supplier.countries.map(\.code).sorted().joined(separator: " ")
    }

    private static func write(_ supplier: Supplier, secretNames: [String], to writer: inout JSONWriter) {
        writer.field("name", supplier.name.text)
        writer.field("url", supplier.url.text)
        writer.key("headers")
        writer.beginArray()
        for header in supplier.headers { writer.string("\(header.name): \(header.value.text)") }
        writer.endArray()
        writer.field("name_path", supplier.form.path)
        writer.field("no_name", supplier.noNameWords)
        writer.field("price_micros", supplier.price.micros)
        writer.field("timeout_ms", supplier.timeoutMilliseconds)
        writer.field("max_concurrent", supplier.concurrentMax)
        writer.field("countries", supplier.countries.map(\.code).sorted())
        writer.field("enabled", supplier.isEnabled)
        writer.field("position", supplier.position)
        writer.field("secrets", secretNames)
    }

    // MARK: Trying

    /// What one supplier answered to a test.
    private struct Trial: Sendable {
        let supplier: Supplier
        let outcome: String
        let name: String?
        let raw: String?
        let status: Int?
        let milliseconds: Int64
    }

    private static let test = Command(
        declaration: CommandDeclaration(
            "test", summary: "asks the suppliers about a number, and shows how they answer",
            arguments: [number.declaration],
            options: [only.declaration, country.declaration, keyFile.declaration, networks.declaration],
            details: ["Each request costs what the supplier charges. Nothing is kept and no customer is billed."])
    ) { context throws(CommandFailure) in
        let plan = NumberingPlan.builtIn
        let read = NumberReading.read(
            context.values[number], country: context.values[country], input: .any, plan: plan)
        guard let e164 = read?.e164(in: plan), let question = SupplierQuestion(e164, plan: plan) else {
            throw .badData("NUMBER: expected a valid number such as +12025550143; found another text")
        }
        let vault = try vault(context)
        let desk = try context.openDesk()
        let only = context.values[only]
        let stored = try context.perform { () throws(DatabaseError) in try desk.suppliers(vault: vault) }
            .filter { only == nil ? $0.supplier.isEnabled : $0.supplier.name == only }
        guard !stored.isEmpty else {
            throw .failed(only.map { "there is no supplier \($0)" } ?? "no supplier is switched on")
        }
        let client: HTTPClient
        do throws(SystemError) {
            client = try HTTPClient(
                settings: HTTPSupplierTransport.settings, guard: NetworkGuard(allowed: context.values[networks]),
                clock: context.surroundings.clock, random: context.surroundings.random, log: nil)
        } catch {
            throw .failed("the HTTP client could not be started: \(error)")
        }
        defer { client.close() }
        let (transport, clock) = (HTTPSupplierTransport(client: client), context.surroundings.clock)
        let trials = waitFor {
            var trials: [Trial] = []
            for one in stored { trials.append(await ask(one, question, transport, clock)) }
            return trials
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("e164", e164.text)
            writer.key("answers")
            writer.beginArray()
            for trial in trials {
                writer.beginObject()
                writer.field("supplier", trial.supplier.name.text)
                writer.field("outcome", trial.outcome)
                writer.field("name", trial.name)
                writer.field("raw", trial.raw)
                writer.field("status", trial.status)
                writer.field("milliseconds", trial.milliseconds)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        } people: {
            var table = TextTable([
                .text("Supplier"), .text("Outcome"), .text("Name"), .text("As sent"), .number("Status"), .number("ms"),
            ])
            for trial in trials {
                table.add([
                    trial.supplier.name.text, trial.outcome, trial.name ?? "", trial.raw ?? "",
                    trial.status.map { String($0) } ?? "", String(trial.milliseconds),
                ])
            }
            return table.rendered(on: context.console)
        }
    }

    private static func ask(
        _ stored: StoredSupplier, _ question: SupplierQuestion, _ transport: HTTPSupplierTransport, _ clock: Clock
    ) async -> Trial {
        let supplier = stored.supplier
        let began = clock.monotonic()
        func trial(_ outcome: String, name: SuppliedName? = nil, status: Int? = nil) -> Trial {
            Trial(
                supplier: supplier, outcome: outcome, name: name?.name.text, raw: name?.raw, status: status,
                milliseconds: began.duration(to: clock.monotonic()).wholeMilliseconds)
        }
        guard case .success(let secrets) = stored.secrets,
            let request = supplier.request(about: question, secrets: secrets)
        else { return trial("secrets cannot be opened") }
        switch await transport.send(request, deadline: began + supplier.timeout) {
        case .failure(.timedOut): return trial("timed out")
        case .failure(.refusedAddress): return trial("address refused: see --allow-network")
        case .failure(.cancelled), .failure(.failed): return trial("no answer")
        case .success(let answer):
            let status = answer.status
            switch SupplierAnswer.read(
                status: status, body: answer.body, supplier: supplier, question: question)
            {
            case .named(let name): return trial("name", name: name, status: status)
            case .unnamed: return trial("no name", status: status)
            case .unreadable(let fault): return trial("unreadable: \(fault.rawValue)", status: status)
            }
        }
    }

    // MARK: Changing

    private static let enable = toggle("enable", "asks a supplier again", true)
    private static let disable = toggle("disable", "does not ask a supplier any more", false)

    private static func toggle(_ word: String, _ summary: String, _ isEnabled: Bool) -> Command {
        Command(
            declaration: CommandDeclaration(word, summary: summary, arguments: [name.declaration])
        ) { context throws(CommandFailure) in
            let name = context.values[name]
            let desk = try context.openDesk()
            guard try context.perform({ () throws(DatabaseError) in try desk.enableSupplier(name, isEnabled) }) else {
                throw .failed("there is no supplier \(name)")
            }
            context.answer { writer in
                writer.beginObject()
                writer.field("name", name.text)
                writer.field("enabled", isEnabled)
                writer.endObject()
            } people: {
                "Supplier \(name) is switched \(isEnabled ? "on" : "off")."
            }
        }
    }

    private static let remove = Command(
        declaration: CommandDeclaration(
            "remove", summary: "forgets a supplier and its secrets", arguments: [name.declaration],
            details: ["Names that it gave stay in the cache until they are old."])
    ) { context throws(CommandFailure) in
        let name = context.values[name]
        let desk = try context.openDesk()
        guard try context.perform({ () throws(DatabaseError) in try desk.removeSupplier(name) }) else {
            throw .failed("there is no supplier \(name)")
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("name", name.text)
            writer.field("removed", true)
            writer.endObject()
        } people: {
            "Supplier \(name) and its secrets are forgotten."
        }
    }
}
