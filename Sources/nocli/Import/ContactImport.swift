// Importing contacts into a workspace's book. Nothing is kept between runs.

import CRMMiddleware
import JSONText
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase

enum ContactImport {
    /// Imports a file, or standard input for `-`, and answers with what was imported and what was left out.
    static func run(
        path: String, workspace: Workspace, on desk: MiddlewareDesk, _ context: CommandContext
    ) throws(CommandFailure) {
        let work = CSVImport(
            things: "contacts", expectedHeader: ContactImportColumns.expected,
            untouched: "the contacts are as they were", blockRows: MiddlewareDesk.contactBlock,
            readHeader: ContactImportColumns.parsing, readRow: { $0.entry(in: $1) },
            store: { rows, _ throws(DatabaseError) in
                try desk.importContacts(
                    rows, country: workspace.settings.defaultCountry, workspace: workspace.id, plan: .builtIn)
            }, members: { $0.field("workspace_id", workspace.id.description) })
        try work.run(from: try ImportInput(path: path, context), context)
    }
}
