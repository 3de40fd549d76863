// What the command line says a run is about: the trigger, and the variables it brings. A value.

import CRMTemplate
import CommandOptions
import Platform

/// The options of `template run` that describe a call, a chat, a contact or a search.
struct RunGiven {
    private static let number: Option<String?> = .optional(
        "number", .numberText, help: "the number that calls or is called")
    private static let email: Option<String?> = .optional(
        "email", .text.placeholder("ADDRESS"), help: "the e-mail address to look up, or of a chat's customer")
    private static let search: Option<String?> = .optional("search", .text, help: "what a user looks for")
    private static let query: Option<String?> = .optional("query", .text, help: "what a call flow looks for (cfd)")
    private static let entityID: Option<String?> = .optional(
        "entity-id", .text.placeholder("ID"), help: "the record a call flow looks for (cfd)")
    private static let entity: Option<String?> = .optional(
        "entity", .text.placeholder("NAME"), help: "which kind of record, if the template has several (cfd)")

    static let declarations = [
        number.declaration, email.declaration, search.declaration, query.declaration, entityID.declaration,
        entity.declaration,
    ]

    /// The customer of a report that does not name one; of a range that belongs to nobody.
    static let exampleNumber = "+12025550143"
    private static let exampleAddress = "customer@example.com"

    private let trigger: TriggerChoice
    private let template: Template
    private let place: Place
    private let context: CommandContext
    /// Values of `--set` that nothing has taken yet, by name.
    private var left: [String: String]
    /// How long the call or chat took, when `--set` says so.
    private var givenDuration: Duration?
    /// What the reader should know, as sentences.
    private(set) var notes: [String] = []

    /// Where the PBX stands.
    struct Place {
        let culture: Culture
        let zone: CivilZone
    }

    /// What is run, and with what.
    struct Run {
        let trigger: Trigger
        let inputs: RunInputs
        /// `[MaxLength]`, when `--set` says it.
        let maxLength: Int?
        let notes: [String]
    }

    /// The run that the command line describes.
    ///
    /// - Throws: when something is missing, or when a value cannot be read.
    static func run(
        _ trigger: TriggerChoice, _ assignments: [Assignment], of template: Template, at place: Place,
        _ context: CommandContext
    ) throws(CommandFailure) -> Run {
        var given = RunGiven(
            trigger: trigger, template: template, place: place, context: context,
            left: Dictionary(assignments.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
        let maxLength = try given.maxLength()
        var (runTrigger, inputs) = try given.described()
        // Who says how long it took means it, also beside times that tell otherwise, or of a call nobody answered.
        if let duration = given.givenDuration { inputs.setDuration(duration) }
        try given.setRest(in: &inputs)
        return Run(trigger: runTrigger, inputs: inputs, maxLength: maxLength, notes: given.notes)
    }

    private init(
        trigger: TriggerChoice, template: Template, place: Place, context: CommandContext, left: [String: String]
    ) {
        self.trigger = trigger
        self.template = template
        self.place = place
        self.context = context
        self.left = left
    }

    private mutating func described() throws(CommandFailure) -> (Trigger, RunInputs) {
        switch trigger {
        case .lookup: return (.lookupByNumber, try numberInputs())
        case .create: return (.createContact, try numberInputs())
        case .email:
            return (.lookupByEmail, .email(try required(Self.email, "Email", "the address to look up")))
        case .search:
            return (.searchContacts, .search(try required(Self.search, "SearchText", "what to look for")))
        case .contacts: return (.getAllContacts, RunInputs())
        case .createFromClient:
            let inputs = RunInputs.create(
                firstName: take("FirstName") ?? "", lastName: take("LastName") ?? "",
                number: context.values[Self.number] ?? take("Number") ?? "",
                email: context.values[Self.email] ?? take("Email") ?? "", company: take("Company") ?? "")
            return (.createContactFromClient, inputs)
        case .reportCall: return (.reportCall, try call().inputs(culture: place.culture, zone: place.zone))
        case .reportChat:
            let inputs = try chat().inputs(
                culture: place.culture, zone: place.zone, supportsEmojis: template.supportsEmojis)
            return (.reportChat, inputs)
        case .cfd: return try callFlow()
        }
    }

    // MARK: Lookups

    private mutating func numberInputs() throws(CommandFailure) -> RunInputs {
        let number = try required(Self.number, "Number", "the number that calls")
        return .lookup(number: number, direction: try direction() ?? .inbound)
    }

    private mutating func direction() throws(CommandFailure) -> CallDirection? {
        guard let text = take("CallDirection") else { return nil }
        guard let direction = CallDirection.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() })
        else { throw wrong("CallDirection", "Inbound or Outbound") }
        return direction
    }

    private mutating func callFlow() throws(CommandFailure) -> (Trigger, RunInputs) {
        let values = context.values
        let asked = [
            (values[Self.number], "_LookupNumber"), (values[Self.entityID], "_LookupID"),
            (values[Self.query], "_LookupFreeQuery"),
        ].compactMap { value, suffix in value.map { ($0, suffix) } }
        guard asked.count == 1, let suffix = asked.first?.1 else {
            throw usage("a call-flow lookup needs one of --number, --entity-id and --query")
        }
        let prefix = "LookupFromCFD_"
        let known = template.scenarios.map(\.id).filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }
        var id = values[Self.entity].map { prefix + $0 + suffix } ?? known.first ?? prefix + "…" + suffix
        if let entity = values[Self.entity], !known.contains(id) {
            let names = known.map { String($0.dropFirst(prefix.count).dropLast(suffix.count)) }
            let near = Suggestion.nearest(to: entity, among: names).map { "; did you mean \(terminalName($0))?" }
            throw usage("the template has no scenario \(terminalName(id))\(near ?? "")")
        }
        if values[Self.entity] == nil, known.count > 1 {
            notes.append(
                "\(terminalName(id)) is run; the template also has "
                    + known.dropFirst().map(terminalName).joined(separator: ", ") + ": choose with --entity")
        }
        if known.isEmpty { id = prefix + suffix.dropFirst() }
        let inputs = RunInputs.callFlow(
            number: values[Self.number] ?? "", entityID: values[Self.entityID] ?? "", query: values[Self.query] ?? "")
        return (.callFlow(id: id), inputs)
    }

    // MARK: Reports

    /// How long it rings when nobody says.
    private static let ringing = Duration.seconds(8)
    private static let talking = Duration.seconds(90)

    private mutating func call() throws(CommandFailure) -> CallReport {
        var kind = CallReport.Kind.inbound
        let givenDirection = try direction()
        if let text = take("CallType") {
            guard let found = CallReport.Kind(name: text) else {
                throw wrong("CallType", CallReport.Kind.allCases.map(\.rawValue).joined(separator: ", "))
            }
            kind = found
        } else if givenDirection == .outbound {
            kind = .outbound
        }
        let isAnswered = kind == .inbound || kind == .outbound
        let start = try instant("CallStartTime")
        let givenAnswer = try instant("CallEstablishedTime")
        let end = try instant("CallEndTime")
        let talk = try duration() ?? (isAnswered ? Self.talking : .zero)
        let started: UnixTime
        let established: UnixTime?
        let ended: UnixTime
        if let start {
            started = start
            let answer = end.map { max(start, $0 - talk) } ?? start + Self.ringing
            established = givenAnswer ?? (isAnswered ? answer : nil)
            ended = end ?? (established ?? start + Self.ringing) + talk
        } else if let givenAnswer {
            started = givenAnswer - Self.ringing
            established = givenAnswer
            ended = end ?? givenAnswer + talk
        } else {
            ended = end ?? now
            established = isAnswered ? ended - talk : nil
            started = (established ?? ended) - Self.ringing
        }
        return CallReport(
            kind: kind, number: customerNumber(), name: take("Name") ?? "", agent: agent(),
            queueExtension: take("QueueExtension") ?? "", started: started, established: established, ended: ended,
            contact: contact(), recordingURL: take("RecordingUrl") ?? "",
            transcription: take("Transcription") ?? "", summary: take("Summary") ?? "",
            sentiment: take("Sentiment") ?? "")
    }

    private mutating func chat() throws(CommandFailure) -> ChatReport {
        let start = try instant("ChatStartTime")
        let end = try instant("ChatEndTime")
        let talk = try duration() ?? Self.talking
        let ended = end ?? (start.map { $0 + talk } ?? now)
        var email = context.values[Self.email] ?? take("Email") ?? ""
        let number = context.values[Self.number] ?? take("Number") ?? ""
        if email.isEmpty, number.isEmpty {
            email = Self.exampleAddress
            notes.append("neither --email nor --number was given: the chat is with \(email)")
        }
        return ChatReport(
            number: number, email: email, name: take("Name") ?? "", agent: agent(),
            queueExtension: take("QueueExtension") ?? "", started: start ?? ended - talk, ended: ended,
            messages: take("ChatMessages") ?? "Customer: Hello\nAgent: Good morning", contact: contact())
    }

    private mutating func customerNumber() -> String {
        if let number = context.values[Self.number] ?? take("Number") { return number }
        notes.append("no --number was given: the call is with \(Self.exampleNumber)")
        return Self.exampleNumber
    }

    private mutating func agent() -> ReportedAgent {
        ReportedAgent(
            extension: take("Agent") ?? "101", firstName: take("AgentFirstName") ?? "Ann",
            lastName: take("AgentLastName") ?? "Example", email: take("AgentEmail") ?? "ann@example.com")
    }

    /// What the customer was found to be: `EntityId`, `EntityType`, and what is set as `Contact::Name`.
    private mutating func contact() -> Contact? {
        var fields = ["EntityId", "EntityType"].compactMap { name in take(name).map { Contact.Field(name, $0) } }
        let mark = "Contact::"
        for name in left.keys.sorted() where name.lowercased().hasPrefix(mark.lowercased()) {
            if let value = left.removeValue(forKey: name) {
                fields.append(Contact.Field(String(name.dropFirst(mark.count)), value))
            }
        }
        return fields.isEmpty ? nil : Contact(fields)
    }

    /// Whole seconds, as PBXs count calls.
    private var now: UnixTime { UnixTime(seconds: context.surroundings.clock.wall().seconds) }

    // MARK: Values

    /// Takes the value of `--set` for a variable, whatever the case of its name.
    private mutating func take(_ name: String) -> String? {
        if let value = left.removeValue(forKey: name) { return value }
        guard let alike = left.keys.first(where: { $0.lowercased() == name.lowercased() }) else { return nil }
        return left.removeValue(forKey: alike)
    }

    private mutating func required(
        _ option: Option<String?>, _ variable: String, _ meaning: String
    ) throws(CommandFailure) -> String {
        if let value = context.values[option] ?? take(variable) { return value }
        let declaration = option.declaration
        throw usage("--\(declaration.name) \(declaration.placeholder) is missing: \(meaning)")
    }

    /// A time that was set in either of its forms, `…Local` or `…UTC`.
    private mutating func instant(_ name: String) throws(CommandFailure) -> UnixTime? {
        var found: UnixTime?
        for (suffix, zone) in [("Local", place.zone), ("UTC", CivilZone.utc)] {
            guard let text = take(name + suffix) else { continue }
            guard let instant = VariableText.instant(text, in: zone) else {
                throw wrong(name + suffix, "a time such as 2026-03-04T05:06:07Z or 2026-03-04 05:06")
            }
            if let found, found != instant {
                throw usage("--set \(name)Local and \(name)UTC are two different times: leave one out")
            }
            found = instant
        }
        return found
    }

    private mutating func duration() throws(CommandFailure) -> Duration? {
        var found: Duration?
        for name in ["Duration", "DurationTimespan", "DurationSeconds"] {
            guard let text = take(name) else { continue }
            guard let duration = VariableText.duration(text) else {
                throw wrong(name, "a length of time such as 0:01:30, 90 or 2m")
            }
            found = duration
        }
        givenDuration = found
        return found
    }

    /// `[MaxLength]` belongs to the PBX and not to a trigger, and numbers are cut and compared by it.
    private mutating func maxLength() throws(CommandFailure) -> Int? {
        guard let text = take("MaxLength") else { return nil }
        guard DecimalText.isWholeNumber(text), let number = Int(text), (0...99).contains(number) else {
            throw wrong("MaxLength", "a whole number from 0 to 99")
        }
        return number
    }

    /// Variables that are numbers whoever brings them: `[Page+1]` is a sum.
    private static let numbers = ["Page", "PageSize"]

    /// Sets what no report or search has taken: in the kind the trigger's own value has, else as text.
    private mutating func setRest(in inputs: inout RunInputs) throws(CommandFailure) {
        for (name, text) in left.sorted(by: { $0.key < $1.key }) {
            let names = inputs.values.keys.sorted()
            let key =
                names.first { $0 == name }
                ?? (names + Self.numbers).first { $0.lowercased() == name.lowercased() }
            if key == nil, let near = Suggestion.nearest(to: name, among: names) {
                notes.append("\(terminalName(name)) is no variable of this trigger; did you mean \(near)?")
            }
            let isNumber = key.map(Self.numbers.contains) ?? false
            switch isNumber ? .integer(0) : key.flatMap({ inputs[$0] }) {
            case .integer:
                guard DecimalText.isWholeNumber(text), let number = Int64(text) else {
                    throw wrong(name, "a whole number")
                }
                inputs[key ?? name] = .integer(number)
            case nil, .null, .text, .boolean, .double, .numeral, .date, .span: inputs[key ?? name] = .text(text)
            }
        }
    }

    private func usage(_ sentence: String) -> CommandFailure { .usage(context.invocation.error(sentence)) }

    /// The value is not repeated: it may be a customer's.
    private func wrong(_ name: String, _ expected: String) -> CommandFailure {
        usage("--set \(name)=…: expected \(expected)")
    }
}

extension ValueKind where Value == Culture {
    /// A culture that ICU knows.
    static var culture: ValueKind {
        ValueKind(placeholder: "NAME", expects: "a culture such as de-AT or en-US") { Culture($0) }
    }
}

extension ValueKind where Value == CivilZone {
    /// A time zone of the IANA database.
    static var zone: ValueKind {
        ValueKind(placeholder: "ZONE", expects: "a time zone such as Europe/Vienna or UTC") { CivilZone($0) }
    }
}
