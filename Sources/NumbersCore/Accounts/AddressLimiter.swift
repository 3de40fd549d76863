// Limits by client address: failed authentications, sign-ups, pages. The table is guarded by its mutex and bounded.

package import Platform

/// Counts events by client address (IPv6 by /64) in a sliding window.
package final class AddressLimiter: Sendable {
    /// How many addresses are remembered. When the table is full of busy addresses, new ones share one window: an
    /// attacker with many addresses cannot make the table grow, nor switch the limit off.
    private static let addressesMax = 65_536

    private struct State {
        var windows: [NetworkAddress: RateWindow] = [:]
        var shared = RateWindow()
        var lastPurge: UInt64 = 0
    }

    private let state = Monitor(State())

    package init() {}

    /// Takes one event of an address.
    /// - Parameter scale: how many windows of 60 s the limit speaks of: 60 makes it a limit an hour.
    package func take(_ address: NetworkAddress, limit: Int, scale: UInt64 = 1, at time: MonotonicTime)
        -> RateWindow.Decision
    {
        take(1, address, limit: limit, scale: scale, at: time)
    }

    /// Takes so many events of an address; none at all to see what is left.
    package func take(_ events: Int, _ address: NetworkAddress, limit: Int, scale: UInt64 = 1, at time: MonotonicTime)
        -> RateWindow.Decision
    {
        let scaled = MonotonicTime(nanoseconds: time.nanoseconds / scale)
        let decision = state.withLock { state in
            let group = address.limitGroup
            if state.windows[group] == nil, state.windows.count >= Self.addressesMax {
                // Once a second at most: going through a full table for every new address would be an attack in itself.
                if time.nanoseconds >= state.lastPurge + 1_000_000_000 {
                    state.lastPurge = time.nanoseconds
                    state.windows = state.windows.filter { entry in
                        var window = entry.value
                        return !window.isIdle(at: scaled)
                    }
                }
                if state.windows.count >= Self.addressesMax {
                    return state.shared.take(events, limit: limit, at: scaled)
                }
            }
            return state.windows[group, default: RateWindow()].take(events, limit: limit, at: scaled)
        }
        return RateWindow.Decision(
            isAllowed: decision.isAllowed, limit: decision.limit, remaining: decision.remaining,
            resetSeconds: decision.resetSeconds * Int(scale),
            retryAfterSeconds: decision.retryAfterSeconds * Int(scale))
    }
}
