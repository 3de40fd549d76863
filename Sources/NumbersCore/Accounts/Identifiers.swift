// The names of accounts and keys. Immutable.

internal import Platform

/// An account's identifier, shown as `acct_` and 16 hexadecimal digits.
package struct AccountID: RecordIdentifier {
    package static let prefix = "acct_"
    package let value: Int64
    package init(value: Int64) { self.value = value }
}

/// A key's identifier, shown as `key_` and 16 hexadecimal digits.
package struct KeyID: RecordIdentifier {
    package static let prefix = "key_"
    package let value: Int64
    package init(value: Int64) { self.value = value }
}
