// `nocli connector set`: changes of a connector, all of them or none.

import CRMMiddleware
import CRMTemplate
import CommandOptions
import JSONText
import MiddlewareStorage
import Platform
import SQLiteDatabase

enum ConnectorSet {
    private static let assignments: Argument<[String]> = .list(
        "KEY=VALUE", .assignment("KEY=VALUE"), isOptional: true,
        help: "name, priority, features, enabled (on|off), or param.NAME for a parameter that is no secret")
    private static let template: Option<String?> = .optional(
        "template", .path, help: "another template in place of the present one; - for standard input")

    static let command = Command(
        declaration: CommandDeclaration(
            "set", summary: "changes a connector",
            arguments: [ConnectorCommands.connector.declaration, assignments.declaration],
            options: [
                ConnectorCommands.parameterFile.declaration, template.declaration,
                SecretCommands.keyFile.declaration,
            ],
            details: [
                """
                Secrets come by --param-file only: arguments show in process lists. A parameter that is set to nothing \
                (param.NAME=) has the template's default again.
                """
            ])
    ) { context throws(CommandFailure) in
        let (record, vault, desk) = try ConnectorCommands.load(context)
        let (change, notes) = try change(of: record, context)
        let keeping = try context.perform { () throws(DatabaseError) in
            try desk.setConnector(change, of: record, vault: vault)
        }
        switch keeping {
        case .kept: break
        case .noConnector: throw ConnectorCommands.noSuchConnector(record.id)
        case .noKey: throw ConnectorCommands.noKey
        }
        let now = try context.perform { () throws(DatabaseError) in try desk.connector(record.id, vault: vault) }
        for note in notes { context.console.printError("nocli: \(note)") }
        let view = ConnectorView(now ?? record)
        context.answer { writer in
            view.write(to: &writer)
        } people: {
            view.people(context.console)
        }
    }

    private static func change(
        of record: ConnectorRecord, _ context: CommandContext
    ) throws(CommandFailure) -> (ConnectorTable.Change, notes: [String]) {
        var change = ConnectorTable.Change()
        var notes: [String] = []
        var plain: [String: String] = [:]
        var wanted: ConnectorFeatures?
        let given = try assigned(context)
        guard
            !given.isEmpty || context.values[template] != nil || context.values[ConnectorCommands.parameterFile] != nil
        else {
            throw .usage(context.invocation.error("nothing to change: give KEY=VALUE, --param-file or --template"))
        }
        for assignment in given {
            if assignment.name.hasPrefix("param.") {
                plain[String(assignment.name.dropFirst(6))] = assignment.value
                continue
            }
            switch assignment.name {
            case "name": change.name = try read(assignment, .name(max: ConnectorRecord.nameMax), context)
            case "priority": change.priority = try read(assignment, .integer(ConnectorRecord.priorities), context)
            case "features": wanted = try read(assignment, ConnectorCommands.featuresKind, context)
            case "enabled": change.isEnabled = try read(assignment, .boolean, context)
            default:
                throw .usage(
                    context.invocation.error(
                        "\(terminalName(assignment.name)) cannot be set: expected name, priority, features, enabled, "
                            + "or param.NAME"))
            }
        }
        var possible = ConnectorFeatures.possible(for: record.kind)
        let file = try ConnectorCommands.fileParameters(context)
        if record.kind == .template {
            let present = try presentTemplate(record, &change, context)
            possible = .possible(of: present)
            try setParameters(plain, file, present, &change, context)
            let kept = record.parameters.filter { !change.removedParameters.contains($0.name) } + change.parameters
            notes = ConnectorCommands.missing(present, kept, record.id)
        } else if context.values[template] != nil || !plain.isEmpty || !file.isEmpty {
            throw .usage(
                context.invocation.error("a connector of the kind \(record.kind.rawValue) has no template parameters"))
        }
        if let wanted {
            let impossible = wanted.subtracting(possible)
            if !impossible.isEmpty {
                notes.append("it cannot do \(impossible.words.joined(separator: ", ")), which is left out")
            }
            change.features = wanted.intersection(possible)
        } else if change.template != nil {
            change.features = record.features.intersection(possible)
        }
        return (change, notes)
    }

    private static func assigned(_ context: CommandContext) throws(CommandFailure) -> [Assignment] {
        var found: [Assignment] = []
        for text in context.values[assignments] {
            guard let assignment = Assignment(text) else {
                throw .usage(context.invocation.error("expected KEY=VALUE"))
            }
            found.append(assignment)
        }
        return found
    }

    private static func read<Value>(
        _ assignment: Assignment, _ kind: ValueKind<Value>, _ context: CommandContext
    ) throws(CommandFailure) -> Value {
        guard let value = kind.read(assignment.value) else {
            throw .usage(context.invocation.error("\(assignment.name)=…: expected \(kind.expectation)"))
        }
        return value
    }

    /// The template that the connector has after the change.
    private static func presentTemplate(
        _ record: ConnectorRecord, _ change: inout ConnectorTable.Change, _ context: CommandContext
    ) throws(CommandFailure) -> Template {
        if let path = context.values[template] {
            let (template, bytes) = try ConnectorCommands.checkedTemplate(path, context)
            change.template = bytes
            return template
        }
        guard let template = record.template.flatMap({ TemplateDocument($0).template }) else {
            throw .failed("the stored template cannot be used. Give another one with --template FILE.")
        }
        return template
    }

    private static func setParameters(
        _ plain: [String: String], _ file: [String: String], _ template: Template,
        _ change: inout ConnectorTable.Change, _ context: CommandContext
    ) throws(CommandFailure) {
        let matched = GivenParameters(plain, of: template)
        guard matched.notes.isEmpty else {
            throw .badData("nothing was changed: " + matched.notes.joined(separator: "; "))
        }
        for parameter in template.parameters where matched.values[parameter.name] != nil {
            let value = matched.values[parameter.name] ?? ""
            if value.isEmpty {
                change.removedParameters.append(parameter.name)
            } else if parameter.isKeptSecret {
                throw .usage(
                    context.invocation.error(
                        "param.\(terminalName(parameter.name)) is a secret: give it with --param-file FILE"))
            } else {
                change.parameters.append(ConnectorParameter(parameter.name, .plain(value)))
            }
        }
        change.parameters += ConnectorCommands.parameters(
            try ConnectorCommands.matched(file, of: template), of: template)
    }
}
