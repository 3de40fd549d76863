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
        let own = template.scenarios.map { Set($0.variables.map(\.name)) }
        var sights = [Sight](repeating: Sight(), count: template.scenarios.count)
        for (root, occasion) in Self.roots(template, plan) { sights[root].occasions.insert(occasion) }
        for index in Self.order(sights.indices.filter { !sights[$0].occasions.isEmpty }, plan) {
            guard let next = plan.scenarios[index].next else { continue }
            sights[next].occasions.formUnion(sights[index].occasions)
            sights[next].inherited.formUnion(sights[index].inherited)
            sights[next].inherited.formUnion(own[index])
        }
        self.plan = plan
        self.sights = sights
        parameters = Set(template.parameters.map(\.name))
        let chain = plan.authentication.map { Self.chain(from: $0, plan) } ?? []
        authenticationChain = Set(chain)
        authentication = chain.reduce(into: []) { $0.formUnion(own[$1]) }
    }

    /// The scenarios that are reached, each behind all that chain to it; those of a circle twice around, which is when
    /// everything has come everywhere.
    private static func order(_ roots: [Int], _ plan: RunPlan) -> [Int] {
        var reached = Set<Int>()
        var waiting = [Int](repeating: 0, count: plan.scenarios.count)
        for root in roots {
            var current: Int? = root
            while let index = current, reached.insert(index).inserted {
                current = plan.scenarios[index].next
                if let next = current { waiting[next] += 1 }
            }
        }
        var order: [Int] = []
        for start in reached.sorted() where waiting[start] == 0 {
            var current: Int? = start
            while let index = current, waiting[index] == 0 {
                waiting[index] = -1
                order.append(index)
                current = plan.scenarios[index].next
                if let next = current { waiting[next] -= 1 }
            }
        }
        for start in reached.sorted() where waiting[start] > 0 {
            let circle = chain(from: start, plan)
            for index in circle { waiting[index] = -1 }
            order += circle + circle
        }
        return order
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
