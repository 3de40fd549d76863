import Testing

@testable import NumbersCore

@Suite("Digits in four bits each")
struct DigitStringTests {
    @Test(
        "A number is the same integer and zeros again",
        arguments: [
            0, 1, 9, 10, 99_999_999, 100_000_000, 9_999_999_999_999_999, 10_000_000_000_000_000, 99_999_999_999_999_999,
        ]
            as [UInt64], [0, 1, 2])
    func roundTrip(_ value: UInt64, _ zeros: Int) {
        let digits = DigitString(decimal: value, leadingZeros: zeros)
        let text = String(repeating: "0", count: zeros) + String(value)
        #expect((0..<digits.count).map { String(digits[$0]) }.joined() == text)
        #expect(digits.number == (value, UInt8(zeros)))
        var one = DigitString()
        for character in text.utf8 { one.append(character - 48) }
        #expect(one.words == digits.words)
        #expect(one.count == digits.count)
    }

    @Test("Digits beyond those that are kept are counted", arguments: [31, 32, 33, 200])
    func capacity(_ count: Int) {
        var digits = DigitString()
        for index in 0..<count { digits.append(UInt8(index % 10)) }
        #expect(digits.count == count)
        for index in 0..<min(count, DigitString.capacity) { #expect(digits[index] == UInt8(index % 10)) }
        for length in [0, 1, 16, 31, 32, 33, count] {
            let rest = digits.dropping(length)
            #expect(rest.count == max(count - length, 0))
            if length < min(count, DigitString.capacity) { #expect(rest[0] == UInt8(length % 10)) }
        }
    }

    @Test("A text is written to the bytes that are lent", arguments: NumberFormat.allCases)
    func written(_ format: NumberFormat) throws {
        let number = try PhoneNumber(parsing: "+442079460018", region: nil)
        let bytes = [UInt8](unsafeUninitializedCapacity: NumberFormat.bytesMax) { memory, count in
            var output = OutputSpan(buffer: memory, initializedCount: 0)
            number.write(format, to: &output, in: .builtIn)
            count = output.finalize(for: memory)
        }
        #expect(String(decoding: bytes, as: UTF8.self) == number.formatted(format))
    }
}
