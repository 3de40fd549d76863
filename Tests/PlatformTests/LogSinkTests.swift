import Glibc
import Platform
import Testing

@Suite struct LogSinkTests {
    /// Both ends of a pipe.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw SystemError.last("pipe") }
        return (ends[0], ends[1])
    }

    @Test("lines come out whole and in order, and close writes all that waits")
    func order() throws {
        let file = try TemporaryFile()
        let sink = try LogSink(descriptor: file.descriptor, capacityBytes: 1 << 20)
        var expected = ""
        for index in 0..<10_000 {
            sink.write(Array("line \(index)".utf8))
            expected += "line \(index)\n"
        }
        sink.close()
        #expect(sink.droppedCount == 0)
        #expect(file.text == expected)
    }

    @Test("lines of several threads are never mixed")
    func whole() async throws {
        let file = try TemporaryFile()
        let sink = try LogSink(descriptor: file.descriptor, capacityBytes: 1 << 20)
        await withTaskGroup(of: Void.self) { group in
            for letter in "abcd" {
                group.addTask {
                    for _ in 0..<1_000 { sink.write(Array(String(repeating: letter, count: 50).utf8)) }
                }
            }
        }
        sink.close()
        let lines = file.text.split(separator: "\n")
        #expect(lines.count == 4_000)
        #expect(lines.allSatisfy { $0.count == 50 && Set($0).count == 1 })
    }

    @Test(
        "a line fits with its line feed or is dropped and counted",
        arguments: [(0, true), (1, true), (9, true), (10, false), (11, false), (1_000, false)])
    func capacity(count: Int, fits: Bool) throws {
        let file = try TemporaryFile()
        let sink = try LogSink(descriptor: file.descriptor, capacityBytes: 10)
        sink.write([UInt8](repeating: 0x78, count: count))
        sink.close()
        #expect(sink.droppedCount == (fits ? 0 : 1))
        #expect(file.text == (fits ? String(repeating: "x", count: count) + "\n" : ""))
    }

    @Test(
        "a reader that has stopped makes no writer wait; what is dropped is counted, the rest comes when it reads again"
    )
    func stalledReader() throws {
        let (readEnd, writeEnd) = try Self.pipe()
        let sink = try LogSink(descriptor: writeEnd, capacityBytes: 4_096)
        let line = [UInt8](repeating: 0x78, count: 99)
        let count = 20_000
        let began = MonotonicTime.now()
        for _ in 0..<count { sink.write(line) }
        let spent = began.duration(to: .now())
        // The pipe holds 64 KiB and nobody reads: most of the two megabytes have no place.
        #expect(spent < .seconds(20), "\(spent)")
        let dropped = sink.droppedCount
        #expect(dropped > 15_000)
        // The reader comes back, and gets every line that was not dropped.
        let received = Counter()
        let done = try OSThread.start(name: "reader") {
            var block = [UInt8](repeating: 0, count: 65_536)
            while true {
                let length = read(readEnd, &block, block.count)
                guard length > 0 else { return }
                received.add(UInt64(length))
            }
        }
        sink.close()
        close(writeEnd)
        done.join()
        close(readEnd)
        #expect(received.value == (UInt64(count) - dropped) * 100)
    }

    @Test("close waits about a second for a reader that has stopped, no longer")
    func closeWithStalledReader() throws {
        let (readEnd, writeEnd) = try Self.pipe()
        let sink = try LogSink(descriptor: writeEnd, capacityBytes: 1 << 20)
        for _ in 0..<2_000 { sink.write([UInt8](repeating: 0x78, count: 99)) }
        let began = MonotonicTime.now()
        sink.close()
        let spent = began.duration(to: .now())
        #expect(spent > .milliseconds(900) && spent < .seconds(30), "\(spent)")
        // The thread is stuck in its write until somebody reads: let it go before the descriptors are closed.
        var block = [UInt8](repeating: 0, count: 65_536)
        var rest = 200_000
        while rest > 0 {
            let count = read(readEnd, &block, block.count)
            try #require(count > 0)
            rest -= count
        }
        close(readEnd)
        close(writeEnd)
    }

    @Test("after close every line is dropped and counted, and closing again does nothing")
    func afterClose() throws {
        let file = try TemporaryFile()
        let sink = try LogSink(descriptor: file.descriptor, capacityBytes: 1_000)
        sink.write(Array("one".utf8))
        sink.close()
        sink.write(Array("two".utf8))
        sink.close()
        #expect(sink.droppedCount == 1)
        #expect(file.text == "one\n")
    }

    @Test("a descriptor that nobody can write to costs the lines, nothing else")
    func brokenDescriptor() throws {
        let sink = try LogSink(descriptor: -1, capacityBytes: 1_000)
        for _ in 0..<10 { sink.write(Array("lost".utf8)) }
        sink.close()
        #expect(sink.droppedCount == 0)
    }
}
