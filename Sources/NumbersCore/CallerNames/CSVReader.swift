// Comma-separated values, row by row from blocks of bytes. A value: the state of one file being read.

internal import Platform

/// Reads RFC 4180 text in UTF-8: quoted fields, doubled quotes, CRLF or LF, line breaks inside quotes.
///
/// A row that is malformed is left out by its first line: when a stray quote has taken the lines behind it along, they
/// are read again as rows of their own.
package struct CSVReader: Sendable {
    /// A row with the line it began on, or a row that is not CSV.
    package enum Row: Sendable, Hashable {
        case fields(line: Int, [String])
        case malformed(line: Int, reason: String)
    }

    /// The longest row; a longer one is malformed.
    package static let rowBytesMax = 16_384

    private enum State { case fieldStart, plain, quoted, quoteInQuoted }

    private var state = State.fieldStart
    private var field: [UInt8] = []
    private var fields: [[UInt8]] = []
    private var rowBytes = 0
    private var line = 1
    private var rowLine = 1
    private var fault: String?
    private var pendingReturn = false
    /// What has come behind the first line break of the row, if it has one inside quotes; at most `rowBytesMax` bytes.
    private var furtherLines: [UInt8]?
    /// Where they begin.
    private var furtherStart: Int64 = 0
    /// Bytes to be read once more, the next one last.
    private var again: [UInt8] = []
    /// How many bytes of a byte-order mark the file has begun with; 3 from the first other byte on.
    private var markBytes = 0
    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

    /// Bytes taken so far, and how many of them belong to rows that were handed out.
    private var byteCount: Int64 = 0
    private var rowStart: Int64 = 0

    package init() {}

    /// Goes on at the beginning of a row.
    /// - Parameter position: what a reader of the same text has said with ``position``.
    package init(at position: Position) {
        byteCount = position.byte
        rowStart = position.byte
        line = position.line
        rowLine = position.line
        // Only the beginning of the text can have a mark.
        if position.byte > 0 { markBytes = Self.byteOrderMark.count }
    }

    /// A place between two rows.
    package struct Position: Sendable, Hashable {
        /// Bytes before it.
        package let byte: Int64
        /// The line it is on, from 1 on.
        package let line: Int

        package init(byte: Int64, line: Int) {
            self.byte = byte
            self.line = line
        }

        package static let start = Position(byte: 0, line: 1)
    }

    /// Where the row begins that has not ended yet: everything before it was handed out.
    package var position: Position { Position(byte: rowStart, line: rowLine) }

    /// Takes a block and hands out every row that ends in it.
    package mutating func read(_ block: some Sequence<UInt8>, row handle: (Row) -> Void) {
        for byte in block {
            byteCount += 1
            if markBytes < Self.byteOrderMark.count { begin(with: byte, handle) } else { consume(byte, handle) }
            if !again.isEmpty { readAgain(handle) }
        }
    }

    private mutating func readAgain(_ handle: (Row) -> Void) {
        while let byte = again.popLast() {
            byteCount += 1
            consume(byte, handle)
        }
    }

    /// Takes one of the first bytes: spreadsheets put a byte-order mark in front of the header.
    private mutating func begin(with byte: UInt8, _ handle: (Row) -> Void) {
        if byte == Self.byteOrderMark[markBytes] {
            markBytes += 1
        } else {
            endMark(handle)
            consume(byte, handle)
        }
    }

    /// Reads the beginning of a mark that turned out to be none as text.
    private mutating func endMark(_ handle: (Row) -> Void) {
        let count = markBytes
        markBytes = Self.byteOrderMark.count
        for byte in Self.byteOrderMark.prefix(count) { consume(byte, handle) }
    }

    /// Hands out the last row when the text does not end with a line break.
    package mutating func finish(row handle: (Row) -> Void) {
        if markBytes < Self.byteOrderMark.count { endMark(handle) }
        // Each turn hands out one row, and leaves at least one line less.
        while true {
            if pendingReturn {
                pendingReturn = false
                readPlain(UInt8(ascii: "\r"))
            }
            if state == .quoted { fault = fault ?? "the quoted field that began on line \(rowLine) does not end" }
            guard rowBytes > 0 || !fields.isEmpty, endRow(handle) else { return }
            readAgain(handle)
        }
    }

    private mutating func consume(_ byte: UInt8, _ handle: (Row) -> Void) {
        furtherLines?.append(byte)
        if pendingReturn {
            pendingReturn = false
            if byte == UInt8(ascii: "\n") {
                // The line break is no part of the row.
                rowBytes -= 1
                endLine(handle)
                return
            }
            readPlain(UInt8(ascii: "\r"))
        }
        rowBytes += 1
        // Whatever state it is in: what is to be read again is kept, so it has a bound. A line break is no part of it.
        if furtherLines != nil, rowBytes > Self.rowBytesMax + 2 {
            fault = fault ?? "longer than \(Self.rowBytesMax) bytes"
            _ = endRow(handle)
            return
        }
        if state == .quoted {
            if byte == UInt8(ascii: "\"") {
                state = .quoteInQuoted
            } else {
                append(byte)
                if byte == UInt8(ascii: "\n") {
                    line += 1
                    if furtherLines == nil {
                        furtherLines = []
                        furtherStart = byteCount
                    }
                }
                // A quote that does not end would take the rest of the text along.
                if fault != nil, furtherLines != nil { _ = endRow(handle) }
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\""):
            switch state {
            case .fieldStart: state = .quoted
            case .quoteInQuoted:
                append(byte)
                state = .quoted
            case .plain, .quoted: fault = fault ?? "a quote inside an unquoted field"
            }
        case UInt8(ascii: ","): endField()
        case UInt8(ascii: "\r"):
            pendingReturn = true
        case UInt8(ascii: "\n"):
            rowBytes -= 1
            endLine(handle)
        default: readPlain(byte)
        }
    }

    /// Takes a byte outside of quotes that is neither a separator nor a quote.
    private mutating func readPlain(_ byte: UInt8) {
        if state == .quoteInQuoted {
            fault =
                fault ?? "text behind a closing quote"
                + (line == rowLine ? "" : " on line \(line); the field began with a quote on line \(rowLine)")
        }
        // After a fault too: the row ends with its line, and does not take the next ones along.
        state = .plain
        append(byte)
    }

    private mutating func append(_ byte: UInt8) {
        if isWithinLength() { field.append(byte) }
    }

    private mutating func isWithinLength() -> Bool {
        if rowBytes > Self.rowBytesMax { fault = fault ?? "longer than \(Self.rowBytesMax) bytes" }
        return rowBytes <= Self.rowBytesMax
    }

    private mutating func endField() {
        // A row of commas alone is bounded by the row's bytes.
        if isWithinLength() { fields.append(field) }
        field.removeAll(keepingCapacity: true)
        state = .fieldStart
    }

    /// Ends a row with the line break that was just taken.
    private mutating func endLine(_ handle: (Row) -> Void) {
        guard !endRow(handle) else { return }
        line += 1
        rowLine = line
        rowStart = byteCount
    }

    /// Hands out the row that has come to its end.
    /// - Returns: whether its further lines are to be read again.
    private mutating func endRow(_ handle: (Row) -> Void) -> Bool {
        defer {
            furtherLines = nil
            fields.removeAll(keepingCapacity: true)
            field.removeAll(keepingCapacity: true)
            rowBytes = 0
            fault = nil
            state = .fieldStart
        }
        // A blank line is no row; a line with one empty quoted field is.
        if fields.isEmpty, field.isEmpty, fault == nil, state == .fieldStart { return false }
        endField()
        if let fault {
            handle(.malformed(line: rowLine, reason: fault))
            guard let furtherLines else { return false }
            again.append(contentsOf: furtherLines.reversed())
            byteCount = furtherStart
            rowStart = furtherStart
            rowLine += 1
            line = rowLine
            pendingReturn = false
            return true
        }
        var texts: [String] = []
        for (index, bytes) in fields.enumerated() {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                handle(.malformed(line: rowLine, reason: "field \(index + 1) is not UTF-8"))
                return false
            }
            texts.append(text)
        }
        handle(.fields(line: rowLine, texts))
        return false
    }
}

/// Why a row, or a whole file, was left out of an import.
package struct ImportFault: Error, Hashable, Sendable {
    package let reason: String

    package init(reason: String) { self.reason = reason }

    /// A header that lacks what it has to have.
    static func header(expected: String, found header: [String]) -> ImportFault {
        // A file without a header begins with a number, which no message may show.
        let found = Redaction.redact(header.prefix(8).joined(separator: ","))
        return ImportFault(reason: "expected a header with \(expected), found \(found)")
    }
}
