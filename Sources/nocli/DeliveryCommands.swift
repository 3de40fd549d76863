// `nocli delivery …`: the middleware's outbox. Numbers and addresses are shown masked.

import CRMMiddleware
import CommandOptions
import JSONText
import MiddlewareStorage
import Platform
import SQLiteDatabase

enum DeliveryCommands {
    static let family = CommandFamily(
        name: "delivery", summary: "calls and chats on their way to CRMs", commands: [list, retry, drop])

    private static let connectorKind = ValueKind<ConnectorID>(
        placeholder: "CONNECTOR", expects: "a connector's identifier such as conn_5c08a1e94b7f2d36"
    ) { ConnectorID($0) }
    private static let deliveryKind = ValueKind<DeliveryID>(
        placeholder: "DELIVERY", expects: "a delivery's identifier such as dlv_00000000000003f2"
    ) { DeliveryID($0) }

    private static let workspace: Option<WorkspaceID> = .required(
        "workspace", .workspace, help: "whose deliveries")
    private static let anyWorkspace: Option<WorkspaceID?> = .optional(
        "workspace", .workspace, help: "whose deliveries, with --all-dead")
    private static let connector: Option<ConnectorID?> = .optional(
        "connector", connectorKind, help: "those to this connector; to any unless given")
    private static let state: Option<Delivery.State?> = .optional(
        "state", .choice(), help: "those in this state; in any unless given")
    private static let limit: Option<Int> = .value(
        "limit", .integer(1...DeliveryTable.listMax), default: "50", help: "how many at most")
    private static let allDead: Option<Bool> = .flag("all-dead", help: "all that were given up")
    private static let delivery: Argument<DeliveryID> = .required(
        "DELIVERY", deliveryKind, help: "the delivery's identifier")
    private static let anyDelivery: Argument<DeliveryID?> = .optional(
        "DELIVERY", deliveryKind, help: "the delivery's identifier")

    private static let list = Command(
        declaration: CommandDeclaration(
            "list", summary: "lists a workspace's deliveries, newest first",
            options: [workspace.declaration, state.declaration, connector.declaration, limit.declaration])
    ) { context throws(CommandFailure) in
        let values = context.values
        let id = values[workspace]
        let desk = try context.openMiddleware()
        try require(id, desk, context)
        let deliveries = try context.perform { () throws(DatabaseError) in
            try desk.deliveries(
                of: id, state: values[state], connector: values[connector], limit: values[limit])
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("workspace_id", id.description)
            writer.key("deliveries")
            writer.beginArray()
            for delivery in deliveries {
                writer.beginObject()
                delivery.writeMembers(to: &writer)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        } people: {
            if deliveries.isEmpty { return "\(id) has no such deliveries." }
            var table = TextTable(Delivery.columns)
            for delivery in deliveries { table.add(delivery.cells) }
            return table.rendered(on: context.console)
        }
    }

    private static let retry = Command(
        declaration: CommandDeclaration(
            "retry", summary: "tries a delivery again, or all that were given up",
            arguments: [anyDelivery.declaration],
            options: [anyWorkspace.declaration, allDead.declaration, connector.declaration])
    ) { context throws(CommandFailure) in
        let values = context.values
        switch (values[anyDelivery], values[anyWorkspace], values[allDead]) {
        case (let id?, nil, false) where values[connector] == nil:
            let desk = try context.openMiddleware()
            let change = try context.perform { () throws(DatabaseError) in try desk.retryDelivery(id) }
            try answer(change, id, "is tried again", context)
        case (nil, let id?, true):
            let desk = try context.openMiddleware()
            try require(id, desk, context)
            let count = try context.perform { () throws(DatabaseError) in
                try desk.retryDeadDeliveries(of: id, connector: values[connector])
            }
            context.answer { writer in
                writer.beginObject()
                writer.field("workspace_id", id.description)
                writer.field("retried", count)
                writer.endObject()
            } people: {
                switch count {
                case 0: "\(id) has no dead deliveries."
                case 1: "1 delivery is tried again."
                default: "\(count) deliveries are tried again."
                }
            }
        default:
            throw .usage(
                context.invocation.error("name one DELIVERY, or --workspace WORKSPACE with --all-dead and no DELIVERY"))
        }
    }

    private static let drop = Command(
        declaration: CommandDeclaration(
            "drop", summary: "gives a delivery up", arguments: [delivery.declaration])
    ) { context throws(CommandFailure) in
        let id = context.values[delivery]
        let desk = try context.openMiddleware()
        let change = try context.perform { () throws(DatabaseError) in try desk.dropDelivery(id) }
        try answer(change, id, "is dropped", context)
    }

    private static func require(
        _ id: WorkspaceID, _ desk: MiddlewareDesk, _ context: CommandContext
    ) throws(CommandFailure) {
        guard try context.perform({ () throws(DatabaseError) in try desk.workspace(id) }) != nil else {
            throw .failed("there is no workspace \(id) in this database. List them with: nocli workspace list")
        }
    }

    private static func answer(
        _ change: DeliveryTable.Change, _ id: DeliveryID, _ done: String, _ context: CommandContext
    ) throws(CommandFailure) {
        switch change {
        case .done(let delivery):
            context.answer { writer in
                writer.beginObject()
                delivery.writeMembers(to: &writer)
                writer.endObject()
            } people: {
                "\(id) \(done)." + (delivery.begunAt == nil ? "" : " An attempt is under way just now.")
            }
        case .unfit(let state):
            throw .failed("\(id) is \(state.rawValue) already; nothing was changed")
        case .notFound:
            throw .failed(
                "there is no delivery \(id) in this database. List them with: nocli delivery list --workspace WORKSPACE"
            )
        }
    }
}

extension Delivery {
    /// The delivery's members, inside an object that the caller opens and closes.
    fileprivate func writeMembers(to writer: inout JSONWriter) {
        writer.field("delivery_id", id.description)
        writer.field("workspace_id", workspace.description)
        writer.field("connector_id", connector.description)
        writer.field("kind", kind)
        writer.field("id", subject.id.description)
        writer.field("contact", maskedContact)
        writer.field("state", state.rawValue)
        writer.field("attempts", attempts)
        writer.field("due_at", state == .pending ? dueAt.rfc3339() : nil)
        writer.field("attempt_began_at", begunAt?.rfc3339())
        writer.field("waits_for_earlier", state == .pending && !isHead)
        writer.field("may_have_arrived", mayHaveArrived)
        writer.field("reason", reason)
        writer.field("created_at", createdAt.rfc3339())
        writer.field("settled_at", settledAt?.rfc3339())
    }

    fileprivate static let columns: [TextTable.Column] = [
        .text("Delivery"), .text("State"), .text("What"), .text("Connector"), .text("Contact"), .number("Attempts"),
        .text("When"), .text("Reason"),
    ]

    fileprivate var cells: [String] {
        [
            id.description, state.rawValue, kind + " " + subject.id.description, connector.description, maskedContact,
            String(attempts), when, reason ?? "-",
        ]
    }

    private var kind: String {
        switch subject {
        case .call: "call"
        case .chat: "chat"
        }
    }

    private var when: String {
        if let settledAt { return settledAt.rfc3339() }
        if begunAt != nil { return "under way" }
        return isHead ? "due " + dueAt.rfc3339() : "after an earlier one"
    }

    /// Whom it is about, as much as may be shown: a number's country and last digits, an address's domain.
    private var maskedContact: String {
        if contactKey == subject.id.description { return "-" }
        if let at = contactKey.lastIndex(of: "@") { return "…" + contactKey[at...] }
        return String(decoding: Redaction.number(Array(contactKey.utf8)), as: UTF8.self)
    }
}
