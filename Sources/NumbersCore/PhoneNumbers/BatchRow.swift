// One line of `nocli number parse --batch`: what plain reading says of a text. Stateless.

/// The nine columns of the batch format, tab-separated: status, e164, region, type, possible, valid, national,
/// international, rfc3966.
package enum BatchRow {
    private static let refusedColumns = String(repeating: "\t-", count: 8)
    private static let tab = UInt8(ascii: "\t")

    /// The row for a line `text<TAB>region`; the region is what follows the last tab, "ZZ" or nothing means none.
    package static func row(forLine line: String, plan: NumberingPlan = .builtIn) -> String {
        let bytes = line.utf8
        guard let separator = bytes.lastIndex(of: tab) else { return row(for: line, region: nil, plan: plan) }
        let code = String(line[bytes.index(after: separator)...])
        // Regions are exact here: a code in lower case is no region, as in the reference.
        let region = Region(code).flatMap { $0.code == code ? $0 : nil }
        return row(for: String(line[..<separator]), region: region, plan: plan)
    }

    /// The row for a text as it is dialled in a region.
    package static func row(for text: String, region: Region?, plan: NumberingPlan = .builtIn) -> String {
        let number: PhoneNumber
        do throws(PhoneNumberError) {
            number = try PhoneNumber(parsing: text, region: region, plan: plan)
        } catch {
            return error.rawValue + refusedColumns
        }
        return [
            "ok", number.e164Text, number.region?.code ?? "-", number.type?.rawValue ?? "unknown",
            number.possibility.rawValue, number.isValid ? "true" : "false", number.formatted(.national, in: plan),
            number.formatted(.international, in: plan), number.formatted(.rfc3966, in: plan),
        ].joined(separator: "\t")
    }
}
