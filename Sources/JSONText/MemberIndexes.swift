// The members of large objects by name. Immutable.

/// Where the members of large objects are, so that an answer of one huge object costs no quadratic time.
@usableFromInline
final class MemberIndexes: Sendable {
    /// Objects up to so many members are searched.
    static let searchedMembers = 64

    private let byObject: [UInt32: MemberIndex]

    /// The indexes of a document; nil when it needs none.
    init?(tape: [TapeWord], bytes: [UInt8]) {
        var byObject: [UInt32: MemberIndex] = [:]
        for place in tape.indices {
            let word = tape[place]
            // An object whose whole content is short cannot have many members.
            guard word.kind == .object, word.length - place > 2 * Self.searchedMembers else { continue }
            let names = Self.names(of: place, tape)
            if names.count > Self.searchedMembers {
                byObject[UInt32(truncatingIfNeeded: place)] = MemberIndex(names: names, tape: tape, bytes: bytes)
            }
        }
        guard !byObject.isEmpty else { return nil }
        self.byObject = byObject
    }

    subscript(object: UInt32) -> MemberIndex? { byObject[object] }

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

/// A hash table of one object's names with open addressing, half full at the most and a quarter at the least; the last of
/// equal names stays. A slot has 4 bytes: at most 16 for each member.
struct MemberIndex: Sendable {
    /// Places of names on the tape; 0, where no name can be, is free.
    private var slots: [UInt32]

    init(names: [UInt32], tape: [TapeWord], bytes: [UInt8]) {
        var size = 128
        while size < 2 * names.count { size *= 2 }
        slots = [UInt32](repeating: 0, count: size)
        bytes.withUnsafeBufferPointer { text in
            tape.withUnsafeBufferPointer { tape in
                for name in names { slots[slot(of: Self.name(tape[Int(name)], text), tape, text)] = name }
            }
        }
    }

    /// The place of a name; nil when the object has it not.
    func place(
        of name: JSONName, tape: UnsafeBufferPointer<TapeWord>, text: UnsafeBufferPointer<UInt8>
    ) -> UInt32? {
        let found = slots[slot(of: name, tape, text)]
        return found == 0 ? nil : found
    }

    private static func name(_ word: TapeWord, _ text: UnsafeBufferPointer<UInt8>) -> JSONName {
        if word.kind == .escapedString { return JSONName(JSONEscapes.removed(text, word.offset, word.length)) }
        return JSONName(Array(text[word.offset..<word.offset + word.length]))
    }

    /// Where a name is, or would go.
    private func slot(
        of name: JSONName, _ tape: UnsafeBufferPointer<TapeWord>, _ text: UnsafeBufferPointer<UInt8>
    ) -> Int {
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
