// Bytes whose end lies flush against a page that may not be touched, so that reading one too many ends the test.

internal import CLinux
internal import Glibc

/// Makes such bytes.
package enum GuardedBytes {
    /// Calls `body` with a copy of `bytes` that ends where a `PROT_NONE` page begins.
    package static func with<Result>(_ bytes: [UInt8], _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let pages = (bytes.count + page - 1) / page
        let length = (pages + 1) * page
        let region = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let region, region != MAP_FAILED else { preconditionFailure("no memory for a test: errno \(errno)") }
        defer { munmap(region, length) }
        precondition(mprotect(region + pages * page, page, PROT_NONE) == 0, "mprotect failed: errno \(errno)")
        let start = region + pages * page - bytes.count
        bytes.withUnsafeBytes { source in
            if let base = source.baseAddress { start.copyMemory(from: base, byteCount: source.count) }
        }
        return body(UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: bytes.count))
    }
}
