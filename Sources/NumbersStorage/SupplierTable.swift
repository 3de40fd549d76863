// Suppliers, their sealed secrets and what they cost, in SQL, for the server and the administrator's tool alike.
// Functions over one connection inside the caller's transaction; changes are noted in the change feed.

internal import JSONText
package import NumbersCore
package import Platform
package import SQLiteDatabase

/// A supplier as it is stored: its secrets may be sealed with a key that is not here.
package struct StoredSupplier: Sendable {
    package let supplier: Supplier
    package let secrets: Result<SupplierSecrets, SecretFault>
    /// The names of its secrets, which are no secrets themselves.
    package let secretNames: [String]
}

/// A stored supplier that this version cannot read, so that nobody asks it.
package struct UnusableSupplier: Error, Sendable, Hashable {
    /// As it is stored; it may be no supplier's name.
    package let name: String
    /// What was found and what was expected, without a value that may hold a secret.
    package let reason: String
}

/// Reads and writes suppliers.
package enum SupplierTable {
    /// Why a supplier is not stored.
    package enum Refusal: Error, Sendable, Hashable {
        case exists
        /// There are as many as there may be.
        case tooMany
        /// Secrets can only be stored with a key to seal them.
        case noKey
        /// The description asks for secrets that were not given.
        case missingSecrets([String])
    }

    /// What ``read(_:)`` reads.
    private static let rows: StaticString = """
        SELECT name, url, headers, name_path, no_name_words, price_micros, timeout_ms, concurrent_max, countries, enabled,
               position
        FROM suppliers ORDER BY position, price_micros, name
        """

    /// Adds a supplier with its secrets.
    package static func add(
        _ supplier: Supplier, secrets: SupplierSecrets, vault: SecretVault, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Result<Void, Refusal> {
        let missing = supplier.secretNames.subtracting(secrets.names)
        guard missing.isEmpty else { return .failure(.missingSecrets(missing.sorted())) }
        guard supplier.secretNames.isEmpty || vault.hasKey else { return .failure(.noKey) }
        let count = try connection.first("SELECT count(*) FROM suppliers") { row throws(DatabaseError) in
            row.integer(0)
        }
        guard (count ?? 0) < Int64(Supplier.countMax) else { return .failure(.tooMany) }
        let added = try connection.run(
            """
            INSERT INTO suppliers (name, url, headers, name_path, no_name_words, price_micros, timeout_ms, concurrent_max,
                                   countries, enabled, position, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING
            """, .text(supplier.name.text), .text(supplier.url.text),
            .text(Self.text(supplier.headers.flatMap { [$0.name, $0.value.text] })), .text(supplier.form.path),
            .text(Self.text(supplier.noNameWords)), .integer(supplier.price.micros),
            .integer(Int64(supplier.timeoutMilliseconds)), .integer(Int64(supplier.concurrentMax)),
            .text(supplier.countries.map(\.code).sorted().joined(separator: ",")), .boolean(supplier.isEnabled),
            .integer(Int64(supplier.position)), .integer(at.microseconds))
        guard added > 0 else { return .failure(.exists) }
        for name in secrets.names where supplier.secretNames.contains(name) {
            guard let secret = secrets[name], let sealed = vault.seal(secret, at: place(supplier.name.text, name))
            else {
                preconditionFailure("there is a key and a secret")
            }
            try connection.run(
                "INSERT INTO supplier_secrets (supplier, name, sealed) VALUES (?, ?, ?)", .text(supplier.name.text),
                .text(name), .blob(sealed))
        }
        try ChangeFeed.note(.suppliers, at: at, on: connection)
        return .success(())
    }

    /// All suppliers that can be read, in the operator's order; the others are in ``unusable(on:)``.
    package static func all(vault: SecretVault, on connection: Connection) throws(DatabaseError) -> [StoredSupplier] {
        var sealed: [String: [(name: String, sealed: [UInt8])]] = [:]
        try connection.each("SELECT supplier, name, sealed FROM supplier_secrets ORDER BY supplier, name") {
            row throws(DatabaseError) in
            sealed[row.text(0), default: []].append((row.text(1), row.blob(2)))
            return .next
        }
        var suppliers: [StoredSupplier] = []
        try connection.each(rows) { row throws(DatabaseError) in
            guard case .success(let supplier) = read(row) else { return .next }
            let own = sealed[supplier.name.text] ?? []
            var values: [String: Secret] = [:]
            var fault: SecretFault?
            for secret in own {
                switch vault.open(secret.sealed, at: place(supplier.name.text, secret.name)) {
                case .success(let value): values[secret.name] = value
                case .failure(let failure): fault = failure
                }
            }
            suppliers.append(
                StoredSupplier(
                    supplier: supplier, secrets: fault.map { .failure($0) } ?? .success(SupplierSecrets(values)),
                    secretNames: own.map(\.name)))
            return .next
        }
        return suppliers
    }

    /// The suppliers that cannot be read.
    package static func unusable(on connection: Connection) throws(DatabaseError) -> [UnusableSupplier] {
        var unusable: [UnusableSupplier] = []
        try connection.each(rows) { row throws(DatabaseError) in
            if case .failure(let one) = read(row) { unusable.append(one) }
            return .next
        }
        return unusable
    }

    /// Takes a supplier away with its secrets; false when there was none. What it said stays in the cache.
    package static func remove(
        _ name: SupplierName, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        let removed = try connection.run("DELETE FROM suppliers WHERE name = ?", .text(name.text))
        if removed > 0 { try ChangeFeed.note(.suppliers, at: at, on: connection) }
        return removed > 0
    }

    /// Switches a supplier on or off; false when there is none.
    package static func enable(
        _ name: SupplierName, _ isEnabled: Bool, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        let changed = try connection.run(
            "UPDATE suppliers SET enabled = ? WHERE name = ?", .boolean(isEnabled), .text(name.text))
        if changed > 0 { try ChangeFeed.note(.suppliers, at: at, on: connection) }
        return changed > 0
    }

    static func place(_ supplier: String, _ name: String) -> SecretVault.Place {
        SecretVault.Place(table: "supplier_secrets", row: [supplier, name], column: "sealed")
    }

    private static func text(_ words: [String]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for word in words { writer.string(word) }
        writer.endArray()
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    private static func words(_ text: String) -> [String]? {
        guard let values = (try? JSONValue(parsing: Array(text.utf8)))?.array else { return nil }
        let words = values.compactMap(\.string)
        return words.count == values.count ? words : nil
    }

    /// Reads a row, or says what in it this version would not have written.
    private static func read(_ row: borrowing Row) -> Result<Supplier, UnusableSupplier> {
        let nameText = row.text(0)
        func unusable(_ reason: String) -> Result<Supplier, UnusableSupplier> {
            .failure(UnusableSupplier(name: nameText, reason: reason))
        }
        guard let name = SupplierName(nameText) else {
            return unusable("name: expected 1 to 32 lower-case letters, digits and -")
        }
        let url: SupplierTemplate
        do throws(SupplierTemplateFault) {
            url = try SupplierTemplate(url: row.text(1))
        } catch {
            return unusable("url: \(error)")
        }
        guard let pairs = words(row.text(2)), pairs.count.isMultiple(of: 2) else {
            return unusable("headers: expected a JSON array of names and values")
        }
        var headers: [Supplier.Header] = []
        for index in stride(from: 0, to: pairs.count, by: 2) {
            guard Supplier.isHeaderName(pairs[index]), let value = try? SupplierTemplate(header: pairs[index + 1])
            else {
                return unusable("headers: expected names of headers and their values, found others")
            }
            headers.append(Supplier.Header(name: pairs[index], value: value))
        }
        var form = SupplierAnswerForm.plain
        if let path = row.optionalText(3) {
            guard let json = SupplierAnswerForm.json(path: path) else {
                return unusable("name_path: expected a path such as data.name, found another text")
            }
            form = json
        }
        guard let noNameWords = words(row.text(4)) else {
            return unusable("no_name_words: expected a JSON array of words")
        }
        guard let timeout = Int(exactly: row.integer(6)), Supplier.timeoutRange.contains(timeout),
            let concurrent = Int(exactly: row.integer(7)), Supplier.concurrentRange.contains(concurrent)
        else {
            return unusable(
                "timeout_ms or concurrent_max: expected \(Supplier.timeoutRange.lowerBound) to "
                    + "\(Supplier.timeoutRange.upperBound) and \(Supplier.concurrentRange.lowerBound) to "
                    + "\(Supplier.concurrentRange.upperBound), found \(row.integer(6)) and \(row.integer(7))")
        }
        // One that is left out would not narrow the others but, as the last, open all countries.
        let codes = row.text(8).split(separator: ",")
        let countries = codes.compactMap { Region(String($0)) }
        guard countries.count == codes.count else {
            return unusable("countries: expected countries such as US,CA, found another text")
        }
        return .success(
            Supplier(
                name: name, url: url, headers: headers, form: form, noNameWords: noNameWords,
                price: MicroUSD(micros: row.integer(5)), timeoutMilliseconds: timeout, concurrentMax: concurrent,
                countries: Set(countries), isEnabled: row.boolean(9), position: Int(row.integer(10))))
    }

    // MARK: Secrets as a whole

    /// A secret that a key does not open.
    package struct UnopenedSecret: Error, Sendable, Hashable {
        /// Whose it is: `supplier NAME` or `account ID`.
        package let owner: String
        package let name: String
        package let fault: SecretFault
    }

    /// How many values are sealed.
    static func sealedCount(on connection: Connection) throws(DatabaseError) -> Int64 {
        try connection.first("SELECT count(*) FROM supplier_secrets") { row throws(DatabaseError) in row.integer(0) }
            ?? 0
    }

    /// Seals every value with another key.
    /// - Parameter progress: how many are done.
    /// - Returns: the first value that could not be opened; what was changed has to be undone then. nil: all are sealed
    ///   anew.
    static func reseal(
        from old: SecretVault, to new: SecretVault, at: UnixTime, on connection: Connection, progress: (Int64) -> Void
    ) throws(DatabaseError) -> UnopenedSecret? {
        // All are opened before one is written. There are few: a supplier has a handful, and there are at most
        // ``Supplier/countMax`` of them.
        var opened: [(supplier: String, name: String, secret: Secret)] = []
        var fault: UnopenedSecret?
        try connection.each("SELECT supplier, name, sealed FROM supplier_secrets ORDER BY supplier, name") {
            row throws(DatabaseError) in
            let (supplier, name) = (row.text(0), row.text(1))
            switch old.open(row.blob(2), at: place(supplier, name)) {
            case .success(let secret):
                opened.append((supplier, name, secret))
                return .next
            case .failure(let reason):
                fault = UnopenedSecret(owner: "supplier \(supplier)", name: name, fault: reason)
                return .stop
            }
        }
        if let fault { return fault }
        var done: Int64 = 0
        for entry in opened {
            guard let sealed = new.seal(entry.secret, at: place(entry.supplier, entry.name)) else {
                return UnopenedSecret(owner: "supplier \(entry.supplier)", name: entry.name, fault: .noKey)
            }
            try connection.run(
                "UPDATE supplier_secrets SET sealed = ? WHERE supplier = ? AND name = ?", .blob(sealed),
                .text(entry.supplier), .text(entry.name))
            done += 1
            progress(done)
        }
        try ChangeFeed.note(.suppliers, at: at, on: connection)
        return nil
    }

    // MARK: Costs

    /// Days kept, for the operator to compare with an invoice.
    private static let daysKept: Int64 = 400

    package static func note(_ spending: SupplierSpending, on connection: Connection) throws(DatabaseError) {
        for misfiled in spending.misfiled { try move(misfiled, on: connection) }
        for (day, supplier, tally) in spending.tallies {
            try connection.run(
                """
                INSERT INTO supplier_days (day, supplier, requests, hits, misses, errors, spent_micros)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (day, supplier) DO UPDATE SET requests = requests + excluded.requests,
                    hits = hits + excluded.hits, misses = misses + excluded.misses, errors = errors + excluded.errors,
                    spent_micros = spent_micros + excluded.spent_micros
                """, .integer(day), .text(supplier.text), .integer(tally.requests), .integer(tally.hits),
                .integer(tally.misses), .integer(tally.errors), .integer(tally.spent))
        }
        for (day, account, dips) in spending.freeDips {
            try connection.run(
                """
                INSERT INTO free_dips (day, account_id, dips) SELECT ?1, ?2, ?3 WHERE EXISTS
                    (SELECT 1 FROM accounts WHERE id = ?2)
                ON CONFLICT (day, account_id) DO UPDATE SET dips = excluded.dips
                """, .integer(day), .integer(account.value), .integer(Int64(dips)))
        }
    }

    /// Files what was counted under a day that had not come under the day it really was. The dips of free accounts come
    /// anew under that day, all of them.
    private static func move(
        _ misfiled: SupplierSpending.Misfiled, on connection: Connection
    ) throws(DatabaseError) {
        try connection.run(
            """
            INSERT INTO supplier_days (day, supplier, requests, hits, misses, errors, spent_micros)
            SELECT ?2, supplier, requests, hits, misses, errors, spent_micros FROM supplier_days WHERE day = ?1
            ON CONFLICT (day, supplier) DO UPDATE SET requests = requests + excluded.requests,
                hits = hits + excluded.hits, misses = misses + excluded.misses, errors = errors + excluded.errors,
                spent_micros = spent_micros + excluded.spent_micros
            """, .integer(misfiled.from), .integer(misfiled.to))
        try connection.run("DELETE FROM supplier_days WHERE day = ?", .integer(misfiled.from))
        try connection.run("DELETE FROM free_dips WHERE day = ?", .integer(misfiled.from))
    }

    /// What has been spent on a day, and the dips of free accounts on it.
    package static func spent(
        on day: Int64, connection: Connection
    ) throws(DatabaseError) -> (micros: Int64, freeDips: [AccountID: Int]) {
        let micros = try connection.first(
            "SELECT coalesce(sum(spent_micros), 0) FROM supplier_days WHERE day = ?", .integer(day)
        ) { row throws(DatabaseError) in row.integer(0) }
        var dips: [AccountID: Int] = [:]
        try connection.each(
            "SELECT account_id, dips FROM free_dips WHERE day = ? LIMIT ?", .integer(day),
            .integer(Int64(SupplierDips.freeAccountsMax))
        ) { row throws(DatabaseError) in
            dips[AccountID(value: row.integer(0))] = Int(row.integer(1))
            return .next
        }
        return (micros ?? 0, dips)
    }

    /// What each supplier did since a day, by name.
    package static func totals(
        since day: Int64, on connection: Connection
    ) throws(DatabaseError) -> [String: SupplierTally] {
        var totals: [String: SupplierTally] = [:]
        try connection.each(
            """
            SELECT supplier, sum(requests), sum(hits), sum(misses), sum(errors), sum(spent_micros) FROM supplier_days
            WHERE day >= ? GROUP BY supplier
            """, .integer(day)
        ) { row throws(DatabaseError) in
            var tally = SupplierTally()
            tally.requests = row.integer(1)
            tally.hits = row.integer(2)
            tally.misses = row.integer(3)
            tally.errors = row.integer(4)
            tally.spent = row.integer(5)
            totals[row.text(0)] = tally
            return .next
        }
        return totals
    }

    /// Days that nothing is counted against any more; there are too few of them for blocks.
    static let oldDays = Sweep(of: "supplier_days") { now, connection throws(DatabaseError) in
        try connection.run("DELETE FROM supplier_days WHERE day < ?", .integer(now.dayNumber - daysKept))
        try connection.run("DELETE FROM free_dips WHERE day < ?", .integer(now.dayNumber - 1))
        return 0
    }
}
