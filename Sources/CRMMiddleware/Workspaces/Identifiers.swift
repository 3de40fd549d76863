// The names of workspaces and what belongs to them. Immutable.

internal import Platform

/// A workspace's identifier, shown as `ws_` and 16 hexadecimal digits.
package struct WorkspaceID: RecordIdentifier {
    package static let prefix = "ws_"
    package let value: Int64
    package init(value: Int64) { self.value = value }
}

/// The identifier of an OAuth client, its `client_id`, shown as `client_` and 16 hexadecimal digits.
package struct ClientID: RecordIdentifier {
    package static let prefix = "client_"
    package let value: Int64
    package init(value: Int64) { self.value = value }
}

/// The identifier of a token, never the token itself, shown as `tok_` and 16 hexadecimal digits.
package struct TokenID: RecordIdentifier {
    package static let prefix = "tok_"
    package let value: Int64
    package init(value: Int64) { self.value = value }
}

/// A connector's identifier, shown as `conn_` and 16 hexadecimal digits.
package struct ConnectorID: RecordIdentifier {
    package static let prefix = "conn_"
    package let value: Int64
    package init(value: Int64) { self.value = value }
}

/// The identifier of one delivery to one connector, shown as `dlv_` and 16 hexadecimal digits.
package struct DeliveryID: RecordIdentifier {
    package static let prefix = "dlv_"
    package let value: Int64
    package init(value: Int64) { self.value = value }
}
