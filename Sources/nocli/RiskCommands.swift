// `nocli risk …`: what spam scores come from: complaint lists and reports.

import CommandOptions
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

enum RiskCommands {
    static let family = CommandFamily(
        name: "risk", summary: "what spam scores come from", commands: [importFile, explain, drop])

    private static let file: Argument<String> = .required("FILE", .path, help: "a CSV file; - for standard input")
    private static let id: Argument<SpamInputID> = .required(
        "ID",
        ValueKind(
            placeholder: "ID", expects: "an input such as complaint_17 or report_5, as 'nocli risk explain' shows"
        ) {
            SpamInputID($0)
        }, help: "the input, as 'nocli risk explain' shows it")
    private static let countsFreeReports: Option<Bool> = .flag(
        "count-free-reports", help: "as a server does that was started with this option")

    private static let importFile = Command(
        declaration: CommandDeclaration(
            "import", summary: "reads a CSV file of complaints", arguments: [file.declaration],
            options: [NameCommands.country.declaration],
            details: [
                """
                UTF-8 with a header: number,count,last_seen,source. count is how often the list's people complained, \
                last_seen the day of the last complaint, such as 2026-01-31, source the name of the list. The last row \
                of a number counts for each list. Rows that cannot be read are listed with their line and left out; \
                the others are imported. An import that was cut off goes on where it was when it is started again.
                """
            ])
    ) { context throws(CommandFailure) in
        try NumberListImport.complaints(
            path: context.values[file], country: context.values[NameCommands.country], context)
    }

    private static let explain = Command(
        declaration: CommandDeclaration(
            "explain", summary: "shows a number's score and all that it comes from",
            arguments: [NameCommands.number.declaration],
            options: [NameCommands.country.declaration, countsFreeReports.declaration],
            details: ["A score is a hint. It never says that a call is safe, and never that it is spam."])
    ) { context throws(CommandFailure) in
        let number = try NameCommands.readNumber(context)
        let desk = try context.openDesk()
        let inputs = try context.perform { () throws(DatabaseError) in try desk.spamInputs(of: number) }
        let listing = try context.perform { () throws(DatabaseError) in try desk.listing(of: number) }
        let now = context.surroundings.clock.wall()
        let countsFree = context.values[countsFreeReports]
        let evidence = inputs.evidence(at: now, countsFreeReports: countsFree)
        let view = View(
            number: number, inputs: inputs, evidence: evidence, isSuppressed: listing.suppressedAt != nil,
            countsFreeReports: countsFree, now: now)
        context.answer {
            view.write(to: &$0)
        } people: {
            view.text(on: context.console)
        }
    }

    private static let drop = Command(
        declaration: CommandDeclaration(
            "drop", summary: "takes one input of a score away", arguments: [id.declaration],
            details: [
                """
                A report that was dropped does not keep its account from reporting the number again. A complaint comes \
                back with the next import of its list.
                """
            ])
    ) { context throws(CommandFailure) in
        let id = context.values[id]
        let desk = try context.openDesk()
        guard let number = try context.perform({ () throws(DatabaseError) in try desk.dropSpamInput(id) }) else {
            throw .failed("there is no input \(id). See a number's inputs with: nocli risk explain NUMBER")
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("id", id.description)
            writer.field("e164", number.text)
            writer.field("dropped", true)
            writer.endObject()
        } people: {
            "\(id) of \(number.text) is gone. See what is left with: nocli risk explain \(number.text)"
        }
    }

    /// A number's score with its inputs.
    private struct View {
        let number: E164
        let inputs: SpamInputs
        let evidence: SpamEvidence?
        let isSuppressed: Bool
        let countsFreeReports: Bool
        let now: UnixTime

        /// The score that a server answers.
        private var score: SpamScore? { isSuppressed ? nil : evidence?.score(at: now) }

        private func weight(_ complaints: SpamInputs.Complaints) -> Double {
            SpamEvidence.weight(complaints: complaints.count, lastSeen: complaints.lastSeen, at: now)
        }

        private func weight(_ report: SpamReport) -> Double {
            guard report.isPrepaid || countsFreeReports else { return 0 }
            return SpamEvidence.weight(report.tag, reportedAt: report.reportedAt, at: now)
        }

        /// Whether reports would say more if more accounts agreed.
        private var isHeldBack: Bool {
            guard let evidence, evidence.agreeingAccounts < SpamEvidence.agreeingMin else { return false }
            let confirmed = SpamEvidence(
                complaints: evidence.complaints, reports: evidence.reports, agreeingAccounts: SpamEvidence.agreeingMin,
                asOf: evidence.asOf)
            return confirmed.score(at: now) != evidence.score(at: now)
        }

        func write(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("e164", number.text)
            writer.field("spam_score", score?.score)
            writer.field("level", score?.level ?? "unknown")
            writer.field("model", LookupAnswer.riskModel.description)
            writer.field("source", score?.source.rawValue)
            writer.field("suppressed", isSuppressed)
            writer.field("agreeing_accounts", evidence?.agreeingAccounts ?? 0)
            writer.field("held_back", isHeldBack)
            writer.key("complaints")
            writer.beginArray()
            for complaints in inputs.complaints {
                writer.beginObject()
                writer.field("id", complaints.id.description)
                writer.field("source", complaints.source)
                writer.field("count", complaints.count)
                writer.field("last_seen", complaints.lastSeen.rfc3339Date())
                writer.field("imported_at", complaints.importedAt.rfc3339())
                writer.key("weight")
                writer.number(decimal(weight(complaints)))
                writer.endObject()
            }
            writer.endArray()
            writer.key("reports")
            writer.beginArray()
            for input in inputs.reports {
                writer.beginObject()
                writer.field("id", input.id.description)
                writer.field("account_id", input.report.account.description)
                writer.field("prepaid", input.report.isPrepaid)
                writer.field("tag", input.report.tag.rawValue)
                writer.field("reported_at", input.report.reportedAt.rfc3339())
                writer.key("weight")
                writer.number(decimal(weight(input.report)))
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }

        func text(on console: Console) -> String {
            var fields = FieldList([
                ("Number", number.text),
                ("Score", score.map { "\($0.score) (\($0.level))" } ?? "nothing known"),
                ("Model", LookupAnswer.riskModel.description),
                ("Source", score?.source.rawValue ?? ""),
            ])
            if isSuppressed { fields.add("Suppressed", "yes: no score is answered") }
            if isHeldBack {
                fields.add(
                    "Held back",
                    "reports alone stay at \(SpamEvidence.unconfirmedMax) until \(SpamEvidence.agreeingMin) prepaid "
                        + "accounts agree; \(evidence?.agreeingAccounts ?? 0) so far")
            }
            if inputs.complaints.isEmpty, inputs.reports.isEmpty { return fields.rendered() }
            var table = TextTable([
                .text("ID"), .text("From"), .text("What"), .text("Day"), .number("Days ago"), .number("Weight"),
            ])
            for complaints in inputs.complaints {
                table.add([
                    complaints.id.description, complaints.source, counted(Int(clamping: complaints.count), "complaint"),
                    complaints.lastSeen.rfc3339Date(), days(since: complaints.lastSeen), shown(weight(complaints)),
                ])
            }
            for input in inputs.reports {
                let report = input.report
                table.add([
                    input.id.description, report.account.description + (report.isPrepaid ? "" : " (free)"),
                    report.tag.rawValue, report.reportedAt.rfc3339Date(), days(since: report.reportedAt),
                    shown(weight(report)),
                ])
            }
            return fields.rendered() + "\n\n" + table.rendered(on: console)
        }

        private func days(since time: UnixTime) -> String { String(max(0, now.dayNumber - time.dayNumber)) }

        private func shown(_ weight: Double) -> String { decimal(weight).text }

        /// A weight with three decimals; it is not negative, and far from any bound of an integer.
        private func decimal(_ weight: Double) -> JSONNumber {
            let thousandths = Int64((weight * 1_000).rounded())
            let fraction = String(thousandths % 1_000)
            let text = "\(thousandths / 1_000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
            return JSONNumber(text: text) ?? JSONNumber(0)
        }
    }
}
