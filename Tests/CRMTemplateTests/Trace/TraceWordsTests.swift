import Testing

@testable import CRMTemplate

@Suite struct TraceWordsTests {
    @Test(arguments: [
        (0, "0 µs"), (999, "999 µs"), (1_000, "1.0 ms"), (1_290, "1.2 ms"), (9_999, "9.9 ms"), (10_000, "10 ms"),
        (999_999, "999 ms"), (1_000_000, "1.00 s"), (1_059_000, "1.05 s"), (9_999_999, "9.99 s"),
        (10_000_000, "10 s"), (12_345_678_900, "12,345 s"), (-5, "0 µs"),
    ])
    func `a time is told in two or three digits`(micros: Int64, text: String) {
        #expect(TraceWords.time(.microseconds(micros)) == text)
    }

    @Test func `the longest time does not trap`() {
        #expect(TraceWords.time(.seconds(Int64.max)) == "0 µs")
        #expect(TraceWords.time(.seconds(Int64.min)) == "0 µs")
    }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567"), (Int.min, "-9,223,372,036,854,775,808"),
    ])
    func `digits stand in groups of three`(number: Int, text: String) {
        #expect(TraceWords.grouped(number) == text)
    }

    @Test(
        arguments: [
            ("", nil, "empty"), ("a", nil, "\"a\""), ("a", 1_500, "\"a\" … (1,500 bytes in all)"),
            ("", 7, "\"\" … (7 bytes in all)"),
        ] as [(String, Int?, String)])
    func `a value is quoted and says what was cut`(text: String, cutFrom: Int?, words: String) {
        #expect(TraceWords.quoted(TraceText(text, cutFrom: cutFrom)) == words)
    }
}
