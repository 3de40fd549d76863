// Very many connections leave nothing behind: no descriptor, no memory. NUMBERS_CONNECTIONS says how many; CONTRIBUTING.md
// names the long run.

import CLinux
import Foundation
import Glibc
import HTTPServer
import Platform
import TestSupport
import Testing

@Suite(.serialized) struct `Very many connections` {
    @Test func `leave neither descriptors nor memory behind`() async {
        await #expect(processExitsWith: .success) {
            let wanted = ProcessInfo.processInfo.environment["NUMBERS_CONNECTIONS"].flatMap { Int($0) } ?? 20_000
            var limits = HTTPServerLimits()
            limits.lingerTimeout = .seconds(1)
            try withServer(limits: limits) { live in
                // What is kept for later (buffers, slots, the allocator's own) is there after the first tenth.
                try Endurance.run(max(2_000, wanted / 10), live)
                let before = Endurance.usage()
                try Endurance.run(wanted, live)
                let after = Endurance.usage()
                precondition(
                    after.descriptors <= before.descriptors,
                    "\(after.descriptors - before.descriptors) more descriptors after \(wanted) connections")
                // A connection costs about 600 bytes: one in ten left behind would be 60 bytes for each.
                let growth = after.residentBytes - before.residentBytes
                precondition(
                    growth < 2_000_000 + wanted * 8,
                    "\(growth) more bytes of memory after \(wanted) connections (before: \(before.residentBytes))")
                print(
                    "\(wanted) connections: \(growth) bytes more, \(after.descriptors - before.descriptors) descriptors more"
                )
            }
        }
    }
}

private enum Endurance {
    struct Usage {
        let descriptors: Int
        let residentBytes: Int
    }

    /// Connections of every kind, ended in every way.
    static func run(_ count: Int, _ live: LiveServer) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 64)
        defer { buffer.deallocate() }
        let post = Array("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello".utf8)
        for number in 0..<count {
            let take = try ConformanceTake(live.endpoint, [])
            let request: [UInt8]
            var reads = true
            switch number % 8 {
            case 0: request = TestClient.bytes("GET", "/ready")
            case 1: request = post
            case 2: request = TestClient.bytes("GET", "/hops/1")
            case 3: request = TestClient.bytes("GET", "/big/20000", fields: [("Connection", "close")])
            case 4: request = Array("BAD\r\n\r\n".utf8)
            case 5: (request, reads) = (Array(post.dropLast(2)), false)
            case 6: (request, reads) = (TestClient.bytes("GET", "/big/300000"), false)
            case _: (request, reads) = ([], false)
            }
            _ = take.perform(.send(request[...]), buffer)
            if reads { _ = take.read(buffer) }
        }
        // The last ones are still on their way.
        guard eventually({ live.server.metrics.openConnections == 0 }) else {
            preconditionFailure("\(live.server.metrics.openConnections) connections remain")
        }
    }

    static func usage() -> Usage {
        // Files below /proc say that they are empty, so they are read to their end.
        let folder = opendir("/proc/self/fd")
        var descriptors = 0
        while let folder, readdir(folder) != nil { descriptors += 1 }
        if let folder { closedir(folder) }
        let file = fopen("/proc/self/statm", "r")
        var text = [CChar](repeating: 0, count: 256)
        if let file {
            _ = fgets(&text, 255, file)
            fclose(file)
        }
        let words = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
            separator: " ")
        let pages = words.count > 1 ? Int(words[1]) ?? 0 : 0
        return Usage(descriptors: descriptors, residentBytes: pages * Int(sysconf(Int32(_SC_PAGESIZE))))
    }
}
