// A template with its parameter values, ready to run. Immutable but for what its parts protect themselves.

package import Platform

/// A template as somebody has set it up. Results of the authentication and the number of concurrent runs belong to it,
/// never to a template that two have set up (spec 0.9).
package final class TemplateInstance: Sendable {
    package let template: Template
    let plan: RunPlan
    let settings: InstanceSettings
    let transport: any TemplateTransport
    let clock: Clock
    let alarm: Alarm
    let random: RandomSource
    let values: ParameterValues
    /// The parameters, closed for what comes on top of them.
    let base: VariableScope
    /// Of Basic; none otherwise.
    let credentials: RequestCredentials
    /// How many digits have to agree where rules look for a number; 0: all (spec 0.5).
    let matchLength: Int
    /// The template's own, above 0 only when it has one.
    let ownMatchLength: Int
    /// Contacts on a page of the phone book.
    let pageSize: Int
    let sessions: SessionKeeper
    let queue: RunQueue
    /// Why the instance cannot run as the template says, told by every run.
    let defects: [RunResult.Failure]

    /// `PageSize` where the template does not say one (A15).
    static let usualPageSize = 100

    /// Digits of a telephone number, at most: ITU-T E.164 has 15, and dialled digits with prefixes stay below.
    static let longestNumber: Int64 = 64

    /// - Parameters:
    ///   - parameters: values by name, Booleans as `True` or `False`; those left out have their default.
    ///   - alarm: what wakes runs that wait in the queue or for a login.
    package init(
        template: Template, parameters: [String: String], settings: InstanceSettings,
        transport: any TemplateTransport, clock: Clock = .system, random: RandomSource = .system,
        alarm: Alarm = .system
    ) {
        self.template = template
        self.settings = settings
        self.transport = transport
        self.clock = clock
        self.alarm = alarm
        self.random = random
        let values = ParameterValues(template, parameters, maxLength: settings.maxLength)
        self.values = values
        base = values.scope.child()
        plan = RunPlan(template)
        sessions = SessionKeeper(clock: clock)
        queue = RunQueue(places: template.maxConcurrentRequests, longest: settings.limits.queuedRuns)
        var defects: [RunResult.Failure] = []
        func value<Result>(
            _ place: String, or fallback: Result, _ body: () throws(ExpressionError) -> Result
        ) -> Result {
            do {
                return try body()
            } catch {
                defects.append(.init(code: "expression", scenario: "", message: "\(place): \(error.message)"))
                return fallback
            }
        }
        let context = EvaluationContext(
            scope: values.scope, culture: settings.culture, zone: settings.zone, limits: settings.limits.expression)
        let own = value("Number MaxLength", or: nil) { () throws(ExpressionError) in
            try template.number.maxLength.isEmpty ? nil : template.number.maxLength.evaluate(context)
        }
        ownMatchLength = Int(min(max(0, own ?? 0), Self.longestNumber))
        matchLength = ownMatchLength > 0 ? ownMatchLength : max(0, settings.maxLength)
        let page = value("ListPageSize", or: nil) { () throws(ExpressionError) in
            try template.listPageSize.isEmpty ? nil : template.listPageSize.evaluate(context)
        }
        pageSize = page.flatMap { $0 > 0 ? Int(clamping: $0) : nil } ?? Self.usualPageSize
        switch template.authentication {
        case .none, .scenario: credentials = .none
        case .basic(let expression):
            let basic = value("Authentication", or: nil) { () throws(ExpressionError) in
                try expression.evaluate(context)
            }
            credentials = RequestCredentials(basic: basic, headers: [])
        }
        self.defects = defects
    }

    /// Names of given parameters that the template does not have, sorted.
    package var unknownParameters: [String] { values.unknown }

    /// Whether the template has a scenario for the trigger.
    package func handles(_ trigger: Trigger) -> Bool { !plan.scenarios(for: trigger).isEmpty }

    /// What expressions are evaluated with.
    func context(_ scope: VariableScope) -> EvaluationContext {
        EvaluationContext(
            scope: scope, culture: settings.culture, zone: settings.zone, limits: settings.limits.expression)
    }

    /// Runs the scenarios of a trigger. Never throws: what fails is told in the result. Cancelling the task ends it.
    package nonisolated(nonsending) func run(
        _ trigger: Trigger, _ inputs: RunInputs, options: RunOptions = RunOptions()
    ) async -> RunResult {
        let began = clock.monotonic()
        let deadline = began + (options.deadline ?? settings.runDeadline)
        let recorder = options.recordsTrace ? TraceRecorder(clock: clock, limits: settings.limits.trace) : nil
        for secret in values.secrets { recorder?.conceal(secret) }
        let run = TriggeredRun(self, trigger, inputs, options, deadline, recorder)
        var isAdmitted = queue.enterAtOnce(options.priority)
        if !isAdmitted { isAdmitted = await admit(run, options, deadline, recorder) }
        if isAdmitted {
            await run.perform()
            if run.hasPlace { queue.leave(options.priority) }
        }
        return run.finish(took: began.duration(to: clock.monotonic()))
    }

    /// Waits for a place.
    private nonisolated(nonsending) func admit(
        _ run: TriggeredRun, _ options: RunOptions, _ deadline: MonotonicTime, _ recorder: TraceRecorder?
    ) async -> Bool {
        recorder?.begin(.queued)
        defer { recorder?.end() }
        switch await queue.enter(options.priority, until: deadline, alarm: alarm) {
        case .admitted: return true
        case .late: run.refuse("deadline", "the time for the run was over before other runs had ended")
        case .cancelled: run.refuse("cancelled", "the run was cancelled while it waited for others")
        case .full: run.refuse("limit", "\(settings.limits.queuedRuns) runs wait already")
        }
        return false
    }
}
