import Glibc
import Testing

@testable import NumbersCore

/// The reference's answers to questions beside the nine columns.
private struct ExpectedAnswer: Sendable {
    let fields: [String]

    static func read(_ path: String) -> [ExpectedAnswer] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return bytes.split(separator: UInt8(ascii: "\n")).map { row in
            ExpectedAnswer(
                fields: row.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
                    .map { String(decoding: $0, as: UTF8.self) })
        }
    }

    /// The committed rows, or those of the file that NUMBERS_ANSWERS names.
    static var all: [ExpectedAnswer] {
        if let path = getenv("NUMBERS_ANSWERS") { return read(String(cString: path)) }
        let folder = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
        return read("/\(folder)/expected-answers.tsv")
    }
}

@Suite("Numbers compared, dialled from abroad, truncated")
struct NumberMatchTests {
    @Test("Every answer is the reference's")
    func expected() throws {
        let answers = ExpectedAnswer.all
        #expect(answers.count > 2_500)
        var kinds: [String: Int] = [:]
        for answer in answers {
            let fields = answer.fields
            kinds[fields[0], default: 0] += 1
            switch fields[0] {
            case "match":
                let found = NumberMatch(fields[1], fields[2]).rawValue
                #expect(found == fields[3], "\(fields[1]) | \(fields[2])")
            case "from":
                let number = try PhoneNumber(parsing: fields[1], region: nil)
                let region = try #require(Region(fields[2]))
                #expect(number.formatted(dialledFrom: region) == fields[3], "\(fields[1]) from \(fields[2])")
            case "truncated":
                let number = try PhoneNumber(parsing: fields[1], region: nil)
                #expect(number.truncated()?.e164Text ?? "-" == fields[2], "\(fields[1])")
            default: Issue.record("unknown question \(fields[0])")
            }
        }
        #expect(kinds.count == 3)
    }

    @Test(
        "Whoever leaves something out still means the same number",
        arguments: [
            ("+1 650-253-0000", "+16502530000", NumberMatch.exact),
            ("+1 650-253-0000 ext. 7", "+16502530000;ext=7", .exact),
            ("+1 650-253-0000 ext. 7", "+16502530000", .shortNSN),
            ("+1 650-253-0000 ext. 7", "+16502530000 ext 8", .none),
            ("+16502530000", "650 253 0000", .nsn), ("650 253 0000", "+16502530000", .nsn),
            ("6502530000", "650-253-0000", .nsn), ("2530000", "650-253-0000", .shortNSN),
            ("+16502530000", "253-0000", .shortNSN), ("+442079460018", "020 7946 0018", .nsn),
            ("+442079460018", "+493079460018", .none), ("+39 06 1234 5678", "+39 6 1234 5678", .shortNSN),
            ("+16502530000", "hello", .notANumber), ("", "", .notANumber), ("1", "1", .notANumber),
            ("+999123456", "+999123456", .notANumber), ("+999123456", "123456", .notANumber),
            ("123456", "+999123456", .notANumber), ("+80012345678", "12345678", .notANumber),
            ("123456789012345678", "123456789012345678", .notANumber),
        ])
    func spellings(left: String, right: String, match: NumberMatch) {
        #expect(NumberMatch(left, right) == match)
    }

    @Test(
        "A number is dialled from where somebody is",
        arguments: [
            ("+442079460018", "US", "011 44 20 7946 0018"), ("+442079460018", "GB", "020 7946 0018"),
            ("+442079460018", "JE", "020 7946 0018"), ("+16502530000", "CA", "1 (650) 253-0000"),
            ("+16502530000", "DE", "00 1 650-253-0000"), ("+16502530000", "RU", "8~10 1 650-253-0000"),
            ("+16502530000", "ZZ", "+1 650-253-0000"), ("+16502530000", "BR", "+1 650-253-0000"),
            ("+16502530000", "AU", "0011 1 650-253-0000"), ("+80012345678", "US", "011 800 1234 5678"),
        ])
    func dialled(number: String, region: String, text: String) throws {
        let number = try PhoneNumber(parsing: number, region: nil)
        #expect(number.formatted(dialledFrom: try #require(Region(region))) == text)
    }

    @Test(
        "Digits that are too many fall away",
        arguments: [
            ("+16502530000", "+16502530000"), ("+165025300001", "+16502530000"), ("+1650253000012345", "+16502530000"),
            ("+1650253000", nil), ("+10000000000", nil), ("+39000", nil), ("+442079460018999", "+442079460018"),
        ] as [(String, String?)])
    func truncated(text: String, result: String?) throws {
        #expect(try PhoneNumber(parsing: text, region: nil).truncated()?.e164Text == result)
    }
}
