// Files that a command reads or writes whole. Nothing is kept open.

import Glibc
import Platform

/// Reads and writes small files.
enum WholeFile {
    private static let blockBytes = 65_536

    /// The bytes of a file, of standard input for `-`.
    /// - Parameters:
    ///   - what: what it has to be, for the message: `a template`.
    ///   - limit: the most bytes it may have.
    static func read(_ path: String, _ what: String, limit: Int, _ context: CommandContext) throws(CommandFailure)
        -> [UInt8]
    {
        var bytes: [UInt8] = []
        func take(_ block: [UInt8]) throws(CommandFailure) {
            bytes += block
            guard bytes.count <= limit else {
                throw .badData("\(name(path)): expected \(what) of at most \(limit) bytes, found more")
            }
        }
        guard path != "-" else {
            while true {
                let block = context.surroundings.readInput(blockBytes)
                if block.isEmpty { return bytes }
                try take(block)
            }
        }
        let raw = open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else {
            throw .badData("\(terminalSafe(path)): \(SystemError.last("open").reason). Name \(what).")
        }
        let descriptor = FileDescriptor(owning: raw)
        var buffer = [UInt8](repeating: 0, count: blockBytes)
        while true {
            let count = Glibc.read(descriptor.rawValue, &buffer, buffer.count)
            if count < 0 {
                let error = SystemError.last("read")
                if error.code == EINTR { continue }
                throw .badData("\(terminalSafe(path)): \(error.reason). Name \(what).")
            }
            if count == 0 { return bytes }
            try take(Array(buffer.prefix(count)))
        }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Puts a file that everybody may read in place of the one that is there, in one step and durably.
    static func replace(_ path: String, with bytes: [UInt8]) throws(CommandFailure) {
        let beside = path + ".new"
        func failed(_ operation: String) -> CommandFailure {
            let reason = SystemError.last(operation).reason
            _ = unlink(beside)
            return .failed("\(terminalSafe(path)): cannot be written: \(reason). Nothing was changed.")
        }
        let raw = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard raw >= 0 else {
            throw .failed("\(terminalSafe(beside)): cannot be written: \(SystemError.last("open").reason)")
        }
        let descriptor = FileDescriptor(owning: raw)
        guard writeAll(bytes, to: descriptor) else { throw failed("write") }
        guard fchmod(descriptor.rawValue, 0o644) == 0, fsync(descriptor.rawValue) == 0 else { throw failed("fsync") }
        guard rename(beside, path) == 0 else { throw failed("rename") }
        let folder = path.contains("/") ? String(path[...(path.lastIndex(of: "/") ?? path.startIndex)]) : "."
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // It is in place; only whether it outlives a power failure of the next seconds is open then.
        guard directory >= 0 else { return }
        _ = fsync(directory)
        _ = close(directory)
    }

    /// Writes a file that only its owner may read, in place of one that is there.
    static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        let raw = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard raw >= 0 else {
            throw .failed("\(terminalSafe(path)): cannot be written: \(SystemError.last("open").reason)")
        }
        let descriptor = FileDescriptor(owning: raw)
        // One that was there may have been for others to read, too; what is no file, such as a pipe, stays as it is.
        var status = stat()
        if fstat(raw, &status) == 0, status.st_mode & S_IFMT == S_IFREG, fchmod(raw, 0o600) != 0 {
            throw .failed("\(terminalSafe(path)): cannot be kept from others: \(SystemError.last("fchmod").reason)")
        }
        guard writeAll(bytes, to: descriptor) else {
            throw .failed("\(terminalSafe(path)): cannot be written: \(SystemError.last("write").reason)")
        }
    }

    /// False with the system's reason in `errno`.
    private static func writeAll(_ bytes: [UInt8], to descriptor: borrowing FileDescriptor) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor.rawValue, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// The file in a message.
    static func name(_ path: String) -> String { path == "-" ? "standard input" : terminalSafe(path) }
}
