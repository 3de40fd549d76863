// A call that has ended, as `ReportCall` scenarios are told of it. A value.

package import Platform

/// An external call, at its end.
package struct CallReport: Sendable, Hashable {
    /// `[CallType]`
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case inbound = "Inbound"
        case outbound = "Outbound"
        /// Came in, was not answered.
        case missed = "Missed"
        /// Went out, was not answered.
        case notAnswered = "Notanswered"

        /// The kind of that name in any case; the older documentation's `Unanswered` is `Notanswered`.
        package init?(name: String) {
            let lowered = name.lowercased()
            let kind =
                lowered == "unanswered" ? .notAnswered : Self.allCases.first { $0.rawValue.lowercased() == lowered }
            guard let kind else { return nil }
            self = kind
        }

        package var direction: CallDirection {
            switch self {
            case .inbound, .missed: .inbound
            case .outbound, .notAnswered: .outbound
            }
        }
    }

    package var kind: Kind
    /// Of the external party, as dialled or calling.
    package var number: String
    /// Of the external party, as the PBX shows it.
    package var name: String
    package var agent: ReportedAgent
    /// The queue that delivered the call, else empty.
    package var queueExtension: String
    package var started: UnixTime
    /// nil: never answered.
    package var established: UnixTime?
    package var ended: UnixTime
    /// What the caller's number was found to be before; nil: nobody.
    package var contact: Contact?
    package var recordingURL: String
    package var transcription: String
    package var summary: String
    package var sentiment: String

    package init(
        kind: Kind, number: String, name: String = "", agent: ReportedAgent, queueExtension: String = "",
        started: UnixTime, established: UnixTime?, ended: UnixTime, contact: Contact? = nil, recordingURL: String = "",
        transcription: String = "", summary: String = "", sentiment: String = ""
    ) {
        self.kind = kind
        self.number = number
        self.name = name
        self.agent = agent
        self.queueExtension = queueExtension
        self.started = started
        self.established = established
        self.ended = ended
        self.contact = contact
        self.recordingURL = recordingURL
        self.transcription = transcription
        self.summary = summary
        self.sentiment = sentiment
    }

    /// How long was talked: zero when the call was never answered.
    package var talkTime: Duration { established.map { ReportedTimes.duration(from: $0, to: ended) } ?? .zero }

    /// Every variable that a `ReportCall` scenario reads.
    /// - Parameters:
    ///   - culture: how `[DateTime]` is written.
    ///   - zone: the place of the PBX.
    package func inputs(culture: Culture, zone: CivilZone) -> RunInputs {
        var inputs = RunInputs([
            "CallType": .text(kind.rawValue), "CallDirection": .text(kind.direction.rawValue),
            "Number": .text(number), "Name": .text(name), "QueueExtension": .text(queueExtension),
            "EntityId": .text(""), "EntityType": .text(""), "RecordingUrl": .text(recordingURL),
            "RecordingHyperLink": .text(recordingHyperLink), "Transcription": .text(transcription),
            "Summary": .text(summary), "Sentiment": .text(sentiment), "LineBreak": .text("\n"),
        ])
        agent.set(in: &inputs)
        contact?.set(in: &inputs)
        let times = ReportedTimes(culture: culture, zone: zone)
        times.setStart(started, in: &inputs)
        inputs.setDuration(talkTime)
        times.set("CallStartTime", started, in: &inputs)
        times.setMilliseconds("CallStartTime", started, in: &inputs)
        times.set("CallEndTime", ended, in: &inputs)
        times.setMilliseconds("CallEndTime", ended, in: &inputs)
        // Formatting the time of an answer that never was fails, as it does on the PBX: the variable is missing.
        if let established {
            times.set("CallEstablishedTime", established, in: &inputs)
            times.setMilliseconds("CallEstablishedTime", established, in: &inputs)
        }
        return inputs
    }

    private var recordingHyperLink: String {
        if recordingURL.isEmpty { return "" }
        return HTMLFragment("<a href=\"\(recordingURL)\">\(recordingURL)</a>").html
    }
}
