// Compression of one whole body (RFC 1952). Pure functions.

internal import CZlib

/// Makes gzip data.
enum GzipEncoder {
    /// How much work is put into it.
    enum Effort {
        /// For what is made once and sent often.
        case best
        /// For what is made for one answer: a loop waits for it.
        case fast
    }

    /// The bytes as one gzip member, the same for the same bytes; nil when there is no memory for it.
    static func encode(_ bytes: [UInt8], _ effort: Effort) -> [UInt8]? {
        guard bytes.count <= Int(UInt32.max) else { return nil }
        var stream = z_stream()
        let level: Int32
        switch effort {
        case .best: level = Z_BEST_COMPRESSION
        case .fast: level = Z_BEST_SPEED
        }
        // zlib keeps the stream's own address: everything happens within one access to it.
        return withUnsafeMutablePointer(to: &stream) { stream in
            guard no_deflate_gzip_level(stream, level) == Z_OK else { return nil }
            defer { deflateEnd(stream) }
            let bound = Int(deflateBound(stream, uLong(bytes.count)))
            var input = bytes
            var isDone = false
            let result = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
                input.withUnsafeMutableBufferPointer { input in
                    stream.pointee.next_in = input.baseAddress
                    stream.pointee.avail_in = uInt(input.count)
                    stream.pointee.next_out = buffer.baseAddress
                    stream.pointee.avail_out = uInt(buffer.count)
                    isDone = deflate(stream, Z_FINISH) == Z_STREAM_END
                }
                count = buffer.count - Int(stream.pointee.avail_out)
            }
            return isDone ? result : nil
        }
    }
}
