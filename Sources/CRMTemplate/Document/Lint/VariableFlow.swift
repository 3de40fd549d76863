// Which scenarios are run when, and which variables they can see. A value, computed once for a template.

/// The chains of a template, and what flows along them.
struct VariableFlow {
    /// What a scenario can see when its request is made.
    struct Sight {
        /// What may start the chains it is in; empty: nothing ever runs it.
        var occasions: Set<Occasion> = []
        /// Variables that scenarios before it in a chain may have set.
        var inherited: Set<String> = []
    }

    let plan: RunPlan
    let sights: [Sight]
    let parameters: Set<String>
    /// Variables of the authentication chain.
    let authentication: Set<String>
    /// The scenarios of the authentication chain.
    let authenticationChain: Set<Int>

    init(_ template: Template) {
        let plan = RunPlan(template)
        var sights = [Sight](repeating: Sight(), count: template.scenarios.count)
        let own = template.scenarios.map { Set($0.variables.map(\.name)) }
        for (root, occasion) in Self.roots(template, plan) {
            var inherited: Set<String> = []
            var current: Int? = root
            // A chain is followed until nothing new comes along: in a circle that is after its second turn.
            while let index = current {
                let before = sights[index]
                sights[index].occasions.insert(occasion)
                sights[index].inherited.formUnion(inherited)
                let isNew =
                    sights[index].occasions.count > before.occasions.count
                    || sights[index].inherited.count > before.inherited.count
                guard isNew else { break }
                inherited = sights[index].inherited.union(own[index])
                current = plan.scenarios[index].next
            }
        }
        self.plan = plan
        self.sights = sights
        parameters = Set(template.parameters.map(\.name))
        let chain = plan.authentication.map { Self.chain(from: $0, plan) } ?? []
        authenticationChain = Set(chain)
        authentication = chain.reduce(into: []) { $0.formUnion(own[$1]) }
    }

    /// The scenarios of a chain in order, each once.
    static func chain(from root: Int, _ plan: RunPlan) -> [Int] {
        var chain: [Int] = []
        var seen: Set<Int> = []
        var current: Int? = root
        while let index = current, seen.insert(index).inserted {
            chain.append(index)
            current = plan.scenarios[index].next
        }
        return chain
    }

    /// Every scenario that something other than a chain runs, in file order of the occasions.
    static func roots(_ template: Template, _ plan: RunPlan) -> [(index: Int, occasion: Occasion)] {
        var roots: [(index: Int, occasion: Occasion)] = []
        let triggers: [(Trigger, Occasion)] = [
            (.lookupByNumber, .lookupByNumber), (.lookupByEmail, .lookupByEmail), (.searchContacts, .searchContacts),
            (.getAllContacts, .getAllContacts), (.createContact, .createContact),
            (.createContactFromClient, .createContactFromClient), (.reportCall, .reportCall),
            (.reportChat, .reportChat),
        ]
        for (trigger, occasion) in triggers {
            roots += plan.scenarios(for: trigger).map { ($0, occasion) }
        }
        for scenario in template.scenarios where scenario.id.hasPrefix("LookupFromCFD_") {
            roots += plan.scenarios(for: .callFlow(id: scenario.id)).map { ($0, .callFlow) }
        }
        if let authentication = plan.authentication { roots.append((authentication, .authentication)) }
        for parameter in template.parameters {
            if let id = parameter.oauth?.responseScenario, let index = plan.scenario(id: id) {
                roots.append((index, .oauthResponse))
            }
        }
        return roots
    }

    /// The names that an expression of a scenario may read.
    ///
    /// - Parameter own: the scenario's own variables, when they are set by the time it is evaluated.
    func names(in scenario: Int, own: [String] = []) -> Set<String> {
        var names = common.union(own).union(sights[scenario].inherited)
        for occasion in sights[scenario].occasions { names.formUnion(occasion.variables) }
        return names
    }

    /// What any expression may read.
    var common: Set<String> { parameters.union(Occasion.predefined).union(authentication) }
}
