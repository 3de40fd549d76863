// What each connector had to say in one search: for `X-Connector-Status` and the metrics. Immutable values.

package import Platform

/// How a connector took part in a search.
package struct ConnectorReport: Sendable, Hashable {
    package enum State: Sendable, Hashable {
        /// It was asked and knows somebody.
        case ok
        /// It was asked and knows nobody.
        case none
        /// It had not answered at the deadline.
        case timeout
        /// It was asked and failed; the word is a ``ConnectorFailure/code``.
        case failed(String)
        /// Its answer of a moment ago was used.
        case cached
        /// Its answer of a while ago was used, and it is being asked again.
        case stale

        /// Which of a connector's states tells most, when it was asked for a number and for an address.
        fileprivate var weight: Int {
            switch self {
            case .failed: 5
            case .timeout: 4
            case .ok: 3
            case .none: 2
            case .stale: 1
            case .cached: 0
            }
        }

        /// The word for metrics.
        package var word: String {
            switch self {
            case .ok: "ok"
            case .none: "none"
            case .timeout: "timeout"
            case .failed: "failed"
            case .cached: "cached"
            case .stale: "stale"
            }
        }
    }

    package let connector: ConnectorID
    package let state: State
    /// How long it took; 0 when it was not asked.
    package let milliseconds: Int64

    package init(connector: ConnectorID, state: State, milliseconds: Int64) {
        self.connector = connector
        self.state = state
        self.milliseconds = milliseconds
    }

    /// `conn_…;state=ok;ms=12`, separated by commas; one member for each connector, in their order of appearance.
    package static func fieldValue(_ reports: [ConnectorReport]) -> String {
        var merged: [ConnectorReport] = []
        merged.reserveCapacity(reports.count)
        for report in reports {
            guard let index = merged.firstIndex(where: { $0.connector == report.connector }) else {
                merged.append(report)
                continue
            }
            let other = merged[index]
            merged[index] = ConnectorReport(
                connector: report.connector,
                state: report.state.weight > other.state.weight ? report.state : other.state,
                milliseconds: max(report.milliseconds, other.milliseconds))
        }
        // In bytes: every search writes it twice, once for those who will get the same answer.
        var text: [UInt8] = []
        text.reserveCapacity(64 * merged.count)
        for report in merged {
            if !text.isEmpty { text.append(contentsOf: ", ".utf8) }
            report.connector.append(to: &text)
            text.append(contentsOf: ";state=".utf8)
            text.append(contentsOf: report.state.word.utf8)
            if case .failed(let code) = report.state {
                text.append(contentsOf: ";code=".utf8)
                text.append(contentsOf: token(code).utf8)
            }
            text.append(contentsOf: ";ms=".utf8)
            text.append(contentsOf: String(report.milliseconds).utf8)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A code as a token of RFC 9110 §5.6.2, whatever a connector made it of.
    private static func token(_ code: String) -> String {
        let bytes = code.utf8.prefix(32).map { byte -> UInt8 in
            (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte) ? byte : UInt8(ascii: "-")
        }
        return bytes.isEmpty ? "unknown" : String(decoding: bytes, as: UTF8.self)
    }
}

/// Counts of the searches and of what connectors said in them.
package final class ContactMetrics: Sendable {
    private static let states = ["ok", "none", "timeout", "failed", "cached", "stale"]

    /// By kind, then by state.
    private let lookups: [[Counter]]
    /// Searches answered from their rendered answer.
    package let remembered = Counter()
    /// Searches that found somebody, and that found nobody.
    package let found = Counter()
    package let notFound = Counter()
    /// Searches that storage could not serve.
    package let unavailable = Counter()
    /// Lookups that were not begun because too many were under way.
    package let refused = Counter()
    package let created = Counter()
    package let notCreated = Counter()
    /// Microseconds of the searches that were not answered from their rendered answer.
    package let durations = Histogram(bounds: [
        50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_000_000,
    ])

    package init() {
        lookups = ConnectorKind.allCases.map { _ in Self.states.map { _ in Counter() } }
    }

    func count(_ state: ConnectorReport.State, of kind: ConnectorKind) {
        guard let row = ConnectorKind.allCases.firstIndex(of: kind),
            let column = Self.states.firstIndex(of: state.word)
        else { return }
        lookups[row][column].add()
    }

    package func append(to text: inout MetricsText) {
        for (kind, row) in zip(ConnectorKind.allCases, lookups) {
            for (state, counter) in zip(Self.states, row) {
                text.counter(
                    "middleware_connector_lookups_total", help: "Contact lookups of connectors.",
                    labels: [("kind", kind.rawValue), ("state", state)], counter.value)
            }
        }
        let searches: [(String, Counter)] = [
            ("remembered", remembered), ("found", found), ("not_found", notFound), ("unavailable", unavailable),
        ]
        for (outcome, counter) in searches {
            text.counter(
                "middleware_contact_searches_total", help: "Contact searches by outcome.",
                labels: [("outcome", outcome)], counter.value)
        }
        text.counter(
            "middleware_connector_lookups_refused_total", help: "Lookups not begun: too many were under way.",
            refused.value)
        for (outcome, counter) in [("created", created), ("not_created", notCreated)] {
            text.counter(
                "middleware_contact_creations_total", help: "Contact creations by outcome.",
                labels: [("outcome", outcome)], counter.value)
        }
        text.histogram(
            "middleware_contact_search_seconds", help: "Searches not answered from memory whole.", decimals: 6,
            durations)
    }
}
