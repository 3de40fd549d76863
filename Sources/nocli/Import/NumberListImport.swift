// Imports into LookupServer's database: names for the directory, lists of complaints. One that was cut off goes on where
// it was, as long as the file is the same.

import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

enum NumberListImport {
    /// Imports a directory, or standard input for `-`, and answers with what was imported and what was left out.
    static func names(path: String, country: Region?, _ context: CommandContext) throws(CommandFailure) {
        let today = context.surroundings.clock.wall().rfc3339Date()
        try run(.names, path, country, context) { desk, identity in
            CSVImport(
                things: "names", expectedHeader: NameImportColumns.expected,
                untouched: "the directory is as it was", blockRows: OperatorDesk.importBlock,
                readHeader: NameImportColumns.parsing,
                readRow: { $0.name(in: $1, country: country, today: today, plan: .builtIn) },
                order: { $0.number.digits },
                store: { rows, position throws(DatabaseError) in
                    try desk.importNames(rows, reaching: mark(identity, position))
                })
        }
    }

    /// Imports a list of complaints in the same way.
    static func complaints(path: String, country: Region?, _ context: CommandContext) throws(CommandFailure) {
        let now = context.surroundings.clock.wall()
        try run(.complaints, path, country, context) { desk, identity in
            CSVImport(
                things: "complaint rows", expectedHeader: ComplaintImportColumns.expected,
                untouched: "what is known of complaints is as it was", blockRows: OperatorDesk.importBlock,
                readHeader: ComplaintImportColumns.parsing,
                readRow: { $0.complaint(in: $1, country: country, now: now, plan: .builtIn) },
                order: { $0.number.digits },
                store: { rows, position throws(DatabaseError) in
                    try desk.importComplaints(rows, reaching: mark(identity, position))
                })
        }
    }

    private static func run<Columns, Row>(
        _ kind: ImportIdentity.Kind, _ path: String, _ country: Region?, _ context: CommandContext,
        _ make: (OperatorDesk, ImportIdentity?) -> CSVImport<Columns, Row>
    ) throws(CommandFailure) {
        let input = try ImportInput(path: path, context)
        let desk = try context.openDesk()
        let bar = ProgressBar("Checking", on: context.console)
        let total = input.byteCount
        let file = try input.fingerprint { bar.report($0, of: total) }
        bar.finish()
        let identity = file.map { ImportIdentity(kind: kind, file: $0, country: country) }
        var work = make(desk, identity)
        if let identity {
            work.isResumable = true
            work.start = try context.perform { () throws(DatabaseError) in
                try desk.importPosition(of: identity)
            }
            work.end = { () throws(DatabaseError) in try desk.endImport(identity) }
        }
        try work.run(from: input, context)
    }

    private static func mark(_ identity: ImportIdentity?, _ position: ImportPosition?) -> OperatorDesk.ImportMark? {
        guard let identity, let position else { return nil }
        return OperatorDesk.ImportMark(identity: identity, position: position)
    }
}
