// One line of the ledger and the hash that chains it to the line before. Immutable values, pure functions.

package import Platform

/// The book that an amount is taken from or put into. Every entry debits one and credits another, so all books together
/// always sum to zero.
package enum Book: String, Sendable, Hashable, CaseIterable {
    /// What the operator owes the account named in the entry: its prepaid balance.
    case customer
    /// Money received.
    case cash
    /// Lookups sold.
    case revenue
    /// Corrections by the operator.
    case adjustments
}

/// Why money moved.
package enum EntryKind: String, Sendable, Hashable, CaseIterable {
    case topUp = "top_up"
    case adjustment
    case lookup
    case lookupEnriched = "lookup_enriched"
    /// A charge taken back because its answer could not be given.
    case reversal

    package init(_ endpoint: BilledEndpoint) {
        switch endpoint {
        case .lookup: self = .lookup
        case .lookupEnriched: self = .lookupEnriched
        }
    }
}

/// One double entry. Holds no telephone number and no e-mail address.
package struct LedgerEntry: Hashable, Sendable {
    /// 1, 2, 3, … without a gap.
    package let id: Int64
    package let at: UnixTime
    package let account: AccountID
    package let key: KeyID?
    package let kind: EntryKind
    package let debit: Book
    package let credit: Book
    /// Always more than zero; the books tell the direction.
    package let amount: MicroUSD
    /// How many numbers it pays for, or takes back the payment of; 0 for a movement that pays for none.
    package let units: Int64
    /// The account's posted balance after it.
    package let balance: MicroUSD
    package let reference: String?

    package init(
        id: Int64, at: UnixTime, account: AccountID, key: KeyID?, kind: EntryKind, debit: Book, credit: Book,
        amount: MicroUSD, units: Int64, balance: MicroUSD, reference: String?
    ) {
        self.id = id
        self.at = at
        self.account = account
        self.key = key
        self.kind = kind
        self.debit = debit
        self.credit = credit
        self.amount = amount
        self.units = units
        self.balance = balance
        self.reference = reference
    }

    /// The amount as the account sees it: positive when its balance grows.
    package var signedAmount: MicroUSD { credit == .customer ? amount : amount.negated }

    /// The predecessor of the first entry.
    package static let genesis = SHA256Digest.of("numbers ledger 1")

    /// SHA-256 over the predecessor's hash and every field, each field with its length in front, so that no two
    /// different entries share an encoding.
    package func hash(after previous: SHA256Digest) -> SHA256Digest {
        var bytes = previous.bytes
        bytes.reserveCapacity(192)
        func append(_ value: Int64?) {
            guard let value else { return bytes.append(0) }
            bytes.append(8)
            withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
        }
        func append(_ text: String?) {
            // A missing text and an empty one must differ: 0xffff marks the missing one, longer than any text here.
            guard let text else { return bytes.append(contentsOf: [0xff, 0xff]) }
            let utf8 = text.utf8
            bytes.append(UInt8(truncatingIfNeeded: utf8.count >> 8))
            bytes.append(UInt8(truncatingIfNeeded: utf8.count))
            bytes.append(contentsOf: utf8)
        }
        append(id)
        append(at.microseconds)
        append(account.value)
        append(key?.value)
        append(kind.rawValue)
        append(debit.rawValue)
        append(credit.rawValue)
        append(amount.micros)
        append(units)
        append(balance.micros)
        append(reference)
        return SHA256Digest.of(bytes)
    }
}
