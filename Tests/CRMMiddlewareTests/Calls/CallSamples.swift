import CRMMiddleware
import JSONText
import NumbersCore
import Platform
import Testing

enum CallSamples {
    static let now = UnixTime(seconds: 1_767_323_045)

    static func workspace(_ change: (inout WorkspaceSettings) -> Void = { _ in }) -> Workspace {
        var settings = WorkspaceSettings()
        settings.defaultCountry = Region("FR")
        change(&settings)
        return Workspace(id: WorkspaceID(value: 7), name: "W", settings: settings, createdAt: now)
    }

    static func fields(_ json: String) throws -> GivenFields {
        GivenFields(try #require(try JSONValue(parsing: Array(json.utf8)).object))
    }

    /// A report of an inbound call, changed as the test needs it.
    static func call(
        _ external: String? = "+33142000000", start: Double? = 0, _ change: (inout CallDraft) -> Void = { _ in }
    ) -> CallDraft {
        var draft = CallDraft(direction: .inbound, status: "Missed")
        draft.numberExternal = external.map { PartyNumber($0, country: nil, plan: .builtIn) }
        draft.startTime = start.map { time($0) }
        change(&draft)
        return draft
    }

    static func time(_ seconds: Double) -> UnixTime {
        UnixTime(microseconds: now.microseconds + Int64(seconds * 1_000_000))
    }

    /// An answered one.
    static func answered(
        by agent: String?, start: Double? = 0, end: Double? = nil, duration: Int64? = nil
    ) -> CallDraft {
        call(start: start) {
            $0.status = "completed"
            $0.numberInternal = agent.map { PartyNumber(given: $0, e164: nil) }
            $0.endTime = end.map { time($0) }
            $0.duration = duration
        }
    }
}
