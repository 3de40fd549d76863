// `nocli connector add`: a CRM for a workspace, checked before it is stored.

import CRMMiddleware
import CRMTemplate
import CommandOptions
import DocumentPages
import JSONText
import MiddlewareStorage
import Platform
import SQLiteDatabase

enum ConnectorAdd {
    private static let kind: Option<ConnectorKind?> = .optional(
        "kind", .choice(), help: "what it is; template when --template is given")
    private static let template: Option<String?> = .optional(
        "template", .path, help: "a CRM template of 3CX; - for standard input")
    private static let parameters: Option<[String]> = .list(
        "param", .assignment("NAME=VALUE"), help: "a parameter of the template; secrets belong in --param-file")
    private static let url: Option<String?> = .optional(
        "url", .text.placeholder("PATTERN"),
        help: "an address with {phone}, {digits}, {email} or {display_name}, for --kind url")
    private static let lookupURL: Option<String?> = .optional(
        "lookup-url", .text.placeholder("URL"), help: "the lookup service, for --kind numbers")
    private static let keyFile: Option<String?> = .optional(
        "key-file", .path, help: "a file with a key of the lookup service; - for standard input")
    private static let name: Option<String?> = .optional(
        "name", .name(max: ConnectorRecord.nameMax), help: "what to call it; the template's name unless given")
    private static let priority: Option<Int?> = .optional(
        "priority", .integer(ConnectorRecord.priorities),
        help: "lower ones come first; \(ConnectorRecord.usualPriority) for a template unless given")
    private static let features: Option<ConnectorFeatures?> = .optional(
        "features", ConnectorCommands.featuresKind, help: "what it is used for; all that it can do unless given")

    /// Bytes of a file with a key of the lookup service.
    private static let keyBytesMax = 4_096

    static let command = Command(
        declaration: CommandDeclaration(
            "add", summary: "adds a connector to a workspace",
            options: [
                ConnectorCommands.workspace.declaration, kind.declaration, template.declaration,
                parameters.declaration, ConnectorCommands.parameterFile.declaration, url.declaration,
                lookupURL.declaration,
                keyFile.declaration, name.declaration, priority.declaration, features.declaration,
                SecretCommands.keyFile.declaration,
            ],
            details: [
                """
                template: any CRM template of 3CX with its parameters. url: a link for everybody who calls; asks \
                nobody. builtin: the middleware's own contacts. numbers: names from the lookup service, for numbers \
                that no CRM knew.
                """,
                """
                A template with errors is refused with their places. Parameters that are secrets come by --param-file \
                only, since arguments show in process lists, and are stored sealed, which needs a key: nocli secret \
                generate-key. Of a parameter that is given twice --param wins.
                """,
            ])
    ) { context throws(CommandFailure) in
        let id = ConnectorID(random: context.surroundings.random)
        let (record, notes) = try record(id, context)
        let vault = try context.openVault()
        let desk = try context.openMiddleware()
        let outcome = try context.perform { () throws(DatabaseError) in
            try desk.addConnector(record, vault: vault)
        }
        if case .failure(let refusal) = outcome { throw failure(refusal, record.workspace) }
        for note in notes { context.console.printError("nocli: \(note)") }
        context.answer { writer in
            writer.beginObject()
            record.writeMembers(to: &writer)
            writer.endObject()
        } people: {
            "\(id) is added, used for: \(record.featureWords). Try it with: nocli connector test \(id) --number NUMBER"
        }
    }

    private static func failure(
        _ refusal: MiddlewareDesk.ConnectorRefusal, _ workspace: WorkspaceID
    ) -> CommandFailure {
        switch refusal {
        case .noWorkspace: ConnectorCommands.noSuchWorkspace(workspace)
        case .tooMany:
            .failed("the workspace has \(ConnectorTable.countMax) connectors, the most it may have. Remove one first.")
        case .secondBuiltIn:
            .failed("the workspace has its built-in contacts already: nocli connector list --workspace \(workspace)")
        case .noKey: ConnectorCommands.noKey
        }
    }

    // MARK: The record

    private static func record(
        _ id: ConnectorID, _ context: CommandContext
    ) throws(CommandFailure) -> (ConnectorRecord, notes: [String]) {
        let values = context.values
        guard let kind = values[kind] ?? (values[template] == nil ? nil : .template) else {
            throw .usage(context.invocation.error("--kind is missing, or --template FILE"))
        }
        try refuseOthers(kind, context)
        var record = ConnectorRecord(
            id: id, workspace: values[ConnectorCommands.workspace], kind: kind, name: "",
            priority: values[priority] ?? ConnectorRecord.usualPriority(of: kind), features: .possible(for: kind),
            createdAt: context.surroundings.clock.wall())
        var notes: [String] = []
        var usualName: String
        switch kind {
        case .template:
            let path = try required(template, kind, context)
            let (template, bytes) = try ConnectorCommands.checkedTemplate(path, context)
            record.template = bytes
            record.features = .possible(of: template)
            record.parameters = try parameters(of: template, context)
            notes = ConnectorCommands.missing(template, record.parameters, id)
            usualName = template.name
        case .url:
            record.address = try pattern(try required(url, kind, context), context)
            usualName = "Link"
        case .builtin: usualName = "Contacts"
        case .numbers:
            record.address = try address(try required(lookupURL, kind, context), context)
            record.parameters = [
                ConnectorParameter(
                    ConnectorAssembly.numbersKey,
                    .secret(HiddenText(try key(required(keyFile, kind, context), context))))
            ]
            usualName = "numbers.online"
        }
        if usualName.isEmpty { usualName = "CRM" }
        record.name =
            values[name] ?? String(usualName.unicodeScalars.prefix(ConnectorRecord.nameMax).map(Character.init))
        if let wanted = values[features] {
            let impossible = wanted.subtracting(record.features)
            if !impossible.isEmpty {
                notes.append("it cannot do \(impossible.words.joined(separator: ", ")), which is left out")
            }
            record.features.formIntersection(wanted)
        }
        return (record, notes)
    }

    /// What the file and the command line say.
    private static func parameters(
        of template: Template, _ context: CommandContext
    ) throws(CommandFailure) -> [ConnectorParameter] {
        var given: [String: String] = [:]
        for assignment in try context.assignments(parameters) { given[assignment.name] = assignment.value }
        let plain = try ConnectorCommands.matched(given, of: template)
        for parameter in template.parameters where parameter.isKeptSecret && plain[parameter.name] != nil {
            throw .usage(
                context.invocation.error(
                    "--param \(terminalName(parameter.name))=… is a secret: give it with --param-file FILE"))
        }
        let file = try ConnectorCommands.matched(try ConnectorCommands.fileParameters(context), of: template)
        return ConnectorCommands.parameters(file.merging(plain) { $1 }, of: template)
    }

    /// Options of another kind are a misunderstanding.
    private static func refuseOthers(_ kind: ConnectorKind, _ context: CommandContext) throws(CommandFailure) {
        let values = context.values
        let given: [(String, Bool, ConnectorKind)] = [
            ("template", values[template] != nil, .template),
            ("param", !values[parameters].isEmpty, .template),
            ("param-file", values[ConnectorCommands.parameterFile] != nil, .template),
            ("url", values[url] != nil, .url), ("lookup-url", values[lookupURL] != nil, .numbers),
            ("key-file", values[keyFile] != nil, .numbers),
        ]
        for (name, isGiven, owner) in given where isGiven && owner != kind {
            throw .usage(
                context.invocation.error("--\(name) belongs to --kind \(owner.rawValue), not to \(kind.rawValue)"))
        }
    }

    private static func required(
        _ option: Option<String?>, _ kind: ConnectorKind, _ context: CommandContext
    ) throws(CommandFailure) -> String {
        if let value = context.values[option] { return value }
        let declaration = option.declaration
        throw .usage(
            context.invocation.error(
                "--\(declaration.name) \(declaration.placeholder) is missing: --kind \(kind.rawValue) needs it"))
    }

    private static func pattern(_ text: String, _ context: CommandContext) throws(CommandFailure) -> String {
        do throws(URLPattern.Refusal) {
            return try URLPattern(text).text
        } catch {
            throw .usage(context.invocation.error("--url: \(error.sentence)"))
        }
    }

    private static func address(_ text: String, _ context: CommandContext) throws(CommandFailure) -> String {
        guard let origin = PublicOrigin(url: text) else {
            throw .usage(
                context.invocation.error("--lookup-url: expected https:// or http:// and a host, without a path"))
        }
        return origin.url
    }

    private static func key(_ path: String, _ context: CommandContext) throws(CommandFailure) -> String {
        let bytes = try WholeFile.read(path, "a key", limit: keyBytesMax, context)
        var text = Substring(String(decoding: bytes, as: UTF8.self))
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .badData("\(WholeFile.name(path)): expected one key of the lookup service and nothing else")
        }
        return String(text)
    }
}
