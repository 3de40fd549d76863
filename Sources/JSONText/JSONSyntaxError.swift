// Where and why bytes are not JSON, in words that are safe to log and to send back.

/// The first place where a document breaks the grammar, the encoding or a limit.
///
/// The words never contain the document's strings or numbers, only single characters and plain member names.
package struct JSONSyntaxError: Error, Hashable, CustomStringConvertible {
    /// Byte offset of the fault, from 0; equal to the length when the input ends too early.
    package let offset: Int
    /// Line of the fault, from 1.
    package let line: Int
    /// Column of the fault in Unicode scalars, from 1.
    package let column: Int
    /// What would have been right there.
    package let expected: String
    /// What stood there instead.
    package let found: String

    package var description: String {
        "line \(line), column \(column): expected \(expected), found \(found)"
    }

    /// An error at a byte of the document.
    init(at offset: Int, of bytes: Span<UInt8>, expected: String, found: String) {
        var line = 1
        var column = 1
        for index in 0..<min(offset, bytes.count) {
            if bytes[index] == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if bytes[index] & 0xC0 != 0x80 {
                // Continuation bytes belong to the scalar already counted.
                column += 1
            }
        }
        self.offset = offset
        self.line = line
        self.column = column
        self.expected = expected
        self.found = found
    }

    /// An error whose `found` is what stands at the offset.
    init(at offset: Int, of bytes: Span<UInt8>, expected: String) {
        self.init(at: offset, of: bytes, expected: expected, found: Self.describe(bytes, at: offset))
    }

    /// One character in words.
    private static func describe(_ bytes: Span<UInt8>, at offset: Int) -> String {
        guard offset < bytes.count else { return "the end of the input" }
        let byte = bytes[offset]
        switch byte {
        case 0x0A, 0x0D: return "a line break"
        case 0x09: return "a tab"
        case 0x00..<0x20, 0x7F: return "the control character U+00" + hexadecimal(byte)
        case UInt8(ascii: "'"): return "a single quote"
        case 0x20: return "a space"
        case 0x21..<0x7F: return "'" + String(Unicode.Scalar(byte)) + "'"
        case 0xEF
        where offset + 2 < bytes.count && bytes[offset + 1] == 0xBB && bytes[offset + 2] == 0xBF:
            return "a byte order mark"
        default: return "the byte 0x" + hexadecimal(byte)
        }
    }
}

/// Two upper-case hexadecimal digits.
func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count == 1 ? "0" + digits : digits
}

/// A member name for a message: quoted when it is a plain identifier, otherwise only its size, because a name can carry a
/// phone number or a key as well as any string can.
func quotedName(_ name: String) -> String {
    let digits = name.utf8.count { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    let isPlain = name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
    guard isPlain, digits < 5, (1...64).contains(name.utf8.count), !name.hasPrefix("nol_") else {
        return "of \(name.utf8.count) bytes"
    }
    return "`\(name)`"
}
