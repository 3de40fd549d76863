// The paid suppliers of a running server and its database: reads them when they changed, writes what they said and cost.
// Atomics; the rest is immutable or Sendable by itself.

package import NumbersCore
package import Platform
package import SQLiteDatabase
internal import Synchronization

/// Keeps what suppliers said in the cache.
package struct SQLiteNameKeeper: NameKeeper {
    /// Nobody waits for it; what a stalled disk does not take by then is asked for again.
    private static let writingTime: Duration = .seconds(10)

    private let writer: DatabaseWriter
    private let clock: Clock

    package init(writer: DatabaseWriter, clock: Clock) {
        self.writer = writer
        self.clock = clock
    }

    package func keep(_ cached: CachedName, for number: E164) async {
        _ = await writer.write(deadline: clock.monotonic() + Self.writingTime) { connection throws(DatabaseError) in
            try CacheTable.keep(cached, for: number, on: connection)
        }
    }
}

/// Hands the suppliers of the database to the engine, and what the engine spent to the database.
package final class SupplierKeeper: Sendable {
    private let dips: SupplierDips
    private let vault: SecretVault
    private let clock: Clock
    private let logger: Logger
    private let isChanged = Atomic<Bool>(false)
    private let sealed = Atomic<Int>(0)
    private let unusable = Atomic<Int>(0)

    package init(dips: SupplierDips, vault: SecretVault, clock: Clock, logger: Logger) {
        self.dips = dips
        self.vault = vault
        self.clock = clock
        self.logger = logger
    }

    /// Suppliers that are not asked because their secrets cannot be opened.
    package var sealedCount: Int { sealed.load(ordering: .relaxed) }
    /// Suppliers that are not asked because what is stored of them cannot be read.
    package var unusableCount: Int { unusable.load(ordering: .relaxed) }

    /// Takes suppliers and the present day's spending, before the first request.
    package func start(on connection: Connection) throws(DatabaseError) {
        take(try SupplierTable.all(vault: vault, on: connection), try SupplierTable.unusable(on: connection))
        let day = clock.wall().dayNumber
        let (micros, freeDips) = try SupplierTable.spent(on: day, connection: connection)
        dips.resume(day: day, spent: micros, freeDips: freeDips)
    }

    /// Notes that suppliers have to be read again.
    func noteChange() { isChanged.store(true, ordering: .releasing) }

    /// Reads the suppliers again if they changed, and writes what has been spent.
    func round(readers: ReaderPool, writer: DatabaseWriter, deadline: MonotonicTime) async {
        if isChanged.exchange(false, ordering: .acquiringAndReleasing) {
            let vault = vault
            let read = await readers.read(deadline: deadline) { connection throws(DatabaseError) in
                (try SupplierTable.all(vault: vault, on: connection), try SupplierTable.unusable(on: connection))
            }
            switch read {
            case .success(let (stored, unusable)): take(stored, unusable)
            case .failure: noteChange()
            }
        }
        // Read before anything of that day is written, or it would be counted twice.
        if let day = dips.unresumedDay {
            let read = await readers.read(deadline: deadline) { connection throws(DatabaseError) in
                try SupplierTable.spent(on: day, connection: connection)
            }
            guard case .success(let (micros, freeDips)) = read else { return }
            dips.resume(day: day, spent: micros, freeDips: freeDips)
        }
        let spending = dips.takeSpending()
        guard !spending.isEmpty else { return }
        for misfiled in spending.misfiled {
            logger.warning(
                "supplier_day_corrected",
                [
                    ("from", .setting(UnixTime(seconds: misfiled.from * 86_400).rfc3339Date())),
                    ("to", .setting(UnixTime(seconds: misfiled.to * 86_400).rfc3339Date())),
                    ("reason", .text("the clock was ahead: what was spent meanwhile counts for the day it is now")),
                ])
        }
        let written = await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try SupplierTable.note(spending, on: connection)
        }
        // What may yet be written is not counted twice; the present day's sum in memory has it in any case.
        if case .failure(let failure) = written, failure.isCertain { dips.giveBack(spending) }
    }

    private func take(_ stored: [StoredSupplier], _ unusable: [UnusableSupplier]) {
        var suppliers: [(supplier: Supplier, secrets: SupplierSecrets)] = []
        for one in stored {
            switch one.secrets {
            case .success(let secrets): suppliers.append((one.supplier, secrets))
            case .failure(let fault):
                logger.error(
                    "supplier_secrets_sealed",
                    [("supplier", .setting(one.supplier.name.text)), ("reason", .text(fault.sentence))])
            }
        }
        for one in unusable {
            logger.error("supplier_unusable", [("supplier", .setting(one.name)), ("reason", .text(one.reason))])
        }
        sealed.store(stored.count - suppliers.count, ordering: .relaxed)
        self.unusable.store(unusable.count, ordering: .relaxed)
        dips.replace(suppliers)
    }
}

extension WriteFailure {
    /// Whether nothing of the work can be found in the database later.
    fileprivate var isCertain: Bool {
        switch self {
        case .timedOut(let mayCommit): !mayCommit
        case .uncertain: false
        case .overloaded, .failed, .stopped: true
        }
    }
}
