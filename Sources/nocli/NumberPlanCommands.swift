// `nocli number plan …`: compiled plans and their names as files. Needs no database.

import CommandOptions
import JSONText
import NumbersCore
import Platform

enum NumberPlanCommands {
    static let all = [show, check, load, compare]

    private static let made = "a plan, or the names of one, that script/number-plan has made"
    private static let anyTable: Argument<String?> = .optional(
        "FILE", .path, help: made + "; built-in-names; else the built-in plan")
    private static let file: Argument<String> = .required("FILE", .path, help: made)
    private static let place: Argument<String> = .required(
        "PLACE", .path, help: "the file that the server's number-plan or number-names names")
    private static let old: Argument<String> = .required(
        "OLD", .path, help: "the file of before; built-in or built-in-names")
    private static let new: Argument<String> = .required(
        "NEW", .path, help: "the file of after; built-in or built-in-names")

    private static let show = Command(
        declaration: CommandDeclaration(
            "plan show", summary: "tells what a plan, or the names of one, is made of",
            arguments: [anyTable.declaration])
    ) { context throws(CommandFailure) in
        let table = try NumberTable.read(context.values[anyTable] ?? NumberTable.builtInPlan, context)
        context.answer { writer in
            table.write(to: &writer)
        } people: {
            table.rendered(on: context.console)
        }
    }

    private static let check = Command(
        declaration: CommandDeclaration(
            "plan check", summary: "tells whether a file is a plan, or names, that a server would take",
            arguments: [file.declaration], details: ["Exits with 65 when it is not, and says what is wrong."])
    ) { context throws(CommandFailure) in
        let path = context.values[file]
        let table: NumberTable
        switch try NumberTable.check(path, context) {
        case .success(let found): table = found
        case .failure(let refusal):
            if context.values[GlobalOptions.json] {
                var writer = JSONWriter()
                writer.beginObject()
                writer.field("ok", false)
                writer.field("reason", refusal.error.description)
                writer.endObject()
                context.console.write(writer.finish() + [UInt8(ascii: "\n")])
            }
            throw refusal.failure
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("ok", true)
            table.writeHead(to: &writer)
            writer.endObject()
        } people: {
            context.console.styled("\(WholeFile.name(path)) \(table.words).", .green)
        }
    }

    private static let load = Command(
        declaration: CommandDeclaration(
            "plan load", summary: "puts a plan, or names, where a server reads them",
            arguments: [file.declaration, place.declaration],
            details: [
                """
                FILE is checked as by plan check, and PLACE, if it is there, has to hold the same kind. Then PLACE is \
                replaced in one step, so that a server never sees half of it. A running server takes it with SIGHUP \
                (systemctl reload lookup-server), and says in its log what it took.
                """
            ])
    ) { context throws(CommandFailure) in
        let (path, place) = (context.values[file], context.values[place])
        let table = try NumberTable.read(path, context)
        var before: NumberTable?
        if WholeFile.exists(place) {
            let present = try NumberTable.read(place, context)
            guard present.isSameKind(as: table) else {
                throw .badData(
                    "\(WholeFile.name(path)) \(table.words), but \(WholeFile.name(place)) \(present.words): nothing was "
                        + "changed")
            }
            before = present
        }
        try WholeFile.replace(place, with: table.bytes)
        context.answer { writer in
            writer.beginObject()
            writer.field("place", place)
            writer.field("before", before?.metadataVersion)
            table.writeHead(to: &writer)
            writer.endObject()
        } people: {
            let earlier = before.map { ", before it was of metadata \($0.metadataVersion)" } ?? ""
            return context.console.styled("\(WholeFile.name(place)) \(table.words)\(earlier).", .green)
                + "\nA running server takes it with: systemctl reload lookup-server"
        }
    }

    private static let compare = Command(
        declaration: CommandDeclaration(
            "plan compare", summary: "tells what changed between two plans, or between the names of two",
            arguments: [old.declaration, new.declaration],
            details: [
                """
                Lists the regions and country codes that came and went, the ranges whose numbers became valid, became \
                invalid or changed their type or region, with how many numbers that are, and the example numbers that \
                are read or written differently. Of names, what is named otherwise: carriers, locations, time zones, \
                countries.
                """
            ])
    ) { context throws(CommandFailure) in
        let paths = (context.values[old], context.values[new])
        let tables = (try NumberTable.read(paths.0, context), try NumberTable.read(paths.1, context))
        switch tables {
        case (.plan(let before), .plan(let after)):
            let changes = try differences { () throws(PlanComparisonError) in try PlanChanges(from: before, to: after) }
            let report = PlanReport(
                before: before.metadataVersion, after: after.metadataVersion, changes: changes)
            context.answer { writer in
                report.write(to: &writer)
            } people: {
                report.rendered(on: context.console)
            }
        case (.names(let before), .names(let after)):
            let changes = try differences { () throws(PlanComparisonError) in try NameChanges(from: before, to: after) }
            let report = NamesReport(
                before: before.metadataVersion, after: after.metadataVersion, changes: changes)
            context.answer { writer in
                report.write(to: &writer)
            } people: {
                report.rendered(on: context.console)
            }
        case (.plan, .names), (.names, .plan):
            throw .badData(
                "\(WholeFile.name(paths.0)) \(tables.0.words), but \(WholeFile.name(paths.1)) \(tables.1.words): "
                    + "compare plans with plans and names with names (built-in-names for those of this program)")
        }
    }

    private static func differences<Changes>(
        _ compare: () throws(PlanComparisonError) -> Changes
    ) throws(CommandFailure) -> Changes {
        do throws(PlanComparisonError) {
            return try compare()
        } catch {
            throw .badData(error.description)
        }
    }
}
