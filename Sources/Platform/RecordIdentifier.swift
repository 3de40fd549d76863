// Identifiers of records: what they are made of and how they are written. Immutable.

/// The identifier of a record: a random positive 63-bit number, shown as a prefix and 16 hexadecimal digits.
///
/// A type of its own for each kind of record, so that one cannot be taken for another.
package protocol RecordIdentifier: Hashable, Sendable, CustomStringConvertible {
    /// What the text begins with, its underscore included: `acct_`.
    static var prefix: String { get }

    var value: Int64 { get }
    init(value: Int64)
}

extension RecordIdentifier {
    /// A new identifier.
    package init(random: RandomSource) { self.init(value: Int64(bitPattern: random.integer() >> 1) | 1) }

    /// Reads what ``description`` writes; nil for any other text.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let digits = text.dropFirst(Self.prefix.count).utf8
        guard digits.count == 16 else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard let nibble = Hex.value(digit), !(0x41...0x46).contains(digit) else { return nil }
            value = value << 4 | UInt64(nibble)
        }
        guard value > 0, value <= UInt64(Int64.max) else { return nil }
        self.init(value: Int64(value))
    }

    package var description: String { Hex.encode(UInt64(bitPattern: value), after: Self.prefix) }

    /// Appends ``description``.
    package func append(to text: inout [UInt8]) {
        text.append(contentsOf: Self.prefix.utf8)
        Hex.append(UInt64(bitPattern: value), to: &text)
    }
}
