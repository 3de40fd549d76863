// The telephone numbers of a contact. A value.

/// A contact's numbers by their place. Most contacts have one or two, so they are searched, not hashed.
package struct ContactLines: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    private struct Entry: Sendable, Hashable {
        let line: CRMContact.Line
        let text: String
    }

    /// In the order of the API, so that equal numbers make equal values.
    private var entries: [Entry] = []

    package init() {}

    package init(dictionaryLiteral elements: (CRMContact.Line, String)...) {
        for (line, text) in elements { self[line] = text }
    }

    package var isEmpty: Bool { entries.isEmpty }

    /// The numbers, in the order of the API.
    package var values: [String] { entries.map(\.text) }

    package subscript(line: CRMContact.Line) -> String? {
        get {
            for entry in entries where entry.line == line { return entry.text }
            return nil
        }
        set {
            let place = entries.firstIndex { $0.line.place >= line.place } ?? entries.count
            if place < entries.count, entries[place].line == line { entries.remove(at: place) }
            if let newValue { entries.insert(Entry(line: line, text: newValue), at: place) }
        }
    }
}

extension CRMContact.Line {
    /// Its place in the order of the API.
    fileprivate var place: Int {
        switch self {
        case .phoneBusiness1: 0
        case .phoneBusiness2: 1
        case .phoneMobile1: 2
        case .phoneMobile2: 3
        case .phoneHome1: 4
        case .phoneHome2: 5
        case .phoneOther1: 6
        case .faxBusiness1: 7
        case .faxHome1: 8
        }
    }
}
