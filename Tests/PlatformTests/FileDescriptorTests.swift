import Glibc
import Platform
import Testing

@Suite struct FileDescriptorTests {
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw SystemError.last("pipe") }
        return (ends[0], ends[1])
    }

    private static func keepNothing(_ descriptor: consuming FileDescriptor) { _ = descriptor.rawValue }

    @Test("a descriptor is closed when its owner goes")
    func closes() throws {
        let ends = try Self.pipe()
        Self.keepNothing(FileDescriptor(owning: ends.write))
        var byte: UInt8 = 0
        // The end of the pipe, not a wait: its last writer is gone.
        #expect(read(ends.read, &byte, 1) == 0)
        close(ends.read)
    }

    @Test("a descriptor that was given away stays open")
    func released() throws {
        let ends = try Self.pipe()
        let raw = FileDescriptor(owning: ends.write).release()
        var byte: UInt8 = 7
        #expect(write(raw, &byte, 1) == 1)
        byte = 0
        #expect(read(ends.read, &byte, 1) == 1)
        #expect(byte == 7)
        close(raw)
        close(ends.read)
    }

    @Test("a negative number is a mistake of the program")
    func negative() async {
        await #expect(processExitsWith: .failure) { _ = FileDescriptor(owning: -1) }
    }
}
