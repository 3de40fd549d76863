// The differences between two numbering plans, for people and for machines. A value.

import JSONText
import NumbersCore

/// Renders what changed between two plans.
struct PlanReport {
    let before: String
    let after: String
    let changes: PlanChanges

    // MARK: For people

    func rendered(on console: Console) -> String {
        var parts: [String] = []
        if changes.isEmpty {
            parts.append("Both plans say the same of every number.")
        } else {
            parts += [
                list("New regions", changes.regions.added.map(\.code)),
                list("Regions that are gone", changes.regions.removed.map(\.code)),
                list("New country codes", changes.countryCodes.added.map { "+\($0)" }),
                list("Country codes that are gone", changes.countryCodes.removed.map { "+\($0)" }),
            ].compactMap(\.self)
            if !changes.sharedCodes.isEmpty { parts.append(sharedCodes(console)) }
            if !changes.ranges.isEmpty { parts.append(ranges(console)) }
            if !changes.examples.isEmpty { parts.append(examples(console)) }
        }
        let counts =
            "From metadata \(before) to \(after): \(changes.ranges.count) changes of ranges, "
            + "\(changes.examples.count) of \(changes.examplesCompared) example numbers are read differently."
        return (parts + [counts]).joined(separator: "\n\n")
    }

    private func list(_ title: String, _ items: [String]) -> String? {
        items.isEmpty ? nil : "\(title): \(items.joined(separator: ", "))"
    }

    private func sharedCodes(_ console: Console) -> String {
        var table = TextTable([.text("Code"), .text("Regions before"), .text("Regions now")])
        for code in changes.sharedCodes {
            table.add([
                "+\(code.countryCode)", code.before.map(\.code).joined(separator: " "),
                code.after.map(\.code).joined(separator: " "),
            ])
        }
        return table.rendered(on: console)
    }

    private func ranges(_ console: Console) -> String {
        var table = TextTable([.text("For example"), .number("Numbers"), .text("Before"), .text("Now")])
        for range in changes.ranges {
            table.add([range.example, "\(range.count)", Self.words(range.before), Self.words(range.after)])
        }
        return table.rendered(on: console)
    }

    private func examples(_ console: Console) -> String {
        var table = TextTable([.text("Example"), .text("Field"), .text("Before"), .text("Now")])
        for example in changes.examples {
            for field in example.fields {
                table.add([
                    example.number, field.name.rawValue, field.before.isEmpty ? "-" : field.before,
                    field.after.isEmpty ? "-" : field.after,
                ])
            }
        }
        return table.rendered(on: console)
    }

    private static func words(_ meaning: PlanRangeChange.Meaning) -> String {
        guard let type = meaning.type else { return "not valid" }
        return "\(meaning.region?.code ?? "-") \(type.rawValue)"
    }

    // MARK: For machines

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("before", before)
        writer.field("after", after)
        writer.field("same", changes.isEmpty)
        writer.key("regions")
        write(changes.regions, to: &writer) { .string($0.code) }
        writer.key("country_codes")
        write(changes.countryCodes, to: &writer) { .number(JSONNumber(Int64($0))) }
        writer.key("shared_codes")
        writer.beginArray()
        for code in changes.sharedCodes {
            writer.beginObject()
            writer.field("country_code", code.countryCode)
            writer.field("before", code.before.map(\.code))
            writer.field("after", code.after.map(\.code))
            writer.endObject()
        }
        writer.endArray()
        writer.key("ranges")
        writer.beginArray()
        for range in changes.ranges {
            writer.beginObject()
            writer.field("country_code", range.countryCode)
            writer.field("example", range.example)
            writer.field("numbers", range.count)
            writer.key("before")
            write(range.before, to: &writer)
            writer.key("after")
            write(range.after, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.field("examples_compared", changes.examplesCompared)
        writer.key("examples")
        writer.beginArray()
        for example in changes.examples {
            writer.beginObject()
            writer.field("e164", example.number)
            writer.key("fields")
            writer.beginArray()
            for field in example.fields {
                writer.beginObject()
                writer.field("name", field.name.rawValue)
                writer.field("before", field.before)
                writer.field("after", field.after)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    private func write<Item>(
        _ difference: PlanChanges.Difference<Item>, to writer: inout JSONWriter, _ value: (Item) -> JSONValue
    ) {
        writer.beginObject()
        writer.key("added")
        writer.value(.array(difference.added.map(value)))
        writer.key("removed")
        writer.value(.array(difference.removed.map(value)))
        writer.endObject()
    }

    private func write(_ meaning: PlanRangeChange.Meaning, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("valid", meaning.type != nil)
        writer.field("region", meaning.region?.code)
        writer.field("type", meaning.type?.rawValue)
        writer.endObject()
    }
}
