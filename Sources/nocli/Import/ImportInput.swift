// What an import reads from. Owns the file it opened.

import Glibc
import Platform

/// A file or standard input, read in blocks.
struct ImportInput: ~Copyable {
    private let file: FileDescriptor?
    private let readStandardInput: (Int) -> [UInt8]
    private let path: String
    /// The number that `file` owns; nil for standard input.
    private let rawDescriptor: Int32?
    /// The size of the file; 0 when it is not known.
    let byteCount: Int64
    /// Whether it can be read twice: a pipe cannot.
    let isSeekable: Bool

    init(path: String, _ context: CommandContext) throws(CommandFailure) {
        self.path = path
        readStandardInput = context.surroundings.readInput
        guard path != "-" else {
            file = nil
            rawDescriptor = nil
            byteCount = 0
            isSeekable = false
            return
        }
        let raw = open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else {
            throw .badData("\(path): \(SystemError.last("open").reason). Name a CSV file to import.")
        }
        file = FileDescriptor(owning: raw)
        rawDescriptor = raw
        var information = stat()
        let isKnown = fstat(raw, &information) == 0
        byteCount = isKnown ? Int64(information.st_size) : 0
        isSeekable = isKnown && information.st_mode & S_IFMT == S_IFREG
    }

    /// The input in a message.
    var name: String { path == "-" ? "standard input" : path }

    /// The next bytes, empty at the end.
    borrowing func read(_ count: Int) throws(CommandFailure) -> [UInt8] {
        guard let raw = rawDescriptor else { return readStandardInput(count) }
        var buffer = [UInt8](repeating: 0, count: count)
        while true {
            let length = Glibc.read(raw, &buffer, count)
            if length == count { return buffer }
            if length >= 0 { return Array(buffer.prefix(length)) }
            let error = SystemError.last("read")
            if error.code != EINTR { throw .badData("\(path): \(error.reason)") }
        }
    }

    /// Goes on reading at a byte of a file.
    borrowing func move(to byte: Int64) throws(CommandFailure) {
        guard let raw = rawDescriptor, lseek(raw, off_t(byte), SEEK_SET) == off_t(byte) else {
            throw .badData("\(name): \(SystemError.last("lseek").reason)")
        }
    }

    /// Bytes that are hashed at a time.
    private static let hashedBytes = 1 << 20

    /// Stands for the whole content: a hash over each block and what came before it. Reads the file from the beginning
    /// and goes back there; nil for what can be read only once.
    borrowing func fingerprint(_ progress: (Int64) -> Void) throws(CommandFailure) -> SHA256Digest? {
        guard isSeekable else { return nil }
        var digest = SHA256Digest.of([])
        var done: Int64 = 0
        while true {
            let block = try read(Self.hashedBytes)
            if block.isEmpty { break }
            digest = SHA256Digest.of(digest.bytes + block)
            done += Int64(block.count)
            progress(done)
        }
        try move(to: 0)
        return digest
    }
}
