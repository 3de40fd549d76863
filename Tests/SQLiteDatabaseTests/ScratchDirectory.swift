// A directory of one test's own.

import Glibc
import Platform
import SQLiteDatabase

/// Made in memory where the system allows it (the tests make thousands of syncs, and fail them by other means), and
/// removed with all it holds when the test lets go of it.
final class ScratchDirectory: Sendable {
    let path: String

    init() {
        let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(base)/sqlite-tests-XXXXXX\0".utf8CString.dropLast())
        precondition(mkdtemp(&template) != nil, "no temporary directory")
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in entries { unlink(path + "/" + name) }
        rmdir(path)
    }

    func file(_ name: String) -> String { path + "/" + name }

    /// The names in it, sorted.
    var entries: [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

/// A file's bytes; empty when there is none.
func contents(of path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return bytes }
        bytes += buffer.prefix(count)
    }
}

/// A short mark of a file's bytes, for messages that can be read.
func digest(of path: String) -> String { SHA256Digest.of(contents(of: path)).hex }

/// Writes a file anew.
func write(_ bytes: [UInt8], to path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    precondition(descriptor >= 0, "cannot write \(path)")
    defer { close(descriptor) }
    var offset = 0
    while offset < bytes.count {
        let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + offset, $0.count - offset) }
        precondition(count > 0, "cannot write \(path)")
        offset += count
    }
}

/// The files of a database as a process that is killed now would leave them.
func copyDatabase(at path: String, to target: String) {
    for suffix in ["", "-wal"] {
        let bytes = contents(of: path + suffix)
        if suffix.isEmpty || !bytes.isEmpty { write(bytes, to: target + suffix) }
    }
}
