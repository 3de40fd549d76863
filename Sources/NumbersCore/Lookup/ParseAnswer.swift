// The free answers: what the numbering plan alone says. Immutable.

package import JSONText

/// What the plan says about one text, valid number or not.
package struct ParseAnswer: Sendable {
    private let number: PhoneNumber?
    private let failure: PhoneNumberError?
    private let plan: NumberingPlan

    /// Reads a text in its context.
    package init(_ text: String, _ context: ReadingContext, plan: NumberingPlan) {
        self.plan = plan
        switch NumberReading.parse(text, country: context.country, input: context.input, plan: plan) {
        case .success(let number):
            self.number = number
            failure = nil
        case .failure(let error):
            number = nil
            failure = error
        }
    }

    package var isValid: Bool { number?.isValid(in: plan) ?? false }

    /// Why the number is not valid; nil when it is.
    package var reason: String? {
        if isValid { return nil }
        if let failure { return failure.rawValue }
        guard let number else { return nil }
        let possibility = number.possibility(in: plan)
        return possibility == .possible ? "not_in_numbering_plan" : possibility.rawValue
    }

    /// Appends the answer as a JSON object.
    package func write(to writer: inout JSONWriter, includesVersion: Bool) {
        writer.beginObject()
        writeFields(to: &writer, includesVersion: includesVersion)
        writer.endObject()
    }

    /// Appends the fields of the answer to an object that was begun, and that others may follow in.
    package func writeFields(to writer: inout JSONWriter, includesVersion: Bool) {
        let isValid = isValid
        if includesVersion {
            writer.key("schema_version")
            writer.token(LookupAnswer.schemaVersion)
        }
        writer.field("valid", isValid)
        writer.field("possible", number.map { $0.possibility(in: plan) == .possible } ?? false)
        writer.field("reason", reason)
        let shown = isValid ? number : nil
        writer.field("e164", shown?.e164(in: plan)?.text)
        writer.key("formatted")
        writer.beginObject()
        writer.field("national", shown?.formatted(.national, in: plan))
        writer.field("international", shown?.formatted(.international, in: plan))
        writer.field("rfc3966", shown?.formatted(.rfc3966, in: plan))
        writer.endObject()
        writer.field("country", shown?.region(in: plan).flatMap { $0.isGeographic ? $0.code : nil })
        writer.field("country_code", number.map { Int($0.countryCode) })
        writer.field("national_number", number?.nationalSignificantNumber)
        writer.field("extension", number?.extension)
        writer.field("line_type", shown?.type(in: plan)?.rawValue)
        writer.field("carrier", shown?.carrier(in: plan))
        writer.field("location", shown?.location(in: plan))
        writer.field("timezones", shown?.timeZones(in: plan) ?? [])
    }
}

/// The bodies of the numbering-plan endpoints.
package enum PlanReplies {
    /// `POST /v1/parse`.
    package static func parse(_ text: String, _ context: ReadingContext, plan: NumberingPlan) -> [UInt8] {
        var writer = JSONWriter(reserving: 1024)
        ParseAnswer(text, context, plan: plan).write(to: &writer, includesVersion: true)
        return writer.finish()
    }

    /// `POST /v1/parse/batch`.
    package static func parse(_ texts: [String], _ context: ReadingContext, plan: NumberingPlan) -> [UInt8] {
        var writer = JSONWriter(reserving: 700 * texts.count + 256)
        let answers = texts.map { ParseAnswer($0, context, plan: plan) }
        let valid = answers.count { $0.isValid }
        writer.beginObject()
        writer.key("schema_version")
        writer.token(LookupAnswer.schemaVersion)
        writer.key("results")
        writer.beginArray()
        for answer in answers { answer.write(to: &writer, includesVersion: false) }
        writer.endArray()
        writer.key("summary")
        writer.beginObject()
        writer.field("total", answers.count)
        writer.field("valid", valid)
        writer.field("invalid", answers.count - valid)
        writer.endObject()
        writer.endObject()
        return writer.finish()
    }

    /// `GET /v1/countries`.
    package static func countries(plan: NumberingPlan) -> [UInt8] {
        var writer = JSONWriter(reserving: 40_000)
        let regions = plan.regions.filter(\.isGeographic).sorted { $0.code < $1.code }
        writer.beginObject()
        writer.key("schema_version")
        writer.token(LookupAnswer.schemaVersion)
        writer.field("count", regions.count)
        writer.key("countries")
        writer.beginArray()
        for region in regions {
            let example = plan.exampleNumber(for: region)
            writer.beginObject()
            writer.field("code", region.code)
            writer.field("name", plan.name(of: region))
            writer.field("calling_code", plan.countryCode(of: region).map { Int($0) })
            writer.key("example")
            writer.beginObject()
            writer.field("e164", example?.e164Text)
            writer.field("national", example?.formatted(.national, in: plan))
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.finish()
    }
}
