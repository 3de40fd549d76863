// The rows of a directory import: `number,name[,as_of]`. Immutable rules; the reading state is `CSVReader`'s.

internal import Platform

/// One name for the directory.
package struct DirectoryName: Sendable, Hashable {
    package let number: E164
    package let name: CallerName
    /// The day the name was obtained, RFC 3339 full-date.
    package let asOf: String

    package init(number: E164, name: CallerName, asOf: String) {
        self.number = number
        self.name = name
        self.asOf = asOf
    }
}

extension CallerName {
    /// Whether the text is but the number, or the end of it.
    fileprivate func isDigits(of number: E164) -> Bool {
        let digits = text.unicodeScalars.filter { ("0"..."9").contains($0) }
        let others = text.unicodeScalars.contains { $0.properties.isAlphabetic }
        return !others && digits.count >= 7 && number.text.unicodeScalars.reversed().starts(with: digits.reversed())
    }
}

/// What the header of an import says about its columns.
package struct NameImportColumns: Sendable, Hashable {
    private let number: Int
    private let name: Int
    private let asOf: Int?
    private let count: Int

    /// What a header has to have.
    package static let expected = "the columns number,name[,as_of]"

    /// Reads the header row; an error says what is missing.
    package static func parsing(_ header: [String]) -> Result<NameImportColumns, ImportFault> {
        let titles = header.map { $0.lowercased() }
        guard let number = titles.firstIndex(of: "number"), let name = titles.firstIndex(of: "name") else {
            return .failure(.header(expected: expected, found: header))
        }
        return .success(
            NameImportColumns(number: number, name: name, asOf: titles.firstIndex(of: "as_of"), count: header.count))
    }

    /// Reads one row.
    /// - Parameter today: the day for rows without one.
    package func name(
        in row: [String], country: Region?, today: String, plan: NumberingPlan
    ) -> Result<DirectoryName, ImportFault> {
        func fault(_ reason: String) -> Result<DirectoryName, ImportFault> {
            .failure(ImportFault(reason: reason))
        }
        guard row.count == count else { return fault("expected \(count) fields, found \(row.count)") }
        guard
            let number = NumberReading.read(row[number], country: country, input: .any, plan: plan)?.e164(in: plan)
        else {
            return fault(
                country == nil && !row[number].contains("+") && row[number].contains(where: \.isNumber)
                    ? "the number is not valid, or has no country code and no country was given"
                    : "the number is not valid")
        }
        guard let name = CallerName(row[name]) else { return fault("the name is empty") }
        if SupplierAnswer.isNoName(name) || name.isDigits(of: number) {
            return fault("what stands for the name is no name")
        }
        var day = today
        if let asOf, !row[asOf].isEmpty {
            guard let time = UnixTime(rfc3339: row[asOf]) else {
                return fault("expected as_of as a date like 2026-01-31")
            }
            day = time.rfc3339Date()
            // A day more for those whose day has begun.
            if let now = UnixTime(rfc3339: today), time >= now + .seconds(2 * 86_400) {
                return fault("as_of is in the future")
            }
        }
        return .success(DirectoryName(number: number, name: name, asOf: day))
    }
}
