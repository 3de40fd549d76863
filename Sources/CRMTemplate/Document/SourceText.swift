// The text of a file as bytes, and where in it things stand. Values.

/// A text in UTF-8 with its lines. A line ends with LF, CR LF or CR.
package struct SourceText: Sendable {
    package let bytes: [UInt8]
    /// Where each line begins, as an offset in `bytes`.
    private let lineStarts: [Int]

    /// - Parameter bytes: UTF-8; a byte order mark belongs to no line.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var cursor = SourceCursor(bytes)
        var starts = [cursor.offset]
        while cursor.offset < bytes.count {
            let line = cursor.line
            cursor.advance(in: bytes)
            if cursor.line > line { starts.append(cursor.offset) }
        }
        lineStarts = starts
    }

    package var lineCount: Int { lineStarts.count }

    /// A line without its end, counted from 1; nil when there is none.
    package func line(_ number: Int) -> String? {
        guard number >= 1, number <= lineStarts.count else { return nil }
        let end = number < lineStarts.count ? lineStarts[number] : bytes.count
        let line = bytes[lineStarts[number - 1]..<end]
        let length = line.lastIndex { $0 != 0x0A && $0 != 0x0D }.map { $0 + 1 } ?? line.startIndex
        return String(decoding: line[..<length], as: UTF8.self)
    }

    /// The byte at a place; that of the nearest place before it where there is none.
    package func offset(of position: SourcePosition) -> Int {
        cursor(at: position).offset
    }

    /// Where a byte stands.
    package func position(at offset: Int) -> SourcePosition {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        var cursor = SourceCursor(bytes)
        cursor.jump(to: lineStarts[low], line: low + 1)
        while cursor.offset < min(offset, bytes.count) { cursor.advance(in: bytes) }
        return cursor.position
    }

    /// Where a part of an attribute's value or of a text stands.
    ///
    /// - Parameters:
    ///   - offset: in UTF-8 bytes from the start of the value as it is read, with references resolved.
    ///   - start: where the value begins in the source.
    package func position(inValueAt offset: Int, startingAt start: SourcePosition) -> SourcePosition {
        var cursor = cursor(at: start)
        let marker = Array("<![CDATA[".utf8)
        let isLiteral =
            cursor.offset >= marker.count
            && bytes[(cursor.offset - marker.count)..<cursor.offset].elementsEqual(marker)
        var read = 0
        while read < offset, cursor.offset < bytes.count {
            var next = cursor
            var length = 1
            if !isLiteral, let reference = Self.reference(in: bytes, at: cursor.offset) {
                while next.offset < cursor.offset + reference.raw { next.advance(in: bytes) }
                length = reference.decoded
            } else {
                next.advance(in: bytes)
                // CR LF is one line break of the value.
                length = next.line > cursor.line ? 1 : next.offset - cursor.offset
            }
            guard read + length <= offset else { break }
            read += length
            cursor = next
        }
        return cursor.position
    }

    /// The reference that begins at a byte: its length in the source, and that of what it stands for, in bytes.
    private static func reference(in bytes: [UInt8], at offset: Int) -> (raw: Int, decoded: Int)? {
        guard bytes[offset] == UInt8(ascii: "&"),
            let end = bytes[offset...].prefix(16).firstIndex(of: UInt8(ascii: ";"))
        else { return nil }
        let raw = end - offset + 1
        let name = String(decoding: bytes[(offset + 1)..<end], as: UTF8.self)
        guard name.hasPrefix("#") else { return (raw, 1) }
        let digits = name.dropFirst()
        let code = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        return (raw, code.flatMap(Unicode.Scalar.init).map { UTF8.width($0) } ?? 1)
    }

    private func cursor(at position: SourcePosition) -> SourceCursor {
        var cursor = SourceCursor(bytes)
        let line = min(max(1, position.line), lineStarts.count)
        cursor.jump(to: lineStarts[line - 1], line: line)
        while cursor.offset < bytes.count, cursor.column < position.column {
            let before = cursor
            cursor.advance(in: bytes)
            if cursor.line > line { return before }
        }
        return cursor
    }
}

/// A place in a text that moves forward. A value.
struct SourceCursor {
    private(set) var offset = 0
    private(set) var line = 1
    private(set) var column = 1

    /// At the start, behind a byte order mark.
    init(_ bytes: [UInt8]) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    }

    var position: SourcePosition { SourcePosition(line: line, column: column) }

    /// Moves over one character, or over CR LF. There must be a byte left.
    mutating func advance(in bytes: [UInt8]) {
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case 0x0A: newLine()
        case 0x0D:
            if offset < bytes.count, bytes[offset] == 0x0A { offset += 1 }
            newLine()
        default:
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            column += 1
        }
    }

    /// To the start of a line.
    mutating func jump(to offset: Int, line: Int) {
        self.offset = offset
        self.line = line
        column = 1
    }

    private mutating func newLine() {
        line += 1
        column = 1
    }
}
