// Movements of money that are written together: the accounts they touch are read once and written once, however many
// movements there are. Confined to the thread of its connection, inside one write transaction.

internal import NumbersCore
internal import Platform
internal import SQLiteDatabase

/// What the accounts of one transaction come to while it is being worked out.
///
/// Entries and holds are in the database as soon as they are made; balances, sums on hold and spending once `write` has
/// been called. The transaction holds the database's write lock, so what was read stays true: whoever comes first has the
/// money, whatever loop, connection or process asks. When anything throws, the caller undoes the transaction, or the
/// savepoint, that the sheet belongs to, and the sheet with it.
struct LedgerSheet {
    private struct Account {
        var balance: Int64
        var held: Int64
        let lowBalance: Int64?
        var isChanged = false

        /// What is neither spent nor set aside.
        var available: Int64 { balance - held }
    }

    /// A key's day, of which a cap is counted.
    private struct SpendingDay: Hashable {
        let key: KeyID
        let day: Int64

        init(_ charge: Charge) {
            key = charge.key
            day = charge.at.dayNumber
        }
    }

    /// The end of the ledger's chain.
    private struct Tail {
        var id: Int64
        var hash: SHA256Digest
    }

    private let connection: Connection
    /// nil: there is no such account.
    private var accounts: [AccountID: Account?] = [:]
    private var spending: [SpendingDay: MicroUSD] = [:]
    private var tail: Tail?

    init(_ connection: Connection) { self.connection = connection }

    // MARK: Charges

    /// Holds and settles in one step.
    /// - Parameter held: an existing hold that this charge ends, whose amount covers it.
    mutating func charge(
        _ charge: Charge, items: [Charge.Item], ending held: Hold?
    ) throws(DatabaseError) -> Result<LedgerBook.Posted, ChargeRefusal> {
        var total = MicroUSD.zero
        for item in items { total = total.adding(item.amount) ?? .largest }
        if let refusal = try spendingRefusal(charge, adding: held == nil ? charge.cover : total) {
            return .failure(refusal)
        }
        if let held, try !end(held, charge.account) { return .failure(.unavailable) }
        let needed = held == nil ? max(charge.cover, total) : total
        guard var account = try account(charge.account), account.available >= needed.micros else {
            return .failure(try insufficient(charge.account))
        }
        let before = MicroUSD(micros: account.balance)
        var entry: LedgerEntry?
        for item in items where item.amount > .zero {
            account.balance -= item.amount.micros
            let posting = LedgerBook.Posting(
                account: charge.account, key: charge.key, kind: EntryKind(item.endpoint), debit: .customer,
                credit: .revenue, amount: item.amount, units: Int64(item.units), reference: charge.reference,
                at: charge.at)
            entry = try append(posting, balance: MicroUSD(micros: account.balance))
        }
        if let entry {
            put(account, charge.account)
            try BalanceNoticeTable.note(entry, before: before, threshold: account.lowBalance, on: connection)
        }
        if charge.dailyCap != nil { try addSpending(total, charge) }
        let endpoints = BilledEndpoint.allCases.filter { endpoint in items.contains { $0.endpoint == endpoint } }
        let receipt = Receipt(billed: total, balance: MicroUSD(micros: account.balance), endpoints: endpoints)
        return .success(LedgerBook.Posted(receipt: receipt, units: items.reduce(0) { $0 + $1.units }, entry: entry))
    }

    /// Sets `charge.cover` aside.
    mutating func hold(
        _ charge: Charge, id: Int64, startID: Int64
    ) throws(DatabaseError) -> Result<Hold, ChargeRefusal> {
        if let refusal = try spendingRefusal(charge, adding: charge.cover) { return .failure(refusal) }
        guard var account = try account(charge.account), account.available >= charge.cover.micros else {
            return .failure(try insufficient(charge.account))
        }
        account.held += charge.cover.micros
        put(account, charge.account)
        try connection.run(
            """
            INSERT INTO holds (id, account_id, key_id, amount_micros, start_id, created_at) VALUES (?, ?, ?, ?, ?, ?)
            """,
            .integer(id), .integer(charge.account.value), .integer(charge.key.value), .integer(charge.cover.micros),
            .integer(startID), .integer(charge.at.microseconds))
        return .success(Hold(id: id, amount: charge.cover))
    }

    /// Ends a hold; false when there is none such any more.
    mutating func end(_ hold: Hold, _ id: AccountID) throws(DatabaseError) -> Bool {
        let ended = try connection.run(
            "DELETE FROM holds WHERE id = ? AND account_id = ?", .integer(hold.id), .integer(id.value))
        guard ended == 1, var account = try account(id) else { return false }
        account.held -= hold.amount.micros
        put(account, id)
        return true
    }

    // MARK: Other movements

    /// Adds to an account.
    mutating func credit(_ posting: LedgerBook.Posting) throws(DatabaseError) -> LedgerBook.MovementOutcome {
        guard var account = try account(posting.account) else { return .noSuchAccount }
        guard let after = MicroUSD(micros: account.balance).adding(posting.amount) else { return .outOfRange }
        account.balance = after.micros
        put(account, posting.account)
        return .posted(try append(posting, balance: after))
    }

    /// Takes from an account; never what is set aside.
    mutating func debit(_ posting: LedgerBook.Posting) throws(DatabaseError) -> LedgerBook.MovementOutcome {
        guard var account = try account(posting.account) else { return .noSuchAccount }
        let before = MicroUSD(micros: account.balance)
        guard account.available >= posting.amount.micros else { return .insufficientBalance(before) }
        account.balance -= posting.amount.micros
        put(account, posting.account)
        let entry = try append(posting, balance: MicroUSD(micros: account.balance))
        try BalanceNoticeTable.note(entry, before: before, threshold: account.lowBalance, on: connection)
        return .posted(entry)
    }

    // MARK: Spending caps

    private mutating func spendingRefusal(
        _ charge: Charge, adding amount: MicroUSD
    ) throws(DatabaseError) -> ChargeRefusal? {
        guard let cap = charge.dailyCap else { return nil }
        guard let after = try spent(charge).adding(amount), after <= cap else { return .spendingCapReached(cap: cap) }
        return nil
    }

    /// Counts `amount` against the cap of the charge's key.
    mutating func addSpending(_ amount: MicroUSD, _ charge: Charge) throws(DatabaseError) {
        let before = try spent(charge)
        spending[SpendingDay(charge)] = MicroUSD(micros: before.micros + amount.micros)
    }

    private mutating func spent(_ charge: Charge) throws(DatabaseError) -> MicroUSD {
        let day = SpendingDay(charge)
        if let known = spending[day] { return known }
        return try connection.first(
            "SELECT spent_micros FROM key_spending WHERE key_id = ? AND day = ?", .integer(day.key.value),
            .integer(day.day)
        ) { row throws(DatabaseError) in MicroUSD(micros: row.integer(0)) } ?? .zero
    }

    // MARK: Parts

    /// Writes the balances, sums on hold and spending.
    mutating func write() throws(DatabaseError) {
        for case (let id, let account?) in accounts where account.isChanged {
            try connection.run(
                "UPDATE accounts SET balance_micros = ?, held_micros = ? WHERE id = ?", .integer(account.balance),
                .integer(account.held), .integer(id.value))
        }
        for (day, spent) in spending {
            try connection.run(
                """
                INSERT INTO key_spending (key_id, day, spent_micros) VALUES (?1, ?2, ?3)
                ON CONFLICT (key_id, day) DO UPDATE SET spent_micros = ?3
                """, .integer(day.key.value), .integer(day.day), .integer(spent.micros))
        }
        accounts.removeAll()
        spending.removeAll()
    }

    /// An account as it stands after the movements so far; nil when there is none such.
    private mutating func account(_ id: AccountID) throws(DatabaseError) -> Account? {
        if let known = accounts[id] { return known }
        let read = try connection.first(
            "SELECT balance_micros, held_micros, low_balance_micros FROM accounts WHERE id = ?", .integer(id.value)
        ) { row throws(DatabaseError) in
            Account(balance: row.integer(0), held: row.integer(1), lowBalance: row.optionalInteger(2))
        }
        accounts[id] = .some(read)
        return read
    }

    private mutating func put(_ account: Account, _ id: AccountID) {
        var changed = account
        changed.isChanged = true
        accounts[id] = .some(changed)
    }

    private mutating func insufficient(_ id: AccountID) throws(DatabaseError) -> ChargeRefusal {
        let account = try account(id)
        return .insufficientBalance(
            balance: MicroUSD(micros: account?.balance ?? 0), held: MicroUSD(micros: account?.held ?? 0))
    }

    /// Appends an entry for a movement whose effect on the balance is already in `balance`.
    private mutating func append(
        _ posting: LedgerBook.Posting, balance: MicroUSD
    ) throws(DatabaseError) -> LedgerEntry {
        let last = try end()
        let entry = LedgerEntry(
            id: last.id + 1, at: posting.at, account: posting.account, key: posting.key, kind: posting.kind,
            debit: posting.debit, credit: posting.credit, amount: posting.amount, units: posting.units,
            balance: balance, reference: posting.reference)
        let hash = entry.hash(after: last.hash)
        try connection.run(
            """
            INSERT INTO ledger_entries (id, at, account_id, key_id, kind, debit, credit, amount_micros, units,
                                        balance_micros, reference, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .integer(entry.id), .integer(entry.at.microseconds), .integer(entry.account.value),
            entry.key.map { .integer($0.value) } ?? .null, .text(entry.kind.rawValue), .text(entry.debit.rawValue),
            .text(entry.credit.rawValue), .integer(entry.amount.micros), .integer(entry.units),
            .integer(entry.balance.micros), entry.reference.map { .text($0) } ?? .null, .blob(hash.bytes))
        tail = Tail(id: entry.id, hash: hash)
        return entry
    }

    private func end() throws(DatabaseError) -> Tail {
        if let tail { return tail }
        let last = try connection.first("SELECT id, hash FROM ledger_entries ORDER BY id DESC LIMIT 1") {
            row throws(DatabaseError) in
            Tail(id: row.integer(0), hash: SHA256Digest(row.blob(1)) ?? LedgerEntry.genesis)
        }
        return last ?? Tail(id: 0, hash: LedgerEntry.genesis)
    }
}
