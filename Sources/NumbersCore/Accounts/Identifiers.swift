// The names of accounts and keys. Immutable.

package import Platform

/// An account's identifier: a random positive 63-bit number, shown as `acct_` and 16 hexadecimal digits.
package struct AccountID: Hashable, Sendable, CustomStringConvertible {
    package let value: Int64
    package init(value: Int64) { self.value = value }

    /// A new identifier.
    package init(random: RandomSource) { value = Int64(bitPattern: random.integer() >> 1) | 1 }

    package init?(_ text: String) {
        guard let value = identifierValue(text, prefix: "acct_") else { return nil }
        self.value = value
    }

    package var description: String { "acct_" + Hex.encode(UInt64(bitPattern: value)) }
}

/// A key's identifier: a random positive 63-bit number, shown as `key_` and 16 hexadecimal digits.
package struct KeyID: Hashable, Sendable, CustomStringConvertible {
    package let value: Int64
    package init(value: Int64) { self.value = value }

    /// A new identifier.
    package init(random: RandomSource) { value = Int64(bitPattern: random.integer() >> 1) | 1 }

    package init?(_ text: String) {
        guard let value = identifierValue(text, prefix: "key_") else { return nil }
        self.value = value
    }

    package var description: String { "key_" + Hex.encode(UInt64(bitPattern: value)) }
}

private func identifierValue(_ text: String, prefix: String) -> Int64? {
    guard text.hasPrefix(prefix) else { return nil }
    let digits = text.dropFirst(prefix.count).utf8
    guard digits.count == 16 else { return nil }
    var value: UInt64 = 0
    for digit in digits {
        guard let nibble = Hex.value(digit), !(0x41...0x46).contains(digit) else { return nil }
        value = value << 4 | UInt64(nibble)
    }
    return value > 0 && value <= UInt64(Int64.max) ? Int64(value) : nil
}
