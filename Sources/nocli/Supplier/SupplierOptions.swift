// The arguments and options of `nocli supplier …`, and what is read through them.

import CommandOptions
import NumbersCore
import Platform

/// What several commands about suppliers take.
enum SupplierOptions {
    /// The variable of LookupServer that names the key's file.
    static let keyFileVariable = "NUMBERS_LOOKUP_SECRET_KEY_FILE"
    /// The largest file of secrets: as many as there may be, each as long as it may be.
    static let secretFileBytesMax =
        SupplierSecrets.countMax * (SupplierSecrets.valueBytesMax + 64)
    static let name: Argument<SupplierName> = .required(
        "NAME",
        ValueKind(placeholder: "NAME", expects: "1 to 32 lower-case letters, digits and -") { SupplierName($0) },
        help: "how the supplier is called in answers and metrics")
    static let presetName: Argument<String> = .required(
        "NAME", .text, help: "a service of 'nocli supplier presets'")
    static let number: Argument<String> = .required(
        "NUMBER", .numberText, help: "a number with its country code, or as dialled in --country")
    static let country: Option<Region?> = .optional(
        "country", .country, help: "where numbers without a country code were dialled")

    static let url: Option<String> = .required(
        "url", .text, help: "what is asked for, with {e164}, {digits}, {national}, {country}, {secret:NAME}")
    static let header: Option<[String]> = .list(
        "header", ValueKind(placeholder: "K: V", expects: "a header as NAME: VALUE") { $0.contains(":") ? $0 : nil },
        help: "a header to send; also with {basic:USER:PASSWORD}")
    static let namePath: Option<SupplierAnswerForm?> = .optional(
        "name-path",
        ValueKind(placeholder: "PATH", expects: "a path such as data.name or results.0.name") {
            SupplierAnswerForm.json(path: $0)
        }, help: "where the name is in a JSON answer; name? when the first step may be absent")
    static let plain: Option<Bool> = .flag("plain", help: "the whole answer is the name")
    static let noName: Option<[String]> = .list(
        "no-name",
        ValueKind(placeholder: "WORD", expects: "a word of at most \(Supplier.wordBytesMax) bytes") { text in
            text.utf8.count <= Supplier.wordBytesMax ? ValueKind<String>.text.read(text) : nil
        }, help: "a whole answer that means no name")
    static let price: Option<MicroUSD?> = .optional(
        "price-micros", .micros(0...1_000_000), help: "what one request costs, in micro-USD")
    static let timeout: Option<Int?> = .optional(
        "timeout-ms", .integer(Supplier.timeoutRange), help: "how long one request may take")
    static let concurrent: Option<Int?> = .optional(
        "max-concurrent", .integer(Supplier.concurrentRange), help: "requests at a time")
    static let countries: Option<[Region]?> = .optional(
        "countries",
        ValueKind(placeholder: "CC,...", expects: "countries such as US,CA") { text in
            let kind = ValueKind<Region>.country
            let codes = text.split(separator: ",", omittingEmptySubsequences: false).map { kind.read(String($0)) }
            return codes.contains { $0 == nil } ? nil : codes.compactMap { $0 }
        }, help: "where it has names; everywhere unless set")
    static let position: Option<Int?> = .optional(
        "position", .integer(0...1_000_000), help: "lower ones are asked first, whatever they cost")
    static let secretFile: Option<String?> = .optional(
        "secret-file", .path, help: "lines NAME=value; - for standard input")
    static let keyFile: Option<String?> = .optional(
        "secret-key-file", .path, help: "the server's key for secrets; else \(keyFileVariable) names it")
    static let only: Option<SupplierName?> = .optional(
        "supplier", ValueKind(placeholder: "NAME", expects: "a supplier's name") { SupplierName($0) },
        help: "asks this one only, also when it is switched off")
    static let networks: Option<[NetworkBlock]> = .list(
        "allow-network", .network.placeholder("CIDR"), help: "a network that is not public and may be asked")

    static let settings = [
        price.declaration, timeout.declaration, concurrent.declaration, countries.declaration, position.declaration,
        secretFile.declaration, keyFile.declaration,
    ]

    /// The file of secrets that was named; nil: none was.
    static func secrets(_ context: CommandContext) throws(CommandFailure) -> SupplierSecrets? {
        guard let path = context.values[secretFile] else { return nil }
        let bytes = try WholeFile.read(path, "a file of secrets", limit: secretFileBytesMax, context)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .badData("\(WholeFile.name(path)): expected lines NAME=value in UTF-8")
        }
        switch SupplierSecrets.parsing(text) {
        case .success(let secrets): return secrets
        case .failure(let fault): throw .badData("\(WholeFile.name(path)): \(fault)")
        }
    }

    /// The key for secrets, if one was named.
    static func vault(_ context: CommandContext) throws(CommandFailure) -> SecretVault {
        let named = context.surroundings.environment[keyFileVariable].flatMap { $0.isEmpty ? nil : $0 }
        do throws(SecretKeyError) {
            let path = context.values[keyFile] ?? named
            let key = try path.map { path throws(SecretKeyError) in try SecretKey(file: path) }
            return SecretVault(key: key, random: context.surroundings.random)
        } catch {
            throw .badData(error.description)
        }
    }

    /// That no key was named to seal secrets with.
    static var noKey: CommandFailure {
        .failed(
            "secrets are only stored sealed: name the server's key with --secret-key-file FILE, or set "
                + keyFileVariable)
    }
}
