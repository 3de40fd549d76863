import Glibc
import Platform

/// An open file without a name: it goes with its descriptor.
struct TemporaryFile: ~Copyable {
    private let file: FileDescriptor

    init() throws {
        var path = Array("/tmp/numbers-test-XXXXXX".utf8CString)
        let raw = mkstemp(&path)
        guard raw >= 0 else { throw SystemError.last("mkstemp") }
        unlink(path)
        file = FileDescriptor(owning: raw)
    }

    var descriptor: Int32 { file.rawValue }

    /// All that has been written.
    var text: String {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = pread(file.rawValue, &block, block.count, bytes.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(contentsOf: block.prefix(count))
        }
    }
}
