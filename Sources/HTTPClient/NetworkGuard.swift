// Which addresses outgoing requests may reach. A value.

package import Platform

/// Refuses connections to addresses that are not the public network's, unless the operator opened their block.
package struct NetworkGuard: Sendable {
    /// Blocks that the operator opened (`--allow-network`).
    package let allowed: [NetworkBlock]

    package init(allowed: [NetworkBlock]) { self.allowed = allowed }
}
