// The keys that session tickets are sealed with (RFC 5077 §4). Guarded by a monitor: all loops use the same ones.

internal import COpenSSL
internal import Glibc
package import Platform

/// Makes the keys of tickets and throws them away again. They outlive a change of certificates, so that clients resume
/// across it.
package final class TicketKeys: Sendable {
    /// Whoever has a ticket's key can read the TLS 1.2 sessions resumed with it, so it lives no longer than this; tickets
    /// of the time before are still opened for as long again.
    package static let lifetime: Duration = .seconds(7_200)
    /// Name, cipher key (AES-256) and MAC key (SHA-256) of RFC 5077 §4.
    private static let nameBytes = 16
    private static let keyBytes = 32

    fileprivate struct Key {
        let name: [UInt8]
        let cipher: [UInt8]
        let mac: [UInt8]
        let made: MonotonicTime
    }

    private struct State {
        var current: Key
        var previous: Key?
    }

    private let state: Monitor<State>
    private let clock: Clock
    private let random: RandomSource

    package init(clock: Clock, random: RandomSource) {
        self.clock = clock
        self.random = random
        state = Monitor(State(current: Self.make(clock, random), previous: nil))
    }

    private static func make(_ clock: Clock, _ random: RandomSource) -> Key {
        Key(
            name: random.bytes(nameBytes), cipher: random.bytes(keyBytes), mac: random.bytes(keyBytes),
            made: clock.monotonic())
    }

    /// The key new tickets are sealed with.
    private func sealing() -> Key {
        let now = clock.monotonic()
        return state.withLock { state in
            let age = state.current.made.duration(to: now)
            if age >= Self.lifetime {
                // After a pause longer than both lives nobody can still hold a ticket that may be opened.
                state.previous = age < Self.lifetime * 2 ? state.current : nil
                state.current = Self.make(clock, random)
            }
            return state.current
        }
    }

    /// The key with this name, and whether its tickets should be replaced by new ones.
    private func opening(_ name: UnsafeBufferPointer<UInt8>) -> (key: Key, isOld: Bool)? {
        let now = clock.monotonic()
        return state.withLock { state in
            if name.elementsEqual(state.current.name) {
                let age = state.current.made.duration(to: now)
                return age < Self.lifetime * 2 ? (state.current, age >= Self.lifetime) : nil
            }
            guard let previous = state.previous, name.elementsEqual(previous.name),
                previous.made.duration(to: now) < Self.lifetime * 2
            else { return nil }
            return (previous, true)
        }
    }

    /// SSL_CTX_set_tlsext_ticket_key_evp_cb(3): 1 to go on, 2 to go on and send a new ticket, 0 for a full handshake, -1
    /// for the end.
    func prepare(
        name: UnsafeMutablePointer<UInt8>, vector: UnsafeMutablePointer<UInt8>, cipher: OpaquePointer,
        mac: OpaquePointer, isSealing: Bool
    ) -> Int32 {
        if isSealing {
            let key = sealing()
            let start = random.bytes(Int(EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())))
            for (index, byte) in key.name.enumerated() { name[index] = byte }
            for (index, byte) in start.enumerated() { vector[index] = byte }
            guard EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nil, key.cipher, vector) == 1,
                no_mac_use_sha256(mac, key.mac, key.mac.count) == 1
            else { return -1 }
            return 1
        }
        guard let (key, isOld) = opening(UnsafeBufferPointer(start: name, count: Self.nameBytes)) else { return 0 }
        guard EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nil, key.cipher, vector) == 1,
            no_mac_use_sha256(mac, key.mac, key.mac.count) == 1
        else { return -1 }
        return isOld ? 2 : 1
    }
}
