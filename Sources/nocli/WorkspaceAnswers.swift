// How commands answer that list what a workspace has, or end one of it for good.

import CRMMiddleware
import CommandOptions
import JSONText
import Platform

/// A list of what a workspace has: an array of objects for machines, a table for people.
struct WorkspaceList<Item> {
    /// The member that holds the array.
    let key: StaticString
    /// What people read when there is nothing.
    let none: String
    let columns: [TextTable.Column]
    /// Writes an item's members, inside an object that the caller opens and closes.
    let members: (Item, inout JSONWriter) -> Void
    /// One cell a column.
    let cells: (Item) -> [String]

    func answer(_ items: [Item], of workspace: WorkspaceID, _ context: CommandContext) {
        context.answer { writer in
            writer.beginObject()
            writer.field("workspace_id", workspace.description)
            writer.key(key)
            writer.beginArray()
            for item in items {
                writer.beginObject()
                members(item, &writer)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        } people: {
            if items.isEmpty { return none }
            var table = TextTable(columns)
            for item in items { table.add(cells(item)) }
            return table.rendered(on: context.console)
        }
    }
}

extension CommandContext {
    /// Tells that something has ended for good.
    /// - Parameter key: the member that names it.
    func answerRevoked(_ key: StaticString, _ id: String, people: String) {
        answer { writer in
            writer.beginObject()
            writer.field(key, id)
            writer.field("revoked", true)
            writer.endObject()
        } people: {
            people
        }
    }
}
