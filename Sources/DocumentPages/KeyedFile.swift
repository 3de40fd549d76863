// Files as they are handed to a customer: with the server's own address and, when asked for, the key. Immutable.

internal import Platform

/// A file to download that names the server, and may hold a key.
package protocol KeyedFile: Sendable {
    /// The path it answers under.
    var path: String { get }
    /// The value of `Content-Type`.
    var contentType: String { get }
    /// The value of `Content-Disposition`: it is saved, not shown.
    var contentDisposition: String { get }

    /// The file for this server.
    ///
    /// - Parameters:
    ///   - origin: replaces `https://numbers.online` wherever it stands.
    ///   - apiKey: the key that arrived in a header of the request, or nil. It is filled in when the file has a place for
    ///     it and it matches the grammar of a key (`nol_` or `nol_test_` and 40 lower-case hexadecimal digits), whose
    ///     characters need no escaping anywhere, and ignored otherwise.
    func body(origin: PublicOrigin, apiKey: String?) -> [UInt8]
}

/// The grammar of keys, for those that are filled into files.
enum KeyText {
    static func isKey(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let prefix = ["nol_test_", "nol_"].first(where: { bytes.starts(with: $0.utf8) }) else { return false }
        let digits = bytes.dropFirst(prefix.utf8.count)
        return digits.count == 40
            && digits.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }
}
