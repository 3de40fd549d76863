// The steady work of LookupServer: what it does beside requests, and what it remembers of the database.

package import NumbersCore
package import Platform
package import SQLiteDatabase

extension SteadyWork {
    /// How often the last uses of keys are written.
    private static let usesInterval: Duration = .seconds(10)
    /// How often it is looked whether a low balance is to be told.
    private static let noticesInterval: Duration = .seconds(1)
    /// How long one of its own writes may take.
    private static let accessTime: Duration = .seconds(2)

    /// What LookupServer does all the time.
    package convenience init(
        writer: DatabaseWriter, readers: ReaderPool, credentials: CredentialDirectory, names: CallerNameDirectory,
        suppliers: SupplierKeeper, notices: BalanceNotices, settlingTime: Duration = settlingTime, clock: Clock,
        logger: Logger
    ) {
        let telling = Chore(every: Self.noticesInterval) { await notices.round() }
        let asking = Chore(every: Self.roundInterval, atEnd: true) {
            await suppliers.round(readers: readers, writer: writer, deadline: clock.monotonic() + Self.accessTime)
        }
        let uses = Chore(every: Self.usesInterval, atOnce: false, atEnd: true) {
            let uses = credentials.takeUses()
            guard !uses.isEmpty else { return }
            let result = await writer.write(deadline: clock.monotonic() + Self.accessTime) {
                connection throws(DatabaseError) in
                try KeyTable.noteUses(uses, on: connection)
            }
            if case .failure = result { logger.warning("key_uses_not_noted", [("keys", .integer(Int64(uses.count)))]) }
        }
        self.init(
            writer: writer, readers: readers,
            listener: Memory(credentials: credentials, names: names, suppliers: suppliers),
            sweeps: [
                ReplyTable.expired, SupplierTable.oldDays, LedgerBook.oldSpending, CacheTable.expired,
                SpamTables.expired,
            ], chores: [uses, asking, telling], settlingTime: settlingTime, clock: clock, logger: logger)
    }
}

/// What the server remembers of the database.
private struct Memory: ChangeListener {
    let credentials: CredentialDirectory
    let names: CallerNameDirectory
    let suppliers: SupplierKeeper

    func apply(_ changes: [DatabaseChange], revision: Int64) {
        var accounts: [AccountID] = []
        var numbers: [E164]? = []
        for change in changes {
            switch ChangeFeed.Subject(change) {
            case .account(let id): accounts.append(id)
            case .number(let number): numbers?.append(number)
            case .names: numbers = nil
            case .suppliers: suppliers.noteChange()
            }
        }
        credentials.apply(changedAccounts: accounts, revision: revision)
        names.apply(changedNumbers: numbers, revision: revision)
    }

    func forgetAll(revision: Int64) {
        credentials.forgetAll(revision: revision)
        names.apply(changedNumbers: nil, revision: revision)
        suppliers.noteChange()
    }
}
