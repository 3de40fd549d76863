// What went wrong in a run of a template, in the words of connectors. Pure functions.

internal import CRMTemplate

extension ConnectorFailure {
    /// - Parameter mayHaveArrived: what is known of the whole run.
    init(_ failure: RunResult.Failure, mayHaveArrived: Bool) {
        let place = failure.scenario.isEmpty ? "" : "\(failure.scenario): "
        self.init(
            code: Self.code(of: failure), message: place + failure.message, mayHaveArrived: mayHaveArrived)
    }

    /// The stable word for metrics and `X-Connector-Status`.
    private static func code(of failure: RunResult.Failure) -> String {
        switch failure.code {
        case "http-status": failure.status.map { "http-\($0)" } ?? "http"
        case "transport": failure.transport.map(code(of:)) ?? "unreachable"
        case "deadline": "timeout"
        case "cancelled": "cancelled"
        case "authentication": "authentication"
        case "limit": "too-large"
        default: "template"
        }
    }

    private static func code(of kind: TransportFailure.Kind) -> String {
        switch kind {
        case .cannotResolve, .cannotConnect, .tls: "unreachable"
        case .timedOut: "timeout"
        case .cancelled: "cancelled"
        case .refusedAddress: "refused-address"
        case .tooLarge: "too-large"
        case .protocolError, .badRedirect: "protocol"
        case .notRecorded: "not-recorded"
        case .overloaded: "overloaded"
        }
    }

    /// Whether asking again later may go better: the CRM was not there, was busy, or did not let us in. What it refused
    /// for good, and what the template itself cannot do, stays so.
    var mayPass: Bool {
        switch code {
        case "template", "unsupported", "too-large": false
        default:
            if code.hasPrefix("http-4") {
                ["http-401", "http-403", "http-408", "http-429"].contains(code)
            } else {
                true
            }
        }
    }
}
