// One run: the state that its scenarios share, and when it has to stop. A reference confined to one task; nothing
// protects its state.

internal import Platform

/// Why a scenario run was given up; what it had given so far is dropped (spec 2.7).
struct ScenarioAbort: Error {
    let code: String
    let message: String

    init(_ code: String, _ message: String) {
        self.code = code
        self.message = message
    }

    /// - Parameter place: which expression: `SkipIf`, `Output FirstName`.
    init(_ error: ExpressionError, in place: String) { self.init("expression", "\(place): \(error.message)") }
}

/// The variables that a chain has set so far, one scenario a level.
final class ChainLevel {
    let parent: ChainLevel?
    let variables: [(name: String, variable: Variable)]
    /// Where the next scenario's variables go; made anew when the session has changed.
    fileprivate var scope: VariableScope
    fileprivate var generation: Int

    init(
        _ parent: ChainLevel?, _ variables: [(name: String, variable: Variable)], scope: VariableScope,
        of run: TemplateRun
    ) {
        self.parent = parent
        self.variables = variables
        self.scope = scope
        generation = run.generation
    }
}

/// A run of the scenarios of one trigger, of the authentication, or of the answer to a granted access.
final class TemplateRun {
    enum Role {
        case ordinary
        /// Its answers are secrets, it sends no credentials, and its first result ends it.
        case login
        /// As a login; for an OAuth parameter.
        case response

        var isSecret: Bool { self != .ordinary }
    }

    /// What the first result of a login holds.
    struct Harvest {
        var outputs: [String: EvaluatedText]
        let variables: [(name: String, variable: Variable)]
        let scope: VariableScope
    }

    /// Failures of one run that are told; a phone book with an error in each record would fill the memory.
    static let failuresToldAtMost = 100
    /// Bytes of the URLs that are told; a phone book of a thousand pages may have a hundred requests on each.
    static let toldBytesAtMost = 4_194_304

    let instance: TemplateInstance
    let role: Role
    let deadline: MonotonicTime
    let recorder: TraceRecorder?
    /// What scenarios without a chain see; new variables go into a child of it.
    private(set) var rootScope: VariableScope
    /// What the trigger brings besides.
    private var inputs: [(name: String, variable: Variable)]
    /// The number that rules look for.
    let number: String
    /// Whether each record is handed over as it came, as call flows want it.
    let collectsRecords: Bool
    /// Whether it asks for somebody, so that nobody is an answer too.
    let isLookup: Bool
    /// Whether lookups may go before each of its requests.
    let isDelivery: Bool
    /// Whether it has its place in the queue: a delivery that gave it up for lookups may not get it back in time.
    var hasPlace = true

    var result = RunResult()
    /// The results as a trace may show them; empty without a trace.
    var shownResults: [Contact] = []
    var harvest: Harvest?
    var requestCount = 0
    /// Of the URLs told so far.
    var toldBytes = 0
    /// Of the results so far.
    var resultBytes = 0
    private(set) var isHalted = false
    private(set) var session: Session?
    /// Whether the session was renewed because it was refused, which is done once.
    var hasRenewed = false
    /// Grows when the session changes.
    fileprivate(set) var generation = 0

    init(
        _ instance: TemplateInstance, role: Role, deadline: MonotonicTime, recorder: TraceRecorder?,
        inputs: [(name: String, variable: Variable)], number: String = "", collectsRecords: Bool = false,
        isLookup: Bool = false, isDelivery: Bool = false
    ) {
        self.instance = instance
        self.role = role
        self.deadline = deadline
        self.recorder = recorder
        self.inputs = inputs
        self.number = number
        self.collectsRecords = collectsRecords
        self.isLookup = isLookup
        self.isDelivery = isDelivery
        rootScope = Self.scope(instance.base, inputs)
    }

    var limits: RunLimits { instance.settings.limits }

    /// The headers of the present session, or what every run sends.
    var credentials: RequestCredentials {
        role == .ordinary ? session?.credentials ?? instance.credentials : .none
    }

    /// Sets a variable that every scenario sees from now on.
    func set(_ name: String, _ value: Value, _ origins: Origins = .template) {
        let variable = Variable(value, origins)
        if let index = inputs.firstIndex(where: { $0.name == name }) {
            inputs[index].variable = variable
        } else {
            inputs.append((name, variable))
        }
        rootScope = Self.scope(session?.scope ?? instance.base, inputs)
    }

    /// Uses a session from now on: its variables lie below those of the trigger and of the chain.
    func adopt(_ session: Session) {
        self.session = session
        generation += 1
        for secret in session.secrets { recorder?.conceal(secret) }
        rootScope = Self.scope(session.scope, inputs)
    }

    /// The scope for a scenario that follows a chain.
    func scope(after level: ChainLevel?) -> VariableScope {
        guard let level else { return rootScope }
        if level.generation != generation {
            level.scope = Self.scope(scope(after: level.parent), level.variables)
            level.generation = generation
        }
        return level.scope
    }

    /// The variables on top of a scope, closed for what comes on top of them.
    private static func scope(
        _ base: VariableScope, _ variables: [(name: String, variable: Variable)]
    ) -> VariableScope {
        var scope = base
        for (name, variable) in variables { scope.set(name, variable) }
        return scope.child()
    }

    /// Tells that a scenario did not do what it is for.
    func fail(
        _ code: String, _ scenario: String, _ message: String, status: Int? = nil,
        transport: TransportFailure.Kind? = nil
    ) {
        let failure = RunResult.Failure(
            code: code, scenario: scenario, message: hidingSecrets(message), status: status, transport: transport)
        recorder?.record(.failure(failure))
        if result.failures.count < Self.failuresToldAtMost { result.failures.append(failure) }
    }

    /// The text as people may see it: a secret may have become part of a host or of the words of an error.
    func hidingSecrets(_ text: String) -> String {
        let text = instance.values.search.hidden(text)
        return session?.search.hidden(text) ?? text
    }

    /// Ends the run after what was told.
    func halt() { isHalted = true }

    /// Whether nothing more may be begun: the run was ended, its task cancelled, or its time is over.
    func mustStop(_ scenario: String) -> Bool {
        if isHalted { return true }
        if Task.isCancelled {
            fail("cancelled", scenario, "the run was cancelled")
        } else if instance.clock.monotonic() >= deadline {
            fail("deadline", scenario, "the time for the run is over")
        } else {
            return false
        }
        halt()
        return true
    }
}
