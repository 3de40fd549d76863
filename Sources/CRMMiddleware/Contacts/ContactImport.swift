// The rows of a file of contacts for the built-in book. Immutable rules; the reading state is `CSVReader`'s.

package import NumbersCore
internal import Platform

/// What the header of an import says about its columns.
package struct ContactImportColumns: Sendable, Hashable {
    /// What a header has to have.
    package static let expected = "columns such as last_name,email,phone_business_1"

    private enum Column: Sendable, Hashable {
        case firstName, lastName, civility, email, company, title, entityID, entityType, entityURL
        case line(CRMContact.Line)
        case custom(String)
        /// Without a title.
        case none

        init(_ title: String) {
            switch title {
            case "first_name": self = .firstName
            case "last_name": self = .lastName
            case "civility": self = .civility
            case "email": self = .email
            case "company": self = .company
            case "title": self = .title
            case "entity_id": self = .entityID
            case "entity_type": self = .entityType
            case "entity_url": self = .entityURL
            case "": self = .none
            default: self = CRMContact.Line(rawValue: title).map { .line($0) } ?? .custom(title)
            }
        }

        var isCustom: Bool { if case .custom = self { true } else { false } }
        var isName: Bool { self == .firstName || self == .lastName || self == .company }
    }

    /// Columns that the API has no name for: each is in every answer of its contact.
    package static let customMax = 64
    private static let customNameMax = 64
    private static let urlMax = 2_048

    private let columns: [Column]
    private let titles: [String]

    /// Reads the header row; an error says what is missing.
    package static func parsing(_ header: [String]) -> Result<ContactImportColumns, ImportFault> {
        let titles = header.map { $0.trimmed.lowercased() }
        let columns = titles.map { Column($0) }
        guard columns.contains(where: \.isName), columns.contains(where: { !$0.isCustom && !$0.isName }) else {
            // A file without a header begins with somebody's data, which no message may show.
            return .failure(
                ImportFault(
                    reason: "expected a header with \(expected), found \(header.count) other columns"
                        + (header.count == 1 && header[0].contains(where: { $0 == ";" || $0 == "\t" })
                            ? "; fields are separated by commas, not by semicolons or tabs" : "")))
        }
        let named = titles.filter { !$0.isEmpty }
        if let twice = named.first(where: { title in named.count(where: { $0 == title }) > 1 }) {
            return .failure(ImportFault(reason: "the column \(twice) is there twice"))
        }
        guard columns.count(where: \.isCustom) <= customMax else {
            return .failure(ImportFault(reason: "expected at most \(customMax) columns besides those of the API"))
        }
        guard named.allSatisfy({ $0.unicodeScalars.count <= customNameMax }) else {
            return .failure(ImportFault(reason: "expected column titles of at most \(customNameMax) characters"))
        }
        return .success(ContactImportColumns(columns: columns, titles: titles))
    }

    /// Reads one row.
    package func entry(in row: [String]) -> Result<BookEntry, ImportFault> {
        guard row.count == columns.count else {
            return .failure(ImportFault(reason: "expected \(columns.count) fields, found \(row.count)"))
        }
        var contact = CRMContact()
        contact.entityType = BuiltInConnector.entityType
        var entityID: String?
        for (index, column) in columns.enumerated() {
            let text = row[index].trimmed
            guard !text.isEmpty else { continue }
            let max =
                switch column {
                case .custom: ContactFieldLimits.customValue
                case .entityURL: Self.urlMax
                default: ContactFieldLimits.text
                }
            guard text.utf8.count <= max || text.unicodeScalars.count <= max else {
                return .failure(ImportFault(reason: "\(titles[index]) has more than \(max) characters"))
            }
            switch column {
            case .firstName: contact.firstName = text
            case .lastName: contact.lastName = text
            case .civility: contact.civility = text
            case .email:
                guard ContactDraft.looksLikeAddress(text) else {
                    return .failure(ImportFault(reason: "email is no e-mail address"))
                }
                contact.email = text
            case .company: contact.company = text
            case .title: contact.title = text
            case .entityID: entityID = text
            case .entityType: contact.entityType = text
            case .entityURL:
                let lowered = text.prefix(8).lowercased()
                guard lowered.hasPrefix("http://") || lowered.hasPrefix("https://"),
                    text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
                else {
                    return .failure(
                        ImportFault(reason: "entity_url is no address that begins with http:// or https://"))
                }
                contact.entityURL = text
            case .line(let line): contact.lines[line] = text
            case .custom(let name): contact.custom.append(CRMContact.CustomField(name, text))
            case .none: continue
            }
        }
        guard contact.firstName != nil || contact.lastName != nil || contact.company != nil else {
            return .failure(ImportFault(reason: "first_name, last_name and company are empty"))
        }
        // Without an identifier of its own a row is known by what it says: importing it again changes nothing.
        return .success(BookEntry(entityID: entityID ?? UniqueID(naming: content(row)).description, contact: contact))
    }

    /// What a row says, whatever the order of its columns.
    private func content(_ row: [String]) -> String {
        zip(titles, row).filter { !$0.0.isEmpty && !$0.1.trimmed.isEmpty }
            .map { "\($0.0)=\($0.1.trimmed.utf8.count):\($0.1.trimmed)" }.sorted().joined(separator: "\n")
    }
}

extension String {
    /// Without the white space around it.
    fileprivate var trimmed: String {
        var text = Substring(self)
        while let first = text.unicodeScalars.first, first.properties.isWhitespace { text.unicodeScalars.removeFirst() }
        while let last = text.unicodeScalars.last, last.properties.isWhitespace { text.unicodeScalars.removeLast() }
        return String(text)
    }
}
