import CZlib
import Testing

@testable import HTTPClient

@Suite struct GzipDecoderTests {
    private static let wide = BodyLimits(bytesMax: 1 << 20, expansionMax: 10_000, expansionFreeBytes: 1 << 20)

    /// Decodes `bytes` in pieces of so many.
    private func decode(_ bytes: [UInt8], by step: Int, limits: BodyLimits = wide) throws(BodyFault) -> [UInt8] {
        guard let decoder = GzipDecoder() else { throw .malformed }
        var output: [UInt8] = []
        var start = 0
        while start < bytes.count {
            let end = min(start + step, bytes.count)
            let piece = Array(bytes[start..<end])
            let result = piece.withUnsafeBytes { buffer in
                Result { () throws(BodyFault) in try decoder.decode(buffer, into: &output, limits: limits) }
            }
            try result.get()
            start = end
        }
        try decoder.finish()
        return output
    }

    @Test(arguments: [0, 1, 100, 32_767, 32_768, 32_769, 200_000])
    func `what was compressed comes back, in pieces of any size`(count: Int) throws {
        let text = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 7) }
        let packed = try Gzip.compress(text)
        for step in [1, 7, 1_000, packed.count + 1] { #expect(try decode(packed, by: step) == text) }
    }

    @Test func `several members are one text`() throws {
        let packed = try Gzip.compress(Array("one".utf8)) + Gzip.compress([]) + Gzip.compress(Array("two".utf8))
        for step in [1, 3, packed.count] { #expect(try decode(packed, by: step) == Array("onetwo".utf8)) }
    }

    @Test(arguments: [(-1, false), (0, true), (1, true)])
    func `members that are empty count as what was taken`(more: Int, isTaken: Bool) throws {
        let packed = try [[UInt8]](repeating: Gzip.compress([]), count: 50).flatMap { $0 }
        let limits = BodyLimits(bytesMax: packed.count + more, expansionMax: 10, expansionFreeBytes: 10)
        for step in [1, 7, packed.count] {
            if isTaken {
                #expect(try decode(packed, by: step, limits: limits).isEmpty)
            } else {
                #expect(throws: BodyFault.tooLarge(bytesMax: packed.count - 1)) {
                    try decode(packed, by: step, limits: limits)
                }
            }
        }
    }

    @Test func `no bytes are an empty text`() throws { #expect(try decode([], by: 1).isEmpty) }

    @Test func `what is cut off at any byte is malformed`() throws {
        let packed = try Gzip.compress(Array("Ann Example, Ann Example".utf8))
        for count in 1..<packed.count {
            #expect(throws: BodyFault.malformed) { try decode(Array(packed.prefix(count)), by: 5) }
        }
    }

    @Test func `what is damaged at any byte never traps, and never passes for the text`() throws {
        let text = Array("Ann Example, Ann Example".utf8)
        let packed = try Gzip.compress(text)
        for index in packed.indices {
            for bit in 0..<8 {
                var damaged = packed
                damaged[index] ^= 1 << UInt8(bit)
                let output = try? decode(damaged, by: 3)
                // Bits of the header that only describe (time, system) change nothing.
                #expect(output == nil || output == text)
            }
        }
    }

    @Test(arguments: [[0], [0, 0, 0], [0x1f], [0x1f, 0x8b], Array("trailing".utf8)] as [[UInt8]])
    func `what follows the last member is malformed`(tail: [UInt8]) throws {
        let packed = try Gzip.compress(Array("text".utf8)) + tail
        for step in [1, packed.count] { #expect(throws: BodyFault.malformed) { try decode(packed, by: step) } }
    }

    @Test(arguments: [(99, true), (100, true), (101, false)])
    func `the size may reach the limit`(count: Int, fits: Bool) throws {
        let limits = BodyLimits(bytesMax: 100, expansionMax: 10_000, expansionFreeBytes: 1 << 20)
        let packed = try Gzip.compress([UInt8](repeating: 97, count: count))
        if fits {
            #expect(try decode(packed, by: 4, limits: limits).count == count)
        } else {
            #expect(throws: BodyFault.tooLarge(bytesMax: 100)) { try decode(packed, by: 4, limits: limits) }
        }
    }

    @Test func `the ratio counts from the first byte that is not free`() throws {
        let packed = try Gzip.compress([UInt8](repeating: 97, count: 10_000))
        func limits(_ expansionMax: Int, free: Int) -> BodyLimits {
            BodyLimits(bytesMax: 1 << 20, expansionMax: expansionMax, expansionFreeBytes: free)
        }
        #expect(try decode(packed, by: packed.count, limits: limits(1, free: 10_000)).count == 10_000)
        #expect(throws: BodyFault.expandsTooFar(expansionMax: 1)) {
            try decode(packed, by: packed.count, limits: limits(1, free: 9_999))
        }
        let enough = 10_000 / packed.count + 1
        #expect(try decode(packed, by: packed.count, limits: limits(enough, free: 0)).count == 10_000)
        #expect(throws: BodyFault.expandsTooFar(expansionMax: enough - 1)) {
            try decode(packed, by: packed.count, limits: limits(enough - 1, free: 0))
        }
    }
}
