// What a list of calls is asked by: filters, order, page. Reads the parameters of a request; a value.

package import NumbersCore
package import Platform

/// A validated request for one page of a workspace's calls.
package struct CallListQuery: Sendable, Hashable {
    /// What a call can be filtered by, under the names of the API. The raw value is the name in brackets.
    package enum FilterName: String, Sendable, Hashable, CaseIterable {
        case direction, status, answered
        case numberFrom = "number_from"
        case numberTo = "number_to"
        case numberDID = "number_did"
        case startTime = "start_time"
        case endTime = "end_time"
        case agentEmail = "agent_email"
        case subject
    }

    /// What a list can be ordered by; the latest call comes last among equals.
    package enum Order: String, Sendable, Hashable, CaseIterable {
        case startTime = "start_time"
        case endTime = "end_time"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    package var direction: PhoneCall.Direction?
    /// As ``CallStatus/key``.
    package var statusKey: String?
    package var answered: Bool?
    /// As ``PartyNumber/key``, like the next two.
    package var numberFrom: String?
    package var numberTo: String?
    package var numberDID: String?
    /// Both ends included.
    package var startTime: ClosedRange<UnixTime>?
    package var endTime: ClosedRange<UnixTime>?
    /// Lower case.
    package var agentEmail: String?
    /// All of them; nil or at least one.
    package var subjectWords: [String]?
    package var order = Order.startTime
    package var isDescending = true
    package var page = 1
    package var perPage = 20
    package var includesSegments = false
    package var includesLogs = false

    package init() {}

    package static let perPageRange = 1...100
    /// How far a list can be paged through, and how far its calls are counted: what lies beyond is found by filters.
    package static let countMax = 10_000

    /// How many calls come before the page.
    package var offset: Int { (page - 1) * perPage }
}

extension CallListQuery {
    /// Why a list was not asked for rightly: one sentence for each parameter.
    package struct Refusal: Error, Sendable, Hashable {
        package let hints: [String]
    }

    /// Reads decoded parameters. A filter, an include or an order that is not known is a mistake rather than ignored,
    /// and so is one that is given twice; other parameters are ignored.
    package static func read(
        _ parameters: [(name: String, value: String)], country: Region?, plan: NumberingPlan
    ) -> Result<CallListQuery, Refusal> {
        var query = CallListQuery()
        var hints: [String] = []
        var seen: Set<String> = []
        for (name, value) in parameters where isKnown(name) {
            guard seen.insert(name).inserted else {
                hints.append("The \(name) parameter must not be given twice.")
                continue
            }
            do throws(Mistake) {
                try query.take(name, value, country: country, plan: plan)
            } catch {
                hints.append("The \(error.name ?? name) parameter \(error.rule)")
            }
        }
        // Beyond the bound there would be no end of reading to find the page.
        let (last, overflow) = query.page.multipliedReportingOverflow(by: query.perPage)
        if hints.isEmpty, overflow || last > countMax {
            hints.append("The page parameter times per_page must not be greater than \(countMax).")
        }
        return hints.isEmpty ? .success(query) : .failure(Refusal(hints: hints))
    }

    private struct Mistake: Error {
        let rule: String
        var name: String?

        init(_ rule: String) { self.rule = rule }
    }

    private static func isKnown(_ name: String) -> Bool {
        // Those that begin like one are one written wrongly: `include[]`, `filters[direction]`.
        ["filter", "include", "sort", "page", "per_page"].contains { name.hasPrefix($0) }
    }

    private mutating func take(
        _ name: String, _ value: String, country: Region?, plan: NumberingPlan
    ) throws(Mistake) {
        switch name {
        case "include": try include(value)
        case "sort": try sort(value)
        case "page": page = try Self.integer(value, 1...Self.countMax)
        case "per_page": perPage = try Self.integer(value, Self.perPageRange)
        case _ where !name.hasPrefix("filter["):
            throw Mistake("is not known: there are filter[…], include, sort, page and per_page.")
        default:
            guard name.hasSuffix("]"), let filter = FilterName(rawValue: String(name.dropFirst(7).dropLast())) else {
                let names = FilterName.allCases.map(\.rawValue).joined(separator: ", ")
                throw Mistake("is not known: filters are \(names).")
            }
            guard !value.isEmpty else { throw Mistake("must have a value.") }
            try take(filter, value, country: country, plan: plan)
        }
    }

    private mutating func take(
        _ filter: FilterName, _ value: String, country: Region?, plan: NumberingPlan
    ) throws(Mistake) {
        switch filter {
        case .direction:
            guard let direction = PhoneCall.Direction(rawValue: value.lowercased()) else {
                throw Mistake("must be one of inbound, outbound, internal.")
            }
            self.direction = direction
        case .status:
            guard let status = CallStatus(ignoringCase: value) else {
                let names = CallStatus.allCases.map(\.rawValue).joined(separator: ", ")
                throw Mistake("must be one of \(names).")
            }
            statusKey = status.key
        case .answered:
            switch value.lowercased() {
            case "true", "1": answered = true
            case "false", "0": answered = false
            default: throw Mistake("must be true or false.")
            }
        case .numberFrom: numberFrom = Self.number(value, country, plan)
        case .numberTo: numberTo = Self.number(value, country, plan)
        case .numberDID: numberDID = Self.number(value, country, plan)
        case .startTime: startTime = try Self.times(value)
        case .endTime: endTime = try Self.times(value)
        case .agentEmail: agentEmail = value.lowercased()
        case .subject:
            let words = SubjectWords.of(value)
            guard (1...SubjectWords.searchMax).contains(words.count) else {
                throw Mistake("must have 1 to \(SubjectWords.searchMax) words.")
            }
            subjectWords = words
        }
    }

    private mutating func include(_ value: String) throws(Mistake) {
        guard !value.isEmpty else { return }
        for name in value.split(separator: ",", omittingEmptySubsequences: false) {
            switch name {
            case "segments" where !includesSegments: includesSegments = true
            case "logs" where !includesLogs: includesLogs = true
            case "segments", "logs": throw Mistake("must not name anything twice.")
            default: throw Mistake("must be made of segments and logs.")
            }
        }
    }

    private mutating func sort(_ value: String) throws(Mistake) {
        guard !value.isEmpty else { return }
        guard let order = Order(rawValue: String(value.hasPrefix("-") ? value.dropFirst() : value[...])) else {
            let names = Order.allCases.map(\.rawValue).joined(separator: ", ")
            throw Mistake("must be one of \(names), with - before it for the reverse.")
        }
        self.order = order
        isDescending = value.hasPrefix("-")
    }

    private static func integer(_ text: String, _ range: ClosedRange<Int>) throws(Mistake) -> Int {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let value = Int(text), range.contains(value)
        else { throw Mistake("must be between \(range.lowerBound) and \(range.upperBound).") }
        return value
    }

    /// A number as calls are compared by. A plus sign that was sent as it is arrives as a space.
    private static func number(_ text: String, _ country: Region?, _ plan: NumberingPlan) -> String {
        let isPlusLost =
            text.utf8.first == 0x20 && text.utf8.dropFirst().first.map { (0x30...0x39).contains($0) } == true
        return PartyNumber(isPlusLost ? "+" + text.dropFirst() : text, country: country, plan: plan).key
    }

    /// One instant, or two with a comma between them. A time without a fraction is its whole second.
    private static func times(_ text: String) throws(Mistake) -> ClosedRange<UnixTime> {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let instants = parts.compactMap { time(String($0)) }
        guard instants.count == parts.count, (1...2).contains(parts.count) else {
            throw Mistake("must match the format YYYY-MM-DDTHH:MM:SSZ, or two of them with a comma between.")
        }
        let last = instants[instants.count - 1]
        let isWhole = last.microseconds % 1_000_000 == 0 && !parts[parts.count - 1].contains(".")
        let end = isWhole ? UnixTime(microseconds: last.microseconds + 999_999) : last
        guard instants[0] <= end else { throw Mistake("must have the earlier time first.") }
        return instants[0]...end
    }

    private static func time(_ text: String) -> UnixTime? {
        // As with numbers: the plus sign of an offset may have become a space.
        let text = text.replacing(" ", with: "+")
        guard text.utf8.contains(UInt8(ascii: "T")) || text.utf8.contains(UInt8(ascii: "t")) else { return nil }
        return UnixTime(rfc3339: text)
    }
}
