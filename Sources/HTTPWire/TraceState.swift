// What other systems have noted about a trace (W3C Trace Context §3.3, `tracestate`). Pure functions.

/// Reads the field for passing it on. It is opaque to this program, and nothing is added to it.
package enum TraceState {
    /// §3.3.1.1: there can be no more members than this.
    private static let membersMax = 32
    /// §3.3.1.5: at least so many characters are passed on; more are not, because a stranger chooses them.
    private static let charactersMax = 512
    /// §3.3.1.5: members longer than this are the first to go.
    private static let memberCharactersMax = 128
    private static let keyCharactersMax = 256
    private static let valueCharactersMax = 256

    /// The value to pass on for the fields that came, in their order; empty for none, and for a list that is malformed
    /// as a whole or in one member, which is not passed on at all (§4.3).
    package static func passedOn(_ fields: [String]) -> String {
        var members: [[UInt8]] = []
        for field in fields {
            for part in field.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                var bytes = part[...]
                while let first = bytes.first, ByteClass.isSpace(first) { bytes = bytes.dropFirst() }
                while let last = bytes.last, ByteClass.isSpace(last) { bytes = bytes.dropLast() }
                // Empty members are allowed and mean nothing.
                if !bytes.isEmpty { members.append(Array(bytes)) }
            }
        }
        guard members.count <= membersMax, members.allSatisfy(isMember) else { return "" }
        func length() -> Int { members.reduce(0) { $0 + $1.count } + max(0, members.count - 1) }
        while length() > charactersMax, let place = members.lastIndex(where: { $0.count > memberCharactersMax }) {
            members.remove(at: place)
        }
        while length() > charactersMax { members.removeLast() }
        return String(decoding: Array(members.joined(separator: [UInt8(ascii: ",")])), as: UTF8.self)
    }

    /// list-member = key "=" value
    private static func isMember(_ bytes: [UInt8]) -> Bool {
        guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { return false }
        let (key, value) = (bytes[..<equals], bytes[(equals + 1)...])
        guard let first = key.first, isLetter(first) || ByteClass.isDigit(first), key.count <= keyCharactersMax,
            key.allSatisfy(isKey)
        else { return false }
        // nblk-chr: visible, without comma and equals sign; spaces may stand within.
        return (1...valueCharactersMax).contains(value.count)
            && value.allSatisfy {
                (0x20...0x7e).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=")
            }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func isKey(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "@"): true
        default: isLetter(byte) || ByteClass.isDigit(byte)
        }
    }
}
