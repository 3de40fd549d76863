// What is dropped of calls, contexts and chats once a minute.

import Platform
package import SQLiteDatabase

extension Sweep {
    /// Contexts that no call can take any more.
    package static let contexts = Sweep(of: "call_contexts", ContextTable.sweep)

    /// Calls that are older than the operator keeps them.
    /// - Parameter life: nil: for ever.
    package static func calls(keptFor life: Duration?) -> Sweep {
        old(of: "calls", keptFor: life, CallTable.sweep)
    }

    /// The same for chats.
    package static func chats(keptFor life: Duration?) -> Sweep {
        old(of: "chats", keptFor: life, ChatTable.sweep)
    }

    private static func old(
        of table: StaticString, keptFor life: Duration?,
        _ sweep: @escaping @Sendable (UnixTime, Connection) throws(DatabaseError) -> Int
    ) -> Sweep {
        Sweep(of: table) { now, connection throws(DatabaseError) in
            guard let life else { return 0 }
            // A call has some sixty rows in tables and indexes: its blocks are smaller than others'. A full one says
            // that there may be more.
            return try sweep(now - life, connection) < CallTable.sweepMax ? 0 : rowsMax
        }
    }
}
