// What is dropped of a table while a server runs. Immutable.

package import Platform

/// Drops expired rows of one table, block by block.
package struct Sweep: Sendable {
    /// Rows dropped in one transaction at most, unless a table says otherwise, so that requests come in between.
    package static let rowsMax = 1_000

    /// The table, for the log.
    let table: StaticString
    /// As many as this having been dropped, there may be more.
    let blockRows: Int
    /// Drops one block, in the caller's transaction; returns how many rows.
    package let drop: @Sendable (UnixTime, Connection) throws(DatabaseError) -> Int

    /// - Parameters:
    ///   - table: the table, or the first of those that it drops rows of.
    ///   - blockRows: how many rows `drop` drops at most.
    ///   - drop: drops what has expired at the given time, and returns how many rows.
    package init(
        of table: StaticString, blockRows: Int = rowsMax,
        _ drop: @escaping @Sendable (UnixTime, Connection) throws(DatabaseError) -> Int
    ) {
        self.table = table
        self.blockRows = blockRows
        self.drop = drop
    }
}
