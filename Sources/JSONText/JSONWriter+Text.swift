// The two conversions of the hot path, escaped text and decimal digits, without intermediate strings: each reserves its
// room once and fills it in one pass.

/// A place to put bytes into room that was reserved for them. Lives only inside `JSONWriter.emit`.
struct ReservedBytes: ~Copyable {
    private let start: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private(set) var count = 0

    fileprivate init(_ start: UnsafeMutablePointer<UInt8>, capacity: Int) {
        self.start = start
        self.capacity = capacity
    }

    /// Appends a byte. Sound because the caller reserved room for everything it puts, which debug builds check.
    @inline(always)
    mutating func put(_ byte: UInt8) {
        assert(count < capacity)
        start[count] = byte
        count += 1
    }

    /// Appends ASCII text. A StaticString with a pointer is valid for its whole length and lives forever.
    @inline(always)
    mutating func put(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        assert(count + length <= capacity)
        (start + count).update(from: text.utf8Start, count: length)
        count += length
    }

    /// Appends text up to the first byte that must be escaped; returns how many bytes that were.
    @inline(always)
    mutating func putPlain(_ text: UnsafeBufferPointer<UInt8>) -> Int {
        assert(count + text.count <= capacity)
        let target = start + count
        var index = 0
        // Eight bytes at once while none of them must be escaped. The source has them, and there is room for them.
        while let base = text.baseAddress, index + 8 <= text.count {
            let word = UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
            guard !mayHoldEscaped(word) else { break }
            UnsafeMutableRawPointer(target + index).storeBytes(of: word, as: UInt64.self)
            index += 8
        }
        while index < text.count, !mustBeEscaped(text[index]) {
            target[index] = text[index]
            index += 1
        }
        count += index
        return index
    }
}

/// Whether a byte is, or may begin, something that never goes out as it is: control characters, quote, backslash, DEL,
/// and E2, with which U+2028 and U+2029 begin.
@inline(always)
private func mustBeEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F || byte == 0xE2
}

/// Whether one of eight bytes is such a byte; true also for some words in which none is.
@inline(always)
private func mayHoldEscaped(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // The high bit of a byte that is zero.
    func zeros(_ bytes: UInt64) -> UInt64 { (bytes &- ones) & ~bytes }
    let controls = (word &- (0x20 &* ones)) & ~word
    let found =
        controls | zeros(word ^ (UInt64(UInt8(ascii: "\"")) &* ones))
        | zeros(word ^ (UInt64(UInt8(ascii: "\\")) &* ones))
        | zeros(word ^ (0x7F &* ones)) | zeros(word ^ (0xE2 &* ones))
    return found & (0x80 &* ones) != 0
}

extension JSONWriter {
    /// Appends at most `capacity` bytes that `body` puts.
    @inline(always)
    mutating func emit(_ capacity: Int, _ body: (inout ReservedBytes) -> Void) {
        bytes.append(addingCapacity: capacity) { span in
            span.withUnsafeMutableBufferPointer { buffer, initializedCount in
                guard let base = buffer.baseAddress else { return }
                // The span is the room just added: `capacity` bytes from its first uninitialized one on.
                var output = ReservedBytes(base + initializedCount, capacity: capacity)
                body(&output)
                initializedCount += output.count
            }
        }
    }

    /// A comma if one is due, and the text in quotes with what must be escaped escaped.
    mutating func appendQuoted(_ text: String, comma: Bool) {
        var text = text
        text.withUTF8 { utf8 in
            var plainCount = 0
            emit(utf8.count + 3) { output in
                if comma { output.put(UInt8(ascii: ",")) }
                output.put(UInt8(ascii: "\""))
                plainCount = output.putPlain(utf8)
                if plainCount == utf8.count { output.put(UInt8(ascii: "\"")) }
            }
            if plainCount == utf8.count { return }
            appendEscaped(utf8, from: plainCount)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    /// The rest of a text from a byte that may need an escape; runs that need none are copied whole.
    private mutating func appendEscaped(_ utf8: UnsafeBufferPointer<UInt8>, from start: Int) {
        var runStart = start
        var index = start
        while index < utf8.count {
            let byte = utf8[index]
            guard mustBeEscaped(byte) else {
                index += 1
                continue
            }
            if byte == 0xE2 {
                // U+2028 and U+2029 are E2 80 A8 and E2 80 A9: line ends to JavaScript.
                guard index + 2 < utf8.count, utf8[index + 1] == 0x80, utf8[index + 2] & 0xFE == 0xA8 else {
                    index += 1
                    continue
                }
                bytes.append(contentsOf: utf8[runStart..<index])
                appendUnicodeEscape(0x2028 + UInt16(utf8[index + 2] & 1))
                index += 3
            } else {
                bytes.append(contentsOf: utf8[runStart..<index])
                appendEscape(of: byte)
                index += 1
            }
            runStart = index
        }
        bytes.append(contentsOf: utf8[runStart...])
    }

    /// A comma if one is due, and the decimal digits of a whole number.
    mutating func appendDecimal(_ magnitude: UInt64, isNegative: Bool, comma: Bool) {
        // Twenty digits hold every 64-bit number.
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var place = 20
        var rest = magnitude
        repeat {
            place -= 1
            digits[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest != 0
        emit(22) { output in
            if comma { output.put(UInt8(ascii: ",")) }
            if isNegative { output.put(UInt8(ascii: "-")) }
            for index in place..<20 { output.put(digits[index]) }
        }
    }

    private mutating func appendEscape(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): appendShortEscape(byte)
        case 0x08: appendShortEscape(UInt8(ascii: "b"))
        case 0x09: appendShortEscape(UInt8(ascii: "t"))
        case 0x0A: appendShortEscape(UInt8(ascii: "n"))
        case 0x0C: appendShortEscape(UInt8(ascii: "f"))
        case 0x0D: appendShortEscape(UInt8(ascii: "r"))
        default: appendUnicodeEscape(UInt16(byte))
        }
    }

    private mutating func appendShortEscape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
    }

    private mutating func appendUnicodeEscape(_ unit: UInt16) {
        appendShortEscape(UInt8(ascii: "u"))
        for place in 0..<4 {
            let digit = UInt8(truncatingIfNeeded: unit >> (12 - 4 * place) & 0xF)
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
