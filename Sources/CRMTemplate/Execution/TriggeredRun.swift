// What one trigger starts: its scenarios one after the other, and which of their results are contacts. Confined to one
// task; nothing protects its state.

internal import Platform

/// The run of a trigger.
final class TriggeredRun {
    private let instance: TemplateInstance
    private let trigger: Trigger
    private let inputs: RunInputs
    private let options: RunOptions
    private let recorder: TraceRecorder?
    private let run: TemplateRun
    /// Of the contacts so far.
    private var urls: Set<String> = []

    init(
        _ instance: TemplateInstance, _ trigger: Trigger, _ given: RunInputs, _ options: RunOptions,
        _ deadline: MonotonicTime, _ recorder: TraceRecorder?
    ) {
        self.instance = instance
        self.trigger = trigger
        self.options = options
        self.recorder = recorder
        var inputs = given
        var number = ""
        if let value = inputs["Number"] {
            // The same everywhere, in bodies as well (A9).
            number = CallerNumber.written(
                value.text(), prefix: instance.template.number.prefix, maxLength: instance.ownMatchLength)
            inputs["Number"] = .text(number)
        }
        if trigger == .reportChat, !instance.template.supportsEmojis, let messages = inputs["ChatMessages"] {
            inputs["ChatMessages"] = .text(Emoji.removed(from: messages.text()))
        }
        self.inputs = inputs
        var collectsRecords = false
        if case .callFlow = trigger { collectsRecords = true }
        run = TemplateRun(
            instance, role: .ordinary, deadline: deadline, recorder: recorder,
            inputs: inputs.values.map { ($0.key, Variable($0.value, .data)) } + [
                ("FoundRecordCount", Variable(.integer(0), .template))
            ],
            number: number, collectsRecords: collectsRecords, isLookup: trigger.isLookup,
            isDelivery: options.priority == .delivery)
        run.result.failures = instance.defects
    }

    /// Whether it still has the place in the queue that it was given.
    var hasPlace: Bool { run.hasPlace }

    /// Tells why the run does not take place.
    func refuse(_ code: String, _ message: String) { run.fail(code, "", message) }

    /// Runs the scenarios.
    nonisolated(nonsending) func perform() async {
        let scenarios = instance.plan.scenarios(for: trigger)
        guard let first = scenarios.first else {
            run.fail("unknown-scenario", "", "the template has no scenario for \(trigger.words)")
            return
        }
        if trigger == .getAllContacts, inputs["Page"] == nil {
            await performPages(first)
            return
        }
        if trigger == .getAllContacts, inputs["PageSize"] == nil {
            run.set("PageSize", .integer(Int64(instance.pageSize)))
        }
        for (position, index) in ordered(scenarios).enumerated() {
            let before = run.result.results.count
            await run.run(index)
            accept(from: before)
            if run.isHalted { break }
            if position < scenarios.count - 1 {
                run.set("FoundRecordCount", .integer(Int64(run.result.contacts.count)))
            }
        }
    }

    /// Page after page until one has fewer records than it could (A15), or the same again.
    private nonisolated(nonsending) func performPages(_ index: Int) async {
        let size = instance.pageSize
        run.set("PageSize", .integer(Int64(size)))
        var previous: [Contact] = []
        for page in 0..<run.limits.pages {
            run.set("Page", .integer(Int64(page)))
            run.requestCount = 0
            let before = run.result.results.count
            let records = await run.run(index)
            accept(from: before)
            guard records >= size, !run.isHalted else { return }
            let results = Array(run.result.results[before...])
            if results == previous {
                recorder?.note("page \(page) is the same as the one before: the CRM knows no pages")
                return
            }
            previous = results
        }
        run.fail("limit", "GetAllContacts", "there are more than \(run.limits.pages) pages")
    }

    /// The scenarios in the order that `EntityOrder` asks for; those it does not name follow in file order (spec 3.2).
    private func ordered(_ scenarios: [Int]) -> [Int] {
        guard scenarios.count > 1,
            let first = scenarios.lazy.map({ self.instance.plan.scenarios[$0] }).first(where: {
                !$0.scenario.entityOrder.isEmpty
            })
        else { return scenarios }
        let text: String
        do {
            text = try first.scenario.entityOrder.evaluate(instance.context(run.rootScope)).text
        } catch {
            run.fail("expression", first.name, "EntityOrder: \(error.message)")
            return scenarios
        }
        let names = text.split(separator: "/").map { part in
            part.drop { $0 == " " }.lowercased().reversed().drop { $0 == " " }
        }.map { String($0.reversed()) }
        func place(_ index: Int) -> Int {
            let entity = instance.plan.scenarios[index].scenario.entityID
            return entity.isEmpty ? names.count : names.firstIndex(of: entity.lowercased()) ?? names.count
        }
        return scenarios.enumerated().sorted { (place($0.element), $0.offset) < (place($1.element), $1.offset) }
            .map(\.element)
    }

    /// Makes contacts of the results that are ones (spec 5.1).
    private func accept(from start: Int) {
        guard trigger.givesContacts else { return }
        // Who calls decides (spec 0.9); how exact numbers have to be, the template does (spec 0.5).
        let acceptance =
            options.acceptsByPhone && trigger == .lookupByNumber
            ? ContactAcceptance.byNumber(run.number, maxLength: instance.ownMatchLength) : .withoutNumber
        for index in start..<run.result.results.count {
            let result = run.result.results[index]
            let shown = recorder == nil ? result : run.shownResults[index]
            if let refusal = acceptance.refusal(of: result) {
                recorder?.record(
                    .contactRefused(
                        reason: refusal.reason, fields: shown.fields.map { .init($0.name, TraceText($0.value)) }))
                continue
            }
            guard let url = result["ContactUrl"], urls.insert(url).inserted else {
                recorder?.record(
                    .contactRefused(
                        reason: "another contact has the same ContactUrl",
                        fields: shown.fields.map { .init($0.name, TraceText($0.value)) }))
                continue
            }
            run.result.contacts.append(result)
            recorder?.record(.contactAccepted(shown))
        }
    }

    /// What the run came to.
    func finish(took: Duration) -> RunResult {
        var result = run.result
        guard let recorder else { return result }
        let fields = inputs.values.sorted { $0.key < $1.key }.map {
            Trace.Field($0.key, recorder.text($0.value.text()))
        }
        result.trace = Trace(
            templateName: instance.template.name, trigger: trigger, inputs: fields, steps: recorder.finish(), took: took
        )
        return result
    }
}

extension Trigger {
    /// Whether results are contacts; what a journal scenario gives is none.
    fileprivate var givesContacts: Bool {
        switch self {
        case .lookupByNumber, .lookupByEmail, .searchContacts, .getAllContacts, .createContact,
            .createContactFromClient:
            true
        case .reportCall, .reportChat, .callFlow: false
        }
    }

    /// For sentences.
    fileprivate var words: String {
        switch self {
        case .lookupByNumber: "lookups by number (one without an Id)"
        case .lookupByEmail: "lookups by e-mail (LookupByEmail…)"
        case .searchContacts: "searches (SearchContacts…)"
        case .getAllContacts: "the phone book (GetAllContacts)"
        case .createContact: "creating contacts (CreateContactRecord)"
        case .createContactFromClient: "creating contacts from a client (CreateContactRecordFromClient)"
        case .reportCall: "calls (ReportCall)"
        case .reportChat: "chats (ReportChat)"
        case .callFlow(let id): "call flows of the Id '\(id)'"
        }
    }
}
