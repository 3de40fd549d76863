// What is handed from stage to stage of a search. Values, and one immutable object.

internal import Platform

extension ContactSearch {
    /// A search on its way.
    struct OneSearch: Sendable {
        let query: ContactQuery
        let keys: [ContactKey]
        let text: String?
        let workspace: Workspace
        let rules: AnswerRules
        let start: MonotonicTime
        let deadline: MonotonicTime
        /// Of the keys' slots, before anything was read.
        let versions: [ContactIndex.SlotVersion]
    }

    /// A question to a connector. A reference: it is handed on many times.
    final class Ask: Sendable {
        let probe: Probe
        let connector: any Connector
        let connectorIndex: Int
        let keyIndex: Int
        let query: ContactQuery
        let workspace: Workspace
        let rules: AnswerRules

        init(
            probe: Probe, connector: any Connector, connectorIndex: Int, keyIndex: Int, query: ContactQuery,
            workspace: Workspace, rules: AnswerRules
        ) {
            self.probe = probe
            self.connector = connector
            self.connectorIndex = connectorIndex
            self.keyIndex = keyIndex
            self.query = query
            self.workspace = workspace
            self.rules = rules
        }
    }

    /// What a stage of a search has found so far.
    struct Look {
        var candidates: [Candidate] = []
        var reports: [ConnectorReport] = []
        /// Who has to be asked for the answer, and who only to have a newer one.
        var absent: [Ask] = []
        var stale: [Ask] = []
        /// The connectors whose answers are used although they are stale.
        var usesStale = false
        /// Whether every connector of the stage has answered.
        var isComplete = true
        /// When the first of the answers stops being fresh.
        var until: MonotonicTime?

        mutating func add(_ contacts: [CRMContact], of ask: Ask) {
            for (order, contact) in contacts.enumerated() {
                candidates.append(
                    Candidate(
                        contact: contact, keyIndex: ask.keyIndex, connectorIndex: ask.connectorIndex, order: order))
            }
        }

        mutating func report(_ state: ConnectorReport.State, of ask: Ask, milliseconds: Int64 = 0) {
            reports.append(
                ConnectorReport(connector: ask.probe.connector, state: state, milliseconds: milliseconds))
        }
    }
}
