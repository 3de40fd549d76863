// A text that is put together on the stack. A value; nobody shares it.

/// A short ASCII text; what does not fit is dropped, which verified formats cannot cause.
struct ShortText {
    private static let capacity = NumberFormat.bytesMax
    private static let wordBytes = 16

    private var storage = InlineArray<96, UInt8>(repeating: 0)
    private(set) var count = 0

    var last: UInt8? { count > 0 ? storage[count - 1] : nil }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        guard count < Self.capacity else { return }
        storage[count] = byte
        count &+= 1
    }

    /// Appends digits, each of them 0 to 9.
    @inline(__always)
    mutating func append(_ digits: DigitString) {
        guard digits.count <= Self.wordBytes else {
            for index in 0..<digits.count { append(digits[index] + 48) }
            return
        }
        append(digits.ascii, count: digits.count)
    }

    /// Appends the lowest `count` bytes of a word, at most sixteen.
    @inline(__always)
    mutating func append(_ word: UInt128, count length: Int) {
        guard count <= Self.capacity - Self.wordBytes else { return }
        let place = count
        // The whole word is written; what is behind `length` is overwritten by what comes next.
        var bytes = storage.mutableSpan
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: word.littleEndian, toByteOffset: place, as: UInt128.self) }
        count = place + length
    }

    @inline(__always)
    mutating func append(decimal number: UInt16) { append(DigitString(decimal: UInt64(number))) }

    /// A plus sign and a calling code.
    @inline(__always)
    mutating func append(international countryCode: UInt16) {
        append(UInt8(ascii: "+"))
        append(decimal: countryCode)
    }

    @inline(__always)
    func copy(to output: inout OutputSpan<UInt8>) {
        let count = count
        storage.span.withUnsafeBufferPointer { text in
            output.withUnsafeMutableBufferPointer { buffer, initializedCount in
                // A text that does not fit ends the program, as in every append.
                precondition(buffer.count - initializedCount >= count, "no room for a formatted number")
                guard let target = buffer.baseAddress, let source = text.baseAddress else { return }
                (target + initializedCount).initialize(from: source, count: count)
                initializedCount += count
            }
        }
    }

    /// The text as an array of its own.
    var bytes: [UInt8] { storage.span.extracting(first: count).withUnsafeBufferPointer { Array($0) } }

    var string: String {
        storage.span.extracting(first: count).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
