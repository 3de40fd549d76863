// The order of a search's answer. Pure functions.

internal import Platform

/// A contact in a search, with everything that decides its place.
struct Candidate {
    let contact: CRMContact
    /// 0 for the first key of the search, the number where there is one.
    let keyIndex: Int
    /// The place of its connector in the workspace's order.
    let connectorIndex: Int
    /// Its place in its connector's own answer.
    let order: Int
}

enum ContactRanking {
    /// Contacts of one answer.
    static let contactsMax = 10

    /// One of each record, best first, at most ``contactsMax``.
    ///
    /// What was found by the number comes before what was found by the address; exact before suffix; then the
    /// connector's priority; persons before companies; the one a call was last saved with; the connector's own order.
    static func ranked(_ candidates: [Candidate], calledAt: (UniqueID) -> UnixTime?) -> [CRMContact] {
        // Most searches find one; there is nothing to compare it with.
        if candidates.count < 2 { return candidates.map(\.contact) }
        let keyed = candidates.map { candidate -> (key: [Int64], contact: CRMContact) in
            let contact = candidate.contact
            // Later calls first; without one, last.
            let lastCall = contact.id.flatMap(calledAt).map { -$0.microseconds } ?? 0
            let key = [
                Int64(candidate.keyIndex), contact.match == .suffix ? 1 : 0, Int64(candidate.connectorIndex),
                contact.isPerson ? 0 : 1, lastCall, Int64(candidate.order),
            ]
            return (key, contact)
        }
        var seen: Set<String> = []
        var ranked: [CRMContact] = []
        for (_, contact) in keyed.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            guard seen.insert(record(contact)).inserted else { continue }
            ranked.append(contact)
            if ranked.count == contactsMax { break }
        }
        return ranked
    }

    /// What tells a CRM's record from all others of a workspace.
    static func record(_ contact: CRMContact) -> String {
        let connector = contact.connector?.description ?? ""
        if let entity = contact.entityID { return "\(connector)\n\(contact.entityType ?? "")\n\(entity)" }
        if let id = contact.id { return "\(connector)\n\n\(id)" }
        let name = "\(contact.firstName ?? "")\n\(contact.lastName ?? "")\n\(contact.company ?? "")"
        return "\(connector)\n\n\n\(name)\n\(contact.entityURL ?? "")"
    }
}
