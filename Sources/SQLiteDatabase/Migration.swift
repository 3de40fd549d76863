// A step from one schema version to the next. Immutable.

/// SQL that takes a database from version `version - 1` to `version`. Never edited once it has been released.
package struct Migration: Sendable {
    /// The schema version (SQLite's `user_version`) after this step; the first is 1.
    package let version: Int32
    /// What it does, in a few words for messages.
    package let summary: StaticString
    /// The statements. They must not begin or end transactions.
    package let sql: StaticString

    package init(version: Int32, summary: StaticString, sql: StaticString) {
        self.version = version
        self.summary = summary
        self.sql = sql
    }
}
