import Foundation
import Glibc
import NumbersCore
import Platform
import SQLiteDatabase
import Synchronization
import Testing

@testable import NumbersStorage

@Suite struct SupplierKeeperTests {
    /// Answers every request with a name.
    private struct Named: SupplierTransport {
        func send(
            _ request: SupplierRequest, deadline: MonotonicTime
        ) async -> Result<(status: Int, body: [UInt8]), SupplierSendFailure> { .success((200, Array("ACME".utf8))) }
    }

    /// The day that a clock shows, moved by hand.
    private final class Day: Sendable {
        let number = Atomic<Int64>(20_000)
        func store(_ day: Int64) { number.store(day, ordering: .relaxed) }

        var clock: Clock {
            Clock(
                wall: { UnixTime(seconds: self.number.load(ordering: .relaxed) * 86_400 + 7) },
                monotonic: MonotonicTime.now)
        }
    }

    /// What a server has for its suppliers, over a clock that is moved by hand.
    private final class House {
        let office: Office
        let days = Day()
        let writer: DatabaseWriter
        let readers: ReaderPool
        let sink: LogSink
        let log: Int32
        private let logPath: String

        init(_ office: Office) throws {
            self.office = office
            let options = DatabaseOptions(older: .refuse)
            writer = try DatabaseWriter(
                schema: LookupSchema.schema, path: office.folder.database, options: options,
                limits: DatabaseWriter.Limits(), clock: .system)
            readers = try ReaderPool(
                path: office.folder.database, options: options, count: 1, queueLimit: 64, clock: .system)
            logPath = office.folder.path + "/log"
            log = creat(logPath, 0o600)
            sink = try LogSink(descriptor: log, capacityBytes: 65_536)
        }

        var clock: Clock { days.clock }

        /// A new start of the server.
        func start(vault: SecretVault = SecretVault(key: nil, random: .system)) throws -> (SupplierDips, SupplierKeeper)
        {
            let dips = SupplierDips(
                transport: Named(),
                names: CallerNameDirectory(store: SQLiteCallerNames(readers: readers), capacity: 100),
                keeper: SQLiteNameKeeper(writer: writer, clock: clock),
                limits: SupplierDips.Limits(freeDipsPerDay: 9, spendPerDay: MicroUSD(micros: 3_000)), clock: clock,
                random: .system, timer: .system)
            let keeper = SupplierKeeper(
                dips: dips, vault: vault, clock: clock, logger: Logger(sink: sink, clock: .system))
            try keeper.start(on: office.connection)
            return (dips, keeper)
        }

        func round(_ keeper: SupplierKeeper) async {
            await keeper.round(
                readers: readers, writer: writer, deadline: MonotonicTime.now() + .seconds(60))
        }

        /// The lines of the log, to be asked once.
        func close() throws -> String {
            sink.close()
            _ = Glibc.close(log)
            #expect(writer.stop(deadline: MonotonicTime.now() + .seconds(20)))
            #expect(readers.stop(deadline: MonotonicTime.now() + .seconds(20)))
            return try String(contentsOfFile: logPath, encoding: .utf8)
        }
    }

    private static func plain(_ name: String, price: Int64 = 1_000) throws -> Supplier {
        Supplier(
            name: try #require(SupplierName(name)), url: try SupplierTemplate(url: "https://a.example/{e164}"),
            headers: [], form: .plain, noNameWords: [], price: MicroUSD(micros: price), timeoutMilliseconds: 900,
            concurrentMax: 7, countries: [], isEnabled: true, position: 1)
    }

    private static func isAsked(_ dips: SupplierDips, _ last: Int) async throws -> Bool {
        let outcome = await dips.dip(
            try #require(E164("+1415555260\(last)")), country: Region("US"), plan: .builtIn, for: .prepaid,
            until: MonotonicTime.now() + .seconds(60))
        guard case .named = outcome else {
            #expect(outcome == .notAsked)
            return false
        }
        return true
    }

    @Test("after a clock that was ahead, the day's cap holds, over a restart too, and the next day has one of its own")
    func clock() async throws {
        let house = try House(try Office())
        let none = SecretVault(key: nil, random: .system)
        _ = try house.office.desk.addSupplier(try Self.plain("one"), secrets: .none, vault: none)
        let (dips, keeper) = try house.start()
        #expect(try await Self.isAsked(dips, 0))
        await house.round(keeper)
        // A year ahead by mistake, a dip under the wrong day, and back.
        house.days.store(20_365)
        #expect(try await Self.isAsked(dips, 1))
        await house.round(keeper)
        #expect(try SupplierTable.spent(on: 20_365, connection: house.office.connection).micros == 1_000)
        house.days.store(20_000)
        await house.round(keeper)
        #expect(dips.present.spentToday == 2_000)
        #expect(try SupplierTable.spent(on: 20_365, connection: house.office.connection).micros == 0)
        #expect(try SupplierTable.spent(on: 20_000, connection: house.office.connection).micros == 2_000)
        #expect(try await Self.isAsked(dips, 2))
        #expect(try await !Self.isAsked(dips, 3))
        await house.round(keeper)
        let (again, second) = try house.start()
        #expect(try await !Self.isAsked(again, 3))
        house.days.store(20_001)
        #expect(try await Self.isAsked(again, 3))
        await house.round(second)
        #expect(again.present.spentToday == 1_000)
        let log = try house.close()
        #expect(log.contains("supplier_day_corrected") && log.contains("2025-10-04") && log.contains("2024-10-04"))
    }

    @Test("a day that the clock comes to by a jump has what was spent on it before")
    func jump() async throws {
        let house = try House(try Office())
        _ = try house.office.desk.addSupplier(
            try Self.plain("one"), secrets: .none, vault: SecretVault(key: nil, random: .system))
        let (dips, keeper) = try house.start()
        for last in 0..<3 { #expect(try await Self.isAsked(dips, last)) }
        await house.round(keeper)
        // A machine without a battery starts in 1970 until the network tells it the time.
        house.days.store(0)
        let (again, second) = try house.start()
        house.days.store(20_000)
        await house.round(second)
        #expect(again.present.spentToday == 3_000)
        #expect(try await !Self.isAsked(again, 3))
        _ = try house.close()
    }

    @Test("who is not asked, because of its secrets or its row, is named with the reason and counted")
    func left() async throws {
        let house = try House(try Office())
        let key = SecretVault(key: SecretKey(bytes: Array(0..<32)), random: .system)
        let sealed = Supplier(
            name: try #require(SupplierName("sealed")),
            url: try SupplierTemplate(url: "https://a.example/{e164}?k={secret:K}"), headers: [], form: .plain,
            noNameWords: [], price: .zero, timeoutMilliseconds: 900, concurrentMax: 7, countries: [], isEnabled: true,
            position: 1)
        _ = try house.office.desk.addSupplier(sealed, secrets: SupplierSecrets(["K": Secret("hunter2")]), vault: key)
        for name in ["good", "odd"] {
            _ = try house.office.desk.addSupplier(try Self.plain(name), secrets: .none, vault: key)
        }
        try house.office.connection.run("UPDATE suppliers SET headers = '[1]' WHERE name = 'odd'")
        let (dips, keeper) = try house.start(vault: SecretVault(key: nil, random: .system))
        #expect(dips.standings().map(\.supplier.name.text) == ["good"])
        #expect(keeper.sealedCount == 1 && keeper.unusableCount == 1)
        _ = try house.office.desk.removeSupplier(try #require(SupplierName("odd")))
        keeper.noteChange()
        await house.round(keeper)
        #expect(keeper.sealedCount == 1 && keeper.unusableCount == 0)
        let log = try house.close()
        #expect(log.contains("supplier_secrets_sealed") && log.contains(SecretFault.noKey.sentence))
        #expect(log.contains("supplier_unusable") && log.contains("expected a JSON array of names and values"))
        #expect(!log.contains("hunter2"))
    }
}
