// Bytes on their way out, gathered for one write. Owned by whoever writes, on one thread.
//
// An array would do; but every answer is some ten short pieces, and an array's append costs several times the bytes it
// moves. The pointers stay in this file.

/// A growing run of bytes.
package final class OutputBuffer {
    private static let firstBytes = 4_096
    private var start: UnsafeMutableRawPointer
    private var capacity: Int
    private var used = 0

    package init() {
        // Freed in deinit; `start` has room for `capacity` bytes, of which the first `used` are set.
        capacity = Self.firstBytes
        start = .allocate(byteCount: Self.firstBytes, alignment: 16)
    }

    deinit { start.deallocate() }

    /// How many bytes there are.
    package var count: Int { used }

    /// Whether there is nothing.
    package var isEmpty: Bool { used == 0 }

    /// The bytes; valid until the next change.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: used) }

    /// Forgets the bytes, and gives memory back that is more than `bytes`.
    package func removeAll(keepingAtMost bytes: Int) {
        used = 0
        guard capacity > bytes, capacity > Self.firstBytes else { return }
        start.deallocate()
        capacity = Self.firstBytes
        start = .allocate(byteCount: Self.firstBytes, alignment: 16)
    }

    /// Makes room for so many further bytes.
    @inline(__always)
    package func reserve(_ more: Int) {
        if capacity - used < more { grow(more) }
    }

    @inline(never)
    private func grow(_ more: Int) {
        let wanted = max(capacity * 2, used + more)
        let next = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
        next.copyMemory(from: start, byteCount: used)
        start.deallocate()
        start = next
        capacity = wanted
    }

    @inline(__always)
    package func append(_ byte: UInt8) {
        reserve(1)
        (start + used).storeBytes(of: byte, as: UInt8.self)
        used += 1
    }

    @inline(__always)
    package func append(_ more: UnsafeRawBufferPointer) {
        guard let base = more.baseAddress else { return }
        reserve(more.count)
        (start + used).copyMemory(from: base, byteCount: more.count)
        used += more.count
    }

    @inline(__always)
    package func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    package func append(_ more: [UInt8]) {
        more.withUnsafeBytes { append($0) }
    }

    /// Appends a text as UTF-8.
    @inline(__always)
    package func append(text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends a number in decimal digits.
    package func append(decimal value: UInt64) {
        reserve(20)
        var length = 1
        var bound: UInt64 = 10
        while value >= bound {
            length += 1
            let (product, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = product
        }
        var rest = value
        var place = used + length
        while place > used {
            place -= 1
            (start + place).storeBytes(of: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10), as: UInt8.self)
            rest /= 10
        }
        used += length
    }

    /// Appends a number in lower-case hexadecimal digits, without leading zeros.
    package func append(hexadecimal value: UInt64) {
        let alphabet: StaticString = "0123456789abcdef"
        var shift = value == 0 ? 0 : (63 - value.leadingZeroBitCount) / 4 * 4
        while shift >= 0 {
            append(alphabet.utf8Start[Int(value >> UInt64(shift) & 15)])
            shift -= 4
        }
    }
}
