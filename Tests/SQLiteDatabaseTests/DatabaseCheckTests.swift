import Platform
import SQLiteDatabase
import Testing

@Suite struct DatabaseCheckTests {
    @Test func `a sound database has no problems`() throws {
        let scratch = ScratchDirectory()
        let connection = try Samples.schema.open(path: scratch.file("a.db"), options: Samples.options)
        for job in 0..<50 as Range<Int64> { try Samples.insertPair(job, on: connection) }
        #expect(try connection.integrityCheck() == [])
    }

    @Test func `rows without their parents are named by table and row, not by value`() throws {
        let connection = try Samples.memory()
        try connection.execute(
            """
            CREATE TABLE children (parent INTEGER REFERENCES t (id)) STRICT;
            CREATE TABLE others (parent INTEGER PRIMARY KEY REFERENCES t (id)) STRICT, WITHOUT ROWID;
            PRAGMA foreign_keys = OFF;
            INSERT INTO children VALUES (4711), (4712);
            INSERT INTO others VALUES (4713);
            """)
        let problems = try connection.integrityCheck()
        #expect(
            Set(problems) == [
                "row 1 of children refers to a row of t that does not exist",
                "row 2 of children refers to a row of t that does not exist",
                "a row of others refers to a row of t that does not exist",
            ])
    }

    @Test("damage is found, wherever it is", arguments: [1, 2, 3, 5, 8])
    func damage(page: Int) throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        do {
            let connection = try Samples.schema.open(path: path, options: Samples.options)
            for job in 0..<50 as Range<Int64> { try Samples.insertPair(job, on: connection) }
        }
        var bytes = contents(of: path)
        try #require(bytes.count > page * 4_096 + 4_096)
        // The page's header and first cell pointers; page 0 would not open at all.
        for index in page * 4_096..<page * 4_096 + 64 { bytes[index] = 0xa5 }
        write(bytes, to: path)
        let connection = try Connection(path: path, mode: .readOnly, busyTimeout: .zero)
        #expect(try connection.integrityCheck().isEmpty == false)
    }
}
