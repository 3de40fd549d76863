import NumbersCore
import Platform
import SQLiteDatabase
import Testing

@testable import NumbersStorage

@Suite struct ChangeFeedTests {
    @Test("the revision grows with each change and never falls, also when old changes are dropped")
    func revision() throws {
        let office = try Office()
        #expect(try ChangeFeed.revision(on: office.connection) == 0)
        for index in 1...3 {
            try ChangeFeed.note(.names, at: office.time.now, on: office.connection)
            #expect(try ChangeFeed.revision(on: office.connection) == Int64(index))
        }
        office.time.advance(.seconds(24 * 60 * 60))
        try ChangeTable.sweep(now: office.time.now, on: office.connection)
        #expect(try office.integer("SELECT count(*) FROM changes") == 0)
        #expect(try ChangeFeed.revision(on: office.connection) == 3)
        try ChangeFeed.note(.names, at: office.time.now, on: office.connection)
        #expect(try ChangeFeed.revision(on: office.connection) == 4)
        #expect(try ChangeFeed.changes(after: 0, on: office.connection).revision == 4)
    }

    @Test("changes come back in order, as they were noted, after the revision asked for")
    func order() throws {
        let office = try Office()
        let subjects: [ChangeFeed.Subject] = [
            .account(AccountID(value: 1)), .account(AccountID(value: .max)),
            .number(try #require(E164("+14155552671"))),
            .number(try #require(E164("+999999999999999"))), .names,
        ]
        for subject in subjects { try ChangeFeed.note(subject, at: office.time.now, on: office.connection) }
        for revision in 0...5 {
            let (found, next) = try ChangeFeed.changes(after: Int64(revision), on: office.connection)
            #expect(found == Array(subjects.dropFirst(revision)))
            #expect(next == 5)
        }
        #expect(try ChangeFeed.changes(after: 99, on: office.connection).revision == 99)
    }

    @Test("many changes come in parts, none is left out")
    func parts() throws {
        let office = try Office()
        try office.connection.transaction { () throws(DatabaseError) in
            for value in 1...2_500 {
                try ChangeFeed.note(
                    .account(AccountID(value: Int64(value))), at: office.time.now, on: office.connection)
            }
        }
        var found: [ChangeFeed.Subject] = []
        var revision: Int64 = 0
        for _ in 0..<4 {
            let (subjects, next) = try ChangeFeed.changes(after: revision, on: office.connection)
            #expect(subjects.count <= 1_000)
            found += subjects
            revision = next
        }
        #expect(found == (1...2_500).map { .account(AccountID(value: $0)) })
    }
}
