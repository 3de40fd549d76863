// A folder of recorded exchanges, `001.json`, `002.json`, …. The only place here that touches the file system.

internal import Glibc
internal import JSONText
internal import Platform

/// Why a folder of recordings cannot be used.
package struct RecordingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The folder or the file.
    package let path: String
    /// What is wrong, and what to do.
    package let reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    package var description: String { "\(path): \(reason)" }
}

/// Reads and writes the files of a folder of recordings.
package struct RecordingFolder: Sendable {
    /// Exchanges of one folder. A run sends 100 requests at most; this is room for many runs with three-digit names, and
    /// bounds what a replay keeps in memory.
    package static let exchangesMax = 999
    /// Bytes of one file: the largest answer the engine reads (16 MiB), escaped, and some room.
    private static let fileBytesMax = 67_108_864

    package let path: String

    package init(path: String) { self.path = path }

    /// Makes the folder if it is not there yet.
    ///
    /// - Throws: also when recordings are in it already: two runs in one folder could not be told apart.
    package func prepare() throws(RecordingError) {
        if mkdir(path, 0o700) != 0 {
            let error = SystemError.last("mkdir")
            guard error.code == EEXIST else { throw RecordingError(path: path, reason: error.reason) }
        }
        guard try names().isEmpty else {
            throw RecordingError(
                path: path, reason: "there are recordings in this folder already; name another or remove them")
        }
    }

    /// Writes one exchange; `number` from 1. Only its owner may read the file: redacted or not, it is customers' data.
    package func write(_ exchange: RecordedExchange, number: Int) throws(RecordingError) {
        let file = path + "/" + Self.name(number)
        // A new file and never a link that somebody else has put there.
        let raw = open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard raw >= 0 else { throw RecordingError(path: file, reason: SystemError.last("open").reason) }
        let descriptor = FileDescriptor(owning: raw)
        var rest = exchange.json[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor.rawValue, $0.baseAddress, $0.count) }
            if count < 0 {
                let error = SystemError.last("write")
                if error.code == EINTR { continue }
                throw RecordingError(path: file, reason: error.reason)
            }
            rest = rest.dropFirst(count)
        }
    }

    /// All exchanges in the order they were recorded.
    package func exchanges() throws(RecordingError) -> [RecordedExchange] {
        let names = try names()
        guard !names.isEmpty else {
            throw RecordingError(path: path, reason: "expected recordings (001.json, …) in this folder, found none")
        }
        var exchanges: [RecordedExchange] = []
        for name in names {
            let file = path + "/" + name
            let bytes = try Self.read(file)
            do throws(JSONInputError) {
                exchanges.append(try RecordedExchange(json: bytes))
            } catch {
                throw RecordingError(path: file, reason: error.description)
            }
        }
        return exchanges
    }

    /// Names of recordings, sorted: three digits and `.json`; whatever else is in the folder is let alone.
    private func names() throws(RecordingError) -> [String] {
        guard let folder = opendir(path) else {
            throw RecordingError(path: path, reason: SystemError.last("opendir").reason)
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            // `d_name` ends with a NUL within the entry that `readdir` gave, which lives until the next call.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if Self.isRecording(name) { names.append(name) }
        }
        return names.sorted()
    }

    private static func isRecording(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        return bytes.count == 8 && bytes.prefix(3).allSatisfy { (0x30...0x39).contains($0) } && name.hasSuffix(".json")
    }

    private static func name(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits + ".json"
    }

    private static func read(_ file: String) throws(RecordingError) -> [UInt8] {
        let raw = open(file, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { throw RecordingError(path: file, reason: SystemError.last("open").reason) }
        let descriptor = FileDescriptor(owning: raw)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor.rawValue, &buffer, buffer.count)
            if count < 0 {
                let error = SystemError.last("read")
                if error.code == EINTR { continue }
                throw RecordingError(path: file, reason: error.reason)
            }
            if count == 0 { return bytes }
            bytes += buffer.prefix(count)
            guard bytes.count <= fileBytesMax else {
                throw RecordingError(path: file, reason: "the file is larger than \(fileBytesMax) bytes")
            }
        }
    }
}
