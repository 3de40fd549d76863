// Writes a trace while a run goes on. A reference confined to one run: nothing protects its state, and it is never sent
// to another task.

package import Platform

/// The open trace of one run. Whoever has none (nil) records nothing, at no cost.
package final class TraceRecorder {
    /// How much a trace may hold.
    package struct Limits: Sendable, Hashable {
        /// Bytes of one text: enough for the record an author looks for, little enough for a page that opens at once.
        package var textBytes: Int
        /// Steps of the whole trace; what follows is counted and left out.
        package var steps: Int
        /// Bytes of all texts together; steps that would make it more are left out as well. One text of an answer may
        /// stand in each of ten thousand records.
        package var allBytes: Int

        package init(textBytes: Int, steps: Int, allBytes: Int = 16_777_216) {
            self.textBytes = textBytes
            self.steps = steps
            self.allBytes = allBytes
        }

        package static let standard = Limits(textBytes: 16_384, steps: 20_000)
    }

    /// Secrets shorter than this are not looked for in texts: they would be found in every other word.
    package static let shortestSecret = SecretSearch.shortest

    private struct Open {
        let event: Trace.Event
        let startedAfter: Duration
        /// false beyond the limit of steps.
        let isKept: Bool
        var steps: [Trace.Step]
    }

    private let clock: Clock
    private let limits: Limits
    private let started: MonotonicTime
    /// What must not be shown wherever it stands.
    private var secrets = SecretSearch()
    private var root: [Trace.Step] = []
    private var open: [Open] = []
    private var stepCount = 0
    private var byteCount = 0
    private var omitted = 0

    /// A trace that begins now.
    package init(clock: Clock, limits: Limits = .standard) {
        self.clock = clock
        self.limits = limits
        started = clock.monotonic()
    }

    /// Makes sure that no text shows the secret, wherever it comes from (an answer may echo it).
    package func conceal(_ secret: String) { secrets.add(secret) }

    /// Begins a step: what is recorded until its ``end()`` stands inside it.
    package func begin(_ event: Trace.Event) {
        let event = concealing(event)
        open.append(Open(event: event, startedAfter: elapsed, isKept: admit(event), steps: []))
    }

    /// Ends the step that was begun last.
    package func end() {
        guard let last = open.popLast(), last.isKept else { return }
        add(
            Trace.Step(
                event: last.event, startedAfter: last.startedAfter, took: elapsed - last.startedAfter,
                steps: last.steps))
    }

    /// Records a step that took no time of its own.
    package func record(_ event: Trace.Event) {
        let event = concealing(event)
        guard admit(event) else { return }
        add(Trace.Step(event: event, startedAfter: elapsed))
    }

    /// Records something worth knowing that stopped nothing.
    package func note(_ text: String) { record(.note(self.text(text).text)) }

    /// Time since the trace began.
    package var elapsed: Duration { started.duration(to: clock.monotonic()) }

    /// A text as a trace shows it: secrets hidden, cut to the limit.
    package func text(_ text: String) -> TraceText { self.text(Array(text.utf8)) }

    /// A text with its origins as a trace shows it.
    package func text(_ text: EvaluatedText) -> TraceText { self.text(text.redacted) }

    /// The bytes of a body as a trace shows them; what is no UTF-8 is replaced.
    package func text(_ bytes: [UInt8]) -> TraceText {
        guard bytes.count > limits.textBytes else {
            return TraceText(String(decoding: secrets.hidden(bytes, upTo: bytes.count), as: UTF8.self))
        }
        var end = max(0, limits.textBytes)
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return TraceText(String(decoding: secrets.hidden(bytes, upTo: end), as: UTF8.self), cutFrom: bytes.count)
    }

    /// Appends what another recorder has recorded, such as that of a login that ran by itself.
    /// - Parameter start: when the other began, counted from the beginning of this one.
    package func append(_ steps: [Trace.Step], startingAfter start: Duration) {
        for step in steps { if let step = admitted(step, start) { add(step) } }
    }

    /// The step moved in time, with as many inside it as there is room for; nil when there is none for itself. As
    /// recursive as steps are nested, which chains of scenarios bound.
    private func admitted(_ step: Trace.Step, _ start: Duration) -> Trace.Step? {
        guard admit(step.event) else { return nil }
        return Trace.Step(
            event: step.event, startedAfter: step.startedAfter + start, took: step.took,
            steps: step.steps.compactMap { admitted($0, start) })
    }

    /// Ends every open step and gives what was recorded.
    package func finish() -> [Trace.Step] {
        while !open.isEmpty { end() }
        if omitted > 0 {
            root.append(
                Trace.Step(event: .note("\(omitted) more steps were left out"), startedAfter: elapsed))
            omitted = 0
        }
        return root
    }

    private func admit(_ event: Trace.Event) -> Bool {
        let bytes = event.byteCount
        guard stepCount < limits.steps, bytes <= limits.allBytes - byteCount else {
            omitted += 1
            return false
        }
        stepCount += 1
        byteCount += bytes
        return true
    }

    private func add(_ step: Trace.Step) {
        if open.isEmpty { root.append(step) } else { open[open.count - 1].steps.append(step) }
    }

    /// The event with every secret in its texts hidden: whoever makes one cannot forget it.
    private func concealing(_ event: Trace.Event) -> Trace.Event {
        if secrets.isEmpty { return event }
        switch event {
        case .queued, .scenario, .authentication, .next: return event
        case .condition: return event
        case .request(let method, let url, let headers, let body):
            return .request(
                method: method, url: hidden(url), headers: headers.map(hidden), body: body.map(hidden))
        case .response(let status, let headers, let body, let byteCount):
            return .response(status: status, headers: headers.map(hidden), body: hidden(body), byteCount: byteCount)
        case .transportFailure(let failure):
            return .transportFailure(TransportFailure(failure.kind, hidden(failure.message)))
        case .rule(let group, let kind, let path, let ethalon, let nodes, let moreNodes):
            return .rule(
                group: group, kind: kind, path: path, ethalon: ethalon.map(hidden),
                nodes: nodes.map { Trace.RuleNode(place: hidden($0.place), text: hidden($0.text), passed: $0.passed) },
                moreNodes: moreNodes)
        case .records(let places, let more): return .records(places.map(hidden), more: more)
        case .record(let number, let context): return .record(number, context: hidden(context))
        case .variable(let name, let path, let value, let issue):
            return .variable(name: name, path: path, value: hidden(value), issue: issue.map(hidden))
        case .output(let type, let source, let value):
            return .output(type: type, source: source, value: hidden(value))
        case .contactAccepted(let contact):
            return .contactAccepted(Contact(contact.fields.map { Contact.Field($0.name, hidden($0.value)) }))
        case .contactRefused(let reason, let fields):
            return .contactRefused(reason: reason, fields: fields.map(hidden))
        case .note(let text): return .note(hidden(text))
        case .failure(let failure):
            return .failure(
                RunResult.Failure(
                    code: failure.code, scenario: failure.scenario, message: hidden(failure.message)))
        }
    }

    private func hidden(_ text: String) -> String { secrets.hidden(text) }

    private func hidden(_ text: TraceText) -> TraceText { TraceText(hidden(text.text), cutFrom: text.cutFrom) }

    private func hidden(_ field: Trace.Field) -> Trace.Field { Trace.Field(field.name, hidden(field.value)) }
}

extension Trace.Event {
    /// Bytes of the texts that a run has put into it; what the template wrote is small and shared.
    fileprivate var byteCount: Int {
        switch self {
        case .queued, .scenario, .authentication, .condition, .next: 0
        case .request(_, let url, let headers, let body):
            url.utf8.count + Self.bytes(headers) + (body?.text.utf8.count ?? 0)
        case .response(_, let headers, let body, _): Self.bytes(headers) + body.text.utf8.count
        case .transportFailure(let failure): failure.message.utf8.count
        case .rule(_, _, _, let ethalon, let nodes, _):
            (ethalon?.text.utf8.count ?? 0)
                + nodes.reduce(0) { $0 + $1.place.utf8.count + $1.text.text.utf8.count }
        case .records(let places, _): places.reduce(0) { $0 + $1.utf8.count }
        case .record(_, let context): context.utf8.count
        case .variable(_, _, let value, let issue): value.text.utf8.count + (issue?.utf8.count ?? 0)
        case .output(_, _, let value): value.text.utf8.count
        case .contactAccepted(let contact): contact.fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        case .contactRefused(_, let fields): Self.bytes(fields)
        case .note(let text): text.utf8.count
        case .failure(let failure): failure.message.utf8.count
        }
    }

    private static func bytes(_ fields: [Trace.Field]) -> Int {
        fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.text.utf8.count }
    }
}
