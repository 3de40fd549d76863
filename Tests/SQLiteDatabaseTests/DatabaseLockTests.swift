import Glibc
import Platform
import SQLiteDatabase
import Testing

@Suite struct DatabaseLockTests {
    private let now = UnixTime(seconds: 1_767_323_045)

    private func failure(_ path: String) -> DatabaseLock.Failure? {
        do throws(DatabaseLock.Failure) {
            _ = try DatabaseLock(database: path, processID: 8, now: now)
            return nil
        } catch {
            return error
        }
    }

    @Test func `the second is told who holds the lock, and has it when the first is gone`() throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        do {
            let lock = try DatabaseLock(database: path, processID: 7, now: now)
            let found = failure(path)
            #expect(found == .held(path: path, by: "pid 7 started 2026-01-02T03:04:05Z"))
            #expect(found?.description.contains("another server uses this database (pid 7 started") == true)
            withExtendedLifetime(lock) {}
        }
        #expect(failure(path) == nil)
        #expect(scratch.entries == ["a.db.lock"])
    }

    @Test func `two databases have two locks`() throws {
        let scratch = ScratchDirectory()
        let lock = try DatabaseLock(database: scratch.file("a.db"), processID: 7, now: now)
        #expect(failure(scratch.file("b.db")) == nil)
        withExtendedLifetime(lock) {}
    }

    @Test(
        "what is not a note of ours is not repeated",
        arguments: [[], [0x1b, 0x5b, 0x33, 0x31, 0x6d], [0xff, 0xfe], Array("\nrest".utf8)] as [[UInt8]])
    func junk(bytes: [UInt8]) throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        let lock = try DatabaseLock(database: path, processID: 7, now: now)
        write(bytes, to: path + ".lock")
        #expect(failure(path) == .held(path: path, by: "its process is not known"))
        withExtendedLifetime(lock) {}
    }

    @Test func `a longer note of an earlier holder leaves nothing behind`() throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        write(Array(repeating: UInt8(ascii: "x"), count: 500), to: path + ".lock")
        let lock = try DatabaseLock(database: path, processID: 7, now: now)
        #expect(contents(of: path + ".lock") == Array("pid 7 started 2026-01-02T03:04:05Z\n".utf8))
        withExtendedLifetime(lock) {}
    }

    @Test func `links that lead to one database meet at one lock`() throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        write([1], to: path)
        #expect(symlink(path, scratch.file("link.db")) == 0)
        let lock = try DatabaseLock(database: path, processID: 7, now: now)
        guard case .held(_, let holder)? = failure(scratch.file("link.db")) else {
            Issue.record("the link must find the lock")
            return
        }
        #expect(holder.contains("pid 7"))
        #expect(failure(scratch.path + "/./a.db") != nil)
        withExtendedLifetime(lock) {}
        // SQLite would keep a log for each name of a file with several.
        #expect(link(path, scratch.file("hard.db")) == 0)
        #expect(failure(scratch.file("hard.db")) == .severalNames(path: scratch.file("hard.db")))
        #expect(symlink(scratch.file("nothing"), scratch.file("dangling.db")) == 0)
        #expect(failure(scratch.file("dangling.db")) != nil)
    }

    @Test func `no directory, a directory, or a link in the lock's place is an error with the reason`() {
        let scratch = ScratchDirectory()
        for (name, make) in [
            ("a.db", { mkdir(scratch.file("a.db.lock"), 0o700) == 0 ? () : () }),
            ("b.db", { symlink("/tmp/elsewhere", scratch.file("b.db.lock")) == 0 ? () : () }),
        ] as [(String, () -> Void)] {
            make()
            guard case .system(let error)? = failure(scratch.file(name)) else {
                Issue.record("expected an error for \(name)")
                continue
            }
            #expect(error.operation == "open")
        }
        rmdir(scratch.file("a.db.lock"))
        #expect(failure(scratch.file("no/such.db")) == .noFolder(path: scratch.file("no/such.db")))
    }

    @Test func `the lock of a process that was killed is free`() async throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        let now = now
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, seconds = now.seconds as Int64] in
            do {
                let lock = try DatabaseLock(database: path, processID: 7, now: UnixTime(seconds: seconds))
                kill(getpid(), SIGKILL)
                withExtendedLifetime(lock) {}
            } catch {
                exit(9)
            }
        }
        #expect(contents(of: path + ".lock").isEmpty == false)
        #expect(failure(path) == nil)
    }
}
