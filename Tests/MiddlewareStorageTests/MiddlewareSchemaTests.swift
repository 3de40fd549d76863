import MiddlewareStorage
import SQLiteDatabase
import TestSupport
import Testing

@Suite struct MiddlewareSchemaTests {
    @Test func `a new database has the latest version, and opens again`() throws {
        let folder = try TestFolder()
        for older in [DatabaseOptions.Older.migrate, .refuse] {
            _ = try MiddlewareSchema.schema.open(
                path: folder.file("middleware.sqlite"), options: DatabaseOptions(older: older))
        }
    }
}
