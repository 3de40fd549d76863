// `nocli context-token …`: tokens that stand in the path of a request which reports the context of a call.

import CRMMiddleware
import CommandOptions
import JSONText
import MiddlewareStorage
import Platform
import SQLiteDatabase

enum ContextTokenCommands {
    static let family = CommandFamily(
        name: "context-token", summary: "tokens for reporting the context of calls", commands: [create, list, revoke])

    private static let token: Argument<UniqueID> = .required(
        "TOKEN", .contextToken, help: "the token, without its secret")
    private static let days: Option<Int?> = .optional(
        "expires-in-days", .integer(1...3_650), help: "when it ends; never unless given")

    private static let create = Command(
        declaration: CommandDeclaration(
            "create", summary: "makes a context token and shows its secret this once",
            options: [WorkspaceCommands.workspaceOption.declaration, days.declaration],
            details: ["Whoever has both may report contexts of calls in this workspace, and nothing else."])
    ) { context throws(CommandFailure) in
        let values = context.values
        let desk = try context.openMiddleware()
        let workspace = try WorkspaceCommands.existing(values[WorkspaceCommands.workspaceOption], desk, context)
        let made = try context.perform { () throws(DatabaseError) in
            try desk.createContextToken(
                workspace: workspace.id, life: values[days].map { .seconds(Int64($0) * 86_400) })
        }
        guard let made else {
            throw .failed(
                "the workspace has \(ContextTokenRecord.countMax) context tokens, revoked ones included, the most it "
                    + "may have")
        }
        context.answer { writer in
            writer.beginObject()
            made.record.writeMembers(to: &writer)
            writer.field("token_secret", made.secret.reveal())
            writer.endObject()
        } people: {
            FieldList([
                ("Workspace", workspace.id.description), ("Token", made.record.token.description),
                ("Secret", made.secret.reveal()), ("Expires", made.record.expiresAt?.rfc3339() ?? "never"),
            ]).rendered() + """


                The secret is shown this once; only its hash is kept. The PBX posts to
                /api/crm/phone-calls-context/\(made.record.token)/\(made.secret.reveal())
                """
        }
    }

    private static let list = Command(
        declaration: CommandDeclaration(
            "list", summary: "lists a workspace's context tokens",
            options: [WorkspaceCommands.workspaceOption.declaration])
    ) { context throws(CommandFailure) in
        let desk = try context.openMiddleware()
        let workspace = try WorkspaceCommands.existing(
            context.values[WorkspaceCommands.workspaceOption], desk, context)
        let tokens = try context.perform { () throws(DatabaseError) in try desk.contextTokens(of: workspace.id) }
        let now = context.surroundings.clock.wall()
        WorkspaceList<ContextTokenRecord>(
            key: "context_tokens", none: "The workspace has no context tokens.",
            columns: [.text("Token"), .text("Made"), .text("Expires"), .text("State")],
            members: { $0.writeMembers(to: &$1) },
            cells: {
                [
                    $0.token.description, $0.createdAt.rfc3339(), $0.expiresAt?.rfc3339() ?? "never",
                    $0.revokedAt != nil ? "revoked" : $0.isUsable(at: now) ? "active" : "expired",
                ]
            }
        ).answer(tokens, of: workspace.id, context)
    }

    private static let revoke = Command(
        declaration: CommandDeclaration(
            "revoke", summary: "ends a context token for good", arguments: [token.declaration])
    ) { context throws(CommandFailure) in
        let id = context.values[token]
        let desk = try context.openMiddleware()
        guard try context.perform({ () throws(DatabaseError) in try desk.revokeContextToken(id) }) else {
            throw .failed(
                "there is no context token \(id) in this database. List a workspace's with: nocli context-token list "
                    + "--workspace ID")
        }
        context.answerRevoked(
            "token", id.description, people: "\(id) is revoked. A running server refuses it within a second.")
    }
}

extension ContextTokenRecord {
    /// The token's members, inside an object that the caller opens and closes.
    fileprivate func writeMembers(to writer: inout JSONWriter) {
        writer.field("token", token.description)
        writer.field("workspace_id", workspace.description)
        writer.field("created_at", createdAt.rfc3339())
        writer.field("expires_at", expiresAt?.rfc3339())
        writer.field("revoked_at", revokedAt?.rfc3339())
    }
}
