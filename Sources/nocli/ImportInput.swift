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

    init(path: String, _ context: CommandContext) throws(CommandFailure) {
        self.path = path
        readStandardInput = context.surroundings.readInput
        guard path != "-" else {
            file = nil
            rawDescriptor = nil
            byteCount = 0
            return
        }
        let raw = open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else {
            throw .badData("\(path): \(SystemError.last("open").reason). Name a CSV file to import.")
        }
        file = FileDescriptor(owning: raw)
        rawDescriptor = raw
        var information = stat()
        byteCount = fstat(raw, &information) == 0 ? Int64(information.st_size) : 0
    }

    /// The next bytes, empty at the end.
    borrowing func read(_ count: Int) throws(CommandFailure) -> [UInt8] {
        guard let raw = rawDescriptor else { return readStandardInput(count) }
        var buffer = [UInt8](repeating: 0, count: count)
        while true {
            let length = Glibc.read(raw, &buffer, count)
            if length >= 0 { return Array(buffer.prefix(length)) }
            let error = SystemError.last("read")
            if error.code != EINTR { throw .badData("\(path): \(error.reason)") }
        }
    }
}
