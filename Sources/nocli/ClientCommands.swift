// `nocli client …` and `nocli token …`: who may ask the middleware, and the tokens they have got.

import CRMMiddleware
import CommandOptions
import JSONText
import MiddlewareStorage
import Platform
import SQLiteDatabase

enum ClientCommands {
    static let family = CommandFamily(
        name: "client", summary: "clients of the middleware, who get access tokens", commands: [create, list, revoke])

    private static let client: Argument<ClientID> = .required("CLIENT", .client, help: "the client's identifier")
    private static let scopes: Option<TokenScopes> = .value(
        "scopes", .scopes, default: TokenScopes.lookup.description, help: "what its tokens may be used for at most")
    private static let name: Option<String?> = .optional(
        "name", .name(max: ClientRecord.nameMax), help: "what to call the client")

    private static let create = Command(
        declaration: CommandDeclaration(
            "create", summary: "makes a client and shows its secret this once",
            options: [WorkspaceCommands.workspaceOption.declaration, scopes.declaration, name.declaration],
            details: [
                """
                A PBX needs the scopes client and crm. A client with introspect may ask what tokens of its workspace \
                are.
                """
            ])
    ) { context throws(CommandFailure) in
        let values = context.values
        let desk = try context.openMiddleware()
        let workspace = try WorkspaceCommands.existing(values[WorkspaceCommands.workspaceOption], desk, context)
        let made = try context.perform { () throws(DatabaseError) in
            try desk.createClient(workspace: workspace.id, scopes: values[scopes], name: values[name])
        }
        guard let made else {
            throw .failed(
                "the workspace has \(ClientRecord.countMax) clients, revoked ones included, the most it may have")
        }
        context.answer { writer in
            writer.beginObject()
            made.record.writeMembers(to: &writer)
            writer.field("client_secret", made.secret.reveal())
            writer.endObject()
        } people: {
            FieldList([
                ("Workspace", workspace.id.description), ("Client", made.record.id.description),
                ("Secret", made.secret.reveal()), ("Scopes", made.record.scopes.description),
            ]).rendered() + "\n\nThe secret is shown this once; only its hash is kept."
        }
    }

    private static let list = Command(
        declaration: CommandDeclaration(
            "list", summary: "lists a workspace's clients", options: [WorkspaceCommands.workspaceOption.declaration])
    ) { context throws(CommandFailure) in
        let desk = try context.openMiddleware()
        let workspace = try WorkspaceCommands.existing(
            context.values[WorkspaceCommands.workspaceOption], desk, context)
        let clients = try context.perform { () throws(DatabaseError) in try desk.clients(of: workspace.id) }
        WorkspaceList<ClientRecord>(
            key: "clients", none: "The workspace has no clients.",
            columns: [.text("Client"), .text("Name"), .text("Scopes"), .text("Made"), .text("State")],
            members: { $0.writeMembers(to: &$1) },
            cells: {
                [
                    $0.id.description, $0.name ?? "-", $0.scopes.description, $0.createdAt.rfc3339(),
                    $0.revokedAt == nil ? "active" : "revoked",
                ]
            }
        ).answer(clients, of: workspace.id, context)
    }

    private static let revoke = Command(
        declaration: CommandDeclaration(
            "revoke", summary: "ends a client and all its tokens for good", arguments: [client.declaration])
    ) { context throws(CommandFailure) in
        let id = context.values[client]
        let desk = try context.openMiddleware()
        guard try context.perform({ () throws(DatabaseError) in try desk.revokeClient(id) }) else {
            throw .failed(
                "there is no client \(id) in this database. List a workspace's with: nocli client list --workspace ID")
        }
        context.answerRevoked(
            "client_id", id.description,
            people: "\(id) is revoked. A running server refuses it and its tokens within a second.")
    }
}

enum TokenCommands {
    static let family = CommandFamily(
        name: "token", summary: "access tokens of the middleware's clients", commands: [list, revoke])

    private static let token: Argument<TokenID> = .required(
        "TOKEN", .token, help: "the token's identifier, not the token itself")

    private static let list = Command(
        declaration: CommandDeclaration(
            "list", summary: "lists a workspace's live tokens, never their texts",
            options: [WorkspaceCommands.workspaceOption.declaration])
    ) { context throws(CommandFailure) in
        let desk = try context.openMiddleware()
        let workspace = try WorkspaceCommands.existing(
            context.values[WorkspaceCommands.workspaceOption], desk, context)
        let tokens = try context.perform { () throws(DatabaseError) in try desk.tokens(of: workspace.id) }
        WorkspaceList<TokenRecord>(
            key: "tokens", none: "The workspace has no live tokens.",
            columns: [.text("Token"), .text("Client"), .text("Scopes"), .text("Made"), .text("Expires")],
            members: { $0.writeMembers(to: &$1) },
            cells: {
                [
                    $0.id.description, $0.client.description, $0.scopes.description, $0.createdAt.rfc3339(),
                    $0.expiresAt.rfc3339(),
                ]
            }
        ).answer(tokens, of: workspace.id, context)
    }

    private static let revoke = Command(
        declaration: CommandDeclaration("revoke", summary: "ends a token for good", arguments: [token.declaration])
    ) { context throws(CommandFailure) in
        let id = context.values[token]
        let desk = try context.openMiddleware()
        guard try context.perform({ () throws(DatabaseError) in try desk.endToken(id) }) else {
            throw .failed(
                "there is no token \(id) in this database; it may have ended. List a workspace's with: nocli token list "
                    + "--workspace ID")
        }
        context.answerRevoked(
            "token_id", id.description, people: "\(id) has ended. A running server refuses it within a second.")
    }
}

extension ClientRecord {
    /// The client's members, inside an object that the caller opens and closes.
    fileprivate func writeMembers(to writer: inout JSONWriter) {
        writer.field("client_id", id.description)
        writer.field("workspace_id", workspace.description)
        writer.field("name", name)
        writer.field("scopes", scopes.description)
        writer.field("created_at", createdAt.rfc3339())
        writer.field("revoked_at", revokedAt?.rfc3339())
    }
}

extension TokenRecord {
    /// The token's members, inside an object that the caller opens and closes; never its text.
    fileprivate func writeMembers(to writer: inout JSONWriter) {
        writer.field("token_id", id.description)
        writer.field("client_id", client.description)
        writer.field("scopes", scopes.description)
        writer.field("created_at", createdAt.rfc3339())
        writer.field("expires_at", expiresAt.rfc3339())
    }
}
