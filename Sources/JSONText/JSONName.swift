// A member name to look for, and the index of the members of large objects. Values.

/// A name made ready to be compared with many names of documents.
package struct JSONName: Sendable, Hashable {
    /// UTF-8.
    package let bytes: [UInt8]
    /// The first eight bytes, the first one lowest, zeros behind a shorter name.
    private let head: UInt64
    /// Ones where ``head`` counts.
    private let mask: UInt64

    package init(_ text: String) { self.init(Array(text.utf8)) }

    init(_ bytes: [UInt8]) {
        var head: UInt64 = 0
        for (place, byte) in bytes.prefix(8).enumerated() { head |= UInt64(byte) &<< UInt64(8 * place) }
        self.bytes = bytes
        self.head = head
        mask = bytes.count >= 8 ? .max : 1 &<< UInt64(8 * bytes.count) &- 1
    }

    /// Whether the name on the tape is this one.
    @inline(__always)
    func isWritten(by word: TapeWord, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        if word.kind == .escapedString { return isEscaped(by: word, in: text) }
        guard word.length == bytes.count else { return false }
        // A word of the tape lies inside its text; eight bytes may not.
        guard text.count - word.offset >= 8, let base = text.baseAddress else { return isSame(word, text, from: 0) }
        let found = UnsafeRawPointer(base + word.offset).loadUnaligned(as: UInt64.self)
        guard (UInt64(littleEndian: found) ^ head) & mask == 0 else { return false }
        return bytes.count <= 8 || isSame(word, text, from: 8)
    }

    private func isSame(_ word: TapeWord, _ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
        for place in start..<bytes.count where text[word.offset + place] != bytes[place] { return false }
        return true
    }

    @inline(never)
    private func isEscaped(by word: TapeWord, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        // An escape makes a text shorter, six to one at the most.
        guard word.length > bytes.count, word.length / 6 <= bytes.count else { return false }
        return JSONEscapes.removed(text, word.offset, word.length) == bytes
    }
}

/// Where the members of large objects are, so that an answer of one huge object costs no quadratic time.
struct MemberIndexes: Sendable {
    /// Objects up to so many members are searched.
    static let searchedMembers = 64

    private var byObject: [UInt32: MemberIndex] = [:]

    /// The indexes a document needs; most need none.
    init(tape: [TapeWord], bytes: [UInt8]) {
        // An object whose whole content is short cannot have many members.
        guard tape.count > 2 * Self.searchedMembers else { return }
        for place in tape.indices {
            let word = tape[place]
            guard word.kind == .object, word.length - place > 2 * Self.searchedMembers else { continue }
            let names = Self.names(of: place, tape)
            if names.count > Self.searchedMembers {
                byObject[UInt32(truncatingIfNeeded: place)] = MemberIndex(names: names, tape: tape, bytes: bytes)
            }
        }
    }

    @inline(__always)
    subscript(object: UInt32) -> MemberIndex? { byObject.isEmpty ? nil : byObject[object] }

    private static func names(of object: Int, _ tape: [TapeWord]) -> [UInt32] {
        var names: [UInt32] = []
        var place = object + 1
        while place < tape[object].length {
            names.append(UInt32(truncatingIfNeeded: place))
            let value = tape[place + 1]
            place = value.isContainer ? value.length : place + 2
        }
        return names
    }
}

/// A hash table of one object's names with open addressing, half full at the most; the last of equal names stays.
struct MemberIndex: Sendable {
    /// Places of names on the tape; 0, where no name can be, is free.
    private var slots: [UInt32]

    init(names: [UInt32], tape: [TapeWord], bytes: [UInt8]) {
        var size = 128
        while size < 2 * names.count { size *= 2 }
        slots = [UInt32](repeating: 0, count: size)
        bytes.withUnsafeBufferPointer { text in
            for name in names {
                let word = tape[Int(name)]
                let spelt = Self.name(word, text)
                slots[slot(of: spelt, tape, text)] = name
            }
        }
    }

    /// The value of a name.
    func value(of name: JSONName, tape: [TapeWord], bytes: [UInt8]) -> JSONDocument.Node? {
        bytes.withUnsafeBufferPointer { text in
            let found = slots[slot(of: name, tape, text)]
            return found == 0 ? nil : JSONDocument.Node(place: found + 1)
        }
    }

    private static func name(_ word: TapeWord, _ text: UnsafeBufferPointer<UInt8>) -> JSONName {
        if word.kind == .escapedString { return JSONName(JSONEscapes.removed(text, word.offset, word.length)) }
        return JSONName(Array(text[word.offset..<word.offset + word.length]))
    }

    /// Where a name is, or would go.
    private func slot(of name: JSONName, _ tape: [TapeWord], _ text: UnsafeBufferPointer<UInt8>) -> Int {
        // Seeded anew in every process: names cannot be chosen to collide.
        var hasher = Hasher()
        name.bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        var slot = hasher.finalize() & (slots.count - 1)
        while slots[slot] != 0, !name.isWritten(by: tape[Int(slots[slot])], in: text) {
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }
}
