// `nocli workspace …`: the tenants of the middleware and their settings.

import CRMMiddleware
import CommandOptions
import JSONText
import MiddlewareStorage
import Platform
import SQLiteDatabase

enum WorkspaceCommands {
    static let family = CommandFamily(
        name: "workspace", summary: "workspaces of the middleware", commands: [create, list, show, set])

    /// The option that most commands of the middleware have.
    static let workspaceOption: Option<WorkspaceID> = .required(
        "workspace", .workspace, help: "the workspace's identifier")

    private static let name: Option<String> = .required(
        "name", .name(max: Workspace.nameMax), help: "what to call the workspace")
    private static let workspace: Argument<WorkspaceID> = .required(
        "WORKSPACE", .workspace, help: "the workspace's identifier")
    private static let settings: Argument<[String]> = .list(
        "KEY=VALUE",
        ValueKind(placeholder: "KEY=VALUE", expects: "a setting and its value such as default_country=FR") { text in
            text.utf8.contains(UInt8(ascii: "=")) && !text.hasPrefix("=") ? text : nil
        },
        help: "a setting and its new value")

    private static let create = Command(
        declaration: CommandDeclaration(
            "create", summary: "makes a workspace", options: [name.declaration],
            details: [
                """
                Everything is switched on, and the built-in contacts are its CRM, until it is told otherwise. A missing \
                database file is made.
                """
            ])
    ) { context throws(CommandFailure) in
        let desk = try context.openMiddleware(isMaking: true)
        let made = try context.perform { () throws(DatabaseError) in
            try desk.createWorkspace(name: context.values[name])
        }
        context.answer { writer in
            made.write(to: &writer)
        } people: {
            FieldList([("Workspace", made.id.description), ("Name", made.name)]).rendered()
                + "\n\nNext, a client for its PBX: nocli client create --workspace \(made.id) --scopes \"client crm\""
        }
    }

    private static let list = Command(
        declaration: CommandDeclaration("list", summary: "lists all workspaces in the order they were made")
    ) { context throws(CommandFailure) in
        let desk = try context.openMiddleware()
        let workspaces = try context.perform { () throws(DatabaseError) in try desk.workspaces() }
        context.answer { writer in
            writer.beginObject()
            writer.key("workspaces")
            writer.beginArray()
            for workspace in workspaces { workspace.write(to: &writer) }
            writer.endArray()
            writer.endObject()
        } people: {
            if workspaces.isEmpty {
                return "There are no workspaces. Make one with: nocli workspace create --name NAME"
            }
            var table = TextTable([.text("Workspace"), .text("Name"), .text("Made")])
            for workspace in workspaces {
                table.add([workspace.id.description, workspace.name, workspace.createdAt.rfc3339()])
            }
            return table.rendered(on: context.console)
        }
    }

    private static let show = Command(
        declaration: CommandDeclaration(
            "show", summary: "shows a workspace with all its settings", arguments: [workspace.declaration])
    ) { context throws(CommandFailure) in
        let desk = try context.openMiddleware()
        let found = try existing(context.values[workspace], desk, context)
        answer(found, context)
    }

    private static let set = Command(
        declaration: CommandDeclaration(
            "set", summary: "changes settings of a workspace, all that are named or none",
            arguments: [workspace.declaration, settings.declaration],
            details: [
                "Settings: " + WorkspaceSettings.Name.allCases.map(\.rawValue).joined(separator: ", ") + ".",
                "An empty value is the default where there is nothing to switch: default_country=",
            ])
    ) { context throws(CommandFailure) in
        let id = context.values[workspace]
        let changes = try changes(context)
        let desk = try context.openMiddleware()
        let changed = try context.perform { () throws(DatabaseError) in
            try desk.set(id) { settings in
                for (name, text) in changes {
                    // Each was tried before; whether a value is taken does not depend on the other settings.
                    try? settings.set(name, to: text)
                }
            }
        }
        guard let changed else { throw noSuchWorkspace(id) }
        answer(changed, context)
    }

    /// The settings named, each with a value that is taken.
    private static func changes(
        _ context: CommandContext
    ) throws(CommandFailure) -> [(name: WorkspaceSettings.Name, text: String)] {
        var changes: [(name: WorkspaceSettings.Name, text: String)] = []
        var trial = WorkspaceSettings()
        for given in context.values[settings] {
            let parts = given.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
            guard let name = WorkspaceSettings.Name(rawValue: parts[0]) else {
                let known = WorkspaceSettings.Name.allCases.map(\.rawValue)
                let meant = Suggestion.nearest(to: parts[0], among: known)
                let advice = meant.map { "did you mean \($0)?" } ?? "it is one of " + known.joined(separator: ", ")
                throw .usage(context.invocation.error("there is no setting \(terminalSafe(parts[0])); \(advice)"))
            }
            guard !changes.contains(where: { $0.name == name }) else {
                throw .usage(context.invocation.error("the setting \(name.rawValue) is given twice"))
            }
            do throws(WorkspaceSettings.Refusal) {
                try trial.set(name, to: parts[1])
            } catch {
                throw .usage(
                    context.invocation.error("\(name.rawValue): expected \(error.expected), found another value"))
            }
            changes.append((name, parts[1]))
        }
        return changes
    }

    private static func answer(_ workspace: Workspace, _ context: CommandContext) {
        context.answer { writer in
            workspace.write(to: &writer)
        } people: {
            var fields = FieldList([
                ("Workspace", workspace.id.description), ("Name", workspace.name),
                ("Made", workspace.createdAt.rfc3339()),
            ])
            for name in WorkspaceSettings.Name.allCases {
                fields.add(name.rawValue, workspace.settings[name])
            }
            return fields.rendered()
        }
    }

    /// The workspace, or the failure that every command with an unknown one ends in.
    static func existing(
        _ id: WorkspaceID, _ desk: MiddlewareDesk, _ context: CommandContext
    ) throws(CommandFailure) -> Workspace {
        guard let found = try context.perform({ () throws(DatabaseError) in try desk.workspace(id) }) else {
            throw noSuchWorkspace(id)
        }
        return found
    }

    static func noSuchWorkspace(_ id: WorkspaceID) -> CommandFailure {
        .failed("there is no workspace \(id) in this database. List them with: nocli workspace list")
    }
}

extension Workspace {
    /// The workspace as an object.
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("workspace_id", id.description)
        writer.field("name", name)
        writer.field("created_at", createdAt.rfc3339())
        writer.key("settings")
        writer.beginObject()
        for name in WorkspaceSettings.Name.allCases {
            writer.key(dynamic: name.rawValue)
            writer.string(settings[name])
        }
        writer.endObject()
        writer.endObject()
    }
}
