// Where the sessions of one thread take records from and leave them: one pair of buffers for all of them, because only one
// session is at work at a time. Confined to its thread.

internal import COpenSSL

/// The buffers of one thread's TLS sessions.
///
/// OpenSSL reads and writes through two functions (a BIO of our own) that end here, so an idle session has no buffer at
/// all.
package final class TLSPort {
    /// The records that `receive` works on; valid during the call only.
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private var inputStart = 0
    /// Records that sessions have made and that nobody has taken yet.
    package var output: [UInt8] = []
    /// What `receive` has decrypted, from its beginning on.
    package let plaintext: UnsafeMutableRawBufferPointer
    let method: OpaquePointer

    /// What one record of a session can still hold back from an earlier read (RFC 8446 §5.2: 2¹⁴ bytes).
    private static let recordBytes = 16_384

    /// - Parameter receiveBytes: the most ciphertext that `receive` is given at once.
    package init(receiveBytes: Int) {
        // A record is never shorter than what is in it, so this holds everything one call can decrypt, with room left.
        plaintext = .allocate(byteCount: receiveBytes + 2 * Self.recordBytes, alignment: 64)
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "records") else {
            preconditionFailure("no memory for a BIO method")
        }
        self.method = method
        BIO_meth_set_read(method) { bio, bytes, count in
            guard let bio, let bytes, let own = BIO_get_data(bio) else { return -1 }
            return Unmanaged<TLSPort>.fromOpaque(own).takeUnretainedValue().read(bio, bytes, Int(count))
        }
        BIO_meth_set_write(method) { bio, bytes, count in
            guard let bio, let bytes, let own = BIO_get_data(bio) else { return -1 }
            let port = Unmanaged<TLSPort>.fromOpaque(own).takeUnretainedValue()
            port.output.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: Int(count)))
            return count
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
    }

    deinit {
        BIO_meth_free(method)
        plaintext.deallocate()
    }

    /// Runs `body` with these records as what sessions read.
    func withInput<Result>(_ records: UnsafeRawBufferPointer, _ body: () -> Result) -> Result {
        input = records
        inputStart = 0
        defer {
            input = UnsafeRawBufferPointer(start: nil, count: 0)
            inputStart = 0
        }
        return body()
    }

    private func read(_ bio: OpaquePointer, _ bytes: UnsafeMutablePointer<CChar>, _ count: Int) -> Int32 {
        BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_IO_SPECIAL | BIO_FLAGS_SHOULD_RETRY)
        let taken = min(count, input.count - inputStart)
        guard taken > 0 else {
            BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
            return -1
        }
        UnsafeMutableRawBufferPointer(start: bytes, count: taken).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: input[inputStart..<inputStart + taken]))
        inputStart += taken
        return Int32(taken)
    }
}
