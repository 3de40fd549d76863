// Which scenario runs when, and what follows it: a template as a forest. A value.

import CRMTemplate

/// The scenarios of a template by what starts them, each with the scenarios chained to it.
struct TemplateOutline {
    /// What starts a scenario that no other one is chained to.
    enum Start: Hashable {
        case trigger(Trigger)
        case authentication
        /// The callback of an OAuth parameter, by the parameter's name.
        case authorization(parameter: String)
        /// Nothing: it can never run.
        case nothing

        /// What `--trigger` calls it, or the start's own name.
        var name: String {
            switch self {
            case .trigger(let trigger): TriggerChoice(trigger).rawValue
            case .authentication: "authentication"
            case .authorization: "authorization"
            case .nothing: "none"
            }
        }

        var title: String {
            switch self {
            case .trigger(.lookupByNumber): "Lookup by number"
            case .trigger(.lookupByEmail): "Lookup by e-mail"
            case .trigger(.searchContacts): "Search for contacts"
            case .trigger(.getAllContacts): "All contacts"
            case .trigger(.createContact): "Creation of a contact for a call"
            case .trigger(.createContactFromClient): "Creation of a contact from a client"
            case .trigger(.reportCall): "Call report"
            case .trigger(.reportChat): "Chat report"
            case .trigger(.callFlow): "Call-flow lookup"
            case .authentication: "Authentication"
            case .authorization(let parameter): "Authorisation of \(parameter)"
            case .nothing: "Never run: nothing starts them"
            }
        }
    }

    /// A scenario in its place.
    struct Node {
        let scenario: Scenario
        /// The scenario chained to it; nil when there is none, when it is not in the file, or when it stands above.
        let next: [Node]
        /// What is wrong with its chain: an Id that is not there, or one that comes round again.
        let issue: String?
    }

    struct Group {
        let start: Start
        let nodes: [Node]
    }

    /// Scenarios of one chain that are followed: as many as the engine runs.
    private static let depthMax = 32

    /// In the order in which a reader looks for them; none is empty.
    let groups: [Group]

    init(_ template: Template) {
        let scenarios = template.scenarios
        var authorizing: [String: String] = [:]
        for parameter in template.parameters {
            if let id = parameter.oauth?.responseScenario, !id.isEmpty { authorizing[id] = parameter.name }
        }
        var authenticationID: String?
        if case .scenario(let id) = template.authentication { authenticationID = id }
        var roots: [(Start, Scenario)] = []
        for scenario in scenarios {
            if scenario.id == authenticationID {
                roots.append((.authentication, scenario))
            } else if let parameter = authorizing[scenario.id] {
                roots.append((.authorization(parameter: parameter), scenario))
            } else if let trigger = Self.trigger(of: scenario.id) {
                roots.append((.trigger(trigger), scenario))
            }
        }
        // Of scenarios with one Id the first is the one that a chain leads to.
        let byID = Dictionary(scenarios.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var reached: Set<Int> = []
        var trees = roots.map { start, scenario in
            (start, Self.node(scenario, in: byID, above: [], reached: &reached))
        }
        for scenario in scenarios where !reached.contains(scenario.index) {
            trees.append((.nothing, Self.node(scenario, in: byID, above: [], reached: &reached)))
        }
        var groups: [Group] = []
        for title in Self.order(trees.map(\.0)) {
            groups.append(Group(start: title, nodes: trees.filter { Self.isAlike($0.0, title) }.map(\.1)))
        }
        self.groups = groups
    }

    /// The trigger that runs a scenario of this Id by itself; nil when none does.
    static func trigger(of id: String) -> Trigger? {
        switch id {
        case "": .lookupByNumber
        case "GetAllContacts": .getAllContacts
        case "CreateContactRecord": .createContact
        case "CreateContactRecordFromClient": .createContactFromClient
        case "ReportCall": .reportCall
        case "ReportChat": .reportChat
        case _ where id.hasPrefix("LookupByEmail"): .lookupByEmail
        case _ where id.hasPrefix("SearchContacts"): .searchContacts
        case _ where id.hasPrefix("LookupFromCFD_"): .callFlow(id: id)
        default: nil
        }
    }

    private static func node(
        _ scenario: Scenario, in scenarios: [String: Scenario], above: [Int], reached: inout Set<Int>
    ) -> Node {
        reached.insert(scenario.index)
        guard let id = scenario.outputs?.next else { return Node(scenario: scenario, next: [], issue: nil) }
        guard let next = scenarios[id] else {
            return Node(scenario: scenario, next: [], issue: "the next scenario \(id) is not in the file")
        }
        let path = above + [scenario.index]
        guard path.count < depthMax else {
            return Node(scenario: scenario, next: [], issue: "the chain ends here: it has \(depthMax) scenarios")
        }
        if path.contains(next.index) {
            return Node(scenario: scenario, next: [], issue: "goes round: \(id) stands above")
        }
        return Node(
            scenario: scenario, next: [node(next, in: scenarios, above: path, reached: &reached)], issue: nil)
    }

    /// The starts that are there, in the order of the enumeration above.
    private static func order(_ starts: [Start]) -> [Start] {
        var unique: [Start] = []
        for start in starts where !unique.contains(where: { isAlike($0, start) }) { unique.append(start) }
        return unique.sorted { rank($0) < rank($1) }
    }

    /// All call-flow lookups stand together.
    private static func isAlike(_ left: Start, _ right: Start) -> Bool {
        if case .trigger(.callFlow) = left, case .trigger(.callFlow) = right { return true }
        return left == right
    }

    private static func rank(_ start: Start) -> Int {
        switch start {
        case .trigger(.lookupByNumber): 0
        case .trigger(.lookupByEmail): 1
        case .trigger(.searchContacts): 2
        case .trigger(.getAllContacts): 3
        case .trigger(.createContact): 4
        case .trigger(.createContactFromClient): 5
        case .trigger(.reportCall): 6
        case .trigger(.reportChat): 7
        case .trigger(.callFlow): 8
        case .authentication: 9
        case .authorization: 10
        case .nothing: 11
        }
    }
}
