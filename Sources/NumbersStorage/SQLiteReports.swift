// The port for reports on the group-commit writer. Holds no mutable state of its own.

package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Reports of a running server, durable before they are told of.
package struct SQLiteReports: ReportStore {
    private let writer: DatabaseWriter

    package init(writer: DatabaseWriter) { self.writer = writer }

    package func report(
        _ report: SpamReport, deadline: MonotonicTime
    ) async -> Result<ReportOutcome, StorageUnavailable> {
        await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try SpamTables.report(report, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }
}
