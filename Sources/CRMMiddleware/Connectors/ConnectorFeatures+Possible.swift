// What connectors can do, apart from what they may. Pure functions.

package import CRMTemplate

extension ConnectorFeatures {
    /// What the kind can do. The call record is the middleware's own: its built-in contacts and a link are told nothing,
    /// and a lookup service keeps no journal.
    package static func possible(for kind: ConnectorKind) -> ConnectorFeatures {
        switch kind {
        case .template: .all
        case .url, .numbers: .lookup
        case .builtin: [.lookup, .create]
        }
    }

    /// What the scenarios of a template can do.
    package static func possible(of template: Template) -> ConnectorFeatures {
        var features: ConnectorFeatures = []
        for scenario in template.scenarios {
            switch scenario.id {
            case "": features.insert(.lookup)
            case "CreateContactRecord", "CreateContactRecordFromClient": features.insert(.create)
            case "ReportCall": features.insert(.calls)
            case "ReportChat": features.insert(.chats)
            default: if scenario.id.hasPrefix("LookupByEmail") { features.insert(.lookup) }
            }
        }
        return features
    }

    /// The names of the features, in the order of the command line.
    package var words: [String] { Self.names.filter { contains($0.feature) }.map(\.name) }
}
