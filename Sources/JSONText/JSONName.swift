// A member name to look for. A value.

/// A name made ready to be compared with many names of documents.
package struct JSONName: Sendable, Hashable {
    /// UTF-8.
    package let bytes: [UInt8]
    let head: Head

    /// What most comparisons are decided by.
    struct Head: Sendable, Hashable {
        let count: Int
        /// The first eight bytes, the first one lowest, zeros behind a shorter name.
        let bytes: UInt64
        /// Ones where ``bytes`` counts.
        let mask: UInt64

        /// Whether a name of the tape, without escapes, is as long and begins with the same eight bytes.
        @inline(__always)
        func isWritten(by word: TapeWord, in text: UnsafeBufferPointer<UInt8>) -> Bool {
            guard word.length == count else { return false }
            // A word of the tape lies inside its text; eight bytes may not.
            guard text.count - word.offset >= 8, let base = text.baseAddress else {
                return isWrittenAtEnd(word, text)
            }
            let found = UnsafeRawPointer(base + word.offset).loadUnaligned(as: UInt64.self)
            return (UInt64(littleEndian: found) ^ bytes) & mask == 0
        }

        @inline(never)
        private func isWrittenAtEnd(_ word: TapeWord, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
            (0..<min(count, 8)).allSatisfy {
                text[word.offset + $0] == UInt8(truncatingIfNeeded: bytes &>> UInt64(8 * $0))
            }
        }
    }

    package init(_ text: String) { self.init(Array(text.utf8)) }

    init(_ bytes: [UInt8]) {
        var head: UInt64 = 0
        for (place, byte) in bytes.prefix(8).enumerated() { head |= UInt64(byte) &<< UInt64(8 * place) }
        self.bytes = bytes
        self.head = Head(
            count: bytes.count, bytes: head, mask: bytes.count >= 8 ? .max : 1 &<< UInt64(8 * bytes.count) &- 1)
    }

    /// Whether the name on the tape is this one.
    func isWritten(by word: TapeWord, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        if word.kind == .escapedString { return isEscaped(by: word, in: text) }
        return head.isWritten(by: word, in: text) && (head.count <= 8 || isRestWritten(by: word, in: text))
    }

    /// Whether what comes behind the first eight bytes is the same.
    @inline(never)
    func isRestWritten(by word: TapeWord, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        for place in 8..<head.count where text[word.offset + place] != bytes[place] { return false }
        return true
    }

    @inline(never)
    func isEscaped(by word: TapeWord, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        // An escape makes a text shorter, six to one at the most.
        guard word.length > head.count, word.length / 6 <= head.count else { return false }
        return JSONEscapes.removed(text, word.offset, word.length) == bytes
    }
}
