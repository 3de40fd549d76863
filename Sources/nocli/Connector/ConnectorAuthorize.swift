// `nocli connector authorize`: the address at which a user of the CRM grants access.

import CRMMiddleware
import CRMTemplate
import CommandOptions
import DocumentPages
import JSONText
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase

enum ConnectorAuthorize {
    /// The server's variable for its public address.
    static let publicVariable = "NUMBERS_MIDDLEWARE_PUBLIC_URL"

    private static let parameter: Option<String?> = .optional(
        "parameter", .text.placeholder("NAME"), help: "the OAuth parameter, where the template has several")
    private static let publicURL: Option<String?> = .optional(
        "public-url", .text.placeholder("URL"),
        help: "where the server is reached from outside; else the variable \(publicVariable) says it")

    static let command = Command(
        declaration: CommandDeclaration(
            "authorize", summary: "prints the address at which access to the CRM is granted",
            arguments: [ConnectorCommands.connector.declaration],
            options: [parameter.declaration, publicURL.declaration, SecretCommands.keyFile.declaration],
            details: [
                """
                Register the callback address at the CRM's provider first. The address that is printed works once, \
                for 10 minutes, with the server running on the same database and with the same secret key.
                """
            ])
    ) { context throws(CommandFailure) in
        try run(context)
    }

    private static func run(_ context: CommandContext) throws(CommandFailure) {
        let redirectURI = try origin(context).url + ConnectorAuthorization.callbackPath
        let (record, vault, desk) = try ConnectorCommands.load(context)
        guard vault.hasKey else { throw ConnectorCommands.noKey }
        let found = try context.perform { () throws(DatabaseError) in try desk.workspace(record.workspace) }
        guard let workspace = found else { throw ConnectorCommands.noSuchWorkspace(record.workspace) }
        let instance: TemplateInstance
        switch ConnectorTest.assembly(NoNetwork(), PresentPlan(.builtIn), context).instance(record, of: workspace) {
        case .success(let made): instance = made
        case .failure(let failure): throw .failed("the connector cannot be used: \(failure.message)")
        }
        let name = try oauthParameter(of: instance.template, context)
        let begun: (url: String, state: SHA256Digest)
        do throws(AuthorizationError) {
            begun = try ConnectorAuthorization.begin(instance, parameter: name, redirectURI: redirectURI)
        } catch {
            throw .failed(terminalSafe(error.message))
        }
        let pending = PendingAuthorization(
            workspace: record.workspace, connector: record.id, parameter: name, redirectURI: redirectURI,
            expiresAt: context.surroundings.clock.wall() + PendingAuthorization.lifetime)
        try context.perform { () throws(DatabaseError) in
            try desk.keepAuthorization(pending, state: begun.state)
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("connector_id", record.id.description)
            writer.field("parameter", name)
            writer.field("url", begun.url)
            writer.field("redirect_uri", redirectURI)
            writer.field("expires_at", pending.expiresAt.rfc3339())
            writer.endObject()
        } people: {
            """
            Open this address in a browser, once, before \(pending.expiresAt.rfc3339()):

            \(terminalSafe(begun.url))

            The provider has to know the callback address \(redirectURI).
            """
        }
    }

    private static func origin(_ context: CommandContext) throws(CommandFailure) -> PublicOrigin {
        let given = context.values[publicURL] ?? context.surroundings.environment[publicVariable]
        guard let given, !given.isEmpty else {
            throw .usage(
                context.invocation.error("--public-url URL is missing: where the server is reached from outside"))
        }
        guard let origin = PublicOrigin(url: given) else {
            throw .usage(
                context.invocation.error("--public-url: expected https:// or http:// and a host, without a path"))
        }
        return origin
    }

    private static func oauthParameter(
        of template: Template, _ context: CommandContext
    ) throws(CommandFailure) -> String {
        let names = template.parameters.filter { $0.oauth != nil }.map(\.name)
        let shown = names.map(terminalName).joined(separator: ", ")
        if let wanted = context.values[parameter] {
            guard names.contains(wanted) else {
                throw .usage(
                    context.invocation.error(
                        names.isEmpty
                            ? "the template has no OAuth parameter"
                            : "the template has no OAuth parameter \(terminalName(wanted)); it has \(shown)"))
            }
            return wanted
        }
        guard let first = names.first else { throw .failed("the template has no OAuth parameter") }
        guard names.count == 1 else {
            throw .usage(context.invocation.error("the template has several OAuth parameters: --parameter \(shown)"))
        }
        return first
    }
}

/// Beginning an authorization sends nothing.
private struct NoNetwork: TemplateTransport {
    func send(_ request: TemplateRequest, deadline: MonotonicTime) async throws(TransportFailure) -> TemplateResponse {
        throw TransportFailure(.cannotConnect, "nothing is sent here")
    }
}
