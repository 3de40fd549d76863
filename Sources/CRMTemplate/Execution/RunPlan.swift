// A template turned into what runs need: scenarios found by trigger and by Id. Immutable, made once.

/// A scenario with what is known of it before it runs.
final class PlannedScenario: Sendable {
    let scenario: Scenario
    /// How people know it: its Id, or its place in the file from 1.
    let name: String
    /// nil: it chains to none, or to one that does not exist.
    let next: Int?
    /// The Id it chains to although there is none.
    let unknownNext: String?
    /// Whether its `SkipIf` reads what only the authentication sets, which therefore comes first.
    let skipNeedsLogin: Bool

    init(_ scenario: Scenario, next: Int?, unknownNext: String?, skipNeedsLogin: Bool) {
        self.scenario = scenario
        name = Self.name(of: scenario)
        self.next = next
        self.unknownNext = unknownNext
        self.skipNeedsLogin = skipNeedsLogin
    }

    static func name(of scenario: Scenario) -> String {
        scenario.id.isEmpty ? "scenario \(scenario.index + 1)" : scenario.id
    }
}

/// The scenarios of a template, ready to run.
struct RunPlan: Sendable {
    let scenarios: [PlannedScenario]
    /// The authentication scenario; nil when the template has another kind of authentication, or names one that does
    /// not exist.
    let authentication: Int?
    private let byID: [String: Int]
    private let unnamed: [Int]

    init(_ template: Template) {
        let byID = Dictionary(
            template.scenarios.enumerated().filter { !$1.id.isEmpty }.map { ($1.id, $0) },
            uniquingKeysWith: { first, _ in first })
        self.byID = byID
        unnamed = template.scenarios.indices.filter { template.scenarios[$0].id.isEmpty }
        authentication =
            switch template.authentication {
            case .none, .basic: nil
            case .scenario(let id): byID[id] ?? Self.usualAuthentication(id, template)
            }
        let nextOf = template.scenarios.map { scenario in
            scenario.outputs?.next.flatMap { $0.isEmpty ? nil : byID[$0] }
        }
        let loginVariables = Self.variables(from: authentication, nextOf, template)
        scenarios = template.scenarios.enumerated().map { index, scenario in
            let id = scenario.outputs?.next ?? ""
            return PlannedScenario(
                scenario, next: nextOf[index], unknownNext: !id.isEmpty && nextOf[index] == nil ? id : nil,
                skipNeedsLogin: scenario.request?.skipIf?.references.contains {
                    loginVariables.contains($0.name.lowercased())
                } ?? false)
        }
    }

    /// The scenario of that Id, exactly; of several the first.
    func scenario(id: String) -> Int? { byID[id] }

    /// The scenarios that a trigger runs, in file order.
    func scenarios(for trigger: Trigger) -> [Int] {
        switch trigger {
        case .lookupByNumber: unnamed
        case .lookupByEmail: named(from: "LookupByEmail")
        case .searchContacts: named(from: "SearchContacts")
        case .getAllContacts: named("GetAllContacts")
        case .createContact: named("CreateContactRecord")
        case .createContactFromClient: named("CreateContactRecordFromClient")
        case .reportCall: named("ReportCall")
        case .reportChat: named("ReportChat")
        // Nobody runs any other scenario by its Id, the authentication least of all.
        case .callFlow(let id): id.hasPrefix("LookupFromCFD_") ? named(id) : []
        }
    }

    private func named(_ id: String) -> [Int] { byID[id].map { [$0] } ?? [] }

    private func named(from beginning: String) -> [Int] {
        scenarios.indices.filter { scenarios[$0].scenario.id.hasPrefix(beginning) }
    }

    /// `auth` in any case: what `Authentication` without a Value means (spec 0.7).
    private static func usualAuthentication(_ id: String, _ template: Template) -> Int? {
        id.lowercased() == "auth" ? template.scenarios.firstIndex { $0.id.lowercased() == "auth" } : nil
    }

    /// The names that a chain sets, in lower case.
    private static func variables(from first: Int?, _ nextOf: [Int?], _ template: Template) -> Set<String> {
        var names: Set<String> = []
        var seen: Set<Int> = []
        var index = first
        while let current = index, seen.insert(current).inserted {
            names.formUnion(template.scenarios[current].variables.map { $0.name.lowercased() })
            index = nextOf[current]
        }
        return names
    }
}
