// A link into a CRM, made of what is known of the caller. Asks nobody. Values.

internal import CRMTemplate
package import Platform

/// An address with places for what is searched for: `https://crm.example/search?phone={phone}`.
package struct URLPattern: Sendable, Hashable {
    /// What may stand in braces.
    package enum Place: String, Sendable, Hashable, CaseIterable {
        /// In E.164 where it has such a form, else as the PBX sent it.
        case phone
        case email
        case displayName = "display_name"
        /// Of the number, without a plus sign.
        case digits
    }

    /// Why a text is no pattern, for people.
    package struct Refusal: Error, Sendable, Hashable {
        package let sentence: String
    }

    private enum Piece: Sendable, Hashable {
        case text(String)
        case place(Place)
    }

    /// As it was written.
    package let text: String
    private let pieces: [Piece]

    /// Bytes of a pattern, as of any address here.
    package static let bytesMax = 2_048

    package init(_ text: String) throws(Refusal) {
        let lowered = text.prefix(8).lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lowered.hasPrefix($0) }) else {
            throw Refusal(sentence: "expected an address that begins with https:// or http://")
        }
        guard text.utf8.count <= Self.bytesMax, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Refusal(
                sentence: "expected at most \(Self.bytesMax) visible ASCII characters; write others percent-encoded")
        }
        let rest = text.dropFirst(scheme.utf8.count)
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !host.isEmpty, !host.contains("{"), !host.contains("}"), !host.contains("@") else {
            // Otherwise a caller's name would choose the machine that the agent's browser goes to.
            throw Refusal(sentence: "expected a host without placeholders and without a user name")
        }
        var pieces: [Piece] = []
        var literal = ""
        var left = Substring(text)
        while let next = left.first {
            left.removeFirst()
            switch next {
            case "{":
                let name = left.prefix { $0 != "}" }
                guard name.endIndex < left.endIndex, let place = Place(rawValue: String(name)) else {
                    let known = Place.allCases.map { "{\($0.rawValue)}" }.joined(separator: ", ")
                    throw Refusal(
                        sentence: "{\(terminalSafe(String(name.prefix(32)))) is no placeholder: expected \(known)")
                }
                if !literal.isEmpty { pieces.append(.text(literal)) }
                literal = ""
                pieces.append(.place(place))
                left = left[left.index(after: name.endIndex)...]
            case "}": throw Refusal(sentence: "} without { before it; write %7D for the character itself")
            default: literal.append(next)
            }
        }
        if !literal.isEmpty { pieces.append(.text(literal)) }
        guard pieces.contains(where: { if case .place = $0 { true } else { false } }) else {
            throw Refusal(sentence: "expected a placeholder such as {phone}: the same page for every caller is no use")
        }
        self.text = text
        self.pieces = pieces
    }

    /// The address for a query; nil when nothing that the pattern has a place for is known.
    func filled(_ query: ContactQuery) -> String? {
        var filled = ""
        var isKnown = false
        for piece in pieces {
            switch piece {
            case .text(let text): filled += text
            case .place(let place):
                let value = Self.value(of: place, query)
                if !value.isEmpty { isKnown = true }
                filled += value.escapedAsURIComponent
            }
        }
        return isKnown ? filled : nil
    }

    private static func value(of place: Place, _ query: ContactQuery) -> String {
        switch place {
        case .phone: query.number?.text ?? ""
        case .email: query.email ?? ""
        case .displayName: query.displayName ?? ""
        case .digits: query.number.map { String(decoding: ContactMatcher.digits($0.text), as: UTF8.self) } ?? ""
        }
    }
}

/// Shows a link for everybody who calls.
package struct URLConnector: Connector {
    package let id: ConnectorID
    package let features: ConnectorFeatures
    package let priority: Int
    private let pattern: URLPattern

    package init(id: ConnectorID, features: ConnectorFeatures, priority: Int, pattern: URLPattern) {
        self.id = id
        self.features = features.intersection(.possible(for: .url))
        self.priority = priority
        self.pattern = pattern
    }

    package var kind: ConnectorKind { .url }

    package func lookup(
        _ query: ContactQuery, deadline: MonotonicTime
    ) async -> Result<[CRMContact], ConnectorFailure> {
        guard let address = pattern.filled(query) else { return .success([]) }
        var contact = CRMContact()
        contact.connector = id
        contact.id = CRMContact.id(address, of: id)
        contact.entityURL = address
        contact.lastName = query.displayName ?? query.number?.given ?? query.email
        contact.email = query.email
        contact.lines[.phoneBusiness1] = query.number?.given
        return .success([contact])
    }

    package func create(
        _ draft: ContactDraft, deadline: MonotonicTime
    ) async -> Result<CRMContact, ConnectorFailure> {
        .failure(ConnectorFailure(code: "unsupported", message: "a link creates no contacts"))
    }

    package func deliver(_ call: PhoneCall, deadline: MonotonicTime) async -> DeliveryOutcome { .skipped }
    package func deliver(_ chat: Chat, deadline: MonotonicTime) async -> DeliveryOutcome { .skipped }
}
