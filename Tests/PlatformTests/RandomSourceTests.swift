import Platform
import Testing

@Suite struct RandomSourceTests {
    @Test("as many bytes come as were asked for", arguments: [0, 1, 20, 255, 256, 257, 100_000])
    func counts(count: Int) {
        #expect(RandomSource.system.bytes(count).count == count)
    }

    @Test("the kernel's bytes do not repeat")
    func distinct() {
        let values = Set((0..<1_000).map { _ in RandomSource.system.integer() })
        #expect(values.count == 1_000)
        #expect(RandomSource.system.bytes(32) != RandomSource.system.bytes(32))
    }

    @Test("a source of one's own is asked for exactly the bytes that are given out")
    func fixed() {
        let source = RandomSource { buffer in buffer.copyBytes(from: (0..<buffer.count).map { UInt8($0) }) }
        #expect(source.bytes(4) == [0, 1, 2, 3])
        #expect(source.integer() == 0x0706_0504_0302_0100)
    }
}
