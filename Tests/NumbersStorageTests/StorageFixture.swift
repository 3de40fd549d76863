import Glibc
import NumbersCore
import Platform
import SQLiteDatabase
import Synchronization
import Testing

@testable import NumbersStorage

/// A folder of its own for one test; it goes with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/numbers-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError.last("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            unlink(path + "/" + name)
        }
        closedir(folder)
        rmdir(path)
    }

    var database: String { path + "/numbers.db" }
}

/// A clock that stands still until it is moved.
final class HandClock: Sendable {
    private let microseconds = Atomic<Int64>(1_767_323_045_000_000)

    var now: UnixTime { UnixTime(microseconds: microseconds.load(ordering: .relaxed)) }
    func advance(_ duration: Duration) {
        microseconds.wrappingAdd(duration.wholeNanoseconds / 1_000, ordering: .relaxed)
    }
    var clock: Clock { Clock(wall: { self.now }, monotonic: MonotonicTime.now) }
}

/// A fresh database and an administrator's desk on it.
final class Office {
    let folder: TemporaryFolder
    let time = HandClock()
    let connection: Connection
    let desk: OperatorDesk

    init() throws {
        folder = try TemporaryFolder()
        connection = try LookupSchema.schema.open(path: folder.database, options: DatabaseOptions(older: .migrate))
        desk = OperatorDesk(connection: connection, clock: time.clock, random: .system)
    }

    /// An account with a balance.
    func account(micros: Int64 = 0, tier: Tier = .standard) throws -> OperatorDesk.OpenedAccount {
        let opened = try desk.openAccount(name: nil, email: nil, tier: tier)
        if micros > 0 {
            _ = try desk.topUp(opened.account.id, amount: MicroUSD(micros: micros), reference: nil, keepsTier: true)
        }
        return opened
    }

    func present(_ account: AccountID) throws -> Account { try #require(try desk.account(account)) }

    /// One number out of the database.
    func integer(_ sql: StaticString) throws -> Int64? {
        try connection.first(sql) { row throws(DatabaseError) in row.optionalInteger(0) } ?? nil
    }

    func audit() throws -> LedgerAudit { try desk.verifyLedger { _, _ in } }
}

extension Charge {
    static func sample(
        _ account: OperatorDesk.OpenedAccount, cover: Int64 = 4_000, cap: Int64? = nil, reference: String? = nil,
        at: UnixTime = UnixTime(seconds: 1_767_323_045)
    ) -> Charge {
        Charge(
            account: account.account.id, key: account.keyID, cover: MicroUSD(micros: cover),
            dailyCap: cap.map { MicroUSD(micros: $0) }, reference: reference, at: at)
    }
}

extension Charge.Item {
    static func enriched(_ micros: Int64 = 2_000, units: Int = 1) -> Charge.Item {
        Charge.Item(endpoint: .lookupEnriched, units: units, amount: MicroUSD(micros: micros))
    }

    static func dip(_ micros: Int64 = 4_000, units: Int = 1) -> Charge.Item {
        Charge.Item(endpoint: .lookup, units: units, amount: MicroUSD(micros: micros))
    }
}

extension LedgerBook {
    /// A charge on a sheet of its own.
    static func charge(
        _ charge: Charge, items: [Charge.Item], ending held: Hold?, on connection: Connection
    ) throws(DatabaseError) -> Result<Posted, ChargeRefusal> {
        try onSheet(connection) { sheet throws(DatabaseError) in
            try sheet.charge(charge, items: items, ending: held)
        }
    }

    /// A hold on a sheet of its own.
    static func hold(
        _ charge: Charge, id: Int64, startID: Int64, on connection: Connection
    ) throws(DatabaseError) -> Result<Hold, ChargeRefusal> {
        try onSheet(connection) { sheet throws(DatabaseError) in try sheet.hold(charge, id: id, startID: startID) }
    }
}
