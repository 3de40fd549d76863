// `nocli supplier list`: what there is, and how it does.

import CommandOptions
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

enum SupplierList {
    /// Days whose sums the list shows.
    private static let days = 30

    /// Whether a supplier is asked, as far as this program can tell.
    private enum State: String {
        case on, off
        /// Its secrets do not open with the key that was named.
        case sealed
        case unusable
    }

    static let list = Command(
        declaration: CommandDeclaration(
            "list", summary: "shows the suppliers and what they did in \(days) days",
            options: [SupplierOptions.keyFile.declaration],
            details: [
                """
                With the server's key (--secret-key-file) it is also tried whether secrets can be opened: a supplier whose \
                secrets cannot is sealed, and nobody asks it.
                """
            ])
    ) { context throws(CommandFailure) in
        let vault = try SupplierOptions.vault(context)
        let desk = try context.openDesk()
        let stored = try context.perform { () throws(DatabaseError) in try desk.suppliers(vault: vault) }
        let unusable = try context.perform { () throws(DatabaseError) in try desk.unusableSuppliers() }
        let totals = try context.perform { () throws(DatabaseError) in try desk.supplierTotals(days: days) }
        context.answer { writer in
            writer.beginObject()
            writer.key("suppliers")
            writer.beginArray()
            for one in stored {
                let tally = totals[one.supplier.name.text] ?? SupplierTally()
                writer.beginObject()
                write(one.supplier, secretNames: one.secretNames, to: &writer)
                writer.field("state", state(of: one).rawValue)
                writer.field("reason", sealing(of: one)?.sentence)
                writer.field("requests", tally.requests)
                writer.field("hits", tally.hits)
                writer.field("misses", tally.misses)
                writer.field("errors", tally.errors)
                writer.field("spent_micros", tally.spent)
                writer.endObject()
            }
            for one in unusable {
                writer.beginObject()
                writer.field("name", one.name)
                writer.field("state", State.unusable.rawValue)
                writer.field("reason", one.reason)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        } people: {
            if stored.isEmpty, unusable.isEmpty {
                return "There is no supplier. Add one with: nocli supplier preset NAME"
            }
            var table = TextTable([
                .text("Name"), .text("State"), .number("Position"), .number("USD"), .text("Countries"),
                .number("Requests"), .number("Names"), .number("Errors"), .number("Spent USD"),
            ])
            var notes: [String] = []
            for one in stored {
                let (supplier, tally) = (one.supplier, totals[one.supplier.name.text] ?? SupplierTally())
                table.add([
                    supplier.name.text, state(of: one).rawValue, String(supplier.position),
                    supplier.price == .zero ? "no price" : supplier.price.usd, countryText(supplier),
                    String(tally.requests), String(tally.hits), String(tally.errors),
                    MicroUSD(micros: tally.spent).usd,
                ])
                if let fault = sealing(of: one) { notes.append("\(supplier.name) is not asked: \(fault.sentence)") }
            }
            for one in unusable {
                let name = terminalName(one.name)
                table.add([name, State.unusable.rawValue, "", "", "", "", "", "", ""])
                notes.append("\(name) is not asked, what is stored of it cannot be read: \(one.reason)")
            }
            return ([table.rendered(on: context.console)] + (notes.isEmpty ? [] : [""]) + notes)
                .joined(separator: "\n")
        }
    }

    /// Why the secrets of a supplier cannot be opened; nil also when no key was named to try it with.
    private static func sealing(of stored: StoredSupplier) -> SecretFault? {
        guard case .failure(let fault) = stored.secrets, fault != .noKey else { return nil }
        return fault
    }

    private static func state(of stored: StoredSupplier) -> State {
        guard stored.supplier.isEnabled else { return .off }
        return sealing(of: stored) == nil ? .on : .sealed
    }

    private static func countryText(_ supplier: Supplier) -> String {
        supplier.countries.isEmpty ? "all" : supplier.countries.map(\.code).sorted().joined(separator: " ")
    }

    static func write(_ supplier: Supplier, secretNames: [String], to writer: inout JSONWriter) {
        writer.field("name", supplier.name.text)
        writer.field("url", supplier.url.text)
        writer.key("headers")
        writer.beginArray()
        for header in supplier.headers { writer.string("\(header.name): \(header.value.text)") }
        writer.endArray()
        writer.field("name_path", supplier.form.path)
        writer.field("no_name", supplier.noNameWords)
        writer.field("price_micros", supplier.price.micros)
        writer.field("timeout_ms", supplier.timeoutMilliseconds)
        writer.field("max_concurrent", supplier.concurrentMax)
        writer.field("countries", supplier.countries.map(\.code).sorted())
        writer.field("enabled", supplier.isEnabled)
        writer.field("position", supplier.position)
        writer.field("secrets", secretNames)
    }
}
