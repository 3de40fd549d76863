// Encryption that also proves that nothing was changed: AES-256-GCM through libcrypto. Immutable.

internal import COpenSSL

/// AES-256 in Galois/Counter Mode (NIST SP 800-38D): a nonce of 96 bits, a tag of 128 bits.
package struct AuthenticatedCipher: Sendable {
    /// Bytes of a key.
    package static let keyBytes = 32
    /// Bytes of a nonce. With one key no two messages may have the same: chosen at random, 2^32 messages are safe (SP
    /// 800-38D §8.3).
    package static let nonceBytes = 12
    /// Bytes of a tag.
    package static let tagBytes = 16

    private let key: Secret

    /// - Parameter key: 32 bytes; nil for any other number of them.
    package init?(key: Secret) {
        guard key.reveal().count == Self.keyBytes else { return nil }
        self.key = key
    }

    /// The text encrypted, the tag behind it.
    /// - Parameter additional: what is not encrypted, and has to be the same when it is opened.
    package func seal(_ plain: [UInt8], nonce: [UInt8], additional: [UInt8]) -> [UInt8] {
        precondition(nonce.count == Self.nonceBytes, "a nonce has \(Self.nonceBytes) bytes")
        var sealed = [UInt8](repeating: 0, count: plain.count + Self.tagBytes)
        let isDone = withContext(isEncrypting: true, nonce: nonce) { context in
            var length: Int32 = 0
            guard EVP_EncryptUpdate(context, nil, &length, additional, Int32(additional.count)) == 1 else {
                return false
            }
            return sealed.withUnsafeMutableBufferPointer { output -> Bool in
                guard let start = output.baseAddress else { return false }
                // An empty message is encrypted by doing nothing; its tag still counts.
                if !plain.isEmpty {
                    guard EVP_EncryptUpdate(context, start, &length, plain, Int32(plain.count)) == 1 else {
                        return false
                    }
                }
                // The mode is a stream: the last call writes no further byte.
                return EVP_EncryptFinal_ex(context, start + plain.count, &length) == 1
                    && EVP_CIPHER_CTX_ctrl(
                        context, EVP_CTRL_GCM_GET_TAG, Int32(Self.tagBytes), start + plain.count) == 1
            }
        }
        // With arguments of these lengths libcrypto refuses only for want of memory.
        precondition(isDone, "AES-256-GCM failed")
        return sealed
    }

    /// The text of what ``seal(_:nonce:additional:)`` made; nil when a single bit of it, of the nonce, of the additional
    /// bytes or of the key is another one.
    package func open(_ sealed: [UInt8], nonce: [UInt8], additional: [UInt8]) -> [UInt8]? {
        guard nonce.count == Self.nonceBytes, sealed.count >= Self.tagBytes else { return nil }
        let count = sealed.count - Self.tagBytes
        // One byte more, so that there is an address for an empty text, too.
        var plain = [UInt8](repeating: 0, count: count + 1)
        var tag = Array(sealed[count...])
        let isGenuine = withContext(isEncrypting: false, nonce: nonce) { context in
            var length: Int32 = 0
            guard EVP_DecryptUpdate(context, nil, &length, additional, Int32(additional.count)) == 1,
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, Int32(Self.tagBytes), &tag) == 1
            else { return false }
            return plain.withUnsafeMutableBufferPointer { output -> Bool in
                guard let start = output.baseAddress else { return false }
                if count > 0 {
                    guard EVP_DecryptUpdate(context, start, &length, sealed, Int32(count)) == 1 else { return false }
                }
                return EVP_DecryptFinal_ex(context, start + count, &length) == 1
            }
        }
        return isGenuine ? Array(plain[..<count]) : nil
    }

    /// Hands over a context that has key and nonce; false when there is none.
    private func withContext(isEncrypting: Bool, nonce: [UInt8], _ body: (OpaquePointer) -> Bool) -> Bool {
        guard let context = EVP_CIPHER_CTX_new() else { return false }
        // Also wipes the key that the context holds.
        defer { EVP_CIPHER_CTX_free(context) }
        guard EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, key.reveal(), nonce, isEncrypting ? 1 : 0) == 1 else {
            return false
        }
        return body(context)
    }
}
