// Decompression of one body (RFC 1952), bounded while it comes. Used by the client's thread only.

internal import CZlib

/// What a body may grow to.
package struct BodyLimits: Hashable, Sendable {
    /// The largest size, before and after decompression.
    package let bytesMax: Int
    /// How many bytes one compressed byte may become once `expansionFreeBytes` have come out.
    package let expansionMax: Int
    /// What may come out, however little came in.
    package let expansionFreeBytes: Int

    /// All three have to be chosen.
    package init(bytesMax: Int, expansionMax: Int, expansionFreeBytes: Int) {
        self.bytesMax = bytesMax
        self.expansionMax = expansionMax
        self.expansionFreeBytes = expansionFreeBytes
    }
}

/// Why a body is not taken further.
package enum BodyFault: Error, Hashable {
    case tooLarge(bytesMax: Int)
    case expandsTooFar(expansionMax: Int)
    /// The compressed data is damaged, incomplete or followed by something else.
    case malformed
}

/// Takes gzip data piece by piece and keeps what comes out. Several members behind each other are one text (§2.2).
final class GzipDecoder {
    /// What zlib may put out between two looks at the limits.
    private static let chunkBytes = 32 << 10

    // zlib keeps the stream's own address, so it must not move. Both are freed in deinit.
    private let stream: UnsafeMutablePointer<z_stream>
    private let chunk: UnsafeMutableBufferPointer<UInt8>
    private var takenBytes = 0
    private var isEnded = false

    /// Nil when there is no memory for it.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        chunk = .allocate(capacity: Self.chunkBytes)
        guard no_inflate_gzip(stream) == Z_OK else {
            chunk.deallocate()
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        chunk.deallocate()
        stream.deallocate()
    }

    /// Decompresses `input` to the end of `output`.
    func decode(_ input: UnsafeRawBufferPointer, into output: inout [UInt8], limits: BodyLimits) throws(BodyFault) {
        guard let base = input.baseAddress, !input.isEmpty else { return }
        // Members and blocks that are empty could come for ever, and nothing would come out.
        guard input.count <= limits.bytesMax - takenBytes else { throw .tooLarge(bytesMax: limits.bytesMax) }
        takenBytes += input.count
        // zlib does not write to its input; its type is from before const.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: base.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(input.count)
        repeat {
            if isEnded {
                guard stream.pointee.avail_in > 0 else { return }
                guard inflateReset(stream) == Z_OK else { throw .malformed }
                isEnded = false
            }
            stream.pointee.next_out = chunk.baseAddress
            stream.pointee.avail_out = UInt32(chunk.count)
            let code = inflate(stream, Z_NO_FLUSH)
            // Z_BUF_ERROR: nothing could be done with what is there, which is no fault.
            guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { throw .malformed }
            isEnded = code == Z_STREAM_END
            let produced = chunk.count - Int(stream.pointee.avail_out)
            guard produced <= limits.bytesMax - output.count else { throw .tooLarge(bytesMax: limits.bytesMax) }
            let (allowed, overflow) = takenBytes.multipliedReportingOverflow(by: limits.expansionMax)
            let size = output.count + produced
            guard size <= limits.expansionFreeBytes || overflow || size <= allowed else {
                throw .expandsTooFar(expansionMax: limits.expansionMax)
            }
            output.append(contentsOf: chunk[..<produced])
        } while stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0
    }

    /// Says that nothing more comes.
    func finish() throws(BodyFault) {
        guard isEnded || takenBytes == 0 else { throw .malformed }
    }
}
