// `nocli supplier …`: the paid sources of names. Here: which commands there are, and switching and removing.

import CommandOptions
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

enum SupplierCommands {
    static let family = CommandFamily(
        name: "supplier", summary: "paid sources of names",
        commands: [
            SupplierAdd.add, SupplierAdd.preset, SupplierAdd.presets, SupplierSet.set, SupplierList.list,
            SupplierTest.test, enable, disable, remove,
        ])

    private static let enable = toggle("enable", "asks a supplier again", true)
    private static let disable = toggle("disable", "does not ask a supplier any more", false)

    private static func toggle(_ word: String, _ summary: String, _ isEnabled: Bool) -> Command {
        Command(
            declaration: CommandDeclaration(word, summary: summary, arguments: [SupplierOptions.name.declaration])
        ) { context throws(CommandFailure) in
            let name = context.values[SupplierOptions.name]
            let desk = try context.openDesk()
            guard try context.perform({ () throws(DatabaseError) in try desk.enableSupplier(name, isEnabled) }) else {
                throw .failed("there is no supplier \(name)")
            }
            context.answer { writer in
                writer.beginObject()
                writer.field("name", name.text)
                writer.field("enabled", isEnabled)
                writer.endObject()
            } people: {
                "Supplier \(name) is switched \(isEnabled ? "on" : "off")."
            }
        }
    }

    private static let remove = Command(
        declaration: CommandDeclaration(
            "remove", summary: "forgets a supplier and its secrets", arguments: [SupplierOptions.name.declaration],
            details: ["Names that it gave stay in the cache until they are old."])
    ) { context throws(CommandFailure) in
        let name = context.values[SupplierOptions.name]
        let desk = try context.openDesk()
        guard try context.perform({ () throws(DatabaseError) in try desk.removeSupplier(name) }) else {
            throw .failed("there is no supplier \(name)")
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("name", name.text)
            writer.field("removed", true)
            writer.endObject()
        } people: {
            "Supplier \(name) and its secrets are forgotten."
        }
    }
}
