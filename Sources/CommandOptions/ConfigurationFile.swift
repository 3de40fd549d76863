// A configuration file's lines, and reading them from disk.

internal import Glibc

/// The `key = value` lines of a file, in order. Empty lines and those that begin with `#` mean nothing; a value ends
/// before white space and `#`, unless it is in double quotes.
struct ConfigurationFile: Sendable {
    /// One line that says something.
    struct Entry: Sendable, Hashable {
        let key: String
        let value: String
        /// From 1.
        let line: Int
    }

    let path: String
    let entries: [Entry]

    /// Reads the lines; a line that is neither empty, a comment nor `key = value` is a problem.
    init(parsing bytes: [UInt8], path: String) throws(UsageProblemThrown) {
        self.path = path
        var entries: [Entry] = []
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, lineBytes) in lines.enumerated() {
            guard let text = String(validating: lineBytes, as: UTF8.self) else {
                throw UsageProblemThrown(
                    .brokenLine(path: path, line: index + 1, expectation: "UTF-8 text"))
            }
            let line = text.utf8.last == 0x0D ? String(text.utf8.dropLast()) ?? "" : text
            if let entry = try Self.entry(Self.trimmed(line), path: path, line: index + 1) {
                entries.append(entry)
            }
        }
        self.entries = entries
    }

    private static func entry(_ line: String, path: String, line number: Int)
        throws(UsageProblemThrown) -> Entry?
    {
        if line.isEmpty || line.hasPrefix("#") { return nil }
        guard let equals = line.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            throw UsageProblemThrown(
                .brokenLine(path: path, line: number, expectation: "`key = value`, found no `=`"))
        }
        let key = trimmed(String(line[..<equals]))
        guard !key.isEmpty else {
            throw UsageProblemThrown(
                .brokenLine(
                    path: path, line: number, expectation: "`key = value`, found nothing before the `=`"))
        }
        let rest = trimmed(String(line[line.utf8.index(after: equals)...]))
        return Entry(key: key, value: try value(rest, path: path, line: number), line: number)
    }

    private static func value(_ text: String, path: String, line: Int) throws(UsageProblemThrown)
        -> String
    {
        guard text.hasPrefix("\"") else { return trimmed(withoutComment(text)) }
        let inside = text.dropFirst()
        guard let end = inside.firstIndex(of: "\"") else {
            throw UsageProblemThrown(
                .brokenLine(
                    path: path, line: line, expectation: "a second double quote, found the end of the line"))
        }
        let behind = trimmed(String(inside[inside.index(after: end)...]))
        guard behind.isEmpty || behind.hasPrefix("#") else {
            throw UsageProblemThrown(
                .brokenLine(path: path, line: line, expectation: "nothing behind the value's closing quote")
            )
        }
        return String(inside[..<end])
    }

    private static func withoutComment(_ text: String) -> String {
        var previous: Character = " "
        for index in text.indices {
            if text[index] == "#", previous == " " || previous == "\t" { return String(text[..<index]) }
            previous = text[index]
        }
        return text
    }

    private static func trimmed(_ text: String) -> String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        var slice = text.drop(while: isSpace)
        while let last = slice.last, isSpace(last) { slice.removeLast() }
        return String(slice)
    }
}

/// Why a configuration file could not be read, in words.
package struct ConfigurationReadError: Error, Sendable, Hashable {
    package let reason: String

    package init(reason: String) {
        self.reason = reason
    }
}

/// Reads a configuration file from disk.
package enum ConfigurationReader {
    /// The most bytes read: far more than any file of options, far less than memory.
    package static let byteLimit = 1 << 20

    /// The whole file, or why it cannot be had.
    package static func read(_ path: String) -> Result<[UInt8], ConfigurationReadError> {
        read(path, limit: byteLimit)
    }

    /// The whole file of at most `limit` bytes, or why it cannot be had.
    package static func read(_ path: String, limit: Int) -> Result<[UInt8], ConfigurationReadError> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(systemError(errno)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 {
                let code = errno
                if code == EINTR { continue }
                return .failure(systemError(code))
            }
            if count == 0 { return .success(bytes) }
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > limit {
                return .failure(ConfigurationReadError(reason: "larger than \(limit) bytes"))
            }
        }
    }

    private static func systemError(_ code: Int32) -> ConfigurationReadError {
        switch code {
        case ENOENT: ConfigurationReadError(reason: "no such file")
        case EACCES: ConfigurationReadError(reason: "permission denied")
        case EISDIR: ConfigurationReadError(reason: "it is a directory")
        default: ConfigurationReadError(reason: "error \(code)")
        }
    }
}
