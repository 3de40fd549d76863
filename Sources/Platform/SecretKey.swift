// The key that secrets are sealed with: where it is read from. Nothing here prints one.

internal import Glibc

/// Why a secret key cannot be used; the sentence says what was found and what to do, never what the key is.
package struct SecretKeyError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// The operator's key for secrets at rest: 32 random bytes, as 64 hexadecimal digits or as base64.
package struct SecretKey: Sendable {
    /// The environment's variable, for where there is no file.
    package static let variable = "NUMBERS_MIDDLEWARE_SECRET_KEY"

    /// Tells keys apart without telling anything about them: the beginning of a hash.
    package let id: [UInt8]
    package let cipher: AuthenticatedCipher

    /// Bytes of ``id``: enough that two keys of one installation never agree.
    package static let idBytes = 8
    /// Bytes of a file that may be a key: 64 digits and white space.
    private static let fileBytesMax = 256

    /// - Parameter bytes: 32 of them; nil for any other number.
    package init?(bytes: [UInt8]) {
        guard let cipher = AuthenticatedCipher(key: Secret(bytes)) else { return nil }
        self.cipher = cipher
        id = Array(SHA256Digest.of(Array("numbers.online secret key\n".utf8) + bytes).bytes.prefix(Self.idBytes))
    }

    /// Reads the text of a key; white space around it means nothing.
    /// - Parameter place: where the text is from, for the message.
    package init(text: String, place: String) throws(SecretKeyError) {
        var text = Substring(text)
        while let first = text.unicodeScalars.first, first.properties.isWhitespace { text.unicodeScalars.removeFirst() }
        while let last = text.unicodeScalars.last, last.properties.isWhitespace { text.unicodeScalars.removeLast() }
        let given = String(text)
        // 64 hexadecimal digits are base64 of 48 bytes, too, and no key.
        let bytes = (given.utf8.count == 64 ? Hex.decode(given) : nil) ?? Base64.decoded(given)
        guard let bytes, let key = SecretKey(bytes: bytes) else {
            throw SecretKeyError(
                "\(place): expected a key of 32 bytes, as 64 hexadecimal digits or as base64; found "
                    + "\(given.utf8.count) characters that are none. Make one with: nocli secret generate-key FILE")
        }
        // An empty template of a configuration would protect nothing.
        guard Set(bytes).count > 1 else {
            throw SecretKeyError(
                "\(place): all bytes of the key are the same. Make one with: nocli secret generate-key FILE")
        }
        self = key
    }

    /// Reads a file, which nobody but its owner and its group may read, and nobody but its owner may write.
    package init(file path: String) throws(SecretKeyError) {
        let shown = terminalSafe(path)
        let raw = open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { throw SecretKeyError("\(shown): \(SystemError.last("open").reason)") }
        let descriptor = FileDescriptor(owning: raw)
        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0 else {
            throw SecretKeyError("\(shown): \(SystemError.last("fstat").reason)")
        }
        guard status.st_mode & S_IFMT != S_IFREG || status.st_mode & 0o027 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw SecretKeyError(
                "\(shown): others can read or change it (mode \(mode)), so it is no secret. Make a new key, or if "
                    + "nobody has read this one: chmod 600 \(shown)")
        }
        var bytes = [UInt8](repeating: 0, count: Self.fileBytesMax + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                read(descriptor.rawValue, $0.baseAddress.map { $0 + count }, $0.count - count)
            }
            if got < 0 {
                let error = SystemError.last("read")
                if error.code == EINTR { continue }
                throw SecretKeyError("\(shown): \(error.reason)")
            }
            if got == 0 { break }
            count += got
        }
        guard count <= Self.fileBytesMax else {
            throw SecretKeyError("\(shown): expected a key, found more than \(Self.fileBytesMax) bytes")
        }
        try self.init(text: String(decoding: bytes[..<count], as: UTF8.self), place: shown)
    }

    /// The key of the file that was named, else of the environment; nil when there is neither.
    package static func find(
        file: String?, environment: [String: String]
    ) throws(SecretKeyError) -> SecretKey? {
        if let file { return try SecretKey(file: file) }
        guard let text = environment[variable], !text.isEmpty else { return nil }
        return try SecretKey(text: text, place: variable)
    }

    /// The text of a new key, a line.
    package static func generated(random: RandomSource) -> String {
        Hex.encode(random.bytes(AuthenticatedCipher.keyBytes)) + "\n"
    }
}
