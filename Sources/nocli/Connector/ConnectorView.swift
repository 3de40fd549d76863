// Connectors as answers: the same fields in every command's JSON, the same words for people. Secrets are not shown.

import CRMMiddleware
import CRMTemplate
import JSONText
import Platform

extension ConnectorRecord {
    /// The connector's members, inside an object that the caller opens and closes.
    func writeMembers(to writer: inout JSONWriter) {
        writer.field("connector_id", id.description)
        writer.field("workspace_id", workspace.description)
        writer.field("kind", kind.rawValue)
        writer.field("name", name)
        writer.field("priority", priority)
        writer.field("features", features.words)
        writer.field("enabled", isEnabled)
        writer.field("address", address)
        writer.field("created_at", createdAt.rfc3339())
        writer.field("problem", problem)
    }

    /// Why it cannot work; nil when nothing is known to be wrong.
    var problem: String? { secretFault?.sentence }

    /// The columns of a table of connectors.
    static let columns: [TextTable.Column] = [
        .text("Connector"), .number("Priority"), .text("Kind"), .text("Name"), .text("Features"), .text("State"),
    ]

    /// A row for ``columns``.
    var cells: [String] {
        [
            id.description, String(priority), kind.rawValue, name, featureWords,
            problem == nil ? (isEnabled ? "on" : "off") : "failed",
        ]
    }

    var featureWords: String { features.isEmpty ? "none" : features.words.joined(separator: ",") }
}

/// A connector in full.
struct ConnectorView {
    /// A parameter with what may be told of its value.
    private struct Row {
        let name: String
        let type: String
        let isSecret: Bool
        let isSet: Bool
        /// Of one that is no secret.
        let value: String?
    }

    private let record: ConnectorRecord
    private let template: Template?
    private let rows: [Row]

    init(_ record: ConnectorRecord) {
        self.record = record
        template = record.template.flatMap { TemplateDocument($0).template }
        let declared = template?.parameters ?? []
        let values = Dictionary(record.parameters.map { ($0.name, $0.value) }) { first, _ in first }
        var rows = declared.map { parameter in
            Self.row(parameter.name, parameter.kind.rawValue, parameter.isKeptSecret, values[parameter.name])
        }
        let names = Set(declared.map(\.name))
        rows += record.parameters.filter { !names.contains($0.name) }.map { Self.row($0.name, "", false, $0.value) }
        self.rows = rows
    }

    private static func row(_ name: String, _ type: String, _ isSecret: Bool, _ value: ConnectorParameter.Value?) -> Row
    {
        switch value {
        case .plain(let text):
            // The template may have been replaced by one that calls it a secret.
            Row(name: name, type: type, isSecret: isSecret, isSet: true, value: isSecret ? nil : text)
        case .secret, .unreadable: Row(name: name, type: type, isSecret: true, isSet: true, value: nil)
        case nil: Row(name: name, type: type, isSecret: isSecret, isSet: false, value: nil)
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        record.writeMembers(to: &writer)
        writer.field("template", template?.name)
        writer.key("parameters")
        writer.beginArray()
        for row in rows {
            writer.beginObject()
            writer.field("name", row.name)
            writer.field("type", row.type.isEmpty ? nil : row.type)
            writer.field("secret", row.isSecret)
            writer.field("set", row.isSet)
            writer.field("value", row.value)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    func people(_ console: Console) -> String {
        var fields = FieldList([
            ("Connector", record.id.description), ("Workspace", record.workspace.description),
            ("Kind", record.kind.rawValue), ("Name", record.name), ("Priority", String(record.priority)),
            ("Features", record.featureWords), ("State", record.isEnabled ? "on" : "off"),
        ])
        if let address = record.address { fields.add("Address", address) }
        if let template { fields.add("Template", template.name) }
        if let problem = record.problem { fields.add("Problem", problem) }
        fields.add("Added", record.createdAt.rfc3339())
        guard !rows.isEmpty else { return fields.rendered() }
        var table = TextTable([.text("Parameter"), .text("Type"), .text("Value")])
        for row in rows {
            table.add([row.name, row.type, row.isSet ? row.value ?? "<redacted>" : "not set"])
        }
        return fields.rendered() + "\n\n" + table.rendered(on: console)
    }
}
