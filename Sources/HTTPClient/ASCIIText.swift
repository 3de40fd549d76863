// Comparing names of protocols. Pure functions.

internal import HTTPWire

/// Text whose letters are compared without case, as field names and hosts are.
enum ASCIIText {
    static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count
            && zip(left.utf8, right.utf8).allSatisfy { ByteClass.lowered($0) == ByteClass.lowered($1) }
    }

    /// Whether the text is one of those in the list.
    static func isAny(_ text: String, of list: [String]) -> Bool { list.contains { isSame($0, text) } }

    /// ASCII letters in lower case, everything else as it is.
    static func lowered(_ text: String) -> String {
        guard text.utf8.contains(where: { ByteClass.lowered($0) != $0 }) else { return text }
        return String(decoding: text.utf8.map(ByteClass.lowered), as: UTF8.self)
    }
}
