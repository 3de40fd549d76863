// Changing a supplier in place, in SQL: what is not given stays. Inside the caller's transaction.

package import NumbersCore
package import Platform
package import SQLiteDatabase

/// What is to be changed of a supplier; nil leaves it as it is.
package struct SupplierChange: Sendable {
    package var price: MicroUSD?
    package var timeoutMilliseconds: Int?
    package var concurrentMax: Int?
    /// Empty: everywhere.
    package var countries: [Region]?
    package var position: Int?
    /// New values, which take the place of those with the same names. Names that the supplier does not refer to are left
    /// out.
    package var secrets: SupplierSecrets?

    package init() {}

    /// Whether nothing is given.
    package var isEmpty: Bool {
        price == nil && timeoutMilliseconds == nil && concurrentMax == nil && countries == nil && position == nil
            && secrets == nil
    }
}

extension SupplierTable {
    /// Why a supplier is not changed. Nothing of the change is stored then.
    package enum ChangeRefusal: Error, Sendable, Hashable {
        case notFound
        /// It is there and cannot be read.
        case unusable(UnusableSupplier)
        /// Secrets can only be stored with a key to seal them.
        case noKey
        /// None of the given secrets has a name that the supplier refers to; these are the names it has.
        case otherSecrets([String])
        /// A secret that stays does not open with the key that the new ones would be sealed with: the server, which has
        /// one key, could not use both.
        case unopened(name: String, SecretFault)
    }

    /// Changes a supplier.
    package static func change(
        _ name: SupplierName, _ change: SupplierChange, vault: SecretVault, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Result<StoredSupplier, ChangeRefusal> {
        guard let before = try all(vault: vault, on: connection).first(where: { $0.supplier.name == name }) else {
            let unusable = try unusable(on: connection).first { $0.name == name.text }
            return .failure(unusable.map { .unusable($0) } ?? .notFound)
        }
        if let secrets = change.secrets {
            if let refusal = try replace(secrets, of: before, vault: vault, on: connection) { return .failure(refusal) }
        }
        let supplier = before.supplier
        let countries = change.countries.map { Set($0) } ?? supplier.countries
        try connection.run(
            """
            UPDATE suppliers SET price_micros = ?, timeout_ms = ?, concurrent_max = ?, countries = ?, position = ?
            WHERE name = ?
            """, .integer((change.price ?? supplier.price).micros),
            .integer(Int64(change.timeoutMilliseconds ?? supplier.timeoutMilliseconds)),
            .integer(Int64(change.concurrentMax ?? supplier.concurrentMax)),
            .text(countries.map(\.code).sorted().joined(separator: ",")),
            .integer(Int64(change.position ?? supplier.position)), .text(name.text))
        try ChangeFeed.note(.suppliers, at: at, on: connection)
        let after = try all(vault: vault, on: connection).first { $0.supplier.name == name }
        return after.map { .success($0) } ?? .failure(.notFound)
    }

    /// Seals the given values in the place of those that are there. Writes nothing when it refuses.
    private static func replace(
        _ secrets: SupplierSecrets, of stored: StoredSupplier, vault: SecretVault, on connection: Connection
    ) throws(DatabaseError) -> ChangeRefusal? {
        let (name, known) = (stored.supplier.name.text, stored.supplier.secretNames)
        let given = secrets.names.filter { known.contains($0) }
        guard !given.isEmpty else { return .otherSecrets(known.sorted()) }
        guard vault.hasKey else { return .noKey }
        for staying in known.subtracting(given).sorted() {
            let sealed = try connection.first(
                "SELECT sealed FROM supplier_secrets WHERE supplier = ? AND name = ?", .text(name), .text(staying)
            ) { row throws(DatabaseError) in row.blob(0) }
            if case .failure(let fault) = vault.open(sealed ?? [], at: place(name, staying)) {
                return .unopened(name: staying, fault)
            }
        }
        for secretName in given {
            guard let secret = secrets[secretName], let sealed = vault.seal(secret, at: place(name, secretName)) else {
                preconditionFailure("there is a key and a secret")
            }
            try connection.run(
                """
                INSERT INTO supplier_secrets (supplier, name, sealed) VALUES (?, ?, ?)
                ON CONFLICT (supplier, name) DO UPDATE SET sealed = excluded.sealed
                """, .text(name), .text(secretName), .blob(sealed))
        }
        return nil
    }
}
