import SQLiteDatabase
import Testing

@Suite struct DatabaseErrorTests {
    @Test(
        "an input or output error that most often is a full disk says so, another one does not",
        arguments: [
            (778, true), (4_874, true), (5_386, true), (10, false), (266, false), (1_034, false), (13, false),
            (11, false),
            (4_618, false),
        ] as [(Int32, Bool)])
    func fullDisk(code: Int32, says: Bool) {
        let error = DatabaseError(extendedCode: code, message: "disk I/O error", sql: "SELECT 1")
        #expect(
            error.description == "SQLite error \(code): disk I/O error"
                + (says ? ", most often because no space is left on the disk" : "") + " (in: SELECT 1)")
    }
}
