// `nocli supplier test`: asks suppliers as the server would, and shows what they answer.

import CommandOptions
import HTTPClient
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase
import SupplierClient

enum SupplierTest {
    /// What one supplier answered to a test.
    private struct Trial: Sendable {
        let supplier: Supplier
        let outcome: String
        let name: String?
        let raw: String?
        let status: Int?
        let milliseconds: Int64
    }

    static let test = Command(
        declaration: CommandDeclaration(
            "test", summary: "asks the suppliers about a number, and shows how they answer",
            arguments: [SupplierOptions.number.declaration],
            options: [
                SupplierOptions.only.declaration, SupplierOptions.country.declaration,
                SupplierOptions.keyFile.declaration, SupplierOptions.networks.declaration,
            ],
            details: ["Each request costs what the supplier charges. Nothing is kept and no customer is billed."])
    ) { context throws(CommandFailure) in
        let plan = NumberingPlan.builtIn
        let read = NumberReading.read(
            context.values[SupplierOptions.number], country: context.values[SupplierOptions.country], input: .any,
            plan: plan)
        guard let e164 = read?.e164(in: plan), let question = SupplierQuestion(e164, plan: plan) else {
            throw .badData("NUMBER: expected a valid number such as +12025550143; found another text")
        }
        let vault = try SupplierOptions.vault(context)
        let desk = try context.openDesk()
        let only = context.values[SupplierOptions.only]
        let stored = try context.perform { () throws(DatabaseError) in try desk.suppliers(vault: vault) }
            .filter { only == nil ? $0.supplier.isEnabled : $0.supplier.name == only }
        guard !stored.isEmpty else {
            let unusable = try context.perform { () throws(DatabaseError) in try desk.unusableSuppliers() }
            if let one = unusable.first(where: { only == nil || $0.name == only?.text }) {
                throw .failed("what is stored of supplier \(terminalName(one.name)) cannot be read: \(one.reason)")
            }
            throw .failed(only.map { "there is no supplier \($0)" } ?? "no supplier is switched on")
        }
        let client: HTTPClient
        do throws(SystemError) {
            client = try HTTPClient(
                settings: HTTPSupplierTransport.settings,
                guard: NetworkGuard(allowed: context.values[SupplierOptions.networks]),
                clock: context.surroundings.clock, random: context.surroundings.random, log: nil)
        } catch {
            throw .failed("the HTTP client could not be started: \(error)")
        }
        defer { client.close() }
        let (transport, clock) = (HTTPSupplierTransport(client: client), context.surroundings.clock)
        let trials = waitFor {
            var trials: [Trial] = []
            for one in stored { trials.append(await ask(one, question, transport, clock)) }
            return trials
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("e164", e164.text)
            writer.key("answers")
            writer.beginArray()
            for trial in trials {
                writer.beginObject()
                writer.field("supplier", trial.supplier.name.text)
                writer.field("outcome", trial.outcome)
                writer.field("name", trial.name)
                writer.field("raw", trial.raw)
                writer.field("status", trial.status)
                writer.field("milliseconds", trial.milliseconds)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        } people: {
            var table = TextTable([
                .text("Supplier"), .text("Outcome"), .text("Name"), .text("As sent"), .number("Status"), .number("ms"),
            ])
            for trial in trials {
                table.add([
                    trial.supplier.name.text, trial.outcome, trial.name ?? "", trial.raw ?? "",
                    trial.status.map { String($0) } ?? "", String(trial.milliseconds),
                ])
            }
            return table.rendered(on: context.console)
        }
    }

    private static func ask(
        _ stored: StoredSupplier, _ question: SupplierQuestion, _ transport: HTTPSupplierTransport, _ clock: Clock
    ) async -> Trial {
        let supplier = stored.supplier
        let began = clock.monotonic()
        func trial(_ outcome: String, name: SuppliedName? = nil, status: Int? = nil) -> Trial {
            Trial(
                supplier: supplier, outcome: outcome, name: name?.name.text, raw: name?.raw, status: status,
                milliseconds: began.duration(to: clock.monotonic()).wholeMilliseconds)
        }
        let secrets: SupplierSecrets
        switch stored.secrets {
        case .success(let opened): secrets = opened
        case .failure(let fault): return trial("not asked: \(fault.sentence)")
        }
        guard let request = supplier.request(about: question, secrets: secrets) else {
            let missing = supplier.secretNames.subtracting(secrets.names).sorted().joined(separator: ", ")
            return trial("not asked: the secrets \(missing) are not stored")
        }
        switch await transport.send(request, deadline: began + supplier.timeout) {
        case .failure(.timedOut): return trial("timed out")
        case .failure(.refusedAddress): return trial("address refused: see --allow-network")
        case .failure(.cancelled), .failure(.failed): return trial("no answer")
        case .success(let answer):
            let status = answer.status
            switch SupplierAnswer.read(
                status: status, body: answer.body, supplier: supplier, question: question)
            {
            case .named(let name): return trial("name", name: name, status: status)
            case .unnamed: return trial("no name", status: status)
            case .unreadable(let fault): return trial("unreadable: \(fault.rawValue)", status: status)
            }
        }
    }
}
