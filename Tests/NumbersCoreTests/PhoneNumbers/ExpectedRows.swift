// The committed rows of the reference: text, region and the nine columns of the batch format. Read once, immutable.

import Glibc

/// One line of expected-rows.tsv.
struct ExpectedRow: Sendable {
    let line: String
    let columns: String

    static let all: [ExpectedRow] = load()

    private static func load() -> [ExpectedRow] {
        let path = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
        guard let file = fopen("/\(path)/expected-rows.tsv", "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { row in
            // Text and region come first; the text may be empty, the columns never are.
            let tabs = row.indices.filter { row[$0] == UInt8(ascii: "\t") }
            guard tabs.count == 10 else { return nil }
            return ExpectedRow(
                line: String(decoding: row[..<tabs[1]], as: UTF8.self),
                columns: String(decoding: row[(tabs[1] + 1)...], as: UTF8.self))
        }
    }
}
