// What happened in a run, step by step. A value, free of secrets: every text in it is fit for people's eyes.

/// A text for people, cut where it is long.
package struct TraceText: Sendable, Hashable {
    /// At most the recorder's limit, with secrets as `<redacted>`.
    package let text: String
    /// Bytes of the whole, when `text` is only its beginning.
    package let cutFrom: Int?

    package init(_ text: String, cutFrom: Int? = nil) {
        self.text = text
        self.cutFrom = cutFrom
    }
}

/// The record of one run.
package struct Trace: Sendable {
    /// One thing that happened, with what happened inside it.
    package struct Step: Sendable {
        package let event: Event
        /// Time from the start of the run.
        package var startedAfter: Duration
        package var took: Duration
        package var steps: [Step]

        package init(event: Event, startedAfter: Duration, took: Duration = .zero, steps: [Step] = []) {
            self.event = event
            self.startedAfter = startedAfter
            self.took = took
            self.steps = steps
        }
    }

    package enum Event: Sendable {
        /// Waited for a place among the instance's concurrent runs.
        case queued
        /// A scenario began; `id` is empty for a lookup by number, `index` counts scenarios of the file from 0.
        case scenario(id: String, index: Int, position: SourcePosition)
        /// Authentication was needed: what was done about it.
        case authentication(AuthenticationStep)
        /// A condition was asked: `SkipIf` of a request, `If` of a value.
        case condition(name: String, source: String, result: Bool, position: SourcePosition?)
        /// A request as it was sent.
        case request(method: String, url: String, headers: [Field], body: TraceText?)
        case response(status: Int, headers: [Field], body: TraceText, byteCount: Int)
        case transportFailure(TransportFailure)
        /// A rule was tried: how many nodes its path led to, and how many of those passed.
        case rule(
            group: Int, kind: RuleTemplate.Kind, path: String, ethalon: TraceText?, nodes: [RuleNode], moreNodes: Int)
        /// The records that all groups agreed on, as array positions (`people[0].phones[1]`).
        case records([String], more: Int)
        /// One record is being worked on, from 0.
        case record(Int, context: String)
        case variable(name: String, path: String, value: TraceText, issue: String?)
        case output(type: String, source: String, value: TraceText)
        /// A chained scenario follows.
        case next(id: String)
        case contactAccepted(Contact)
        /// The acceptance test refused a result, with the reason.
        case contactRefused(reason: String, fields: [Field])
        /// Something worth knowing that stopped nothing.
        case note(String)
        case failure(RunResult.Failure)
    }

    package enum AuthenticationStep: String, Sendable {
        case started, shared, cached, expired, refreshedAfterRefusal, succeeded, failed, backingOff
    }

    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: TraceText

        package init(_ name: String, _ value: TraceText) {
            self.name = name
            self.value = value
        }
    }

    /// A node that a rule looked at.
    package struct RuleNode: Sendable, Hashable {
        /// `result.items[2].value`
        package let place: String
        package let text: TraceText
        package let passed: Bool

        package init(place: String, text: TraceText, passed: Bool) {
            self.place = place
            self.text = text
            self.passed = passed
        }
    }

    package let templateName: String
    package let trigger: Trigger
    package var inputs: [Field]
    package var steps: [Step]
    package var took: Duration

    package init(templateName: String, trigger: Trigger, inputs: [Field], steps: [Step], took: Duration) {
        self.templateName = templateName
        self.trigger = trigger
        self.inputs = inputs
        self.steps = steps
        self.took = took
    }
}
