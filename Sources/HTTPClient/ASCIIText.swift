// Comparing names of protocols. Pure functions.

internal import HTTPWire

/// Text whose letters are compared without case, as field names and hosts are.
enum ASCIIText {
    static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count
            && zip(left.utf8, right.utf8).allSatisfy { ByteClass.lowered($0) == ByteClass.lowered($1) }
    }

    /// ASCII letters in lower case, everything else as it is.
    static func lowered(_ text: String) -> String {
        String(decoding: text.utf8.map(ByteClass.lowered), as: UTF8.self)
    }
}
