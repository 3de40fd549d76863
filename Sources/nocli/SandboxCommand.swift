// `nocli sandbox`: the numbers that test keys see. Needs no database.

import CommandOptions
import JSONText
import NumbersCore
import Platform

enum SandboxCommand {
    static let family = CommandFamily(
        name: "sandbox", summary: "the numbers that behave in fixed ways under a test key", commands: [list])

    private static let list = Command(
        declaration: CommandDeclaration(
            "", summary: "lists the numbers that behave in fixed ways under a test key",
            details: [
                """
                Test keys (nol_test_…) never reach a supplier and never cost anything. Make one with: nocli key create \
                ACCOUNT --test. Every number is read as usual, and those not listed have no name.
                """
            ])
    ) { context throws(CommandFailure) in
        context.answer { writer in
            writer.beginObject()
            writer.key("numbers")
            writer.beginArray()
            for row in rows(context) {
                writer.beginObject()
                writer.field("e164", row.number.text)
                writer.field("cnam", row.record.name?.name.text)
                writer.field("spam_score", row.record.spam?.score(at: context.surroundings.clock.wall())?.score)
                writer.field("suppressed", row.record.isSuppressed)
                writer.field("status", status(row.sandbox))
                writer.field("behaviour", words(row.sandbox))
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        } people: {
            var table = TextTable([.text("Number"), .number("Status"), .text("Name"), .text("Behaviour")])
            for row in rows(context) {
                table.add([
                    row.number.text, String(status(row.sandbox)), row.record.name?.name.text ?? "", words(row.sandbox),
                ])
            }
            return table.rendered(on: context.console)
        }
    }

    private struct Row {
        let number: E164
        let sandbox: Sandbox
        let record: NumberRecord
    }

    private static func rows(_ context: CommandContext) -> [Row] {
        let today = context.surroundings.clock.wall().rfc3339Date()
        return Sandbox.allCases.compactMap { sandbox in
            sandbox.number.map { Row(number: $0, sandbox: sandbox, record: sandbox.record(today: today)) }
        }
    }

    /// The status of a lookup's answer.
    private static func status(_ sandbox: Sandbox) -> Int {
        switch sandbox {
        case .named, .unnamed, .suppressed, .slow, .failing, .risky: 200
        case .insufficientBalance: 402
        case .rateLimited: 429
        }
    }

    private static func words(_ sandbox: Sandbox) -> String {
        switch sandbox {
        case .named: "a name"
        case .unnamed: "no name"
        case .suppressed: "a private listing"
        case .slow: "a supplier that is too slow: the answer leaves at the budget"
        case .failing: "a supplier that fails"
        case .risky: "a name with a spam score of 90"
        case .insufficientBalance: "the balance does not cover it"
        case .rateLimited: "the limit is reached"
        }
    }
}
