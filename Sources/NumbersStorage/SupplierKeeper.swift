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

    package init(dips: SupplierDips, vault: SecretVault, clock: Clock, logger: Logger) {
        self.dips = dips
        self.vault = vault
        self.clock = clock
        self.logger = logger
    }

    /// Takes suppliers and the present day's spending, before the first request.
    package func start(on connection: Connection) throws(DatabaseError) {
        take(try SupplierTable.all(vault: vault, on: connection))
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
                try SupplierTable.all(vault: vault, on: connection)
            }
            switch read {
            case .success(let stored): take(stored)
            case .failure: noteChange()
            }
        }
        let spending = dips.takeSpending()
        guard !spending.isEmpty else { return }
        let written = await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try SupplierTable.note(spending, on: connection)
        }
        // What may yet be written is not counted twice; the present day's sum in memory has it in any case.
        if case .failure(let failure) = written, failure.isCertain { dips.giveBack(spending) }
    }

    private func take(_ stored: [StoredSupplier]) {
        var suppliers: [(supplier: Supplier, secrets: SupplierSecrets)] = []
        for one in stored {
            switch one.secrets {
            case .success(let secrets): suppliers.append((one.supplier, secrets))
            case .failure:
                logger.error("supplier_secrets_sealed", [("supplier", .text(one.supplier.name.text))])
            }
        }
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
