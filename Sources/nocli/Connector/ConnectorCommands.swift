// `nocli connector …`: the CRMs of a workspace. No secret is ever printed.

import CRMMiddleware
import CRMTemplate
import CommandOptions
import JSONText
import MiddlewareStorage
import Platform
import SQLiteDatabase

enum ConnectorCommands {
    static let family = CommandFamily(
        name: "connector", summary: "the CRMs of workspaces",
        commands: [
            ConnectorAdd.command, list, show, ConnectorTest.command, ConnectorSet.command, remove,
            ConnectorAuthorize.command,
        ])

    static let connectorKind = ValueKind<ConnectorID>(
        placeholder: "CONNECTOR", expects: "a connector's identifier such as conn_5c08a1e94b7f2d36"
    ) { ConnectorID($0) }
    static let featuresKind = ValueKind<ConnectorFeatures>(
        placeholder: "FEATURE,...",
        expects: "features among \(ConnectorFeatures.all.words.joined(separator: ", ")), separated by commas, or none",
        read: readFeatures)

    static let workspace: Option<WorkspaceID> = .required("workspace", .workspace, help: "the workspace")
    static let connector: Argument<ConnectorID> = .required(
        "CONNECTOR", connectorKind, help: "the connector's identifier")
    static let parameterFile: Option<String?> = .optional(
        "param-file", .path,
        help: "a file with a line `Name = value` for each parameter of the template; - for standard input")

    static func readFeatures(_ text: String) -> ConnectorFeatures? {
        if text == "none" { return [] }
        var features: ConnectorFeatures = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let feature = ConnectorFeatures.names.first(where: { $0.name == word })?.feature else { return nil }
            features.insert(feature)
        }
        return features
    }

    // MARK: Commands

    private static let list = Command(
        declaration: CommandDeclaration(
            "list", summary: "lists a workspace's connectors in the order they are asked",
            options: [workspace.declaration, SecretCommands.keyFile.declaration])
    ) { context throws(CommandFailure) in
        let id = context.values[workspace]
        let vault = try context.openVault()
        let desk = try context.openMiddleware()
        try requireWorkspace(id, desk, context)
        let records = try context.perform { () throws(DatabaseError) in try desk.connectors(of: id, vault: vault) }
        WorkspaceList<ConnectorRecord>(
            key: "connectors",
            none: "\(id) has no connectors. Add one with: nocli connector add --workspace \(id) --template FILE",
            columns: ConnectorRecord.columns, members: { $0.writeMembers(to: &$1) }, cells: \.cells
        ).answer(records, of: id, context)
    }

    private static let show = Command(
        declaration: CommandDeclaration(
            "show", summary: "shows a connector with its parameters, but for secrets",
            arguments: [connector.declaration], options: [SecretCommands.keyFile.declaration])
    ) { context throws(CommandFailure) in
        let (record, _, _) = try load(context)
        let view = ConnectorView(record)
        context.answer { writer in
            view.write(to: &writer)
        } people: {
            view.people(context.console)
        }
    }

    private static let remove = Command(
        declaration: CommandDeclaration(
            "remove", summary: "removes a connector with its parameters for good", arguments: [connector.declaration],
            details: ["What was to be delivered to it is dropped."])
    ) { context throws(CommandFailure) in
        let id = context.values[connector]
        let desk = try context.openMiddleware()
        guard try context.perform({ () throws(DatabaseError) in try desk.removeConnector(id) }) else {
            throw noSuchConnector(id)
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("connector_id", id.description)
            writer.field("removed", true)
            writer.endObject()
        } people: {
            "\(id) is removed. A running server stops using it within a second."
        }
    }

    // MARK: Shared

    /// The connector that was named, with the means to change it.
    static func load(
        _ context: CommandContext
    ) throws(CommandFailure) -> (ConnectorRecord, SecretVault, MiddlewareDesk) {
        let id = context.values[connector]
        let vault = try context.openVault()
        let desk = try context.openMiddleware()
        let record = try context.perform { () throws(DatabaseError) in try desk.connector(id, vault: vault) }
        guard let record else { throw noSuchConnector(id) }
        return (record, vault, desk)
    }

    static func requireWorkspace(
        _ id: WorkspaceID, _ desk: MiddlewareDesk, _ context: CommandContext
    ) throws(CommandFailure) {
        guard try context.perform({ () throws(DatabaseError) in try desk.workspace(id) }) != nil else {
            throw noSuchWorkspace(id)
        }
    }

    static func noSuchWorkspace(_ id: WorkspaceID) -> CommandFailure {
        .failed("there is no workspace \(id) in this database. List them with: nocli workspace list")
    }

    static func noSuchConnector(_ id: ConnectorID) -> CommandFailure {
        .failed(
            "there is no connector \(id) in this database. List a workspace's with: nocli connector list --workspace "
                + "WORKSPACE")
    }

    static let noKey = CommandFailure.failed(
        "nothing was stored: secrets need a key. Make one with: nocli secret generate-key FILE, and name it with "
            + "--secret-key-file FILE here and at the server")

    /// A template without errors; what is wrong is printed as `nocli template lint` does.
    static func checkedTemplate(_ path: String, _ context: CommandContext) throws(CommandFailure) -> (
        template: Template, bytes: [UInt8]
    ) {
        let bytes = try WholeFile.read(path, "a template", limit: TemplateCommands.bytesMax, context)
        let document = TemplateDocument(bytes)
        let errors = document.diagnostics.filter { $0.severity == .error }
        for error in errors {
            context.console.printError(
                DiagnosticText.render(
                    error, file: WholeFile.name(path), source: document.source,
                    colour: context.console.usesColor && context.console.showsProgress))
        }
        guard let template = document.template, errors.isEmpty else {
            throw .badData(
                "\(WholeFile.name(path)): the template has \(counted(errors.count, "error")); nothing was stored. "
                    + "Correct what is listed above.")
        }
        return (template, bytes)
    }

    /// Values by the names of the template.
    /// - Throws: naming each that the template does not have.
    static func matched(
        _ given: [String: String], of template: Template
    ) throws(CommandFailure) -> [String: String] {
        let matched = GivenParameters(given, of: template)
        guard matched.notes.isEmpty else {
            throw .badData("nothing was stored: " + matched.notes.joined(separator: "; "))
        }
        return matched.values
    }

    /// Parameters of values by the names of the template, secrets as secrets.
    static func parameters(_ values: [String: String], of template: Template) -> [ConnectorParameter] {
        template.parameters.compactMap { parameter in
            guard let text = values[parameter.name] else { return nil }
            return ConnectorParameter(
                parameter.name, parameter.isKeptSecret ? .secret(HiddenText(text)) : .plain(text))
        }
    }

    /// The values of `--param-file`.
    static func fileParameters(_ context: CommandContext) throws(CommandFailure) -> [String: String] {
        guard let file = context.values[parameterFile] else { return [:] }
        let bytes = try WholeFile.read(file, "a parameter file", limit: ParameterFile.bytesMax, context)
        return try ParameterFile.read(bytes, name: WholeFile.name(file))
    }

    /// What still has no value, a sentence each: the template may not work without it.
    static func missing(_ template: Template, _ parameters: [ConnectorParameter], _ id: ConnectorID) -> [String] {
        let names = Set(parameters.map(\.name))
        return template.parameters.compactMap { parameter in
            guard !names.contains(parameter.name), parameter.defaultValue.isEmpty else { return nil }
            switch parameter.kind {
            case .boolean: return nil
            case .oauth:
                return "parameter \(terminalName(parameter.name)) needs access: nocli connector authorize \(id)"
            case .string, .password, .list, .integer, .double, .dateTime:
                return "parameter \(terminalName(parameter.name)) has no value and no default"
            }
        }
    }
}
