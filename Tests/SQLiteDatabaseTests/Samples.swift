// Schemas and connections that the tests share.

import Platform
import SQLiteDatabase

enum Samples {
    static let productID: Int32 = 0x5445_5354
    static let otherID: Int32 = 0x4f54_4852

    /// One table whose rows come in pairs: a job writes both or none.
    static let pairs = Migration(
        version: 1, summary: "pairs",
        sql: """
            CREATE TABLE pairs (
                job INTEGER NOT NULL,
                half TEXT NOT NULL CHECK (half IN ('a', 'b')),
                filler BLOB NOT NULL,
                PRIMARY KEY (job, half)
            ) STRICT;
            """)

    static let schema = DatabaseSchema(
        applicationID: productID, productName: "TestServer", migrations: [pairs],
        otherProducts: [DatabaseProduct(applicationID: otherID, name: "OtherServer")])

    static let options = DatabaseOptions(older: .migrate)

    /// A connection in memory with an empty table `t (id, value)`.
    static func memory() throws -> Connection {
        let connection = try Connection(path: ":memory:", mode: .readWriteCreate, busyTimeout: .zero)
        try connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, value ANY UNIQUE) STRICT")
        return connection
    }

    /// Writes both rows of a job.
    static func insertPair(_ job: Int64, fillerBytes: Int = 300, on connection: Connection) throws(DatabaseError) {
        let filler = [UInt8](repeating: UInt8(truncatingIfNeeded: job), count: fillerBytes)
        try connection.run("INSERT INTO pairs VALUES (?, 'a', ?)", .integer(job), .blob(filler))
        try connection.run("INSERT INTO pairs VALUES (?, 'b', ?)", .integer(job), .blob(filler))
    }

    /// How many rows each job has.
    static func pairCounts(on connection: Connection) throws(DatabaseError) -> [Int64: Int64] {
        var counts: [Int64: Int64] = [:]
        try connection.each("SELECT job, count(*) FROM pairs GROUP BY job") { row throws(DatabaseError) in
            counts[row.integer(0)] = row.integer(1)
            return .next
        }
        return counts
    }
}

/// An instant so many milliseconds from now.
func after(milliseconds: Int) -> MonotonicTime { .now() + .milliseconds(milliseconds) }
