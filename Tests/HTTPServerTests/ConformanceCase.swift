// Reads the case files of Tests/HTTPServerTests/Conformance, whose README.md says how they are written. Anything that is
// not understood is an error with its file and line: a case that is silently not run would prove nothing.

import HTTPWire

/// What is wrong with a case file.
struct ConformanceError: Error, CustomStringConvertible {
    let file: String
    let line: Int
    let message: String

    var description: String { "\(file):\(line): \(message)" }
}

/// Bytes to send, and where they may be cut: everywhere but within a repetition, whose middle is like its edges.
struct ConformanceBytes: Sendable {
    var bytes: [UInt8] = []
    /// Offsets at which no cut is made.
    var uncut: Set<Int> = []

    mutating func append(_ other: ConformanceBytes) {
        uncut.formUnion(other.uncut.map { $0 + bytes.count })
        bytes += other.bytes
    }

    /// The places to cut at, in order, without both ends.
    var cuts: [Int] { bytes.isEmpty ? [] : (1..<max(1, bytes.count)).filter { !uncut.contains($0) } }
}

/// One case: what is sent, and what comes back.
struct ConformanceCase: Sendable {
    enum Step: Sendable {
        case send(ConformanceBytes)
        /// The interim answer must come before more is sent.
        case waitForContinue
        /// The client closes its side.
        case end
    }

    struct Answer: Sendable {
        let status: Int
        var isToHead = false
        /// An interim answer that comes only when the body is not there yet, which depends on the cut.
        var isOptional = false
        var body: [UInt8]?
        var fields: [(name: String, value: String)] = []
        var absent: [String] = []
    }

    let file: String
    let line: Int
    let title: String
    let rules: [String]
    var steps: [Step] = []
    var answers: [Answer] = []
    var closes = false

    var place: String { "\(file):\(line): \(title)" }
    var hasEnd: Bool {
        steps.contains {
            if case .end = $0 { return true }
            return false
        }
    }
}

/// Reads one file.
struct ConformanceReader {
    private let file: String
    private var line = 0
    private var names: [String: ConformanceBytes] = [:]
    private var cases: [ConformanceCase] = []
    private var open: ConformanceCase?
    private var titles: Set<String> = []

    private init(file: String) { self.file = file }

    static func read(_ text: String, file: String) throws(ConformanceError) -> [ConformanceCase] {
        var reader = ConformanceReader(file: file)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            reader.line += 1
            try reader.take(String(line))
        }
        if let open = reader.open {
            throw ConformanceError(file: file, line: open.line, message: "the case does not end in 'open' or 'closed'")
        }
        guard !reader.cases.isEmpty else { throw ConformanceError(file: file, line: 1, message: "there is no case") }
        return reader.cases
    }

    private func wrong(_ message: String) -> ConformanceError {
        ConformanceError(file: file, line: line, message: message)
    }

    private mutating func take(_ text: String) throws(ConformanceError) {
        if text.isEmpty || text.hasPrefix("#") { return }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 >= 0x80 }) else {
            throw wrong("a control byte stands in the file; write it as an escape")
        }
        if text.hasSuffix(" ") { throw wrong("a space at the end cannot be seen; write it as \\s") }
        if text.hasPrefix("let ") { return try takeName(text.dropFirst(4)) }
        if text.hasPrefix("= ") { return try takeTitle(text.dropFirst(2)) }
        guard open != nil else { throw wrong("'= title [rule]' expected, found '\(text)'") }
        if text.hasPrefix("> ") {
            let bytes = try bytes(text.dropFirst(2))
            if case .send(var before)? = open?.steps.last {
                before.append(bytes)
                open?.steps.removeLast()
                open?.steps.append(.send(before))
            } else {
                open?.steps.append(.send(bytes))
            }
        } else if text == "wait 100" {
            open?.steps.append(.waitForContinue)
        } else if text == "end" {
            open?.steps.append(.end)
        } else if text == "<? 100" {
            open?.answers.append(ConformanceCase.Answer(status: 100, isOptional: true))
        } else if text.hasPrefix("< ") {
            try takeAnswer(text.dropFirst(2))
        } else if text.hasPrefix("  ") {
            try takeField(text.dropFirst(2))
        } else if text == "open" || text == "closed" {
            try finish(closes: text == "closed")
        } else {
            throw wrong("'>', '<', 'wait 100', 'end', 'open' or 'closed' expected, found '\(text)'")
        }
    }

    private mutating func takeName(_ text: Substring) throws(ConformanceError) {
        guard open == nil else { throw wrong("a name is given between cases, not within one") }
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1] == "=", !parts[0].isEmpty, parts[0].allSatisfy(\.isLetter) else {
            throw wrong("'let name = bytes' expected")
        }
        guard names[String(parts[0])] == nil else { throw wrong("the name '\(parts[0])' is given twice") }
        names[String(parts[0])] = try bytes(parts[2])
    }

    private mutating func takeTitle(_ text: Substring) throws(ConformanceError) {
        if let open {
            throw ConformanceError(
                file: file, line: open.line, message: "the case does not end in 'open' or 'closed'")
        }
        guard text.hasSuffix("]"), let bracket = text.lastIndex(of: "[") else {
            throw wrong("the rule is missing: '= title [RFC 9112 §6.3]' expected")
        }
        let title = text[..<bracket].trimmingSpaces
        guard !title.isEmpty else { throw wrong("the title is missing") }
        guard titles.insert(title).inserted else { throw wrong("a case of this title is there already") }
        let rules = text[text.index(after: bracket)...].dropLast().split(separator: ",").map(\.trimmingSpaces)
        guard !rules.isEmpty else { throw wrong("the rule is missing") }
        for rule in rules where rule != "ours" {
            let words = rule.split(separator: " ", omittingEmptySubsequences: false)
            let isSection =
                words.count == 3 && words[0] == "RFC" && words[1].count == 4 && words[1].allSatisfy(\.isNumber)
                && words[2].hasPrefix("§")
                && words[2].dropFirst().split(separator: ".", omittingEmptySubsequences: false)
                    .allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isNumber || $0.isUppercase } }
            guard isSection else { throw wrong("'RFC 9112 §6.3' or 'ours' expected, found '\(rule)'") }
        }
        open = ConformanceCase(file: file, line: line, title: title, rules: rules)
    }

    private mutating func takeAnswer(_ text: Substring) throws(ConformanceError) {
        var rest = text
        let isToHead = rest.hasPrefix("HEAD ")
        if isToHead { rest = rest.dropFirst(5) }
        let digits = rest.prefix { $0 != " " }
        guard digits.utf8.count == 3, let status = Int(digits), (100...599).contains(status),
            HTTPStatus(code: UInt16(status)).reason != "Unknown"
        else { throw wrong("a status expected, found '\(digits)'") }
        var answer = ConformanceCase.Answer(status: status, isToHead: isToHead)
        rest = rest.dropFirst(3)
        if !rest.isEmpty {
            guard rest.hasPrefix(" = ") else { throw wrong("' = content' expected behind the status") }
            guard !isToHead else { throw wrong("an answer to HEAD has no content") }
            answer.body = try bytes(rest.dropFirst(3)).bytes
        }
        open?.answers.append(answer)
    }

    private mutating func takeField(_ text: Substring) throws(ConformanceError) {
        guard let count = open?.answers.count, count > 0 else { throw wrong("a field stands behind its answer") }
        if text.hasPrefix("!") {
            let name = text.dropFirst()
            guard !name.isEmpty, name.utf8.allSatisfy(ByteClass.isToken) else { throw wrong("'!Name' expected") }
            open?.answers[count - 1].absent.append(String(name))
            return
        }
        guard let colon = text.firstIndex(of: ":"), text[..<colon].utf8.allSatisfy(ByteClass.isToken),
            text[text.index(after: colon)...].hasPrefix(" ")
        else {
            throw wrong("'Name: value' or '!Name' expected")
        }
        open?.answers[count - 1].fields.append(
            (String(text[..<colon]), text[text.index(after: colon)...].trimmingSpaces))
    }

    private mutating func finish(closes: Bool) throws(ConformanceError) {
        guard var finished = open else { return }
        open = nil
        finished.closes = closes
        let waits = finished.steps.filter {
            if case .waitForContinue = $0 { return true }
            return false
        }
        guard !finished.steps.isEmpty else { throw wrong("the case does nothing") }
        guard waits.count == finished.answers.filter({ $0.status == 100 && !$0.isOptional }).count else {
            throw wrong("each 'wait 100' has its '< 100'")
        }
        guard closes || finished.answers.contains(where: { $0.status >= 200 }) else {
            throw wrong("no answer is expected")
        }
        guard closes || !finished.hasEnd else { throw wrong("a connection that the client ends is 'closed'") }
        cases.append(finished)
    }

    // MARK: Bytes

    private func bytes(_ text: Substring) throws(ConformanceError) -> ConformanceBytes {
        var result = ConformanceBytes()
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte < 0x80 else { throw wrong("a byte above ASCII stands in the file; write it as \\xHH") }
            guard byte == UInt8(ascii: "\\") else {
                result.bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "r"): result.bytes.append(0x0d)
            case UInt8(ascii: "n"): result.bytes.append(0x0a)
            case UInt8(ascii: "t"): result.bytes.append(0x09)
            case UInt8(ascii: "s"): result.bytes.append(0x20)
            case UInt8(ascii: "\\"): result.bytes.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "x"):
                guard let high = rest.popFirst().flatMap(ByteClass.hexValue),
                    let low = rest.popFirst().flatMap(ByteClass.hexValue)
                else { throw wrong("\\x needs two hexadecimal digits") }
                result.bytes.append(high << 4 | low)
            case UInt8(ascii: "("):
                guard let end = rest.firstIndex(of: UInt8(ascii: ")")) else { throw wrong("'\\(' is not closed") }
                let name = String(Substring(rest[..<end]))
                guard let known = names[name] else { throw wrong("there is no name '\(name)'") }
                result.append(known)
                rest = rest[rest.index(after: end)...]
            case UInt8(ascii: "{"): try repeated(&rest, into: &result)
            case let other:
                throw wrong("there is no escape '\\\(other.map { String(UnicodeScalar($0)) } ?? "")'")
            }
        }
        return result
    }

    /// `\{count:bytes}`
    private func repeated(
        _ rest: inout Substring.UTF8View, into result: inout ConformanceBytes
    ) throws(ConformanceError) {
        guard let end = rest.firstIndex(of: UInt8(ascii: "}")), let colon = rest.firstIndex(of: UInt8(ascii: ":")),
            colon < end, let count = Int(Substring(rest[..<colon])), (1...1_000_000).contains(count)
        else { throw wrong("'\\{count:bytes}' expected, with a count of 1 to 1000000") }
        let unit = try bytes(Substring(rest[rest.index(after: colon)..<end])).bytes
        guard !unit.isEmpty else { throw wrong("nothing is repeated") }
        var run = ConformanceBytes()
        run.bytes.reserveCapacity(unit.count * count)
        for _ in 0..<count { run.bytes += unit }
        // Cuts at the edges and one byte within; the rest is more of the same.
        if run.bytes.count > 4 { run.uncut = Set(2..<run.bytes.count - 1) }
        result.append(run)
        rest = rest[rest.index(after: end)...]
    }
}

extension StringProtocol {
    fileprivate var trimmingSpaces: String {
        var text = self[...]
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}
