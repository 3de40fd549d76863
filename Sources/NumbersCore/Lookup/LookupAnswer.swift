// One answer of the lookup service, and its JSON. Immutable.

package import JSONText
package import Platform

/// What is known about one number, every field true or null.
package struct LookupAnswer: Sendable, Hashable {
    /// The version of the answer's shape.
    package static let schemaVersion: StaticString = "2026-11-01"
    /// The formula that `risk` is computed by.
    package static let riskModel: StaticString = "decay-1"

    /// nil when the number is not valid; then every other field says nothing.
    package let facts: NumberFacts?
    /// The name, its source and day; nil when unknown.
    package let name: KnownName?
    /// The spam signal; nil when nothing is known.
    package let spam: SpamScore?
    package let verstat: Verstat

    /// - Parameter now: when the answer is made; asked for only if something that fades is known.
    package init(
        facts: NumberFacts?, record: NumberRecord, verstat: Verstat, at now: @autoclosure () -> UnixTime
    ) {
        self.facts = facts
        name = facts == nil ? nil : record.name
        spam = facts == nil ? nil : record.spam?.score(at: now())
        self.verstat = verstat
    }
}

/// A field of an answer that `fields` can ask for.
package enum AnswerField: String, Sendable, Hashable, CaseIterable {
    case e164, valid, formatted
    case lineType = "line_type"
    case carrier, country, location, timezones, cnam, verstat
    case spamScore = "spam_score"
    case risk, confidence, cached, sources
    case asOf = "as_of"
}

/// Which fields an answer shows.
package struct AnswerFields: Sendable, Hashable {
    private let bits: UInt32

    package static let all = AnswerFields(bits: .max)

    /// Reads a comma-separated list; a name that is no field is returned as the error.
    package static func parsing(_ text: String) -> Result<AnswerFields, UnknownAnswerField> {
        var bits: UInt32 = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: true) {
            let name = part.trimmed
            if name == "schema_version" { continue }
            guard let index = AnswerField.allCases.firstIndex(where: { $0.rawValue == name }) else {
                return .failure(UnknownAnswerField(name: String(name)))
            }
            bits |= 1 << UInt32(index)
        }
        return .success(AnswerFields(bits: bits))
    }

    func shows(_ field: AnswerField) -> Bool {
        if bits == .max { return true }
        guard let index = AnswerField.allCases.firstIndex(of: field) else { return false }
        return bits & 1 << UInt32(index) != 0
    }
}

/// A word in `fields` that names no field.
package struct UnknownAnswerField: Error, Hashable, Sendable {
    package let name: String
}

extension Substring {
    /// The text without spaces at its ends.
    var trimmed: Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}

extension LookupAnswer {
    /// Appends the answer as a JSON object; `schema_version` only at the top level of a reply.
    package func write(to writer: inout JSONWriter, fields: AnswerFields = .all, includesVersion: Bool) {
        writer.beginObject()
        if includesVersion {
            writer.key("schema_version")
            writer.token(Self.schemaVersion)
        }
        if fields.shows(.e164) { writer.field("e164", facts?.e164.text) }
        if fields.shows(.valid) { writer.field("valid", facts != nil) }
        if fields.shows(.formatted) {
            writer.key("formatted")
            writer.beginObject()
            writer.field("national", facts?.national)
            writer.field("international", facts?.international)
            writer.endObject()
        }
        if fields.shows(.lineType) { writer.field("line_type", facts?.lineType?.rawValue) }
        if fields.shows(.carrier) { writer.field("carrier", facts?.carrier) }
        if fields.shows(.country) { writer.field("country", facts?.region?.code) }
        if fields.shows(.location) { writer.field("location", facts?.location) }
        if fields.shows(.timezones) { writer.field("timezones", facts?.timeZones ?? []) }
        if fields.shows(.cnam) { writer.field("cnam", name?.name.text) }
        if fields.shows(.verstat) { writer.field("verstat", verstat.rawValue) }
        if fields.shows(.spamScore) { writer.field("spam_score", spam?.score) }
        if fields.shows(.risk) {
            writer.key("risk")
            writer.beginObject()
            writer.field("score", spam?.score)
            writer.field("level", spam?.level ?? "unknown")
            writer.key("model")
            writer.token(Self.riskModel)
            writer.endObject()
        }
        if fields.shows(.confidence) {
            writer.key("confidence")
            writer.token("low")
        }
        if fields.shows(.cached) { writer.field("cached", name?.source == .cache) }
        if fields.shows(.sources) {
            writer.key("sources")
            writer.beginObject()
            writer.field("carrier", facts?.carrier == nil ? nil : "number_range")
            writer.field("cnam", name?.source.text)
            writer.field("spam_score", spam?.source.rawValue)
            writer.endObject()
        }
        if fields.shows(.asOf) { writer.field("as_of", name?.asOf) }
        writer.endObject()
    }
}
