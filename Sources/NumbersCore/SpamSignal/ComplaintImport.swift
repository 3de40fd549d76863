// The rows of a complaint list: `number,count,last_seen,source`. Immutable rules; the reading state is `CSVReader`'s.

package import Platform

/// What one list says about one number.
package struct Complaint: Sendable, Hashable {
    /// Characters of a list's name.
    package static let sourceMax = 64
    /// The most complaints that a list can count; more is a mistake.
    package static let countMax: Int64 = 1_000_000_000

    package let number: E164
    /// 1 to ``countMax``.
    package let count: Int64
    /// The day of the last complaint, or its instant.
    package let lastSeen: UnixTime
    /// The list's name, clean as a caller name is.
    package let source: String

    package init(number: E164, count: Int64, lastSeen: UnixTime, source: String) {
        self.number = number
        self.count = count
        self.lastSeen = lastSeen
        self.source = source
    }
}

/// What the header of a complaint list says about its columns.
package struct ComplaintImportColumns: Sendable, Hashable {
    /// What a header has to have.
    package static let expected = "the columns number,count,last_seen,source"

    private let number: Int
    private let count: Int
    private let lastSeen: Int
    private let source: Int
    private let fieldCount: Int

    /// Reads the header row; an error says what is missing.
    package static func parsing(_ header: [String]) -> Result<ComplaintImportColumns, ImportFault> {
        let titles = header.map { $0.lowercased() }
        guard let number = titles.firstIndex(of: "number"), let count = titles.firstIndex(of: "count"),
            let lastSeen = titles.firstIndex(of: "last_seen"), let source = titles.firstIndex(of: "source")
        else { return .failure(.header(expected: expected, found: header)) }
        return .success(
            ComplaintImportColumns(
                number: number, count: count, lastSeen: lastSeen, source: source, fieldCount: header.count))
    }

    /// Reads one row.
    /// - Parameter now: a complaint of tomorrow is one of today in another time zone; a later one is a mistake.
    package func complaint(
        in row: [String], country: Region?, now: UnixTime, plan: NumberingPlan
    ) -> Result<Complaint, ImportFault> {
        func fault(_ reason: String) -> Result<Complaint, ImportFault> { .failure(ImportFault(reason: reason)) }
        guard row.count == fieldCount else { return fault("expected \(fieldCount) fields, found \(row.count)") }
        guard
            let number = NumberReading.read(row[number], country: country, input: .any, plan: plan)?.e164(in: plan)
        else { return fault("the number is not valid") }
        let digits = row[count]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(digits),
            (1...Complaint.countMax).contains(count)
        else { return fault("expected count as a whole number from 1 to \(Complaint.countMax)") }
        guard let lastSeen = UnixTime(rfc3339: row[lastSeen]) else {
            return fault("expected last_seen as a date like 2026-01-31")
        }
        guard lastSeen < now + .seconds(86_400) else { return fault("last_seen is in the future") }
        guard let source = CallerName(row[source])?.text else { return fault("the source is empty") }
        guard source.unicodeScalars.count <= Complaint.sourceMax else {
            return fault("the source has more than \(Complaint.sourceMax) characters")
        }
        return .success(Complaint(number: number, count: count, lastSeen: lastSeen, source: source))
    }
}
