// `nocli supplier set`: changes of a supplier, all of them or none.

import CommandOptions
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

enum SupplierSet {
    static let set = Command(
        declaration: CommandDeclaration(
            "set", summary: "changes a supplier", arguments: [SupplierOptions.name.declaration],
            options: SupplierOptions.settings,
            details: [
                """
                What is not given stays. A value of --secret-file takes the place of the one with the same name, so a new \
                token is a file of one line. The server asks with the new values within a second.
                """
            ])
    ) { context throws(CommandFailure) in
        let values = context.values
        let name = values[SupplierOptions.name]
        var change = SupplierChange()
        change.price = values[SupplierOptions.price]
        change.timeoutMilliseconds = values[SupplierOptions.timeout]
        change.concurrentMax = values[SupplierOptions.concurrent]
        change.countries = values[SupplierOptions.countries]
        change.position = values[SupplierOptions.position]
        change.secrets = try SupplierOptions.secrets(context)
        guard !change.isEmpty else {
            throw .usage(
                context.invocation.error(
                    "nothing to change: give --price-micros, --timeout-ms, --max-concurrent, --countries, --position or "
                        + "--secret-file"))
        }
        let vault = try SupplierOptions.vault(context)
        let desk = try context.openDesk()
        let outcome = try context.perform { [change] () throws(DatabaseError) in
            try desk.changeSupplier(name, change, vault: vault)
        }
        let now: StoredSupplier
        switch outcome {
        case .success(let stored): now = stored
        case .failure(let refusal): throw failure(refusal, name)
        }
        context.answer { writer in
            writer.beginObject()
            SupplierList.write(now.supplier, secretNames: now.secretNames, to: &writer)
            writer.endObject()
        } people: {
            "Supplier \(name) is changed. Try it with: nocli supplier test NUMBER --supplier \(name)"
        }
    }

    private static func failure(_ refusal: SupplierTable.ChangeRefusal, _ name: SupplierName) -> CommandFailure {
        switch refusal {
        case .notFound: .failed("there is no supplier \(name)")
        case .unusable(let one):
            .failed(
                "what is stored of supplier \(name) cannot be read: \(one.reason); take it away with: nocli supplier "
                    + "remove \(name)")
        case .noKey: SupplierOptions.noKey
        case .otherSecrets(let names):
            .badData(
                names.isEmpty
                    ? "supplier \(name) refers to no secret; found some in --secret-file"
                    : "expected one of the secrets \(names.joined(separator: ", ")) as a line NAME=value in "
                        + "--secret-file; found others only")
        case .unopened(let secret, let fault):
            .failed(
                "the secret \(secret) of supplier \(name) stays, and would be sealed with another key than the new one: "
                    + "\(fault.sentence)")
        }
    }
}
