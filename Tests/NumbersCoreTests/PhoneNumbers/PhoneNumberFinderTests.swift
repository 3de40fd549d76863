// Finding numbers in texts: the reference's answers, the traps of prose, and hostile texts.

import Glibc
import Testing

@testable import NumbersCore

@Suite struct PhoneNumberFinderTests {
    /// Region, leniency, text, and what the reference finds in it: `start-end E.164[;extension]`.
    private static let expected: [(region: String, leniency: String, text: String, found: [String])] = {
        let path = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
        guard let file = fopen("/\(path)/expected-finds.tsv", "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { row in
            let columns = row.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            guard columns.count >= 3 else { return nil }
            return (columns[0], columns[1], columns[2], Array(columns[3...]))
        }
    }()

    private func found(_ text: String, _ region: String?, _ leniency: PhoneNumberFinder.Leniency = .valid) -> [String] {
        PhoneNumberFinder.matches(in: text, region: region.flatMap { Region($0) }, leniency: leniency).map { match in
            let digits = match.number.extension.map { ";" + $0 } ?? ""
            return "\(match.range.lowerBound)-\(match.range.upperBound) \(match.number.e164Text)\(digits)"
        }
    }

    private func numbers(_ text: String, _ region: String? = "GB") -> [String] {
        PhoneNumberFinder.matches(in: text, region: region.flatMap { Region($0) }).map(\.number.e164Text)
    }

    @Test func `Every text holds what the reference finds in it`() throws {
        #expect(Self.expected.count > 8000)
        var wrong = 0
        for row in Self.expected {
            let leniency = try #require(PhoneNumberFinder.Leniency(rawValue: row.leniency))
            let found = found(row.text, row.region == "ZZ" ? nil : row.region, leniency)
            guard found != row.found else { continue }
            wrong += 1
            if wrong <= 10 { Issue.record("\(row.text) \(row.region): \(found), expected \(row.found)") }
        }
        #expect(wrong == 0)
    }

    @Test(arguments: [
        "", "no digits", "1", "+", "3/10/2011", "31/10/96", "08/31/95", "2012-01-02 08:00", "2012/01/02 08:59",
        "Chen Li. VLDB J. 12(3): 211-227 (2003).", "abc01614960123", "01614960123def", "\u{E9}01614960123",
        "$01614960123", "01614960123%", "\u{20AC}01614960123", "01614960123\u{FF04}",
        "0161 496 0123x7a", "1614960123", "1-800-FLOWERS", "0161496012", "0161 49601 23x",
    ])
    func `What is written as something else is no number`(text: String) {
        #expect(numbers(text) == [])
    }

    @Test(arguments: [
        ("01614960123", ["+441614960123"]), ("(0161) 496 0123.", ["+441614960123"]),
        ("a (0161) 496 0123", ["+441614960123"]), ("\u{416}01614960123", ["+441614960123"]),
        ("0161 496 0123/0161 496 0124", ["+441614960123", "+441614960124"]),
        ("0161 496 0123; 0161 496 0124", ["+441614960123", "+441614960124"]),
        ("01614960123 01614960124", ["+441614960123", "+441614960124"]),
        ("0161 496 0123 - 0161 496 0124", ["+441614960123", "+441614960124"]),
        ("0161 496 0123 x12/x13", ["+441614960123"]), ("2012-01-02 08:60 01614960123", ["+441614960123"]),
        ("\u{FF10}\u{FF11}\u{FF16}\u{FF11}\u{FF14}\u{FF19}\u{FF16}\u{FF10}\u{FF11}\u{FF12}\u{FF13}", ["+441614960123"]),
        ("+\u{661} 646 234 5678", ["+16462345678"]),
    ])
    func `Numbers in prose are found`(text: String, expected: [String]) {
        #expect(numbers(text) == expected)
    }

    @Test func `Ranges are bytes of the text, and the text of a match is what is there`() throws {
        let text = "t\u{E9}l. \u{FF0B}1 646 234 5678 ext. 12!"
        let match = try #require(PhoneNumberFinder.matches(in: text, region: nil).first)
        #expect(match.range == 6..<31)
        #expect(match.text == "\u{FF0B}1 646 234 5678 ext. 12")
        #expect(match.number.extension == "12")
    }

    @Test func `A text is given up after the stated number of failures`() {
        for (tries, count) in [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1)] {
            var finder = PhoneNumberFinder(region: Region("GB"), tries: tries)
            let bytes = "1, 2, 01614960123".utf8.span
            #expect((finder.next(in: bytes) == nil ? 0 : 1) == count, "\(tries)")
        }
    }

    @Test(arguments: ["1 ", "1- ", "1/x", "((1", "1.", "1x", "+", "(", " ", "- ", "\u{FF10} ", "\u{E2}\u{82}"])
    func `Long texts of one thing end`(unit: String) {
        let text = String(repeating: unit, count: 100_000)
        #expect(numbers(text) == [])
        // The gaps of an extension have no length of their own.
        #expect(numbers("1" + text + "5#") == [])
        #expect(numbers("1" + text + "ext 5") == [])
    }

    @Test func `Bytes that are no text never trap`() {
        var random: UInt64 = 0x9E37_79B9_7F4A_7C15
        let pool: [UInt8] =
            Array("0123456789+()[]-./ xX#;:,\u{FF0B}\u{660}\u{E9}".utf8) + [0xFF, 0xC0, 0xE2, 0xF0, 0x80]
        for _ in 0..<2000 {
            var bytes: [UInt8] = []
            for _ in 0..<60 {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(pool[Int(random >> 33) % pool.count])
            }
            var finder = PhoneNumberFinder(region: Region("US"), leniency: .possible)
            var end = 0
            while let match = finder.next(in: bytes.span) {
                #expect(match.range.lowerBound >= end && !match.range.isEmpty && match.range.upperBound <= bytes.count)
                end = match.range.upperBound
            }
        }
    }
}
