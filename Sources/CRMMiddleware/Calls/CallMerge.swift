// Which reports are one call, and what they say together. Pure functions.

internal import NumbersCore
package import Platform

/// What a record is known by when a further report comes: enough to decide whether it is the same call.
package struct MergeCandidate: Sendable {
    /// When the call started, as the first report says that has a start time.
    package let start: UnixTime?
    /// From when to when it went, as far as its reports tell.
    package let span: ClosedRange<UnixTime>?
    /// When the first report arrived.
    package let arrival: UnixTime
    package let segments: [CallSegment]

    package init(start: UnixTime?, span: ClosedRange<UnixTime>? = nil, arrival: UnixTime, segments: [CallSegment]) {
        self.start = start
        self.span = span
        self.arrival = arrival
        self.segments = segments
    }
}

/// The rules of merging. Reports are compared with the record's first start time, not with the last one merged:
/// otherwise calls that follow one another every two seconds would grow into one.
package enum CallMerge {
    /// How far the start times of reports of one call may lie apart.
    package static let startTolerance: Duration = .seconds(2)
    /// How far their arrivals may lie apart when one of them has no start time.
    package static let arrivalTolerance: Duration = .seconds(5)
    /// How far apart the times may lie that such reports do tell: what is further apart was another call, reported late
    /// together with this one.
    package static let spanTolerance: Duration = .seconds(60)

    /// Whether a report belongs to a record of the same workspace, direction and ``CallDraft/mergeKey``.
    package static func isSameCall(_ report: CallDraft, at arrival: UnixTime, _ record: MergeCandidate) -> Bool {
        if let start = report.startTime, let recorded = record.start {
            guard isWithin(startTolerance, start, recorded) else { return false }
        } else {
            // Callers who withhold their numbers are not one caller: without agreeing start times nothing says that
            // two of them are the same call.
            guard !report.isExternalWithheld, isWithin(arrivalTolerance, arrival, record.arrival),
                !areApart(report.span, record.span)
            else { return false }
        }
        return !wasAnsweredElsewhere(report, record.segments)
    }

    private static func isWithin(_ tolerance: Duration, _ one: UnixTime, _ other: UnixTime) -> Bool {
        one <= other + tolerance && other <= one + tolerance
    }

    private static func areApart(_ one: ClosedRange<UnixTime>?, _ other: ClosedRange<UnixTime>?) -> Bool {
        guard let one, let other else { return false }
        return one.upperBound + spanTolerance < other.lowerBound || other.upperBound + spanTolerance < one.lowerBound
    }

    /// Whether another agent talked at another time: a second conversation, which must not vanish in the first.
    private static func wasAnsweredElsewhere(_ report: CallDraft, _ segments: [CallSegment]) -> Bool {
        guard report.isAnswered else { return false }
        let segment = CallSegment(id: UniqueID(naming: ""), of: report)
        guard let talk = talk(segment) else { return false }
        return segments.contains { other in
            guard other.isAnswered, isOtherAgent(segment, other), let time = Self.talk(other) else { return false }
            return talk.upperBound <= time.lowerBound || time.upperBound <= talk.lowerBound
        }
    }

    /// When somebody talked; nil when the report does not tell. A duration is the talk, and the talk is at the end: a
    /// call rings before it is answered.
    private static func talk(_ segment: CallSegment) -> Range<UnixTime>? {
        let duration = segment.duration.map { Duration.seconds($0) }
        switch (segment.startTime, segment.endTime) {
        case (let start?, let end?):
            guard start < end else { return nil }
            guard let duration, duration > .zero else { return start..<end }
            return max(start, end - duration)..<end
        case (let start?, nil):
            guard let duration, duration > .zero else { return nil }
            return start..<start + duration
        case (nil, let end?):
            guard let duration, duration > .zero else { return nil }
            return end - duration..<end
        case (nil, nil): return nil
        }
    }

    /// Whether two answered segments name two agents; what one of them does not say is no difference.
    private static func isOtherAgent(_ one: CallSegment, _ other: CallSegment) -> Bool {
        if let email = one.agentEmail, let second = other.agentEmail {
            return email.lowercased() != second.lowercased()
        }
        if let number = one.numberInternal, let second = other.numberInternal { return number != second }
        guard let first = name(one), let second = name(other) else { return false }
        return first != second
    }

    private static func name(_ segment: CallSegment) -> String? {
        let parts = [segment.agentFirstName, segment.agentLastName].compactMap { $0?.lowercased() }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    // MARK: Together

    /// What a record says with one report more: the answered one leads, else the longer one, else the earlier one. What
    /// the leading one does not say is filled from the other.
    package static func merged(_ record: CallDraft, with report: CallDraft) -> CallDraft {
        let reportLeads: Bool
        if record.isAnswered == report.isAnswered {
            reportLeads = (report.duration ?? 0) > (record.duration ?? 0)
        } else {
            reportLeads = report.isAnswered
        }
        let other = reportLeads ? record : report
        // Status and answer stay together: the other one's `answered: false` says nothing of a completed call.
        var merged = reportLeads ? report : record
        // So do a pair of numbers, and what is said of the agent: two agents must not become a third one.
        if merged.numberFrom == nil, merged.numberTo == nil {
            merged.numberFrom = other.numberFrom
            merged.numberTo = other.numberTo
        }
        if merged.numberExternal == nil, merged.numberInternal == nil {
            merged.numberExternal = other.numberExternal
            merged.numberInternal = other.numberInternal
        }
        if merged.agentFirstName == nil, merged.agentLastName == nil, merged.agentEmail == nil {
            merged.agentFirstName = other.agentFirstName
            merged.agentLastName = other.agentLastName
            merged.agentEmail = other.agentEmail
        }
        merged.source = merged.source ?? other.source
        merged.subject = merged.subject ?? other.subject
        merged.body = merged.body ?? other.body
        merged.recordingURL = merged.recordingURL ?? other.recordingURL
        merged.queueExtension = merged.queueExtension ?? other.queueExtension
        merged.duration = most(record.duration, report.duration, by: >)
        merged.startTime = most(record.startTime, report.startTime, by: <)
        merged.endTime = most(record.endTime, report.endTime, by: >)
        return merged
    }

    private static func most<Value>(_ one: Value?, _ other: Value?, by comes: (Value, Value) -> Bool) -> Value? {
        guard let one else { return other }
        guard let other else { return one }
        return comes(other, one) ? other : one
    }
}

extension CallDraft {
    /// From when to when the call went: what its times and its duration tell; nil when there are no times.
    package var span: ClosedRange<UnixTime>? {
        let duration = Duration.seconds(duration ?? 0)
        switch (startTime, endTime) {
        case (let start?, let end?): return min(start, end)...max(start, end)
        case (let start?, nil): return start...(start + duration)
        case (nil, let end?): return (end - duration)...end
        case (nil, nil): return nil
        }
    }

    /// What reports of one call agree in besides time, direction and workspace: the external number. An internal call
    /// has none; its caller stands for it, because an extension makes one call at a time.
    package var mergeKey: String {
        let party = direction == .internal ? numberExternal ?? numberFrom ?? numberInternal : external
        return party?.key ?? ""
    }

    /// Whether the key names nobody: the number is empty, or a word like `anonymous`.
    package var isExternalWithheld: Bool { !mergeKey.utf8.contains { (0x30...0x39).contains($0) } }
}

extension PartyNumber {
    /// What numbers are compared by: ``text`` in lower case.
    package var key: String { e164?.text ?? given.lowercased() }
}
