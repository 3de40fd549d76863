import NumbersCore
import Platform
import Testing

@Suite struct LedgerEntryTests {
    private static func entry(
        id: Int64 = 7, at: Int64 = 1_767_323_045_000_000, account: Int64 = 11, key: Int64? = 13,
        kind: EntryKind = .lookupEnriched, debit: Book = .customer, credit: Book = .revenue, amount: Int64 = 2_000,
        units: Int64 = 1, balance: Int64 = 98_000, reference: String? = "invoice 4"
    ) -> LedgerEntry {
        LedgerEntry(
            id: id, at: UnixTime(microseconds: at), account: AccountID(value: account),
            key: key.map { KeyID(value: $0) },
            kind: kind, debit: debit, credit: credit, amount: MicroUSD(micros: amount), units: units,
            balance: MicroUSD(micros: balance), reference: reference)
    }

    /// The encoding as it is documented: the predecessor's hash, then each field with its length in front.
    private static func encoded(_ entry: LedgerEntry, _ previous: SHA256Digest) -> [UInt8] {
        func integer(_ value: Int64) -> [UInt8] {
            [8] + (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }
        }
        func text(_ text: String) -> [UInt8] {
            [UInt8(text.utf8.count / 256), UInt8(text.utf8.count % 256)] + text.utf8
        }
        return previous.bytes + integer(entry.id) + integer(entry.at.microseconds) + integer(entry.account.value)
            + (entry.key.map { integer($0.value) } ?? [0]) + text(entry.kind.rawValue) + text(entry.debit.rawValue)
            + text(entry.credit.rawValue) + integer(entry.amount.micros) + integer(entry.units)
            + integer(entry.balance.micros) + (entry.reference.map(text) ?? [0xff, 0xff])
    }

    @Test("the hash is the SHA-256 of the documented encoding")
    func encoding() {
        let entries = [
            Self.entry(), Self.entry(key: nil), Self.entry(reference: nil), Self.entry(reference: ""),
            Self.entry(at: -1, amount: .max, reference: String(repeating: "é", count: 200)),
        ]
        for entry in entries {
            let previous = SHA256Digest.of("before")
            #expect(entry.hash(after: previous) == SHA256Digest.of(Self.encoded(entry, previous)))
        }
    }

    @Test("the hash of a known entry never changes, or no shipped ledger would verify")
    func knownVector() {
        #expect(LedgerEntry.genesis.hex == "53b344b0a8218d31093f90c12da226f02469fcc5730912f08f69675b44b56f6a")
        #expect(
            Self.entry().hash(after: LedgerEntry.genesis).hex
                == "3b892335e87d1b242d2fe3d999a7978635e51d6054aa4b2228c370bdab6be2d8")
        #expect(
            Self.entry(key: nil, reference: nil).hash(after: LedgerEntry.genesis).hex
                == "3006d8f5579bdadc2f6353f5e1017e3cc6eda9c3b422e6d273970d9d87fd2bbf")
    }

    @Test("every field, and the predecessor, changes the hash, and no two of the changes alike")
    func everyField() {
        let variants = [
            Self.entry(), Self.entry(id: 8), Self.entry(at: 1_767_323_045_000_001), Self.entry(account: 12),
            Self.entry(key: 14), Self.entry(key: nil), Self.entry(key: 0), Self.entry(kind: .lookup),
            Self.entry(kind: .reversal), Self.entry(debit: .cash), Self.entry(credit: .adjustments),
            Self.entry(debit: .revenue, credit: .customer), Self.entry(amount: 2_001), Self.entry(units: 2),
            Self.entry(balance: 98_001), Self.entry(balance: -98_000), Self.entry(reference: "invoice 5"),
            Self.entry(reference: ""), Self.entry(reference: nil), Self.entry(reference: "invoice 4 "),
            // Two fields exchanged, and the border between two fields moved.
            Self.entry(id: 11, account: 7), Self.entry(amount: 1, units: 2_000),
        ]
        var hashes = Set(variants.map { $0.hash(after: LedgerEntry.genesis) })
        hashes.formUnion(variants.map { $0.hash(after: SHA256Digest.of("another")) })
        #expect(hashes.count == 2 * variants.count)
    }

    @Test("an account sees its money grow when the customer's book is credited")
    func signed() {
        #expect(Self.entry(debit: .customer, credit: .revenue).signedAmount.micros == -2_000)
        #expect(Self.entry(debit: .cash, credit: .customer).signedAmount.micros == 2_000)
    }

    @Test("each billed endpoint has its kind of entry", arguments: BilledEndpoint.allCases)
    func kinds(endpoint: BilledEndpoint) {
        #expect(EntryKind(endpoint).rawValue == endpoint.rawValue)
    }
}
