// `nocli connector test`: a lookup as the server does it, and what came of it.

import CRMMiddleware
import CRMTemplate
import CRMTransport
import CommandOptions
import DocumentPages
import HTTPClient
import JSONText
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase

enum ConnectorTest {
    private static let number: Option<String?> = .optional("number", .numberText, help: "look for this number")
    private static let email: Option<String?> = .optional("email", .text, help: "look for this e-mail address")
    private static let networks: Option<[NetworkBlock]> = .list(
        "allow-network", .network.placeholder("CIDR"),
        help: "addresses that may be asked although they are not public, such as 192.168.7.0/24")
    private static let deadline: Option<Duration> = .value(
        "deadline", .duration(.milliseconds(1)...(.seconds(60))), default: "10s", help: "how long the lookup may take")

    static let command = Command(
        declaration: CommandDeclaration(
            "test", summary: "looks somebody up in a connector and tells what came",
            arguments: [ConnectorCommands.connector.declaration],
            options: [
                number.declaration, email.declaration, networks.declaration, deadline.declaration,
                SecretCommands.keyFile.declaration,
            ],
            details: [
                """
                Exits with 0 also when nobody was found, with 1 when the connector failed. The CRM is really asked. With \
                each contact stands whether it has what was asked for; a search leaves out those that do not.
                """
            ])
    ) { context throws(CommandFailure) in
        try run(context)
    }

    private static func run(_ context: CommandContext) throws(CommandFailure) {
        let values = context.values
        guard values[number] != nil || values[email] != nil else {
            throw .usage(context.invocation.error("--number NUMBER or --email TEXT is missing"))
        }
        let (record, _, desk) = try ConnectorCommands.load(context)
        guard record.kind != .builtin else {
            throw .failed("the built-in contacts are searched with: nocli contact search")
        }
        let found = try context.perform { () throws(DatabaseError) in try desk.workspace(record.workspace) }
        guard let workspace = found else { throw ConnectorCommands.noSuchWorkspace(record.workspace) }
        let plan = PresentPlan(.builtIn)
        let query = ContactQuery(
            number: values[number].map {
                PartyNumber($0, country: workspace.settings.defaultCountry, plan: plan.value)
            },
            email: values[email].map { $0.lowercased() }, displayName: nil)
        let client: HTTPClient
        do throws(SystemError) {
            client = try HTTPClient(
                settings: ClientSettings(), guard: NetworkGuard(allowed: values[networks]),
                clock: context.surroundings.clock, random: context.surroundings.random, log: nil)
        } catch {
            throw .failed("the HTTP client could not be started: \(error)")
        }
        defer { client.close() }
        let connector = assembly(LiveTransport(client: client), plan, context).connector(record, of: workspace)
        let clock = context.surroundings.clock
        let began = clock.monotonic()
        let end = began + values[deadline]
        let outcome = waitFor { await connector.lookup(query, deadline: end) }
        let took = began.duration(to: clock.monotonic())
        try report(
            outcome.map { contacts in contacts.map { ($0, match($0, query, workspace, record, plan.value)) } }, record,
            took: took, context)
    }

    /// How the contact answers, as a search sees it; nil: it is left out there.
    private static func match(
        _ contact: CRMContact, _ query: ContactQuery, _ workspace: Workspace, _ record: ConnectorRecord,
        _ plan: NumberingPlan
    ) -> CRMContact.Match? {
        // Neither is asked for anything but precisely the number.
        if record.kind == .numbers || record.kind == .url { return .exact }
        var keys: [ContactKey] = []
        if let number = query.number, let key = ContactKey(number) { keys.append(key) }
        if let email = query.email { keys.append(.email(email)) }
        let matches = keys.compactMap {
            ContactMatcher($0, number: query.number, settings: workspace.settings, plan: plan).match(contact)
        }
        return matches.contains(.exact) ? .exact : matches.first
    }

    /// An assembly for one command: nobody has built-in contacts here.
    static func assembly(
        _ transport: any TemplateTransport, _ plan: PresentPlan, _ context: CommandContext
    ) -> ConnectorAssembly {
        ConnectorAssembly(
            transport: transport, plan: plan, clock: context.surroundings.clock, random: context.surroundings.random,
            numbersTemplate: { address in
                PublicOrigin(url: address).map {
                    DocumentSite(.lookup).template3CX.body(origin: $0, apiKey: nil)
                }
            },
            builtIn: { record, _ in
                FailedConnector(record, ConnectorFailure(code: "unsupported", message: "not here"))
            })
    }

    private static func report(
        _ outcome: Result<[(CRMContact, match: CRMContact.Match?)], ConnectorFailure>, _ record: ConnectorRecord,
        took: Duration,
        _ context: CommandContext
    ) throws(CommandFailure) {
        let milliseconds = took.wholeMilliseconds
        let contacts = (try? outcome.get()) ?? []
        var failure: ConnectorFailure?
        if case .failure(let reason) = outcome { failure = reason }
        context.answer { writer in
            writer.beginObject()
            writer.field("connector_id", record.id.description)
            writer.field("ok", failure == nil)
            writer.field("milliseconds", Int(clamping: milliseconds))
            writer.field("error", failure?.code)
            writer.field("message", failure?.message)
            writer.key("contacts")
            writer.beginArray()
            for (contact, match) in contacts {
                writer.beginObject()
                writer.field("match", match?.rawValue)
                for (name, value) in fields(contact) {
                    writer.key(dynamic: name)
                    writer.string(value)
                }
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        } people: {
            if failure != nil { return "No answer after \(milliseconds) ms." }
            if contacts.isEmpty { return "Nobody was found; the connector answered in \(milliseconds) ms." }
            let others = contacts.count { $0.match == nil }
            var head = "\(counted(contacts.count, "contact")) in \(milliseconds) ms."
            if others > 0 {
                head +=
                    " \(others == contacts.count ? "None has" : "\(others) of them do not have") what was asked for, and a "
                    + "search leaves out such contacts."
            }
            let lists = contacts.map { contact, match in
                FieldList([("match", match?.rawValue ?? "no")] + fields(contact)).rendered()
            }
            return ([head] + lists).joined(separator: "\n\n")
        }
        if let failure { throw .failed(terminalSafe("\(failure.message) [\(failure.code)]")) }
    }

    /// What the contact has, by the names of the API.
    private static func fields(_ contact: CRMContact) -> [(String, String)] {
        var fields: [(String, String?)] = [
            ("first_name", contact.firstName), ("last_name", contact.lastName), ("civility", contact.civility),
            ("company", contact.company), ("email", contact.email), ("title", contact.title),
        ]
        fields += CRMContact.Line.allCases.map { ($0.rawValue, contact.lines[$0]) }
        fields += [
            ("entity_id", contact.entityID), ("entity_type", contact.entityType), ("entity_url", contact.entityURL),
        ]
        fields += contact.custom.map { ("custom.\($0.name)", $0.value) }
        return fields.compactMap { name, value in value.map { (name, $0) } }
    }
}
