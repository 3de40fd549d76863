// `nocli supplier add`, `preset`, `presets`: new sources of names.

import CommandOptions
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

enum SupplierAdd {
    static let add = Command(
        declaration: CommandDeclaration(
            "add", summary: "adds a supplier", arguments: [SupplierOptions.name.declaration],
            options: [
                SupplierOptions.url.declaration, SupplierOptions.header.declaration,
                SupplierOptions.namePath.declaration, SupplierOptions.plain.declaration,
                SupplierOptions.noName.declaration,
            ] + SupplierOptions.settings,
            details: [
                """
                The answer is JSON with --name-path, or the name alone with --plain. Secrets are written in no option: \
                put them into a file of lines NAME=value and refer to them as {secret:NAME}. They are sealed with the \
                key of --secret-key-file, which the server needs, too.
                """
            ])
    ) { context throws(CommandFailure) in
        let values = context.values
        guard values[SupplierOptions.plain] != (values[SupplierOptions.namePath] != nil) else {
            throw .usage(context.invocation.error("give either --name-path PATH or --plain"))
        }
        let supplier = Supplier(
            name: values[SupplierOptions.name],
            url: try template("--url", context) { () throws(SupplierTemplateFault) in
                try SupplierTemplate(url: values[SupplierOptions.url])
            },
            headers: try headers(context), form: values[SupplierOptions.namePath] ?? .plain,
            noNameWords: values[SupplierOptions.noName],
            price: values[SupplierOptions.price] ?? .zero,
            timeoutMilliseconds: values[SupplierOptions.timeout] ?? Supplier.defaultTimeoutMilliseconds,
            concurrentMax: values[SupplierOptions.concurrent] ?? Supplier.defaultConcurrentMax,
            countries: Set(values[SupplierOptions.countries] ?? []), isEnabled: true,
            position: values[SupplierOptions.position] ?? Supplier.defaultPosition)
        guard supplier.noNameWords.count <= Supplier.wordsMax else {
            throw .usage(context.invocation.error("expected at most \(Supplier.wordsMax) times --no-name"))
        }
        try store(supplier, context)
        if values[SupplierOptions.price] == nil {
            context.console.printError(
                "nocli: warning: \(supplier.name) has no price: it is asked before those that have one, and no spending "
                    + "cap holds it. Give what a request costs with: nocli supplier set \(supplier.name) "
                    + "--price-micros N")
        }
    }

    static let preset = Command(
        declaration: CommandDeclaration(
            "preset", summary: "adds a well-known service with your own secrets",
            arguments: [SupplierOptions.presetName.declaration],
            options: SupplierOptions.settings,
            details: [
                """
                The descriptions were written from the services' public documentation and not tried against them. The \
                price is a guess: set your own with --price-micros. See what one answers with: nocli supplier test NUMBER
                """
            ])
    ) { context throws(CommandFailure) in
        let values = context.values
        guard let preset = SupplierPreset.named(values[SupplierOptions.presetName]) else {
            let known = SupplierPreset.all.map(\.name.text)
            let meant =
                Suggestion.nearest(to: values[SupplierOptions.presetName], among: known).map { " Did you mean \($0)?" }
                ?? ""
            throw .badData(
                "NAME: expected a preset among \(known.joined(separator: ", ")); found another word.\(meant)")
        }
        let base = preset.supplier(position: values[SupplierOptions.position] ?? Supplier.defaultPosition)
        try store(
            Supplier(
                name: base.name, url: base.url, headers: base.headers, form: base.form, noNameWords: base.noNameWords,
                price: values[SupplierOptions.price] ?? base.price,
                timeoutMilliseconds: values[SupplierOptions.timeout] ?? base.timeoutMilliseconds,
                concurrentMax: values[SupplierOptions.concurrent] ?? base.concurrentMax,
                countries: values[SupplierOptions.countries].map { Set($0) } ?? base.countries, isEnabled: true,
                position: base.position), context)
    }

    static let presets = Command(
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
        let secrets = try SupplierOptions.secrets(context) ?? .none
        let vault = try SupplierOptions.vault(context)
        let desk = try context.openDesk()
        let outcome = try context.perform { () throws(DatabaseError) in
            try desk.addSupplier(supplier, secrets: secrets, vault: vault)
        }
        switch outcome {
        case .success: break
        case .failure(.exists):
            throw .failed(
                "there is a supplier \(supplier.name) already; change it with: nocli supplier set \(supplier.name), or take "
                    + "it away with: nocli supplier remove \(supplier.name)")
        case .failure(.tooMany): throw .failed("there are \(Supplier.countMax) suppliers, the most there may be")
        case .failure(.noKey): throw SupplierOptions.noKey
        case .failure(.missingSecrets(let names)):
            throw .badData(
                "expected the secrets \(names.joined(separator: ", ")) as lines NAME=value in --secret-file; they are "
                    + "not there")
        }
        context.answer { writer in
            writer.beginObject()
            SupplierList.write(supplier, secretNames: supplier.secretNames.sorted(), to: &writer)
            writer.endObject()
        } people: {
            "Supplier \(supplier.name) is asked from now on. Try it with: nocli supplier test NUMBER --supplier "
                + supplier.name.text
        }
    }

    private static func headers(_ context: CommandContext) throws(CommandFailure) -> [Supplier.Header] {
        var headers: [Supplier.Header] = []
        for text in context.values[SupplierOptions.header] {
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
}
