// Bytes gathered for one write: what goes in comes out, whatever the buffer had to do for it.

import HTTPWire
import Testing

@Suite struct `An output buffer` {
    private func text(_ fill: (OutputBuffer) -> Void) -> String {
        let output = OutputBuffer()
        fill(output)
        return String(decoding: output.bytes, as: UTF8.self)
    }

    @Test(arguments: [0, 1, 9, 10, 11, 99, 100, 4_095, 4_096, 65_536, 999_999, 1_000_000, UInt64.max - 1, .max])
    func `writes numbers as they are read`(_ value: UInt64) {
        #expect(text { $0.append(decimal: value) } == String(value))
        #expect(text { $0.append(hexadecimal: value) } == String(value, radix: 16))
    }

    @Test(arguments: [1, 4_095, 4_096, 4_097, 8_192, 100_000])
    func `grows with what is put into it`(_ count: Int) {
        let piece = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let output = OutputBuffer()
        var expected: [UInt8] = []
        for _ in 0..<3 {
            output.append(piece)
            output.append("|")
            output.append(UInt8(ascii: "!"))
            output.append(text: "é")
            expected += piece + Array("|!é".utf8)
            #expect(output.count == expected.count && !output.isEmpty)
        }
        #expect(Array(output.bytes) == expected)
    }

    @Test func `can be used again whether it keeps its memory or not`() {
        let output = OutputBuffer()
        for kept in [0, 100_000, 0] {
            output.append([UInt8](repeating: 1, count: 50_000))
            output.removeAll(keepingAtMost: kept)
            #expect(output.isEmpty && output.bytes.isEmpty)
            output.append("again")
            #expect(String(decoding: output.bytes, as: UTF8.self) == "again")
            output.removeAll(keepingAtMost: kept)
        }
        output.append([])
        #expect(output.isEmpty)
    }
}
