// What is known of a call while it is going on, and which call it then belongs to. Values and pure functions.

internal import JSONText
package import NumbersCore
package import Platform

/// One thing that a context says: a name and a text.
package struct ContextPair: Sendable, Hashable {
    package let key: String
    package let value: String

    /// Pairs of a context, and of a call.
    package static let contextMax = 64
    /// Bytes of key and value together.
    package static let bytesMax = 4_096

    package init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }

    /// The pairs of one context and a later one: the later value of a key counts, and beyond the bound the oldest go.
    package static func joined(_ earlier: [ContextPair], _ later: [ContextPair]) -> [ContextPair] {
        let keys = Set(later.map(\.key))
        return Array((earlier.filter { !keys.contains($0.key) } + later).suffix(contextMax))
    }
}

/// A report of a context, validated.
package struct CallContextDraft: Sendable, Hashable {
    /// What `start_time_utc` is the time of.
    package enum Reference: String, Sendable, Hashable, CaseIterable {
        case call
        /// Of a part of the call, which may begin long after it.
        case segment
    }

    /// What the segment rings at.
    package enum SegmentKind: String, Sendable, Hashable, CaseIterable {
        case `extension`, trunk, voicemail, ivr
        case callQueue = "call_queue"
        case externalNumber = "external_number"
        case callFlow = "call_flow"
    }

    package enum Direction: String, Sendable, Hashable, CaseIterable {
        case inbound, outbound
    }

    package var direction: Direction
    /// `number_from` of an inbound call, `number_to` of an outbound one.
    package var external: PartyNumber
    package var source: String?
    package var startTime: UnixTime?
    package var reference: Reference
    package var segmentKind: SegmentKind?
    package var data: [ContextPair]

    package init(direction: Direction, external: PartyNumber) {
        self.direction = direction
        self.external = external
        reference = .call
        data = []
    }

    /// Reads a report. nil when a rule is broken; ``GivenFields/hints`` then has a sentence for each field.
    package static func read(
        _ fields: inout GivenFields, workspace: Workspace, plan: NumberingPlan
    ) -> CallContextDraft? {
        let direction = fields.requiredChoice("direction", as: Direction.self)
        let name = direction == .outbound ? "number_to" : "number_from"
        let before = fields.hints.count
        let external = fields.number(name, country: workspace.settings.defaultCountry, plan: plan)
        if let direction, external == nil, fields.hints.count == before {
            fields.addHint(
                "The \(GivenFields.words(name)) field is required when direction is \(direction.rawValue).")
        }
        let nobody = PartyNumber(given: "", e164: nil)
        var draft = CallContextDraft(direction: direction ?? .inbound, external: external ?? nobody)
        draft.source = fields.text("source", max: FieldLimit.word)
        draft.startTime = fields.time("start_time_utc")
        draft.reference = fields.choice("start_time_reference", as: Reference.self) ?? .call
        draft.segmentKind = fields.choice("segment_dn_type", as: SegmentKind.self)
        draft.data = pairs(&fields)
        return fields.hints.isEmpty ? draft : nil
    }

    /// `context_data`: an array of `{key, value}`, or an object. Pairs without a value are left out.
    private static func pairs(_ fields: inout GivenFields) -> [ContextPair] {
        let given: [(key: String, value: JSONValue)]
        switch fields.value("context_data") {
        case nil: return []
        case .object(let object): given = object.members.map { ($0.name, $0.value) }
        case .array(let elements):
            var read: [(key: String, value: JSONValue)] = []
            for element in elements {
                guard let pair = element.object, let key = pair["key"]?.text, !key.isEmpty else {
                    fields.addHint("The context data field must be an array of objects with a key and a value.")
                    return []
                }
                read.append((key, pair["value"] ?? .null))
            }
            given = read
        case .string(let text) where text.isEmpty || GivenFields.isUnreplaced(text): return []
        case .string, .number, .bool, .null:
            fields.addHint("The context data field must be an array or an object.")
            return []
        }
        guard given.count <= ContextPair.contextMax else {
            fields.addHint("The context data field must not have more than \(ContextPair.contextMax) items.")
            return []
        }
        var pairs: [ContextPair] = []
        for (key, value) in given {
            guard let text = value.text else {
                fields.addHint("The context data field must have texts, numbers and booleans as values.")
                return []
            }
            guard key.utf8.count + text.utf8.count <= ContextPair.bytesMax else {
                fields.addHint("The context data field must not have items of more than 4096 bytes.")
                return []
            }
            if !text.isEmpty, !GivenFields.isUnreplaced(text) {
                pairs = ContextPair.joined(pairs, [ContextPair(key, text)])
            }
        }
        return pairs
    }
}

extension JSONValue {
    /// The value as a text: empty for null, nil for what has parts.
    fileprivate var text: String? {
        switch self {
        case .null: ""
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let flag): flag ? "true" : "false"
        case .array, .object: nil
        }
    }
}

/// A context as it is kept until a call takes it.
package struct CallContext: Sendable, Hashable {
    package let id: UniqueID
    package var draft: CallContextDraft
    /// The start time that a report gave, else when the first report arrived.
    package var anchor: UnixTime
    package var isAnchorGiven: Bool
    package let createdAt: UnixTime
    package var updatedAt: UnixTime

    /// How far the anchors of reports of one context may lie apart.
    package static let anchorTolerance: Duration = .seconds(60)
    /// How long a context waits for its call.
    package static let openTime: Duration = .seconds(4 * 60 * 60)
    /// Open contexts of one number that are looked at: enough for a line that many call through at once.
    package static let candidatesMax = 64

    package init(
        id: UniqueID, draft: CallContextDraft, anchor: UnixTime, isAnchorGiven: Bool, createdAt: UnixTime,
        updatedAt: UnixTime
    ) {
        self.id = id
        self.draft = draft
        self.anchor = anchor
        self.isAnchorGiven = isAnchorGiven
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// A new context.
    package init(id: UniqueID, of draft: CallContextDraft, at arrival: UnixTime) {
        self.init(
            id: id, draft: draft, anchor: draft.startTime ?? arrival, isAnchorGiven: draft.startTime != nil,
            createdAt: arrival, updatedAt: arrival)
    }

    /// Whether a report of the same workspace, direction and number is about the same moment; how far away it is.
    package func distance(to draft: CallContextDraft, at arrival: UnixTime) -> Duration? {
        let distance = anchor.distance(to: draft.startTime ?? arrival)
        return distance <= Self.anchorTolerance ? distance : nil
    }

    /// Takes up a further report. What it says anew counts; the anchor stays, unless it was only an arrival.
    package mutating func update(with report: CallContextDraft, at arrival: UnixTime) {
        if !isAnchorGiven, let start = report.startTime {
            anchor = start
            isAnchorGiven = true
            draft.reference = report.reference
        }
        draft.startTime = draft.startTime ?? report.startTime
        draft.source = report.source ?? draft.source
        draft.segmentKind = report.segmentKind ?? draft.segmentKind
        draft.data = ContextPair.joined(draft.data, report.data)
        updatedAt = arrival
    }

    /// How far a call of the same workspace, direction and number is from this context; nil when it is another call's.
    ///
    /// A given time of the call is its start, give or take ``anchorTolerance``. A segment begins later than its call, so
    /// its time may be anywhere within the call. A context without a time is known only by its arrival on the server's
    /// clock, which the PBX's own times cannot be compared with: any call that ends while the context is open may be
    /// its own, and the one that began closest is.
    package func distance(to call: CallDraft, at arrival: UnixTime) -> Duration? {
        guard isAnchorGiven, let start = call.startTime else {
            let length = Duration.seconds(call.duration ?? 0)
            return (isAnchorGiven ? anchor : createdAt).distance(to: arrival - length)
        }
        let distance = anchor.distance(to: start)
        if distance <= Self.anchorTolerance { return distance }
        guard draft.reference == .segment, anchor > start else { return nil }
        let end = call.endTime ?? call.duration.map { start + .seconds($0) } ?? arrival
        return anchor <= end + Self.anchorTolerance ? distance : nil
    }

    /// The contexts that a call takes: the closest one, and the segments within the call, whose times tell that they
    /// are its own. In the order of their anchors.
    package static func taken(by call: CallDraft, at arrival: UnixTime, from open: [CallContext]) -> [CallContext] {
        let fitting = open.compactMap { context in
            context.distance(to: call, at: arrival).map { (context: context, distance: $0) }
        }
        guard let closest = fitting.min(by: { $0.distance < $1.distance })?.context else { return [] }
        return fitting.map(\.context).filter { context in
            context.id == closest.id
                || context.draft.reference == .segment && context.isAnchorGiven && call.startTime != nil
        }.sorted { ($0.anchor, $0.id) < ($1.anchor, $1.id) }
    }
}

extension UnixTime {
    /// How far two instants lie apart, never negative.
    fileprivate func distance(to other: UnixTime) -> Duration {
        let (difference, overflow) = microseconds.subtractingReportingOverflow(other.microseconds)
        return overflow ? .seconds(Int64.max) : .microseconds(Int64(clamping: difference.magnitude))
    }
}
