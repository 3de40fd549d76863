// Numbers in memory as a benchmark reads them, files, and the clock. Values, but for the file functions.

import Glibc
import NumbersCore

/// The lines of a file: a text, a tab, and a region, ZZ for none.
struct SampleNumbers {
    private let bytes: [UInt8]
    private var lines: [(start: Int, end: Int, region: Region?)] = []

    init(file: String) {
        bytes = Files.read(file)
        var start = 0
        for (end, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            guard let tab = bytes[start..<end].lastIndex(of: UInt8(ascii: "\t")) else {
                Files.fail("\(file): a line has no region")
            }
            let code = String(decoding: bytes[tab + 1..<end], as: UTF8.self)
            lines.append((start, tab, code == "ZZ" ? nil : Region(code)))
            start = end + 1
        }
        guard !lines.isEmpty else { Files.fail("\(file) has no numbers") }
    }

    var count: Int { lines.count }

    func text(_ index: Int) -> String { String(decoding: bytes[lines[index].start..<lines[index].end], as: UTF8.self) }

    @inline(__always)
    func read(_ index: Int, _ plan: borrowing NumberingPlan) -> PhoneNumber? {
        let line = lines[index]
        return try? PhoneNumber(parsing: bytes.span.extracting(line.start..<line.end), region: line.region, plan: plan)
    }
}

/// Runs something again and again.
enum Meter {
    /// Seconds of processor time that this process has used: other processes on the machine do not count.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Runs a second.
    static func rate(seconds: Double, _ body: () -> Void) -> Double {
        body()
        var runs = 0
        let start = now()
        while true {
            body()
            runs += 1
            let took = now() - start
            if took >= seconds { return Double(runs) / took }
        }
    }
}

enum Files {
    static func read(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "rb") else { fail("cannot read \(path)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    static func write(_ bytes: [UInt8], to path: String) {
        guard let file = fopen(path, "wb") else { fail("cannot write \(path)") }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { fail("cannot write \(path)") }
    }

    static func residentKilobytes() -> Int {
        let fields = String(decoding: read("/proc/self/statm"), as: UTF8.self).split(separator: " ")
        return (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) / 1024
    }

    static func tell(_ message: String) { write(Array((message + "\n").utf8), to: "/dev/stderr") }

    static func fail(_ message: String) -> Never {
        tell(message)
        exit(1)
    }
}
