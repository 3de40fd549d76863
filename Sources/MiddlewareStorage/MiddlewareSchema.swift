// The database of the middleware: its mark, and its migrations in order. A migration is never edited once shipped.

package import SQLiteDatabase

/// The schema of MiddlewareServer's database. Each group of tables is in the file of the tables' own code.
package enum MiddlewareSchema {
    /// `NOM1` in ASCII: marks the file as MiddlewareServer's (SQLite's `application_id`).
    package static let applicationID: Int32 = 0x4e4f_4d31

    package static let schema = DatabaseSchema(
        applicationID: applicationID, productName: "MiddlewareServer",
        migrations: [
            workspacesAndTokens, connectors, contacts, callsAndChats, deliveries,
        ],
        otherProducts: [DatabaseProduct(applicationID: 0x4e4f_4c31, name: "LookupServer")])
}
