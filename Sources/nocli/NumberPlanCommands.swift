// `nocli number plan …`: compiled plans as files. Needs no database.

import CommandOptions
import JSONText
import NumbersCore
import Platform

enum NumberPlanCommands {
    static let all = [show, check, compare]

    /// What stands for the plan in this program where a file is expected.
    private static let builtIn = "built-in"

    private static let anyPlan: Argument<String?> = .optional(
        "FILE", .path, help: "a plan that script/number-plan has made; else the built-in one")
    private static let file: Argument<String> = .required(
        "FILE", .path, help: "a plan that script/number-plan has made")
    private static let old: Argument<String> = .required("OLD", .path, help: "the plan of before, or built-in")
    private static let new: Argument<String> = .required("NEW", .path, help: "the plan of after, or built-in")

    // MARK: Commands

    private static let show = Command(
        declaration: CommandDeclaration(
            "plan show", summary: "tells what a plan is made of", arguments: [anyPlan.declaration])
    ) { context throws(CommandFailure) in
        let plan = try read(context.values[anyPlan] ?? builtIn, context)
        context.answer { writer in
            writer.beginObject()
            writeHead(plan, to: &writer)
            writer.field("regions", plan.regions.map(\.code))
            writer.key("country_codes")
            writer.value(.array(plan.countryCodes.map { .number(JSONNumber(Int64($0))) }))
            writer.key("sections")
            writer.beginArray()
            for section in plan.sections {
                writer.beginObject()
                writer.field("name", section.name)
                writer.field("bytes", section.bytes)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        } people: {
            let fields = FieldList([
                ("Metadata", plan.metadataVersion), ("Format", "\(NumberingPlan.formatVersion)"),
                ("Bytes", "\(plan.byteCount)"), ("Checksum", Hex.encode(plan.checksum)),
                ("Regions", "\(plan.regions.count)"), ("Country codes", "\(plan.countryCodes.count)"),
            ])
            var table = TextTable([.text("Section"), .number("Bytes")])
            for section in plan.sections { table.add([section.name, "\(section.bytes)"]) }
            return fields.rendered() + "\n\n" + table.rendered(on: context.console)
        }
    }

    private static let check = Command(
        declaration: CommandDeclaration(
            "plan check", summary: "tells whether a file is a plan that a server would take",
            arguments: [file.declaration], details: ["Exits with 65 when it is not, and says what is wrong."])
    ) { context throws(CommandFailure) in
        let path = context.values[file]
        let bytes = try WholeFile.read(path, "a compiled numbering plan", limit: NumberingPlan.fileBytesMax, context)
        let plan: NumberingPlan
        do throws(NumberingPlanError) {
            plan = try NumberingPlan(bytes)
        } catch {
            if context.values[GlobalOptions.json] {
                var writer = JSONWriter()
                writer.beginObject()
                writer.field("ok", false)
                writer.field("reason", error.description)
                writer.endObject()
                context.console.write(writer.finish() + [UInt8(ascii: "\n")])
            }
            throw refusal(path, error)
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("ok", true)
            writeHead(plan, to: &writer)
            writer.endObject()
        } people: {
            context.console.styled(
                "\(WholeFile.name(path)) is a numbering plan of metadata \(plan.metadataVersion).", .green)
        }
    }

    private static let compare = Command(
        declaration: CommandDeclaration(
            "plan compare", summary: "tells what changed between two plans",
            arguments: [old.declaration, new.declaration],
            details: [
                """
                Lists the regions and country codes that came and went, the ranges whose numbers became valid, became \
                invalid or changed their type or region, with how many numbers that are, and the example numbers that \
                are read or written differently.
                """
            ])
    ) { context throws(CommandFailure) in
        let before = try read(context.values[old], context)
        let after = try read(context.values[new], context)
        let changes: PlanChanges
        do throws(PlanComparisonError) {
            changes = try PlanChanges(from: before, to: after)
        } catch {
            throw .badData(error.description)
        }
        let report = PlanReport(before: before.metadataVersion, after: after.metadataVersion, changes: changes)
        context.answer { writer in
            report.write(to: &writer)
        } people: {
            report.rendered(on: context.console)
        }
    }

    // MARK: Files

    private static func read(_ path: String, _ context: CommandContext) throws(CommandFailure) -> NumberingPlan {
        guard path != builtIn else { return .builtIn }
        let bytes = try WholeFile.read(path, "a compiled numbering plan", limit: NumberingPlan.fileBytesMax, context)
        do throws(NumberingPlanError) {
            return try NumberingPlan(bytes)
        } catch {
            throw refusal(path, error)
        }
    }

    private static func refusal(_ path: String, _ error: NumberingPlanError) -> CommandFailure {
        .badData("\(WholeFile.name(path)): \(error). Make plans with: script/number-plan --binary FOLDER")
    }

    private static func writeHead(_ plan: NumberingPlan, to writer: inout JSONWriter) {
        writer.field("metadata_version", plan.metadataVersion)
        writer.field("format_version", NumberingPlan.formatVersion)
        writer.field("bytes", plan.byteCount)
        writer.field("checksum", Hex.encode(plan.checksum))
    }
}
