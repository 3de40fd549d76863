// Which bytes may stand where in HTTP (RFC 9110 §5.6, RFC 3986). Pure functions; each set is two 64-bit masks, so a
// test costs a shift and no memory is read.

/// The byte classes of the grammar.
@usableFromInline
package enum ByteClass {
    /// `tchar` of RFC 9110 §5.6.2: the bytes of methods and field names.
    @inlinable
    @inline(__always)
    package static func isToken(_ byte: UInt8) -> Bool { test(byte, 0x03ff_6cfa_0000_0000, 0x57ff_ffff_c7ff_fffe) }

    /// Visible ASCII without `#`: what a request target may hold. Wider than RFC 3986 on purpose (`{`, `|`, `"` and
    /// the like, which telephone systems do send), but never a space, a control, a fragment or a byte above 0x7E.
    @inlinable
    @inline(__always)
    package static func isTarget(_ byte: UInt8) -> Bool { test(byte, 0xffff_fff6_0000_0000, 0x7fff_ffff_ffff_ffff) }

    /// `reg-name` of RFC 3986 §3.2.2, percent sign included.
    @inlinable
    @inline(__always)
    package static func isRegisteredName(_ byte: UInt8) -> Bool {
        test(byte, 0x2bff_7ff2_0000_0000, 0x47ff_fffe_87ff_fffe)
    }

    /// `field-vchar`, space and tab of RFC 9110 §5.5: visible ASCII and `obs-text`; no control but the tab.
    @inlinable
    @inline(__always)
    package static func isFieldValue(_ byte: UInt8) -> Bool { byte >= 0x20 ? byte != 0x7f : byte == 0x09 }

    /// The first place in `start..<end` whose byte is none of a field value's, or `end`.
    @inline(__always)
    static func endOfFieldValue(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        let raw = bytes.bytes
        var index = start
        // Eight bytes at once while none of them is a control: the subtraction borrows into the high bit of a byte below
        // 0x20 and, after the exclusive or, of one that is 0x7F. A tab ends this and is passed below.
        while index + 8 <= end {
            let word = raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            let deletes = word ^ (0x7f &* ones)
            let found = ((word &- (0x20 &* ones)) & ~word) | ((deletes &- ones) & ~deletes)
            guard found & highs == 0 else { break }
            index += 8
        }
        while index < end, isFieldValue(bytes[index]) { index += 1 }
        return index
    }

    /// `DIGIT`.
    @inlinable
    @inline(__always)
    package static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// Space or horizontal tab, the `OWS` and `BWS` of RFC 9110 §5.6.3.
    @inlinable
    @inline(__always)
    package static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// ASCII letters folded to lower case, every other byte as it is.
    @inlinable
    @inline(__always)
    package static func lowered(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte }

    /// The value of a hexadecimal digit, nil for any other byte.
    @inlinable
    @inline(__always)
    package static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte &- 0x30
        case 0x41...0x46: byte &- 0x37
        case 0x61...0x66: byte &- 0x57
        default: nil
        }
    }

    @inlinable
    @inline(__always)
    static func test(_ byte: UInt8, _ low: UInt64, _ high: UInt64) -> Bool {
        if byte < 64 { return (low >> UInt64(byte)) & 1 == 1 }
        if byte < 128 { return (high >> UInt64(byte &- 64)) & 1 == 1 }
        return false
    }
}
